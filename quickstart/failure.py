"""What keeps the quick start from going on."""


class Failure(Exception):
    """A reason in words for the user, with the remedy."""
