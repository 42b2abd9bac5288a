"""How far back lists go, and how much of them can be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from source_twilio.components.reading.windows import Window
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import SECOND
from source_twilio.components.twilio.errors import Refused
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.paging import workspace
from source_twilio.probe.reasons import Unknown, Wrong, is_retention, no_access, said
from source_twilio.probe.session import Page, Session

KEPT = 30  # days of alerts and statistics, as the manifest has it
STATISTICS = "workers_cumulative_statistics"
MOST_PAGES = 12  # a capped list is walked no further


def _ask(session: Session, stream: str, start: datetime, end: datetime) -> bool | Refused:
    """Whether a range has rows, or how Twilio refuses it as older than what it keeps. Raises Wrong where it refuses in
    a way that the connector does not understand."""
    try:
        return bool(session.page(stream, session.declared.window(stream, start, end), size=1).rows)
    except Refused as refusal:
        if no_access(refusal):
            raise
        if is_retention(refusal):
            return refusal
        raise Wrong(f"refused ({said(refusal)})") from refusal


def alerts_start(session: Session) -> Finding:
    """The start of the connector's first window of alerts."""
    start = session.days_ago(KEPT)
    found = _ask(session, "alerts", start, start + timedelta(hours=1))
    if isinstance(found, Refused):
        return either(f"refused ({said(found)}): the connector moves its start")
    return yes("it is accepted")


def alerts_before(session: Session) -> Finding:
    """Alerts of the month before the one that is kept."""
    found = _ask(session, "alerts", session.days_ago(2 * KEPT), session.days_ago(KEPT + 1))
    if isinstance(found, Refused):
        return yes(f"refused ({said(found)})")
    if found:
        raise Wrong("older alerts are listed, and the connector does not ask for them")
    return yes("an empty list")


def monitor_before(session: Session) -> Finding:
    """Monitor events of two years ago, longer than any edition keeps them."""
    found = _ask(session, "monitor_events", session.days_ago(731), session.days_ago(730))
    if isinstance(found, Refused):
        return either(f"refused ({said(found)})")
    return either("events are listed" if found else "an empty list")


def alerts_cap(session: Session) -> Finding:
    """Walk the list of alerts to its end, and look for alerts that are older than all it has shown."""
    cap = session.row("alerts")["cap"]
    page = session.page("alerts")
    times, pages = _generated(page), 1
    while page.next_url and pages < MOST_PAGES:
        try:
            page = session.follow("alerts", page.next_url)
        except Refused as refusal:
            if len(times) < cap:
                raise Wrong(f"the list is refused ({said(refusal)}) after {len(times):,} rows") from refusal
            return yes(f"the list is refused ({said(refusal)}) after {len(times):,} rows")
        times, pages = times + _generated(page), pages + 1
    if len(times) > cap:
        return either(f"more than {cap:,} alerts are listed")
    if page.next_url or pages == 1:
        raise Unknown(f"the list of alerts has {f'more than {MOST_PAGES} pages' if page.next_url else 'one page'}")
    start, oldest = session.days_ago(KEPT) + timedelta(minutes=10), parse(min(times)) - 2 * SECOND
    if start > oldest or _ask(session, "alerts", start, oldest) is not True:
        raise Unknown("the list of alerts is shorter than the cap")
    if len(times) < cap:
        raise Wrong(f"the list ends after {len(times):,} rows though there are older alerts")
    return yes(f"the list ends after {len(times):,} rows")


def _generated(page: Page) -> list[str]:
    return [str(row["date_generated"]) for row in page.rows]


def statistics_days(session: Session) -> Finding:
    """TaskRouter's statistics of the oldest day that the connector asks for, and of days before."""
    context = workspace(session)
    kept = _statistics(session, context, KEPT - 1)
    if isinstance(kept, Refused):
        return either(f"days that are asked for are refused ({said(kept)}); the connector warns and goes on")
    before = _statistics(session, context, KEPT + 1)
    if not isinstance(before, Refused):
        raise Wrong(f"a start {KEPT + 1} days ago is answered too, and the connector does not ask for it")
    return yes(f"a start {KEPT + 1} days ago is refused ({said(before)})")


def _statistics(session: Session, context: dict[str, str], back: int) -> bool | Refused:
    day = session.days_ago(back).replace(hour=0, minute=0, second=0)
    asked = replace(session.declared.filter(STATISTICS), slack=None)  # whole days, as `DayRetriever` asks for them
    try:
        session.single(STATISTICS, context, asked.params(Window(day, day + timedelta(days=1))))
    except Refused as refusal:
        if is_retention(refusal):
            return refusal
        if no_access(refusal):
            raise
        raise Wrong(f"refused ({said(refusal)})") from refusal
    return True


QUESTIONS = (
    Question("alerts-start", "Does the list of alerts take a start 30 days ago?", "yes, or a refusal with 20004",
             "alerts.incremental_sync.start_datetime.min_datetime", alerts_start),
    Question("alerts-older", "Are alerts listed that are older than 30 days?", "no",
             "alerts.incremental_sync.start_datetime.min_datetime", alerts_before),
    Question("alerts-cap", "After how many rows is the list of alerts cut off?", "10,000, not fewer", "alerts.cap",
             alerts_cap),
    Question("monitor-older", "What do monitor events answer for two years ago?", "rows, none, or a refusal with 20004",
             "monitor_events.asked_by", monitor_before),
    Question("statistics-days", "How many days do TaskRouter's statistics go back?", "30, then a refusal with 14241",
             f"{STATISTICS}.incremental_sync.start_datetime.min_datetime", statistics_days),
)
