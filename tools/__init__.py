"""Commands for those who work on the connector; nothing here is needed to run it."""
