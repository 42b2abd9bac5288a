"""How far an account has been read.

In: the saved state in any form that was ever written, and later the moments up to which everything is on its way. Out:
where an account goes on, and the states of a sync.
"""
