"""Faults, credentials, secrets and interruptions, over real sockets; see the docstring of each module."""
