"""The walk of the messages list, which alone shows messages that have not been sent.

https://www.twilio.com/docs/messaging/api/message-resource filters by the date of sending only, so a message without
one is in no window. The unfiltered list holds every message, newest created first. Its pages can only be had one after
the other, unless a page token says where to begin: a filtered list gives one for the newest message sent by a moment,
and the same token in the unfiltered list begins there (`chains.py`). A token that does not is of no use and no harm.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from source_twilio.components.chains import Chains
from source_twilio.components.cursors import UNDATED
from source_twilio.components.dated import LONGEST_CHAIN, MOST_PIECES, PAGES_A_WINDOW
from source_twilio.components.errors import Refused
from source_twilio.components.paging import place_of
from source_twilio.components.reading import Reading
from source_twilio.components.records import Row
from source_twilio.components.requester import Answer
from source_twilio.components.retrievers import Deliver
from source_twilio.components.steps import Part, Spawn, Steps
from source_twilio.components.undated import UndatedRetriever, descending, older
from source_twilio.components.windows import Window, back, duration, pages_for, parse, rows_per_second, split

LOGGER = logging.getLogger("airbyte")
MOST_PAGES = 3_000  # up to which a walk reads dated rows too; above that, windows cut a busy account more finely


@dataclass
class Walk:
    """What the chains of one walk share.

    below: the creation date that they go down to; dated: the range of dated rows to emit, None if windows read them;
    pieces: where chains may begin, oldest first.
    """

    reading: Reading
    context: Row
    deliver: Deliver
    below: datetime
    dated: Window | None
    pieces: list[Window]
    is_sorted: bool = True

    def __post_init__(self) -> None:
        kinds = ("", UNDATED) if self.dated else (UNDATED,)
        self.rest = self.reading.part(*kinds)
        self.parts = [self.reading.part(*kinds) for _ in self.pieces]
        self.chains = Chains(self.pieces, self.parts, self.rest)

    def ends_with(self, rows: list[Row]) -> bool:
        """Whether nothing that follows a page is wanted. One that is not sorted tells nothing about those behind it:
        then the walk goes on to the end."""
        if self.is_sorted and rows and not descending(rows):
            self.is_sorted = False
            LOGGER.info("%s: the list is not sorted by creation, so it is read to its end", self.reading.who)
        return self.is_sorted and bool(rows) and older(rows[-1], self.below)


@dataclass
class WalkRetriever(UndatedRetriever):
    """Reads the unfiltered list first: all there is to ask of most accounts.

    ahead: how long a row may have existed before it got its cursor value, so how far below the range's start a walk
    for dated rows has to go.
    """

    ahead: str = "P0D"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._newest = replace(self.requester, page_size=1)

    def rows(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """A walk for all rows, or for the undated ones beside windows for the dated: whichever asks for fewer pages."""
        dated, undated = reading.range(), reading.range(UNDATED)
        pages = self.pages(reading, context)
        first = next(pages, Answer([], None))
        created = [row["date_created"] for row in first.rows if row.get("date_created")]
        density = rows_per_second(created) if created else 0.0
        below = min(back(dated.start, duration(self.ahead)), undated.start)
        everything = self._pages_of(dated.end - below, density)
        apart = self._pages_of(dated.end - undated.start, density) + self._pages_of(dated.end - dated.start, density)
        windows: list[tuple[Part, Steps]] = []
        if first.next_url is None or everything <= min(MOST_PAGES, apart):
            walk = Walk(reading, context, deliver, below, dated, self._cut(first, below, density))
        else:
            walk = Walk(reading, context, deliver, undated.start, None, self._cut(first, undated.start, density))
            windows = self._windows(reading, self._pieces(dated, density, reading), context, deliver)
        # The oldest chain runs first, since the state follows it, and that at the top of the list last.
        chains = [(part, self._within(walk, number)) for number, part in enumerate(walk.parts)]
        yield Spawn([*chains, (walk.rest, self._top(walk, first, pages)), *windows], last=True)

    def _pages_of(self, span: timedelta, density: float) -> int:
        return pages_for(span, density, self._page_rows)

    def _cut(self, first: Answer, below: datetime, density: float) -> list[Window]:
        """Pieces of a few pages each of what lies below the first page, oldest first; none for a short list."""
        if first.next_url is None or not descending(first.rows):
            return []
        rest = Window(below, parse(first.rows[-1]["date_created"]))
        span = rest.end - rest.start
        if self._pages_of(span, density) <= LONGEST_CHAIN:
            return []
        length = max(timedelta(seconds=PAGES_A_WINDOW * self._page_rows / density), span / MOST_PIECES)
        return split(rest, length, self._edges, timedelta(seconds=1))

    def _top(self, walk: Walk, first: Answer, pages: Iterator[Answer]) -> Steps:
        """The chain that begins at the top of the list."""
        walk.chains.wait()
        yield from self._chain(walk, walk.rest, itertools.chain([first], pages), None)

    def _within(self, walk: Walk, number: int) -> Steps:
        """The chain that begins in a piece, if one does."""
        pages = self._pages_from(walk, walk.pieces[number])
        first = Answer([], None)
        try:
            first = next(pages, first)
        except Refused as refusal:
            LOGGER.debug("%s: a page token of a filtered list is of no use (%s)", walk.reading.who, refusal)
        finally:
            begins = walk.chains.begin(number, first.rows)
        if begins:
            yield from self._chain(walk, walk.parts[number], itertools.chain([first], pages), number)

    def _pages_from(self, walk: Walk, piece: Window) -> Iterator[Answer]:
        """The pages of the unfiltered list from the newest message on that had been sent by the end of a piece.

        No page if the first one might still be filtered. A token that is the message's SID, as documented examples
        show it, holds no filter; a message without a date passes none.
        """
        query = self._filter.until(piece.end)
        newest = next(self.pages(walk.reading, walk.context, query, self._newest), Answer([], None))
        if newest.next_url is None or not newest.rows or older(newest.rows[0], piece.start):
            return
        place = place_of(newest.next_url)
        pages = self.pages(walk.reading, walk.context, place)
        first = next(pages, Answer([], None))
        is_plain = place.get("PageToken") == f"PA{newest.rows[0].get('sid')}"
        if is_plain or not all(row.get(self.cursor_field) for row in first.rows):
            yield first
            yield from pages

    def _chain(self, walk: Walk, part: Part, pages: Iterator[Answer], number: int | None) -> Steps:
        """Page by page down to where the next chain begins, or to the end of what is wanted."""
        for answer in pages:
            is_last = walk.ends_with(answer.rows)
            rows, meets = walk.chains.own(answer.take(), number)
            yield walk.deliver(self._kept(rows, walk), part, walk.context)
            del rows
            if meets or is_last:
                return

    def _kept(self, rows: list[Row], walk: Walk) -> list[Row]:
        undated = self._without_date(rows, walk.reading.range(UNDATED))
        return self._dated(rows, walk.reading, walk.dated) + undated if walk.dated else undated
