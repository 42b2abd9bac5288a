"""What the manifest's custom components do; `docs/core.md` tells how a slice becomes records and state.

`builder.py` makes the streams. `twilio` is the way to the API, `reading` how an account is read, `rows` what becomes of
its rows, `state` how far it was read, `settings` the configuration and `check`.
"""
