"""In which order lists come."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from source_twilio.components.rows.records import Row
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.reasons import Unknown, Wrong
from source_twilio.probe.session import Session


def direction(rows: list[Row], field: str) -> str:
    """How rows are sorted by a date: `newest first`, `oldest first` or `in no order`. Raises Unknown for too few."""
    values = [str(row[field]) for row in rows if row.get(field)]
    if len(set(values)) < 2:
        raise Unknown("fewer than two rows with different dates")
    if all(a >= b for a, b in pairwise(values)):
        return "newest first"
    return "oldest first" if all(a <= b for a, b in pairwise(values)) else "in no order"


def by_creation(session: Session, stream: str) -> Finding:
    """The unfiltered list by date_created."""
    found = direction(session.page(stream).rows, "date_created")
    cost = "" if found == "newest first" else ", so the list is read to its end"
    return either(found + cost)


def by_cursor(session: Session, stream: str) -> Finding:
    """The unfiltered list by the stream's cursor field."""
    found = direction(session.page(stream).rows, session.row(stream)["cursor_field"])
    cost = "" if found == "newest first" else ", so busy windows cost a page more"
    return either(found + cost)


def descending_messages(session: Session) -> Finding:
    """The messages of a conversation with `Order=desc`."""
    for service, conversation in conversations(session):
        page = session.page("conversation_messages", size=50, context={
            "chat_service_sid": service, "conversation_sid": conversation["sid"]})
        if len({row.get("date_created") for row in page.rows}) > 1:
            found = direction(page.rows, "date_created")
            if found != "newest first":
                raise Wrong(found)
            return yes(found)
    raise Unknown("no conversation with two messages among the first")


def conversations(session: Session) -> list[tuple[str, Row]]:
    """The first conversations of the first services: the service's SID and the conversation, open ones first."""
    found: list[tuple[str, Row]] = []
    for service in session.page("services").rows[:2]:
        page = session.page("conversations", size=50, context={"chat_service_sid": service["sid"]})
        found += [(service["sid"], row) for row in page.rows]
    return sorted(found, key=lambda pair: pair[1].get("state") == "closed")[:3]


QUESTIONS = (
    Question("calls-order", "Does the list of calls come newest first by creation?",
             "any: it is learned from the rows", "components/reading/look.py",
             partial(by_creation, stream="calls")),
    *(Question(f"{stream}-order", f"Does the list of {stream} come newest first by {field}?",
               "yes; the first page is looked at", f"{stream}.by_cursor", partial(by_cursor, stream=stream))
      for stream, field in (("recordings", "date_created"), ("alerts", "date_generated"),
                            ("monitor_events", "event_date"))),
    Question("conversation-messages-order", "Do messages of a conversation come newest first when asked to?", "yes",
             "conversation_messages.newest_first", descending_messages),
)
