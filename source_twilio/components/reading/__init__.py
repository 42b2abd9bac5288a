"""How an account of a stream is read.

In: a stream's row, an account, the range that its cursor leaves to read. Out: pages of rows, and parts of the range as
they are complete. A plan is made of steps, which threads take turns at.
"""
