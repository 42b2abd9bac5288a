"""What lists show when a parameter is left out."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from source_twilio.components.state.units import DAY
from source_twilio.components.twilio.errors import Refused
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.reasons import Unknown, Wrong, no_access, said
from source_twilio.probe.session import Session

BEFORE_TWILIO = datetime(2008, 1, 15, tzinfo=timezone.utc)
TOTALS = ("count", "usage", "price")


def conferences_without_status(session: Session) -> Finding:
    """Conferences without Status, against those that have ended."""
    if not session.page("conferences", {"Status": "completed"}).rows:
        raise Unknown("no completed conference")
    statuses = {row.get("status") for row in session.page("conferences", size=50).rows}
    return either("completed conferences are listed" if "completed" in statuses else "only those that have not ended")


def conference_statuses(session: Session) -> Finding:
    """Each Status that the connector asks for."""
    for status in session.row("conferences")["each"]["Status"]:
        rows = session.as_the_connector("conferences", {"Status": status}).rows
        if any(row.get("status") != status for row in rows):
            raise Wrong(f"the list with Status={status} shows other conferences")
    return yes("each is accepted")


def deleted_compositions(session: Session) -> Finding:
    """Video compositions without Status, against the deleted ones."""
    if any(row.get("status") == "deleted" for row in session.page("video_compositions").rows):
        return either("deleted ones are listed")
    if not session.as_the_connector("video_compositions", {"Status": "deleted"}, size=1).rows:
        raise Unknown("no deleted composition")
    return either("deleted ones are left out")


def subaccounts_in_usage(session: Session) -> Finding:
    """Yesterday's usage with the connector's parameter and without it."""
    yesterday = f"{session.days_ago(1):%Y-%m-%d}"
    query = {"StartDate": yesterday, "EndDate": yesterday}
    own = _total(session.as_the_connector("usage_records", query).rows)
    default = _total(session.page("usage_records", query, declared=False).rows)
    if default == own:
        raise Unknown("yesterday's totals are the same with and without subaccounts")
    return either("the usage of subaccounts is included" if default > own else "other totals, and not larger ones")


def _total(rows: list[dict[str, object]]) -> float:
    return sum(abs(value) for row in rows for name in TOTALS if isinstance(value := row.get(name), (int, float)))


def empty_usage(session: Session) -> Finding:
    """Usage of a day a week before the account was created."""
    day = session.created - 7 * DAY if session.created else BEFORE_TWILIO
    text = f"{day:%Y-%m-%d}"
    try:
        rows = session.page("usage_records", {"StartDate": text, "EndDate": text}).rows
    except Refused as refusal:
        if no_access(refusal):
            raise
        if refusal.code not in session.row("usage_records")["empty_on"]:
            raise Wrong(f"refused ({said(refusal)})") from refusal
        return either(f"it is refused ({said(refusal)})")
    if _total(rows):
        raise Unknown("there is usage before the account was created")
    return either("rows with nothing but zeros" if rows else "an empty list")


def partial_month(session: Session) -> Finding:
    """Last month from its 10th to its 20th."""
    month = session.days_ago(0).replace(day=1) - timedelta(days=1)
    query = {"StartDate": f"{month:%Y-%m}-10", "EndDate": f"{month:%Y-%m}-20"}
    starts = {row.get("start_date") for row in session.page("usage_records_monthly", query).rows}
    if not starts:
        raise Unknown("no usage in last month")
    if starts == {f"{month:%Y-%m}-01"}:
        return either("rows bear the dates of the whole month")
    return either("rows bear the dates of the range" if starts == {query["StartDate"]} else "rows bear other dates")


QUESTIONS = (
    Question("conferences-default", "What does the list of conferences show without Status?",
             "any: each Status is asked for", "conferences.each.Status", conferences_without_status),
    Question("conferences-status", "Can conferences be listed by each Status?", "yes", "conferences.each.Status",
             conference_statuses),
    Question("compositions-default", "Does the list of video compositions show deleted ones without Status?",
             "either: each Status is asked for", "video_compositions.each.Status", deleted_compositions),
    Question("usage-subaccounts", "Does usage include that of subaccounts without IncludeSubaccounts?",
             "either: it is left out", "usage_records.query.IncludeSubaccounts", subaccounts_in_usage),
    Question("usage-empty", "What does usage answer for a range without data?", "an empty list or 20404",
             "usage_records.empty_on", empty_usage),
    Question("usage-partial", "Which dates has a month of which a part is asked for?",
             "any: whole months are asked for", "usage_records_monthly.incremental_sync.cursor_granularity",
             partial_month),
)
