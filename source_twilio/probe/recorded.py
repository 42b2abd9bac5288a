"""Questions that recordings of a few real accounts have answered: whether this account's answers are the same.

Recorded: a page token is PA and the SID of the last row; messages that failed carry date_sent; usage lists every
category there is, most of them zero, and a start before the account's creation comes back as that day.
"""

from __future__ import annotations

from datetime import timedelta

from source_twilio.components.twilio.paging import place_of
from source_twilio.probe.findings import Finding, Question, either
from source_twilio.probe.reasons import Unknown
from source_twilio.probe.session import Session

AMOUNTS = ("count", "usage", "price")


def token_form(session: Session) -> Finding:
    """The token behind a page of one message, against the message's SID."""
    page = session.page("messages", size=1)
    if not page.next_url:
        raise Unknown("fewer than two messages")
    if place_of(page.next_url).get("PageToken") == f"PA{page.rows[-1]['sid']}":
        return either("PA and the SID of the last row, so it holds no filter")
    return either("another form, which might hold a filter")


def failed_messages(session: Session) -> Finding:
    """Messages with the status failed among the newest."""
    dated = {bool(row.get("date_sent")) for row in session.page("messages").rows if row.get("status") == "failed"}
    if not dated:
        raise Unknown("no failed message among the newest")
    return either("some do, some do not" if len(dated) > 1 else "they do" if True in dated else "they do not")


def unused_categories(session: Session) -> Finding:
    """Yesterday's rows of usage."""
    yesterday = f"{session.days_ago(1):%Y-%m-%d}"
    rows = session.page("usage_records", {"StartDate": yesterday, "EndDate": yesterday}).rows
    if not rows:
        raise Unknown("no usage yesterday")
    zero = sum(not any(row.get(name) for name in AMOUNTS) for row in rows)
    told = "most rows" if 2 * zero > len(rows) else "some rows" if zero else "no rows"
    bare = "some have no count" if any(row.get("count") is None for row in rows) else "each has a count"
    return either(f"{told} are nothing but zeros; {bare}")


def before_creation(session: Session) -> Finding:
    """Monthly usage from half a year before the account was created to the end of that month."""
    if session.created is None:
        raise Unknown("the account does not say when it was created")
    born = f"{session.created:%Y-%m-%d}"
    month_end = (session.created.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    query = {"StartDate": f"{session.created - timedelta(days=183):%Y-%m-%d}", "EndDate": f"{month_end:%Y-%m-%d}"}
    starts = sorted(str(row["start_date"]) for row in session.page("usage_records_monthly", query).rows)
    if not starts:
        return either("an empty list")
    if starts[0] == born:
        return either("the first row begins with the account")
    told = "with its month" if starts[0] == f"{born[:8]}01" else "before the account was there"
    return either(f"the first row begins {told}")


def waiting_participants(session: Session) -> Finding:
    """Participants of a conference that has not begun."""
    for row in session.page("conferences", {"Status": "init"}).rows:
        page = session.page("conference_participants", context={"conference_sid": row["sid"]})
        return either("it lists those who wait" if page.rows else "an empty list")
    raise Unknown("no conference that has not begun")


QUESTIONS = (
    Question("token-form", "What is a page token of messages?",
             "any; recorded: PA and the SID of the last row, which holds no filter",
             "components/reading/walk.py", token_form),
    Question("messages-failed", "Do messages that failed carry date_sent?",
             "either: the unfiltered list shows those without; recorded: they do", "components/reading/walk.py",
             failed_messages),
    Question("usage-zeros", "Does usage list categories that were not used?",
             "either: zeros are rows like others; recorded: hundreds of them", "usage_records.primary_key",
             unused_categories),
    Question("usage-before", "With which day does usage of a month begin in which the account was created?",
             "either: whole months are asked for; recorded for other ranges: the day of its creation",
             "usage_records_monthly.incremental_sync.cursor_granularity", before_creation),
    Question("conference-waiting", "What do participants of a conference that has not begun show?",
             "either: they are asked for",
             "conference_participants.parent.each", waiting_participants),
)
