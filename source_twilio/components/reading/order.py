"""In which order a list comes, learned from the rows that it shows.

Twilio's reference sorts messages by `DateSent`, newest first, and does not say where those stand that have none:
https://www.twilio.com/docs/messaging/api/message-resource. How far such a list has to be read depends on it, so every
order that fits all rows seen so far counts as possible, and a reading ends only where it may end under each of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from operator import ge, le
from typing import Any

import pendulum

from source_twilio.components.reading.windows import rows_per_second
from source_twilio.components.rows.records import ChangedRow, Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import back

CREATED = "by creation"
SENT = "by the cursor, else creation"
FIRST = "by the cursor, rows without one first"
LAST = "by the cursor, rows without one last"
Values = list[Any]


@dataclass(frozen=True)
class Goal:
    """What is wanted of a list: rows without a cursor value that were created from `undated` on, and rows whose cursor
    value is not before `dated` (None: others read them), which may have been created `ahead` of it."""

    undated: datetime
    dated: datetime | None = None
    ahead: pendulum.Duration | timedelta = timedelta(0)

    @property
    def by_cursor(self) -> datetime:
        """The end of a list that is sorted by the cursor, else creation."""
        return min(self.undated, self.dated) if self.dated else self.undated

    @property
    def by_creation(self) -> datetime:
        """The end of a list that is sorted by creation."""
        return min(self.undated, back(self.dated, self.ahead)) if self.dated else self.undated


class Order:
    """The orders that a list may have, newest first; none is left of one that follows no date.

    cursor_field: the date that a row may be without; learned: orders that lists of other accounts have ruled out, since
    all of them come from one API. Chains of pages that are read at the same time share it.
    """

    def __init__(self, cursor_field: str, learned: set[str] | None = None) -> None:
        self._cursor = cursor_field
        self._learned = set() if learned is None else learned
        self.possible = frozenset({CREATED, SENT, FIRST, LAST} - self._learned)
        self._undated_sorted = True
        self._lock = threading.Lock()

    def see(self, rows: list[Row], before: Row | None = None) -> Row | None:
        """Rule out what does not fit the rows of a page, and give the last of them. before: that of the page before.

        A row with a date that could not be read tells nothing: its place goes by what Twilio knows of it.
        """
        rows = [row for row in rows if self._tells(row)]
        rows = [before, *rows] if before else rows
        dates = [row.get(self._cursor) for row in rows]
        created = [row.get("date_created") for row in rows]
        undated = [value for value, date in zip(created, dates, strict=True) if not date]
        ruled_out = {order for order in self.possible if not FITS[order](dates, created)}
        with self._lock:
            self._undated_sorted = self._undated_sorted and falling(undated)
            self.possible -= ruled_out
            if self.possible and LAST not in self.possible:
                self._learned.add(LAST)  # the one order that costs requests to rule out
        return rows[-1] if rows else None

    def _tells(self, row: Row) -> bool:
        return row.__class__ is not ChangedRow or not {self._cursor, "date_created"} & row.changes.keys()

    def ends(self, row: Row, goal: Goal) -> bool:
        """Whether nothing is wanted of what follows a row, under every possible order. Under LAST that is so for rows
        with a date alone, until one without is seen."""
        date, created = _moment(row.get(self._cursor)), _moment(row.get("date_created"))
        is_old = created is not None and created < goal.undated
        dates_end = date is not None and (goal.dated is None or date < goal.dated)
        ends = {
            CREATED: created is not None and created < goal.by_creation,
            SENT: (moment := date or created) is not None and moment < goal.by_cursor,
            FIRST: dates_end or (date is None and goal.dated is None and is_old and self._undated_sorted),
            LAST: dates_end or (date is None and is_old and self._undated_sorted),
        }
        return bool(self.possible) and all(ends[order] for order in self.possible)

    def density(self, rows: list[Row]) -> float:
        """Rows a second of a page, by the date that it is sorted by; 0 where it tells nothing."""
        dates = [] if CREATED in self.possible else [row[self._cursor] for row in rows if row.get(self._cursor)]
        values = dates or [row["date_created"] for row in rows if row.get("date_created")]
        return rows_per_second(values) if values else 0.0


def falling(values: Values) -> bool:
    """Whether dates come newest first, none of them missing."""
    return None not in values and all(map(ge, values, islice(values, 1, None)))


def _by_creation(dates: Values, created: Values) -> bool:
    return falling(created)


def _by_cursor(dates: Values, created: Values) -> bool:
    return falling([date or moment for date, moment in zip(dates, created, strict=True)])


def _apart(side: Callable[[bool, bool], bool]) -> Callable[[Values, Values], bool]:
    def fits(dates: Values, created: Values) -> bool:
        dated = [date is not None for date in dates]
        return all(map(side, dated, islice(dated, 1, None))) and falling([date for date in dates if date is not None])

    return fits


FITS = {CREATED: _by_creation, SENT: _by_cursor, FIRST: _apart(le), LAST: _apart(ge)}


def _moment(value: str | None) -> datetime | None:
    return parse(value) if value else None
