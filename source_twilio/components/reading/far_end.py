"""Where to look for rows without a date that stand behind all dated ones, at the far end of a long list.

A list that is sorted by the date of sending may put messages without one last: behind the oldest message of all. Its
first pages look like those of a list that has no such message.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from source_twilio.components.reading.order import Order
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import Deliver
from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import DAY, back
from source_twilio.components.twilio.requester import Answer

CLOSE = timedelta(hours=1)
KEPT = 400 * DAY  # of messages: https://support.twilio.com/hc/en-us/articles/223181008


class Rest:
    """The pages that a chain had no need to read, for whoever finds that they are needed after all: once, if at all."""

    def __init__(self, pages: Iterator[Answer]) -> None:
        self._pages: Iterator[Answer] | None = pages
        self._lock = threading.Lock()

    def take(self) -> Iterator[Answer]:
        """The pages; none if they were taken before."""
        with self._lock:
            pages, self._pages = self._pages, None
        return pages if pages is not None else iter(())


@dataclass
class Landing:
    """Where the token behind the newest row that is dated by a moment leads, in the list without that date filter.

    row: that row, None if no row is dated so early, or none stands behind it; first: the page behind it, None where the
    token is of no use; sure: that page is surely not filtered; pages: what follows it.
    """

    row: Row | None = None
    first: Answer | None = None
    sure: bool = False
    pages: Iterator[Answer] = field(default_factory=lambda: iter(()))


@dataclass
class FarEnd:
    """What of a list lies behind the page at which it was left, because dated rows are too old from there on.

    density: rows a second; oldest: the earliest date on that page; rest: what follows it; met: SIDs of the rows without
    a date that have left.
    """

    reading: Reading
    context: Row
    query: Mapping[str, str]
    deliver: Deliver
    order: Order
    density: float
    oldest: datetime
    rest: Rest
    met: set[str]

    def search(self, page_rows: int) -> Search:
        """The search for the oldest row; an account has none from before its creation."""
        begin = self.reading.account.created or back(self.reading.range().end, KEPT)
        seconds = min(page_rows / self.density, KEPT.total_seconds()) if self.density else 0.0
        return Search(begin, self.oldest, timedelta(seconds=seconds))


def earliest(rows: list[Row], cursor_field: str) -> datetime:
    """The earliest date on a page, of sending or of creation."""
    return parse(min(str(value) for row in rows for name in (cursor_field, "date_created") if (value := row.get(name))))


class Search:
    """Looks for the oldest dated row by halving the time in which it may lie. It says where to look next, no more.

    oldest: a first guess at it; newest: dated rows stand there; page: the time that a page of rows fills, so that a
    first look half of it behind a right guess finds the end.
    """

    def __init__(self, oldest: datetime, newest: datetime, page: timedelta) -> None:
        self._oldest, self._newest = min(oldest, newest), newest
        self._first: timedelta | None = page / 2

    @property
    def left(self) -> timedelta:
        """The time in which the oldest row may lie."""
        return self._newest - self._oldest

    def moment(self) -> datetime | None:
        """Where to look next, None where looking closer is not worth while."""
        if self.left <= CLOSE:
            return None
        length, self._first = min(self._first or self.left, self.left / 2), None
        return self._oldest + length

    def nothing_by(self, moment: datetime) -> None:
        """No dated row was found there, or none behind it."""
        self._oldest = moment

    def rows_at(self, moment: datetime) -> None:
        """Dated rows stand there, and perhaps older ones."""
        if moment <= self._oldest:  # older than the guess
            self._oldest = back(moment, KEPT)
        self._newest = moment
