"""Windows of time: their edges, how they look on the wire, and how a busy one is split by density.

All moments are aware UTC datetimes. A window includes both of its ends, at the granularity of its unit, so windows
that follow each other neither overlap nor leave a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil

import pendulum

from source_twilio.components.times import moment_of

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=timezone.utc)  # older than all of Twilio; leaves room for steps back
UNITS = {"second": "PT1S", "day": "P1D", "month": "P1M", "year": "P1Y"}


def parse(text: str) -> datetime:
    """A cursor value or configured date (`YYYY-MM-DD`, RFC 3339, with or without fraction) as a moment.

    Raises ValueError when the text is no date.
    """
    moment = moment_of(text)
    if moment is None:
        raise ValueError(f"{text!r} is no date of the calendar")
    return moment


def duration(text: str) -> pendulum.Duration:
    """An ISO 8601 duration such as P1D. Raises ValueError when the text is none."""
    parsed = pendulum.parse(text)
    if not isinstance(parsed, pendulum.Duration):
        raise ValueError(f"{text!r} is no duration")
    return parsed


def back(moment: datetime, span: pendulum.Duration | timedelta) -> datetime:
    """The moment one span earlier, in calendar units where the span has any; never before the year 1."""
    try:
        earlier = pendulum.instance(moment) - span
    except (OverflowError, ValueError):
        return datetime.min.replace(tzinfo=timezone.utc)
    return datetime.fromtimestamp(earlier.timestamp(), tz=timezone.utc)


@dataclass(frozen=True)
class Unit:
    """The precision of a stream's cursor: what its windows are whole multiples of.

    name: second, day, month or year; width: how much of a cursor value's text counts (19: to the second, 10: the day).
    """

    name: str

    @property
    def width(self) -> int:
        return 19 if self.name == "second" else 10

    @property
    def step(self) -> timedelta:
        """The distance between the end of one window and the start of the next."""
        return SECOND if self.name == "second" else DAY

    def trim(self, moment: datetime) -> datetime:
        """The moment at the precision that windows end at: the second, or the day for all longer units."""
        return moment.replace(microsecond=0) if self.name == "second" else midnight(moment)

    def floor(self, moment: datetime) -> datetime:
        """The start of the unit that holds the moment."""
        start = self.trim(moment)
        if self.name in ("month", "year"):
            start = start.replace(day=1)
        return start.replace(month=1) if self.name == "year" else start

    def ceiling(self, moment: datetime) -> datetime:
        """The start of the first unit that does not begin before the moment."""
        start = self.floor(moment)
        if start == moment:
            return start
        after = pendulum.instance(start) + duration(UNITS[self.name])
        return datetime.fromtimestamp(after.timestamp(), tz=timezone.utc)

    def text(self, moment: datetime) -> str:
        """The moment as the comparable beginning of a cursor value."""
        return moment.isoformat()[: self.width]  # strftime leaves out the zeros of an early year

    def value(self, moment: datetime) -> str:
        """The moment as a cursor value: what records carry and the state keeps."""
        return self.text(moment) + ("Z" if self.width == 19 else "")


@dataclass(frozen=True)
class Window:
    """A span of time with both ends included."""

    start: datetime
    end: datetime

    def holds(self, value: str, unit: Unit) -> bool:
        """Whether a cursor value (normalised text) lies in the window, at the unit's precision."""
        return unit.text(self.start) <= value[: unit.width] <= unit.text(self.end)


@dataclass(frozen=True)
class DateFilter:
    """How a list is asked for a window.

    after, before: names of the query parameters; form: strftime format of their values; slack: how far beyond the
    window to ask, since the documentation leaves open whether bounds are strict and whether a date or an instant is
    compared (`second`, `day`, or None where both bounds are documented as inclusive).
    """

    after: str
    before: str
    form: str
    slack: str | None = None

    def params(self, window: Window) -> dict[str, str]:
        """The query parameters that return every row of the window under any reading of the documentation."""
        start, end = window.start, window.end
        if self.slack == "second":
            start, end = start - SECOND, end + SECOND
        if self.slack == "day":
            # From the last second of the day before, or that whole day, to the first moment of the day after.
            start, end = midnight(start) - SECOND, midnight(end) + DAY
        return {self.after: start.strftime(self.form), **self.until(end)}

    def until(self, moment: datetime) -> dict[str, str]:
        """The query parameter that returns rows up to a moment."""
        return {self.before: moment.strftime(self.form)}


def midnight(moment: datetime) -> datetime:
    """The start of the moment's UTC day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def split(window: Window, length: timedelta, edges: Unit, step: timedelta) -> list[Window]:
    """Tile a window with pieces of about `length`, oldest first, whose inner edges lie on whole units of `edges`.

    step: the distance between the end of a piece and the start of the next (one second, or one day).
    """
    pieces = []
    start = window.start
    while start <= window.end:
        end = min(edges.ceiling(start + max(length, edges.step)) - step, window.end)
        pieces.append(Window(start, end))
        start = end + step
    return pieces


def rows_per_second(values: list[str]) -> float:
    """The density of a page, from its oldest and newest cursor value; one date or second counts as one whole."""
    oldest, newest = min(values), max(values)
    least = DAY if len(oldest) == 10 else SECOND
    return len(values) / max(parse(newest) - parse(oldest), least).total_seconds()


def pages_for(span: timedelta, density: float, page_size: int) -> int:
    """How many pages a span of time fills at a density in rows a second."""
    rows = span.total_seconds() * density if span else 0.0
    return ceil(min(rows, 1e12) / page_size)
