"""Airbyte source for Twilio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_twilio.source import SourceTwilio

__all__ = ["SourceTwilio"]


def __getattr__(name: str) -> Any:
    """`SourceTwilio`, imported when it is asked for: the command sets up its process before (`__main__.py`)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from source_twilio.source import SourceTwilio

    return SourceTwilio
