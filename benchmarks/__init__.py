"""The commands behind every number on speed, memory and requests in the docs."""
