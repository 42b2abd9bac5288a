"""Why a question ends as it does: what is raised while Twilio is asked, and what a refusal says."""

from __future__ import annotations

from source_twilio.components.twilio.errors import NOT_ACTIVE, NOT_ALLOWED, OUTSIDE_RETENTION, Refused


class Wrong(Exception):
    """An assumption of the connector does not hold; the text says what Twilio did."""


class Unknown(Exception):
    """The account leaves a question open; the text says why."""


def said(refusal: Refused) -> str:
    """A refusal without Twilio's own words, which may name accounts and paths."""
    return f"HTTP {refusal.status}, code {refusal.code or 'unknown'}"


def no_access(refusal: Refused) -> bool:
    """Whether a refusal is about the credentials or the account and says nothing of what was asked."""
    return refusal.status in NOT_ALLOWED or refusal.code in NOT_ACTIVE


def is_retention(refusal: Refused) -> bool:
    """Whether a refusal says, as the connector understands it, that Twilio no longer keeps what was asked for."""
    return refusal.code in OUTSIDE_RETENTION
