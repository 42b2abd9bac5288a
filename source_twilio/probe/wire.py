"""What the headers of all answers tell."""

from __future__ import annotations

from source_twilio.components.twilio.clock import AGREED
from source_twilio.components.twilio.outcomes import retry_after
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.reasons import Unknown, Wrong
from source_twilio.probe.session import Session


def date_header(session: Session) -> Finding:
    """`Date` on every answer of Twilio's."""
    if not all(seen.dated for seen in session.api.seen):
        raise Wrong("some answers have none")
    clock = session.api.clock
    agree = clock.latest() - clock.earliest() < AGREED
    return yes("every answer has it; this machine's clock " + ("agrees" if agree else "differs by a minute or more"))


def gzip(session: Session) -> Finding:
    """Compressed answers."""
    return either("yes" if any(seen.compressed for seen in session.api.seen) else "no answer was compressed")


def retry_after_header(session: Session) -> Finding:
    """`Retry-After` on refusals with 429, of which the probe provokes none."""
    refused = [seen for seen in session.api.seen if seen.status == 429]
    if not refused:
        raise Unknown("nothing was refused with 429, and the probe provokes no refusal")
    header = refused[0].retry_after
    if not header:
        return either("no")
    if retry_after(header) is None:
        raise Wrong("in a form that the connector does not understand")
    return either("as seconds" if header.strip().replace(".", "", 1).isdigit() else "as a date")


QUESTIONS = (
    Question("date-header", "Has every answer a Date header?", "yes: it corrects a wrong clock",
             "components/twilio/clock.py",
             date_header),
    Question("gzip", "Are answers compressed?", "either", "components/twilio/api.py", gzip),
    Question("retry-after", "Is Retry-After sent with 429?", "either: seconds and dates are understood",
             "components/twilio/outcomes.py", retry_after_header),
)
