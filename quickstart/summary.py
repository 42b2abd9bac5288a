"""x"""
class Summary:
    def __init__(self,*a): self.a=a
    def show(self,c): c.print(self.a[4:], self.a[3].written, {k:v for k,v in self.a[3].changes.items() if v.new or v.changed or v.gone} if self.a[3].written<3000 else '')
