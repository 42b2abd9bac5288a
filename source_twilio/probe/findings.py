"""What the probe asks, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.errors import AccountSkipped, Refused
from source_twilio.probe.reasons import Unknown, Wrong, said
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
