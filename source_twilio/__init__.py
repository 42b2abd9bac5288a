"""Airbyte source for Twilio."""

from source_twilio.source import SourceTwilio

__all__ = ["SourceTwilio"]
