"""The walk of the messages list, which alone shows messages that have not been sent.

https://www.twilio.com/docs/messaging/api/message-resource filters by the date of sending only, so a message without
one is in no window. The unfiltered list holds every message, newest created first.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from source_twilio.components.cursors import UNDATED
from source_twilio.components.reading import Reading
from source_twilio.components.records import Row
from source_twilio.components.requester import Answer
from source_twilio.components.retrievers import Deliver
from source_twilio.components.undated import UndatedRetriever, descending, older
from source_twilio.components.windows import Window, back, duration, pages_for, rows_per_second
from source_twilio.components.workers import Part, Spawn, Steps

LOGGER = logging.getLogger("airbyte")
SMALL = 50  # pages up to which one walk reads an account faster than windows beside a walk


@dataclass
class WalkRetriever(UndatedRetriever):
    """Reads the unfiltered list first: all there is to ask of a small account.

    ahead: how long a row may have existed before it got its cursor value, so how far below the range's start a walk
    for dated rows has to go.
    """

    ahead: str = "P0D"

    def rows(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """One walk of everything, or a walk for the undated rows beside windows for the dated ones."""
        dated, undated = reading.range(), reading.range(UNDATED)
        pages = self.pages(reading, context)
        first = next(pages, Answer([], None))
        below = min(back(dated.start, duration(self.ahead)), undated.start)
        created = [row["date_created"] for row in first.rows if row.get("date_created")]
        density = rows_per_second(created) if created else 0.0
        everything = pages_for(dated.end - below, density, self._page_rows)
        apart = pages_for(dated.end - undated.start, density, self._page_rows) + pages_for(
            dated.end - dated.start, density, self._page_rows
        )
        if first.next_url is None or everything <= min(SMALL, apart):
            yield from self._walk(reading, part, context, first, pages, below, dated, deliver)
            yield Spawn([(reading.part(UNDATED), iter(()))])
            return
        walk = reading.part(UNDATED)
        pieces = self._pieces(dated, density, reading)
        yield Spawn([
            (walk, self._walk(reading, walk, context, first, pages, undated.start, None, deliver)),
            *self._windows(reading, pieces, context, deliver),
        ], last=True)

    def _walk(
        self,
        reading: Reading,
        part: Part,
        context: Row,
        first: Answer,
        pages: Iterator[Answer],
        below: datetime,
        dated: Window | None,
        deliver: Deliver,
    ) -> Steps:
        """Page by page down to rows created before `below`; emits undated rows, and the dated ones of a range if given.

        A page that is not sorted tells nothing about those that follow: then the walk goes on to the end.
        """
        is_sorted = True
        for answer in itertools.chain([first], pages):
            if is_sorted and answer.rows and not descending(answer.rows):
                is_sorted = False
                LOGGER.info("%s: the list is not sorted by creation, so it is read to its end", reading.who)
            is_behind = is_sorted and bool(answer.rows) and older(answer.rows[-1], below)
            yield deliver(self._kept(answer.take(), reading, dated), part, context)
            if is_behind:
                return

    def _kept(self, rows: list[Row], reading: Reading, dated: Window | None) -> list[Row]:
        undated = self._without_date(rows, reading.range(UNDATED))
        return self._dated(rows, reading, dated) + undated if dated else undated
