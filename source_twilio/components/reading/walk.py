"""The walk of the messages list, which alone shows messages that have not been sent.

https://www.twilio.com/docs/messaging/api/message-resource filters by the date of sending only, so a message without
one is in no window. The unfiltered list holds every message; its order is learned from its rows (`order.py`). Its pages
can only be had one after the other, unless a page token says where to begin: a filtered list gives one for the newest
message sent by a moment, and the same token in the unfiltered list begins there (`chains.py`). A token that does not is
of no use and no harm.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from source_twilio.components.reading.chains import TOP, Chains
from source_twilio.components.reading.dated import LONGEST_CHAIN, MOST_PIECES, PAGES_A_WINDOW
from source_twilio.components.reading.far_end import FarEnd, Rest, earliest
from source_twilio.components.reading.order import CREATED, Goal, Order
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import Deliver
from source_twilio.components.reading.steps import Part, Spawn, Steps
from source_twilio.components.reading.undated import UndatedRetriever
from source_twilio.components.reading.windows import Window, pages_for, split
from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.cursors import UNDATED
from source_twilio.components.state.units import duration
from source_twilio.components.twilio.requester import Answer

LOGGER = logging.getLogger("airbyte")
# How far above the end of a range a walk tries to begin: beyond a filter that compares whole days, then beyond more of
# the messages that were scheduled.
BEYOND = (timedelta(days=2), timedelta(days=9))
MOST_PAGES = 3_000  # up to which a walk reads dated rows too; above that, windows cut a busy account more finely


@dataclass
class Walk:
    """What the chains of one walk share.

    goal: how far down they go; dated: the range of dated rows to emit, None if windows read them; pieces: where chains
    may begin, oldest first; met: SIDs of rows without a date that have left before or beside the chains.
    """

    reading: Reading
    context: Row
    deliver: Deliver
    order: Order
    goal: Goal
    dated: Window | None
    pieces: list[Window]
    met: set[str]
    said: bool = False
    _rests: list[Rest] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.rest = self.part()
        self.parts = [self.part() for _ in self.pieces]
        self.chains = Chains(self.pieces, self.parts, self.rest, self.reading.stopped)

    def part(self) -> Part:
        """A part of the range, for a chain."""
        return self.reading.part(*(("", UNDATED) if self.dated else (UNDATED,)))

    def see(self, rows: list[Row], before: Row | None) -> Row | None:
        """Learn the order from a page; see `Order.see`."""
        last = self.order.see(rows, before)
        if not self.order.possible and not self.said:
            self.said = True
            LOGGER.info("%s: the list is not sorted by creation or sending, so it is read to its end", self.reading.who)
        return last

    def leave(self, pages: Iterator[Answer]) -> Rest:
        """End a chain above the end of the list. Its rest is read after all if the list turns out to be unsorted."""
        rest = Rest(pages)
        with self._lock:
            self._rests.append(rest)
        return rest

    def far_end(self, oldest: datetime, rows: list[Row], rest: Rest) -> FarEnd:
        """What lies behind a page that a chain has ended with."""
        density = self.order.density(rows)
        return FarEnd(self.reading, self.context, {}, self.deliver, self.order, density, oldest, rest, self.met)

    def resumed(self) -> list[Rest]:
        """What chains have left that has to be read now; each of it is given once."""
        with self._lock:
            if self.order.possible:
                return []
            rests, self._rests = self._rests, []
        return rests


@dataclass
class WalkRetriever(UndatedRetriever):
    """Reads the unfiltered list first: all there is to ask of most accounts.

    ahead: how long a row may have existed before it got its cursor value, so how far below the range's start a walk
    for dated rows has to go where the list is sorted by creation.
    """

    ahead: str = "P0D"

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """A walk for all rows, or for the undated ones beside windows for the dated: whichever asks for fewer pages."""
        dated, undated = reading.range(), reading.range(UNDATED)
        pages = self.pages(reading, context)
        first = next(pages, Answer([], None))
        order = self._order()
        # These have a part of their own: where all rows without a date stand first, no chain accounts for them.
        apart = reading.part(UNDATED)
        early = self._without_date(first.rows, undated)
        met = {str(row.get("sid")) for row in early}
        order.see(first.rows)
        top, skipped = first, pages
        first, pages = self._down_to(max(dated.end, undated.end), reading, context, order, first, pages)
        density = order.density(first.rows)
        all_rows = Goal(undated.start, dated.start, duration(self.ahead))
        lowest = all_rows.by_creation if CREATED in order.possible else all_rows.by_cursor
        shows_dated = any(row.get(self.cursor_field) for row in first.rows)
        together = self._pages_of(dated.end - lowest, density)
        beside = self._pages_of(dated.end - undated.start, density) + self._pages_of(dated.end - dated.start, density)
        is_whole = first.next_url is None or not order.possible
        windows: list[tuple[Part, Steps]] = []
        if is_whole or (shows_dated and together <= min(MOST_PAGES, beside)):
            goal, chosen = all_rows, dated
        else:
            goal, chosen, lowest = Goal(undated.start), None, undated.start
            windows = self._windows(reading, self._pieces(dated, density, reading), context, deliver)
        pieces = [] if is_whole or not shows_dated else self._cut(first, lowest, density)
        walk = Walk(reading, context, deliver, order, goal, chosen, pieces, met)
        if first is not top:
            walk.chains.begin_below_the_top(first.rows[0])
            walk.leave(skipped)
        # The oldest chain runs first, since the state follows it, and that at the top of the list last.
        chains = [(part, self._within(walk, number)) for number, part in enumerate(walk.parts)]
        head = (apart, iter([deliver(early, apart, context)]))
        yield Spawn([head, *chains, (walk.rest, self._top(walk, first, pages)), *windows], last=True)

    def _down_to(
        self, moment: datetime, reading: Reading, context: Row, order: Order, first: Answer, pages: Iterator[Answer]
    ) -> tuple[Answer, Iterator[Answer]]:
        """Where a walk begins that wants nothing newer than a moment: at the top, or at a page further down where that
        is shown to lie above all that is wanted, whatever the list is sorted by."""
        for later in BEYOND if reading.ranges.before else ():
            if not self._is_above(moment, first.rows, order) or first.next_url is None:
                return first, pages
            landing = self._land(reading, context, {}, moment + later)
            if landing.sure and landing.first and self._is_above(moment, landing.first.rows[:1], order):
                order.see(landing.first.rows)
                return landing.first, landing.pages
        return first, pages

    def _is_above(self, moment: datetime, rows: list[Row], order: Order) -> bool:
        """Whether dated rows stand on a page, all of them sent and created after a moment."""
        dates = [[parse(row[name]) for name in (self.cursor_field, "date_created") if row.get(name)] for row in rows
                 if row.get(self.cursor_field)]
        return bool(order.possible and dates) and all(len(both) == 2 and min(both) > moment for both in dates)

    def _pages_of(self, span: timedelta, density: float) -> int:
        return pages_for(span, density, self._page_rows)

    def _cut(self, first: Answer, below: datetime, density: float) -> list[Window]:
        """Pieces of a few pages each of what lies below the first page, oldest first; none for a short list."""
        created = first.rows[-1].get("date_created")
        if not created or not density or parse(created) <= below:
            return []
        rest = Window(below, parse(created))
        span = rest.end - rest.start
        if self._pages_of(span, density) <= LONGEST_CHAIN:
            return []
        length = max(timedelta(seconds=PAGES_A_WINDOW * self._page_rows / density), span / MOST_PIECES)
        return split(rest, length, self._edges, timedelta(seconds=1))

    def _top(self, walk: Walk, first: Answer, pages: Iterator[Answer]) -> Steps:
        """The chain that begins at the top of the list."""
        walk.chains.wait()
        yield from self._chain(walk, walk.rest, itertools.chain([first], pages), TOP)

    def _within(self, walk: Walk, number: int) -> Steps:
        """The chain that begins in a piece, if one does."""
        piece = walk.pieces[number]
        first = Answer([], None)
        pages: Iterator[Answer] = iter(())
        try:
            landing = self._land(walk.reading, walk.context, {}, piece.end, created_from=piece.start)
            if landing.sure and landing.first:
                first, pages = landing.first, landing.pages
        finally:
            begins = walk.chains.begin(number, first.rows)
        if begins:
            yield from self._chain(walk, walk.parts[number], itertools.chain([first], pages), number)

    def _chain(self, walk: Walk, part: Part, pages: Iterator[Answer], number: int | None) -> Steps:
        """Page by page down to where the next chain begins, or to the end of what is wanted."""
        before: Row | None = None
        for answer in pages:
            listed = answer.take()
            before = walk.see(listed, before)
            yield from self._again(walk)
            rows, meets = walk.chains.own(listed, number)
            left: Rest | None = None
            end: FarEnd | None = None
            if before and answer.next_url and not meets and walk.order.ends(before, walk.goal):
                left = walk.leave(pages)
                if self._may_stand_behind(walk.order, before):
                    end = walk.far_end(earliest([before, *listed], self.cursor_field), listed, left)
            yield walk.deliver(self._kept(rows, walk), part, walk.context)
            del rows, listed
            if end:
                behind = walk.reading.part(UNDATED)
                yield Spawn([(behind, self._far_end(behind, end))])
            if left:
                yield from self._again(walk)
            if left or meets:
                return

    def _again(self, walk: Walk) -> Steps:
        """Chains that ended too early, since the list has turned out to be in no order."""
        for rest in walk.resumed():
            part = walk.part()
            yield Spawn([(part, self._chain(walk, part, rest.take(), None))])

    def _kept(self, rows: list[Row], walk: Walk) -> list[Row]:
        undated = self._without_date(rows, walk.reading.range(UNDATED))
        undated = [row for row in undated if row.get("sid") not in walk.met]
        if not walk.order.possible:  # several chains may come by
            walk.met.update(str(row.get("sid")) for row in undated)
        return self._dated(rows, walk.reading, walk.dated) + undated if walk.dated else undated
