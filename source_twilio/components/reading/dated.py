"""Lists that Twilio filters by date: one request where an account is quiet, windows by density where it is busy."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import Deliver, ListRetriever, each_query
from source_twilio.components.reading.steps import Part, Spawn, Steps
from source_twilio.components.reading.windows import DateFilter, Window, pages_for, rows_per_second, split
from source_twilio.components.rows.records import ChangedRow, Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import DAY, DAYS, SECONDS, Unit, back, duration
from source_twilio.components.twilio.errors import OUTSIDE_RETENTION, Overtaxed, Refused, system_error
from source_twilio.components.twilio.requester import Answer

LOGGER = logging.getLogger("airbyte")
PAGES_A_WINDOW = 4  # full enough to be worth a request chain, short enough that states come out along the way
SMALL_STEPS = (timedelta(minutes=1), timedelta(hours=1))  # by which a refused start is moved before whole days are
MOST_PIECES = 64  # a burst within one page tells little about the rest; busy pieces are split again
FEWER = 4  # pieces of a window that Twilio answers with 5xx: few, since most often its service is just slow
MOST_PUT_OFF = 2  # smallest windows with 5xx of one account, after which the service is down rather than those windows
LONGEST_CHAIN = 8  # pages that are expected to be left from which on a window is split


@dataclass
class WindowRetriever(ListRetriever):
    """Reads a list by windows of its date filter.

    The words of the row are explained in the manifest. Of the cursor's block the source hands in the parameters of the
    filter, the precision and `step`, the longest window.
    """

    asked: DateFilter | None = None
    unit: Unit = SECONDS
    step: str = ""
    hold: Mapping[str, Any] = field(default_factory=dict)
    cap: int = 0
    by_cursor: bool = False
    early: str = "P0D"
    page_rows: int = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.asked is None or not self.step:
            raise system_error(f"Stream {self.name}: a list that is read by windows needs `start_time_option` and "
                               "`step` in its `incremental_sync`.")
        self._filter = self.asked
        # Windows are cut at whole days where the API leaves open whether a date or an instant is compared.
        self._edges = DAYS if self.asked.slack == "day" else self.unit
        self._early = duration(self.early)
        self._longest = duration(self.step)
        self._page_rows = self.requester.paginator.size or self.page_rows
        self._reads_undated = False

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """The list's windows, each a part of its own."""
        yield Spawn(self._windows(reading, [reading.range()], context, deliver), last=True)

    def _windows(
        self, reading: Reading, windows: list[Window], context: Row, deliver: Deliver
    ) -> list[tuple[Part, Steps]]:
        """A step for each window and each value of `each`."""
        steps = []
        for query in each_query(self.each):
            steps += self._parts(reading, windows, context, query, deliver)
        return steps

    def _parts(
        self, reading: Reading, windows: list[Window], context: Row, query: dict[str, str], deliver: Deliver
    ) -> list[tuple[Part, Steps]]:
        """A step for each window, each in a part of its own; the oldest first, since the state follows the oldest."""
        steps = []
        for window in windows:
            part = reading.part("", start=window.start)
            steps.append((part, self._window(reading, part, window, context, query, deliver)))
        return steps

    def _window(
        self, reading: Reading, part: Part, window: Window, context: Row, query: dict[str, str], deliver: Deliver,
        divisible: bool = True,
    ) -> Steps:
        """The rows of one window; hands over to smaller windows where its first page tells that it is busy, where the
        API cuts the list off, and where it answers 5xx for as long as the window is divisible."""
        held: list[Row] = []
        refused: Refused | None = None
        try:
            for number, answer in enumerate(self._answers(reading, window, context, query, divisible)):
                rest = self._rest(answer.rows, window, reading) if number == 0 and answer.next_url else None
                pieces = self._pieces(rest, self._density(answer.rows), reading) if rest else [window]
                if rest and pieces != [window]:
                    parts = self._parts(reading, pieces, context, query, deliver)
                    part.start = rest.end + reading.ranges.unit.step
                    yield deliver(self._dated(answer.take(), reading, Window(part.start, window.end)), part, context)
                    yield Spawn(parts, last=True)
                    return
                if not self.cap:
                    yield deliver(self._dated(answer.take(), reading, window), part, context)
                    continue
                held += answer.take()  # nothing may leave before it is known whether the list is cut off
                if len(held) >= self.cap:
                    break
        except Overtaxed as trouble:
            yield from self._with_less(reading, part, window, context, query, deliver, trouble)
            return
        except Refused as refusal:
            if not self._is_cut_off(refusal, held):
                raise
            refused = refusal
        if refused or (self.cap and len(held) >= self.cap):
            pieces = self._smaller(window, held, reading)
            if pieces != [window]:
                yield Spawn(self._parts(reading, pieces, context, query, deliver), last=True)
                return
            if refused and (refused.code is not None or not held):
                raise refused
            # An error would hold the cursor here in every sync to come, for rows that no sync can read.
            LOGGER.warning("%s: Twilio shows %d rows at most, all of them of %s; more of that second are missing",
                           reading.who, len(held), window.start)
        if held:
            yield deliver(self._dated(held, reading, window), part, context)

    def _is_cut_off(self, refusal: Refused, held: list[Row]) -> bool:
        """Whether a refusal says that a list has more rows than Twilio lists: HTTP 400, without a code where it was
        seen, so on the first page no other one counts."""
        if not self.cap or refusal.status != 400 or refusal.code in OUTSIDE_RETENTION:
            return False
        return refusal.code is None or bool(held)

    def _with_less(
        self, reading: Reading, part: Part, window: Window, context: Row, query: dict[str, str], deliver: Deliver,
        trouble: Overtaxed,
    ) -> Steps:
        """What to do about a window that Twilio answers with 5xx again and again, as usage of a long range: ask for
        pieces of it. The smallest ones are put off until all others have been read, and then repeated as long as any
        request; the third of them at once, since then it is not the window."""
        pieces = split(window, (window.end - window.start) / FEWER, self._edges, reading.ranges.unit.step)
        if pieces != [window]:
            LOGGER.info("%s: %s for %s to %s again and again, so smaller ranges are asked for", reading.who,
                        trouble.what, window.start, window.end)
            yield Spawn(self._parts(reading, pieces, context, query, deliver), last=True)
            return
        once_more = self._window(reading, part, window, context, query, deliver, divisible=False)
        if reading.puts_off(MOST_PUT_OFF):
            yield Spawn([], last=True, later=[(part, once_more)])
        else:
            yield from once_more

    def _smaller(self, window: Window, rows: list[Row], reading: Reading) -> list[Window]:
        """The pieces of a window whose list was cut off: by density, or halves where the density tells nothing."""
        pieces = self._pieces(window, self._density(rows), reading)
        if pieces == [window]:
            pieces = split(window, (window.end - window.start) / 2, self._edges, reading.ranges.unit.step)
        return pieces

    def _answers(
        self, reading: Reading, window: Window, context: Row, query: dict[str, str], divisible: bool
    ) -> Iterator[Answer]:
        """The pages of a window; where Twilio keeps less than was asked for, from the first start that it accepts."""
        steps = iter(SMALL_STEPS)
        while True:
            asked = Window(max(back(window.start, self._early), reading.kept_from), window.end)
            if asked.start > asked.end:
                return
            try:
                asked_for = {**query, **self._filter.params(asked)}
                yield from self.pages(reading, context, asked_for, divisible=divisible)
                return
            except Refused as refusal:
                if refusal.code not in OUTSIDE_RETENTION:
                    raise
            reading.keeps_from(asked.start + next(steps, DAY))

    def _pieces(self, window: Window, density: float, reading: Reading) -> list[Window]:
        """Tile a window with pieces of a few pages each, none longer than `slice_step_duration`."""
        if pages_for(window.end - window.start, density, self._page_rows) <= PAGES_A_WINDOW:
            return [window]
        span = (window.end - window.start).total_seconds()
        seconds = min(max(PAGES_A_WINDOW * self._page_rows / density, span / MOST_PIECES),
                      self._longest.total_seconds())
        return split(window, timedelta(seconds=seconds), self._edges, reading.ranges.unit.step)

    def _density(self, rows: list[Row]) -> float:
        values = [value for row in rows if (value := row.get(self.cursor_field))]
        return rows_per_second(values) if values else float("inf")

    def _rest(self, rows: list[Row], window: Window, reading: Reading) -> Window | None:
        """What of a busy window is better read by smaller ones, from its first page; None to go on page by page.

        Of a list that is sorted by the cursor, the page holds all rows behind the first edge after its oldest one, so
        only what lies before that edge is left. Most lists are sorted by creation: a row that got its cursor value
        long after it was created stands pages later, so all of the window is left.
        """
        values = [row.get(self.cursor_field) or "" for row in rows]
        if not values or "" in values:
            return None
        oldest = parse(min(values)).replace(microsecond=0)
        is_sorted = self.by_cursor and all(a >= b for a, b in pairwise(values))
        behind = (oldest if is_sorted else window.end) - window.start
        if pages_for(behind, self._density(rows), self._page_rows) <= LONGEST_CHAIN:
            return None
        cut = self._edges.ceiling(oldest + timedelta(seconds=1))
        if is_sorted and window.start < cut <= window.end:
            return Window(window.start, cut - reading.ranges.unit.step)
        return window

    def _dated(self, rows: list[Row], reading: Reading, window: Window) -> list[Row]:
        """The rows that belong to a window; one without a cursor value belongs to the newest, if nothing reads it.

        One with a cursor value that cannot be read has been filtered by Twilio, which knows it: it belongs to any.
        """
        unit, name = reading.ranges.unit, self.cursor_field
        low, high, width = unit.text(window.start), unit.text(window.end), unit.width
        newest = not self._reads_undated and window.end == reading.range().end
        kept = [row for row in rows if (low <= value[:width] <= high if (value := row.get(name))
                                        else newest or self._is_unread(row))]
        if self.hold:
            changing = [row[name] for row in kept if row.get(name) and _matches(row, self.hold)]
            if changing:
                reading.hold("", parse(min(changing)))
        return kept

    def _is_unread(self, row: Row) -> bool:
        """Whether a row came with a cursor value that cannot be read."""
        return row.__class__ is ChangedRow and self.cursor_field in row.changes


def _matches(row: Row, condition: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in condition.items())
