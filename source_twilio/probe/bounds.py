"""Which rows a date filter shows: instants or whole dates, bounds included or not, and whether the connector's own
windows show all they should."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from source_twilio.components.reading.windows import Window
from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import DAY, back, duration, midnight
from source_twilio.components.twilio.errors import Refused
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.reasons import Unknown, Wrong, no_access, said
from source_twilio.probe.session import Page, Session

SECOND_WIDTH = len("2026-01-01T00:00:00")
COMPLETED = {"Status": "completed"}


def moments(rows: list[Row], field: str) -> list[str]:
    """The different cursor values of rows, oldest first, to the second."""
    return sorted({str(row[field])[:SECOND_WIDTH] for row in rows if row.get(field)})


def by_instant(session: Session, stream: str) -> Finding:
    """Ask from one row's second to that of another of its day, which has a row outside and, with four, one between."""
    row = session.row(stream)
    low, middle, high = _span(session.page(stream).rows, row["cursor_field"])
    asked = _query(session, stream, low, high, session.declared.filter(stream).form)
    answer = session.as_the_connector(stream, asked)
    shown = moments(answer.rows, row["cursor_field"])
    if any(value[:10] != low[:10] for value in shown):
        raise Wrong("rows of other days were listed: the date-times were not obeyed")
    if any(value < low or value > high for value in shown):
        return either("whole dates are compared, and the day of the upper bound is listed")
    if not shown and middle:
        return either("whole dates are compared, and the day of the upper bound is left out")
    if not shown:
        return either("rows at the bounds are left out, or the whole day of the upper bound is")
    if middle and middle not in shown:
        raise Unknown("the answer fits no way of comparing")
    return either(f"instants are compared; a row at the lower bound is {_listed(low in shown)}, "
                  f"one at the upper bound {_listed(high in shown)}")


def _span(rows: list[Row], field: str) -> tuple[str, str, str]:
    """The seconds of three rows of one day, the middle one empty where the day has no fourth. Rows with fractions of a
    second lie at no bound, so they are left out."""
    days: dict[str, list[str]] = {}
    for value in moments([row for row in rows if "." not in str(row.get(field))], field):
        days.setdefault(value[:10], []).append(value)
    busy = [day for day in days.values() if len(day) > 2]
    if not busy:
        raise Unknown("no day with three rows, each at a second of its own, among the newest")
    day = min(busy, key=lambda values: (len(values) < 4, len(values)))
    return (day[0], day[1], day[2]) if len(day) > 3 else (day[0], "", day[1])


def by_date(session: Session, stream: str) -> Finding:
    """Ask from one date to the next, both with rows."""
    field = session.row(stream)["cursor_field"]
    days = sorted({value[:10] for value in moments(session.page(stream).rows, field)})
    pairs = [(day, after) for day, after in zip(days, days[1:], strict=False) if parse(after) - parse(day) == DAY]
    if not pairs:
        raise Unknown("no two days with rows, one after the other, among the newest")
    day, after = pairs[-1]
    try:
        answer = session.page(stream, _query(session, stream, day, after, "%Y-%m-%d"))
    except Refused as refusal:
        if no_access(refusal):
            raise
        return either(f"refused ({said(refusal)})")
    shown = moments(answer.rows, field)
    found = {value[:10] for value in shown}
    if found - {day, after}:
        return either("rows of other days were listed: plain dates are not obeyed")
    upper = "listed" if any(value > f"{after}T00:00:00" for value in shown) else "left out after its midnight"
    lower = "not reached by the first page" if answer.next_url and day not in found else _listed(day in found)
    return either(f"the day of the lower bound is {lower}, that of the upper bound {upper}")


def _query(session: Session, stream: str, low: str, high: str, form: str) -> dict[str, str]:
    declared = session.declared.filter(stream)
    return {declared.after: parse(low).strftime(form), declared.before: parse(high).strftime(form)}


def _listed(shown: bool) -> str:
    return "listed" if shown else "left out"


def own_window(session: Session, stream: str, query: dict[str, str] | None = None) -> Finding:
    """Ask, exactly as the connector does, for the day of the row that lies nearest to a midnight (or for its second,
    where the filter is declared by the second), and look for the rows that are known of it."""
    row = session.row(stream)
    field, shape = row["cursor_field"], session.declared.filter(stream)
    known = [one for one in session.page(stream, query).rows if one.get(field)]
    if not known:
        raise Unknown("no row with a date among the newest")
    nearest = min(known, key=lambda one: _from_midnight(str(one[field])))
    width = SECOND_WIDTH if shape.slack == "second" else 10
    wanted = [one for one in known if str(one[field])[:width] == str(nearest[field])[:width]]
    values = [parse(value) for value in moments(wanted, field)]
    window = Window(back(values[0], duration(row.get("early", "P0D"))), values[-1])
    answer = session.as_the_connector(stream, {**(query or {}), **shape.params(window)})
    missing = _missing(answer, wanted, field, row["primary_key"])
    if missing is None:
        raise Unknown("the window has more rows than a page")
    if missing:
        raise Wrong("rows that the unfiltered list shows are not listed for their own window")
    return yes("the row nearest to a midnight, and all others known of its window, were listed")


def _missing(answer: Page, wanted: list[Row], field: str, key: list[str]) -> list[Row] | None:
    """The wanted rows that an answer should have shown and did not; None where it may have more on further pages."""
    if answer.next_url:  # newest first: what is older than the last row of the page may follow
        oldest = min(moments(answer.rows, field), default="~")
        wanted = [row for row in wanted if str(row[field])[:SECOND_WIDTH] > oldest]
        if not wanted:
            return None
    shown = {tuple(row.get(name) for name in key) for row in answer.rows}
    return [row for row in wanted if tuple(row.get(name) for name in key) not in shown]


def _from_midnight(value: str) -> timedelta:
    moment = parse(value)
    since = moment - midnight(moment)
    return min(since, DAY - since)


def _questions(stream: str) -> tuple[Question, ...]:
    return (
        Question(f"{stream}-date-times", f"How do date filters of {stream} compare date-times?",
                 "date-times are obeyed; a day more is asked for on both sides", f"{stream}.slack",
                 partial(by_instant, stream=stream)),
        Question(f"{stream}-dates", f"How do date filters of {stream} compare plain dates?",
                 "any way: date-times are sent", f"{stream}.incremental_sync.datetime_format",
                 partial(by_date, stream=stream)),
        _own(stream, f"{stream}.slack"),
    )


def _own(stream: str, where: str, query: dict[str, str] | None = None) -> Question:
    return Question(f"{stream}-window", f"Does the connector's own window of {stream} show all of its rows?",
                    "yes", where, partial(own_window, stream=stream, query=query))


QUESTIONS = (
    *_questions("messages"),
    *_questions("calls"),
    *_questions("recordings"),
    _own("conferences", "conferences.slack", COMPLETED),
    _own("alerts", "alerts.asked_by"),
    _own("monitor_events", "monitor_events.asked_by"),
    Question("alerts-bounds", "Are the bounds of alerts part of the range?", "either: a second more is asked for",
             "alerts.asked_by", partial(by_instant, stream="alerts")),
    Question("monitor-events-bounds", "Are the bounds of monitor events part of the range?",
             "either: a second more is asked for", "monitor_events.asked_by",
             partial(by_instant, stream="monitor_events")),
)
