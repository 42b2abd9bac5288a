"""A local stand-in for Twilio. Start with README.md; ``Twilio`` answers in process, ``Sandbox`` over real sockets."""

from .answers import Answer
from .app import Twilio
from .process import Sandbox
from .world import EmptyWorld, World

__all__ = ["Answer", "EmptyWorld", "Sandbox", "Twilio", "World"]
