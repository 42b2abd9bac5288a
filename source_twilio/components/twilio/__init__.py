"""The way to Twilio and back.

In: a list of the manifest, an account, the parameters of a window. Out: the pages of that list, as Twilio sent them, or
a refusal with whose matter it is. Below: hosts, connections, signatures, retries, limits.
"""
