"""Which rows have no date, and which lists show them."""

from __future__ import annotations

from source_twilio.components.rows.records import Row
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.order import direction
from source_twilio.probe.reasons import Unknown, Wrong
from source_twilio.probe.session import Page, Session

FINAL = ("canceled", "busy", "failed", "no-answer")  # a call with one of these does not change any more


def messages_listed(session: Session) -> Finding:
    """Messages without date_sent in the unfiltered list."""
    page = session.page("messages")
    statuses = {str(row.get("status")) for row in page.rows if not row.get("date_sent")}
    if not statuses:
        raise Unknown(f"no message without date_sent {_among(page)}")
    return yes(f"it shows messages without date_sent, with status {', '.join(sorted(statuses))}")


def calls_listed(session: Session) -> Finding:
    """Calls without start_time in the unfiltered list, against those of the lists by Status."""
    page = session.page("calls")
    shown = {row["sid"] for row in page.rows if not row.get("start_time")}
    for status in FINAL:
        undated = [row for row in _by_status(session, status).rows if not row.get("start_time")]
        if any(row["sid"] not in shown and _belongs(session, row, page) for row in undated):
            told = f"it leaves out one that the list with Status={status} shows"
            if shown:
                raise Wrong(f"{told}, and shows others")
            return either(told)
    if not shown:
        raise Unknown(f"no call without start_time {_among(page)}")
    return yes("it shows calls without start_time")


def calls_by_status(session: Session) -> Finding:
    """Whether the declared lists by Status hold the calls without start_time that the unfiltered list shows."""
    page = session.page("calls")
    undated = [row for row in page.rows if not row.get("start_time")]
    strangers = {str(row.get("status")) for row in undated} - set(session.row("calls")["undated"]["Status"])
    if strangers:
        raise Wrong(f"calls with status {', '.join(sorted(strangers))} have no start_time, and no list asks for them")
    for status in FINAL:
        seen = {row["sid"] for row in undated if row.get("status") == status}
        listed = _by_status(session, status)
        found = {row["sid"] for row in listed.rows if not row.get("start_time")}
        if found:
            return yes(f"the list with Status={status} shows calls without start_time")
        if seen and not listed.next_url:
            raise Wrong(f"the list with Status={status} leaves out calls without start_time")
    raise Unknown(f"no call without start_time that will not change any more {_among(page)}")


def started_by_status(session: Session) -> Finding:
    """Whether calls that never connected carry start_time, by their status."""
    told = []
    for status in FINAL:
        rows = [row for row in session.page("calls").rows if row.get("status") == status]
        rows = rows or _by_status(session, status).rows
        dated = {bool(row.get("start_time")) for row in rows}
        if dated:
            told.append(f"{status}: {'some' if len(dated) > 1 else 'yes' if True in dated else 'no'}")
    if not told:
        raise Unknown("no call with such a status")
    return either("; ".join(told))


def _by_status(session: Session, status: str) -> Page:
    return session.as_the_connector("calls", {"Status": status}, size=50)


def _belongs(session: Session, row: Row, page: Page) -> bool:
    """Whether a call was created in the time that a page of the unfiltered list covers."""
    created = [str(one["date_created"]) for one in page.rows if one.get("date_created")]
    value = str(row.get("date_created") or "~")
    if value >= session.began:  # created while the probe asked
        return False
    if not page.next_url:
        return True
    return direction(page.rows, "date_created") == "newest first" and value > min(created)


def _among(page: Page) -> str:
    return f"in the newest {len(page.rows):,}" if page.next_url else "in the list"


QUESTIONS = (
    Question("messages-undated", "Does the unfiltered list show messages that were never sent?",
             "yes: no filter shows them", "components/reading/walk.py", messages_listed),
    Question("calls-undated-listed", "Does the unfiltered list show calls without start_time?",
             "all of them or none; if it shows none, they are asked for by Status", "components/reading/look.py",
             calls_listed),
    Question("calls-undated-status", "Do the lists by Status show all calls without start_time?", "yes",
             "calls.undated.Status", calls_by_status),
    Question("calls-start-time", "Do calls that never connected carry start_time?",
             "either: they are asked for by Status too", "calls.undated.Status", started_by_status),
)
