"""Rows without a cursor value beside a list's windows: calls that were never dialled, messages that were never sent.

They have a cursor of their own in the state, counted by their creation, so they never move or hold up the dated rows.
`walk.py` and `look.py` are the two ways to them.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from source_twilio.components.reading.dated import WindowRetriever
from source_twilio.components.reading.far_end import FarEnd, Landing
from source_twilio.components.reading.order import LAST, Goal, Order
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.steps import NOTHING, Part, Steps
from source_twilio.components.reading.windows import Window, pages_for
from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.cursors import UNDATED
from source_twilio.components.state.units import SECOND
from source_twilio.components.twilio.errors import Refused
from source_twilio.components.twilio.paging import place_of
from source_twilio.components.twilio.requester import Answer

LOGGER = logging.getLogger("airbyte")
MOST_LOOKS = 16  # at places of a list, before it is read on from the best of them
NEAR = 2  # pages to the end from which on a closer look costs more than reading them


@dataclass
class UndatedRetriever(WindowRetriever):
    """Reads windows, and the rows that are in none of them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._reads_undated = True
        self._newest = replace(self.requester, paginator=replace(self.requester.paginator, size=1))
        self._learned: set[str] = set()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Rows with a cursor value and those without."""
        return ("", UNDATED)

    def _order(self) -> Order:
        return Order(self.cursor_field, self._learned)

    def _without_date(self, rows: list[Row], since: Window) -> list[Row]:
        return [row for row in rows
                if self._lacks_date(row) and not older(row, since.start) and not newer(row, since.end)]

    def _lacks_date(self, row: Row) -> bool:
        """Whether a row came without a cursor value; of one that cannot be read Twilio knows it all the same."""
        return not row.get(self.cursor_field) and not self._is_unread(row)

    def _may_stand_behind(self, order: Order, row: Row) -> bool:
        """Whether rows without a date may follow a row, far behind all dated ones."""
        return LAST in order.possible and bool(row.get(self.cursor_field))

    def _land(
        self,
        reading: Reading,
        context: Row,
        query: Mapping[str, str],
        moment: datetime,
        created_from: datetime | None = None,
    ) -> Landing:
        """Begin in the middle of a list: a date filter shows the newest row that is dated by a moment, with a link
        whose token is then sent without the filter. created_from: behind an older row nothing is wanted.

        A token that is the row's SID, as documented examples show it, holds no filter; a row without a date passes
        none. Two requests.
        """
        asked = {**query, **self._filter.until(moment)}
        newest = next(self.pages(reading, context, asked, self._newest), Answer([], None))
        if newest.next_url is None or not newest.rows:
            return Landing()
        row = newest.rows[0]
        if created_from and older(row, created_from):
            return Landing(row)
        place = place_of(newest.next_url)
        pages = self.pages(reading, context, {**query, **place})
        try:
            first = next(pages, Answer([], None))
        except Refused as refusal:
            LOGGER.debug("%s: a page token of a filtered list is of no use (%s)", reading.who, refusal)
            return Landing(row)
        is_plain = place.get("PageToken") == f"PA{row.get('sid')}"
        return Landing(row, first, is_plain or any(map(self._lacks_date, first.rows)), pages)

    def _far_end(self, part: Part, end: FarEnd) -> Steps:
        """The rows without a date that stand behind all dated ones, if the list is sorted so. Where no token leads to
        its end, all of the rest is read."""
        pages: Iterator[Answer] | None = None
        search = end.search(self._page_rows)
        for _ in range(MOST_LOOKS):
            moment = search.moment()
            if moment is None:
                break
            landing = self._land(end.reading, end.context, end.query, moment)
            yield NOTHING
            dated = landing.row.get(self.cursor_field) if landing.row else None
            if not dated or parse(dated) >= end.oldest:
                search.nothing_by(moment)
                continue
            rows = landing.first.rows if landing.first else []
            values = [value for row in rows if (value := row.get(self.cursor_field))]
            if landing.first is None or not rows or (values and min(values) > dated):
                break  # the token is of no use, or leads elsewhere
            if landing.sure:
                end.order.see(rows)
                if _ruled_out(end.order):
                    return
                pages = itertools.chain([landing.first], landing.pages)
            search.rows_at(parse(min(values, default=dated)))
            is_near = landing.sure and pages_for(search.left, end.order.density(rows), self._page_rows) <= NEAR
            if is_near or landing.first.next_url is None or any(map(self._lacks_date, rows)):
                break
        if pages is None:
            LOGGER.info("%s: no page token shows what stands behind the oldest rows with %s, so the list is read to "
                        "its end", end.reading.who, self.cursor_field)
            pages = end.rest.take()
        yield from self._behind_all(part, end, pages)
        if not end.order.possible:
            yield from self._behind_all(part, end, end.rest.take())

    def _behind_all(self, part: Part, end: FarEnd, pages: Iterator[Answer]) -> Steps:
        """The rows without a date on pages that reach to the end of a list."""
        since = end.reading.range(UNDATED)
        before: Row | None = None
        for answer in pages:
            before = end.order.see(answer.rows, before)
            rows = [row for row in self._without_date(answer.take(), since) if row.get("sid") not in end.met]
            end.met.update(str(row.get("sid")) for row in rows)
            yield end.deliver(rows, part, end.context)
            is_undated = before is not None and not before.get(self.cursor_field)
            if _ruled_out(end.order) or (before and is_undated and end.order.ends(before, Goal(since.start))):
                return


def _ruled_out(order: Order) -> bool:
    """Whether rows seen show that none without a date stands behind all dated ones."""
    return bool(order.possible) and LAST not in order.possible


def older(row: Row, moment: datetime) -> bool:
    """Whether a row was created before a moment."""
    created = row.get("date_created")
    return bool(created) and parse(str(created)) < moment


def newer(row: Row, moment: datetime) -> bool:
    """Whether a row was created in a later second than a moment's."""
    created = row.get("date_created")
    return bool(created) and parse(str(created)) >= moment + SECOND
