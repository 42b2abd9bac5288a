"""The configuration, and whether it is right.

In: what the user gave, in any form that was ever accepted. Out: the configuration as all other parts know it, or one
sentence that names the field and what to do; for `check`, whether Twilio accepts the credentials.
"""
