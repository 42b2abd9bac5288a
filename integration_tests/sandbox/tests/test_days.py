"""Every stream has a row to read on every day and at every hour, so that no test depends on the day it runs on.

A sandbox knows the rows of two months before the day it was started on. Starting one for each day of two years would
take half an hour: one world lives through them here, and of the rows that are made day by day those do not count that
a new world would not have.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from datetime import datetime, timezone
from functools import cache
from typing import Any

import pytest

from integration_tests.helpers import ROOT
from integration_tests.sandbox import Twilio, World, expected, times
from integration_tests.sandbox.accounts import MAIN
from integration_tests.sandbox.resources import Resource
from integration_tests.sandbox.rows import Row
from integration_tests.sandbox.world import OWNER

SAMPLE = json.loads((ROOT / "integration_tests" / "sample_config.json").read_text("utf-8"))
START = times.seconds(SAMPLE["start_date"])
FIRST, DAYS = int(times.seconds("2026-11-21")), 730
MIDNIGHTS = range(FIRST, FIRST + DAYS * times.DAY, times.DAY)
MOMENTS = (0, 5 * 3600 + 1, 13 * 3600 + 59, times.DAY - 1)  # of a day


def world(now: float) -> Twilio:
    """A sandbox that is started at an instant."""
    return Twilio(World(), now=lambda: datetime.fromtimestamp(now, timezone.utc))


class Years:
    """A world that has reached the end of the two years, whose rows can be looked at as of any instant before."""

    def __init__(self) -> None:
        self.twilio = world(FIRST)
        self.begin = self.twilio.world.first
        self.twilio.freeze(MIDNIGHTS[-1] + times.DAY)
        self.rows, self.parents = cache(self._rows), cache(self._parents)

    def _rows(self, stream: str) -> tuple[list[Row], list[float]]:
        """The rows of a stream by the instant from which on they are shown, and these instants."""
        places = self.twilio.store.places("us1", MAIN, stream, self.twilio.now())
        rows = sorted((row for table in places.values() for row in table.rows), key=lambda row: row.since)
        return rows, [row.since for row in rows]

    def _parents(self, stream: str, column: str) -> dict[str, Row]:
        rows, _ = self.rows(stream)
        if column == "interaction_sid":  # no list names interactions: tasks do
            return {json.loads(row.base["attributes"])["flexInteractionSid"]: row for row in rows}
        return {str(row.base[column]): row for row in rows}

    def has_rows(self, resource: Resource, now: float) -> bool:
        """Whether a full refresh of the main account that begins at an instant finds a row."""
        rows, shown_from = self.rows(resource.name)
        last = bisect_right(shown_from, now)
        return any(self.read(resource, rows[n], now) for n in range(last - 1, -1, -1))

    def read(self, resource: Resource, row: Row, now: float) -> bool:
        """Whether a row is shown, known to a world of today, within the range, and its parent is asked for it."""
        forgotten = resource.name in OWNER and self.begin <= row.since < times.month_start(now, 2)
        if forgotten or not row.since <= now < row.until:
            return False
        shown = row.at(now)
        if not expected._in_range(resource, shown, START, now) or resource.sample and not shown["iso_country"]:
            return False
        if not resource.params:
            return True
        where, value = resource.parents[resource.params[-1]], resource.place(shown)[-1]
        if not isinstance(where, str):
            return value in where
        stream, _, column = where.partition(".")
        above = self.parents(stream, column)[value]
        return self.asked(resource, above, now) and self.read(self.twilio.resources[stream], above, now)

    def asked(self, resource: Resource, parent: Row, now: float) -> bool:
        """Whether a parent's state is one in which the child list is asked for."""
        state: dict[str, Any] = parent.at(now)
        if resource.name in expected.LIVE_PARENTS:
            _, column, values = expected.LIVE_PARENTS[resource.name]
            return state[column] in values
        return resource.name != "queue_members" or int(state["current_size"]) > 0


Empty = dict[str, list[str]]


def test_every_list_has_rows_on_every_day_of_two_years_at_any_hour() -> None:
    years, empty = Years(), Empty()
    for resource in years.twilio.resources.values():
        for now in (midnight + moment for midnight in MIDNIGHTS for moment in MOMENTS if not resource.special):
            if not years.has_rows(resource, now):
                empty.setdefault(resource.name, []).append(times.iso(now))
    assert not empty, {name: (len(found), found[:2]) for name, found in empty.items()}


def test_what_is_computed_has_rows_on_every_day_of_two_years() -> None:
    """Worlds of one month have the same history, so one is enough; a part of the range too."""
    empty, month = Empty(), ""
    for n, midnight in enumerate(MIDNIGHTS):
        now = midnight + MOMENTS[n % len(MOMENTS)]
        if times.day(now)[:7] != month:
            month, twilio = times.day(now)[:7], world(now)
        twilio.freeze(now)
        starts = [times.iso(max(START, now - days * times.DAY)) for days in (1, 7)]
        for name, resource in twilio.resources.items():
            if resource.special and not any(twilio.expected(name, start, []) for start in starts):
                empty.setdefault(name, []).append(times.iso(now))
    assert not empty, {name: (len(found), found[:2]) for name, found in empty.items()}


@pytest.mark.parametrize("moment", ["2027-03-01T00:00:00Z", "2028-02-29T23:59:59Z", "2028-10-31T04:30:00Z"])
def test_a_world_that_begins_at_a_moment_has_rows_in_every_stream(moment: str) -> None:
    twilio = world(times.seconds(moment))
    assert [name for name in twilio.resources if not twilio.expected(name, SAMPLE["start_date"], [])] == []
