"""Windows of time: their edges, how they look on the wire, and how a busy one is split by density.

All moments are aware UTC datetimes. A window includes both of its ends, at the granularity of its unit, so windows
that follow each other neither overlap nor leave a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import pendulum

from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import DAY, EARLIEST, SECOND, Unit, back, midnight


@dataclass(frozen=True)
class Window:
    """A span of time with both ends included."""

    start: datetime
    end: datetime

    def holds(self, value: str, unit: Unit) -> bool:
        """Whether a cursor value (normalised text) lies in the window, at the unit's precision."""
        return unit.text(self.start) <= value[: unit.width] <= unit.text(self.end)


@dataclass(frozen=True)
class RangePolicy:
    """Where a stream's range begins and ends, from the `incremental_sync` block of its row and the configuration.

    unit: the cursor's precision; start: the earliest start (configured start date, retention); lookback: how far
    behind the cursor to begin at least; configured: the configuration's lookback window, which may be longer; before:
    the configured end date, which is not part of the range, so that it can be the start date of another connection.
    """

    unit: Unit
    start: datetime
    lookback: pendulum.Duration
    configured: timedelta
    before: datetime | None = None

    def window(self, saved: datetime | None, created: datetime | None, now: datetime) -> Window | None:
        """The range to read: from the cursor less the lookback window, or from the earliest start, to now or the end
        date; None where the end date leaves nothing. The cursor is none of the future: `AccountCursor` takes such a one
        as now."""
        end = self.unit.trim(now)
        begin = self.unit.floor(max(self.start, created or self.start, EARLIEST))
        if saved:
            begin = max(begin, self.unit.floor(min(back(saved, self.lookback), back(saved, self.configured))))
        if self.before:
            end = min(end, self.unit.trim(self.before - SECOND))
            if begin > end:
                return None
        return Window(min(begin, end), end)


@dataclass(frozen=True)
class DateFilter:
    """How a list is asked for a window.

    after, before: names of the query parameters, of the start and end options of the row's cursor block, the second
    empty where there is none; form: strftime format of their values; slack: how far beyond the window to ask, since the
    documentation leaves open whether bounds are strict and whether a date or an instant is compared (`second`, `day`,
    or None where both bounds are documented as inclusive).
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
        return {self.before: moment.strftime(self.form)} if self.before else {}


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
