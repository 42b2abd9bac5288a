"""What the probe asks, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.errors import NOT_ACTIVE, NOT_ALLOWED, OUTSIDE_RETENTION, AccountSkipped, Refused

if TYPE_CHECKING:
    from source_twilio.probe.session import Session

YES = "yes"
NO = "no"
EITHER = "holds either way"
UNKNOWN = "could not tell"


@dataclass(frozen=True)
class Finding:
    """What came of a question. answer: YES (Twilio does what the connector assumes), NO (it does not), EITHER (the
    connector is right whatever Twilio does) or UNKNOWN; detail: what Twilio did, or why it could not be told, without
    anything of the account's in it."""

    answer: str
    detail: str


class Wrong(Exception):
    """An assumption of the connector does not hold; the text says what Twilio did."""


class Unknown(Exception):
    """The account leaves a question open; the text says why."""


@dataclass(frozen=True)
class Question:
    """One open question.

    name: a short handle; text: the question; assumes: what the connector assumes, phrased as an answer; where: what
    stands or falls with it (see `Declared.show`); ask: asks Twilio and judges. It returns a Finding or raises Wrong,
    Unknown or what a request raises.
    """

    name: str
    text: str
    assumes: str
    where: str
    ask: Callable[[Session], Finding]

    def answer(self, session: Session) -> Finding:
        """What comes of it; whatever a request raises becomes a reason. No text of Twilio's gets into it."""
        try:
            return self.ask(session)
        except Wrong as reason:
            return Finding(NO, str(reason))
        except Unknown as reason:
            return Finding(UNKNOWN, str(reason))
        except Refused as refusal:
            return Finding(UNKNOWN, f"refused ({said(refusal)})")
        except AccountSkipped:
            return Finding(UNKNOWN, "the list of accounts shows no Auth Token")
        except AirbyteTracedException:
            return Finding(UNKNOWN, "Twilio gave no usable answer")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return Finding(UNKNOWN, f"an answer of an unexpected shape ({type(error).__name__})")


def yes(detail: str) -> Finding:
    """The assumption holds."""
    return Finding(YES, detail)


def either(detail: str) -> Finding:
    """The connector is right whatever Twilio does; the detail says what it did."""
    return Finding(EITHER, detail)


def said(refusal: Refused) -> str:
    """A refusal without Twilio's own words, which may name accounts and paths."""
    return f"HTTP {refusal.status}, code {refusal.code or 'unknown'}"


def no_access(refusal: Refused) -> bool:
    """Whether a refusal is about the credentials or the account and says nothing of what was asked."""
    return refusal.status in NOT_ALLOWED or refusal.code in NOT_ACTIVE


def is_retention(refusal: Refused) -> bool:
    """Whether a refusal says, as the connector understands it, that Twilio no longer keeps what was asked for."""
    return refusal.code in OUTSIDE_RETENTION
