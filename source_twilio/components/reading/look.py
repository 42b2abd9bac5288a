"""The list of calls: its first page without a filter is all there is to ask of a small account.

Calls that were never dialled have no start_time, so no date filter shows them; lists by `Status` do.
https://www.twilio.com/docs/voice/api/call-resource
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from source_twilio.components.reading.far_end import FarEnd, Rest, earliest
from source_twilio.components.reading.order import LAST, Goal
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import Deliver, each_query
from source_twilio.components.reading.steps import Part, Spawn, Steps
from source_twilio.components.reading.undated import UndatedRetriever
from source_twilio.components.rows.records import Row
from source_twilio.components.state.cursors import UNDATED
from source_twilio.components.twilio.requester import Answer

ENOUGH_LOOKS = 60  # lists, six of each of ten accounts, that are asked for rows which an unfiltered list may hide


@dataclass
class LookRetriever(UndatedRetriever):
    """Asks for the list without a filter first, which is all there is to ask of a small account.

    undated: a parameter and its values that show the rows without a cursor value.
    """

    undated: Mapping[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hidden = HiddenRows()

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """The unfiltered list's first page, then what it does not hold: windows, and lists of rows without a date."""
        window, since = reading.range(), reading.range(UNDATED)
        first = next(self.pages(reading, context), Answer([], None))
        order = self._order()
        seen = order.see(first.rows)
        is_last = first.next_url is None
        # Where they may stand last, a page that is not the last one tells nothing about them.
        reaches_back = is_last or (
            seen is not None and LAST not in order.possible and order.ends(seen, Goal(since.start))
        )
        apart = reading.part(UNDATED)
        steps: list[tuple[Part, Steps]] = []
        later: list[tuple[Part, Steps]] = []
        if not reaches_back:
            steps = self._lists(reading, apart, context, deliver, doubtful=False)
        elif self._hidden.trusts(any(map(self._lacks_date, first.rows))):
            steps = [(apart, iter([deliver(self._without_date(first.rows, since), apart, context)]))]
        else:
            later = [(apart, self._doubt(reading, apart, context, deliver))]
        rows = first.take()
        if is_last:
            yield deliver(self._dated(rows, reading, window), part, context)
        else:
            steps += self._windows(reading, self._pieces(window, self._density(rows), reading), context, deliver)
        del rows
        yield Spawn(steps, last=True, later=later)

    def _doubt(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """The lists of `undated`, if other accounts have not shown by now that nothing is hidden."""
        if not self._hidden.trusts(False):
            yield Spawn(self._lists(reading, part, context, deliver, doubtful=True), last=True)

    def _lists(
        self, reading: Reading, part: Part, context: Row, deliver: Deliver, doubtful: bool
    ) -> list[tuple[Part, Steps]]:
        queries = each_query(self.undated)
        return [(part, self._undated_rows(reading, part, context, query, deliver, doubtful)) for query in queries]

    def _undated_rows(
        self, reading: Reading, part: Part, context: Row, query: dict[str, str], deliver: Deliver, doubtful: bool
    ) -> Steps:
        """The rows without a cursor value of a list, read down to where the range begins."""
        since, order, met = reading.range(UNDATED), self._order(), set[str]()
        before: Row | None = None
        end: FarEnd | None = None
        pages = self.pages(reading, context, query)
        for answer in pages:
            before = order.see(answer.rows, before)
            is_behind = before is not None and order.ends(before, Goal(since.start))
            if before and is_behind and answer.next_url and self._may_stand_behind(order, before):
                density, oldest = order.density(answer.rows), earliest([before, *answer.rows], self.cursor_field)
                end = FarEnd(reading, context, query, deliver, order, density, oldest, Rest(pages), met)
            rows = self._without_date(answer.take(), since)
            met.update(str(row.get("sid")) for row in rows)
            if doubtful and rows:
                self._hidden.found()
            yield deliver(rows, part, context)
            del rows
            if end:
                yield from self._far_end(part, end)
            if is_behind:
                break
        if doubtful:
            self._hidden.looked()


class HiddenRows:
    """Whether an unfiltered list shows rows without a cursor value, which no documentation says: learned from it."""

    def __init__(self) -> None:
        self._shows = False
        self._hides = False
        self._looks = 0

    def trusts(self, shows_one: bool) -> bool:
        """Whether a list that reaches back far enough shows all such rows. shows_one: this one does show some.

        A list that shows one shows all. As long as none has shown any, the first accounts are asked by `undated` as
        well; once enough of those lists have ended without one, there is nothing to hide.
        """
        self._shows = self._shows or shows_one
        return self._shows or (not self._hides and self._looks >= ENOUGH_LOOKS)

    def found(self) -> None:
        """A row without a cursor value that the unfiltered list did not show."""
        self._hides = True

    def looked(self) -> None:
        """A list of `undated` has ended; two threads that count one look only make the doubt last longer."""
        self._looks += 1
