"""A list that is read as several chains of pages at once, so that each of its rows is read by one of them.

A chain begins with some page of the list, follows Twilio's links, and ends where it meets the first row of another
chain. Between two such rows lies nothing that nobody reads, wherever in the list those pages happened to begin.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from source_twilio.components.reading.steps import Part, Stopped
from source_twilio.components.reading.windows import Window
from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse

TOP = -1


class Chains:
    """Where the chains of one list begin, newest first as the list is sorted.

    pieces: spans of time, oldest first, in each of which a chain may begin; parts: what each of those chains reads;
    rest: what the chain reads that begins at the top of the list. A part starts with the first row of the next older
    chain, so the chains of a piece have to begin in order; `rest` stands for all that have not begun. stopped: whether
    the process is ending, so that nobody begins a chain any more.
    """

    def __init__(
        self, pieces: list[Window], parts: list[Part], rest: Part, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self._pieces = pieces
        self._parts = parts
        self._rest = rest
        self._stopped = stopped
        self._first: dict[str, int] = {}  # SID of a chain's first row → its piece
        self._known: dict[int, datetime | None] = {}  # piece → when the first row of its chain was created
        self._begun = 0  # pieces, oldest first, of which it is settled whether a chain begins there
        self._changed = threading.Condition()
        for part in parts:
            part.start = None  # `rest` holds the cursor for it

    def begin_below_the_top(self, row: Row) -> None:
        """The chain at the top begins with this row, since nothing above it is wanted. One that reads what is above it
        after all ends here."""
        self._first[str(row.get("sid"))] = TOP

    def begin(self, number: int, rows: list[Row]) -> bool:
        """Whether a chain begins in a piece with these rows. A page that lies elsewhere begins none: the chain of the
        next newer piece reads on instead. Waits until the same is known of all older pieces."""
        first: Row = rows[0] if rows else {}
        created = parse(first["date_created"]) if first.get("date_created") and first.get("sid") else None
        piece = self._pieces[number]
        begins = created is not None and piece.start <= created <= piece.end
        with self._changed:
            if begins:
                self._first[first["sid"]] = number
            self._known[number] = created if begins else None
            self._advance()
            self._wait_for(number + 1)
        return begins

    def wait(self) -> None:
        """Wait until all chains but that at the top of the list have begun."""
        with self._changed:
            self._wait_for(len(self._pieces))

    def _wait_for(self, begun: int) -> None:
        while not self._changed.wait_for(lambda: self._begun >= begun, timeout=1):
            if self._stopped():  # an older chain will not begin any more
                raise Stopped("the connector was stopped")

    def own(self, rows: list[Row], number: int | None = None) -> tuple[list[Row], bool]:
        """The rows of a page before the first one with which another chain begins, and whether there is such a row.

        number: the piece of the chain that asks, TOP for that at the top, None for one that goes on with a rest.
        """
        for place, row in enumerate(rows):
            if row.get("sid") in self._first and self._first[row["sid"]] != number:
                return rows[:place], True
        return rows, False

    def _advance(self) -> None:
        """Let each chain, in order, take over from `rest` what lies above the next older one."""
        while self._begun in self._known:
            created = self._known[self._begun]
            if created:
                self._parts[self._begun].start = self._rest.start
                self._rest.start = created
            self._begun += 1
        self._changed.notify_all()
