"""Two years of an account, day by day: rows come, change late, get their date weeks later; a sync every day.

What the syncs emitted, taken together and newest last, is what the account holds; nothing old comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests_mock
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.sandbox.adapter import mount
from source_twilio.components.rows.times import parse
from unit_tests.support import iso
from unit_tests.support.life import DAYS, START, STREAMS, Life, Row, Warehouse, key_of
from unit_tests.support.patches import page_size


@pytest.fixture(scope="module")
def two_years() -> Iterator[tuple[Twilio, Life, Warehouse, list[tuple[datetime, dict[str, list[Row]]]]]]:
    """Every day of two years lived and synced, at odd hours."""
    with travel(START, tick=False) as clock, requests_mock.Mocker() as mocker, pytest.MonkeyPatch.context() as patch:
        page_size(patch, 100)  # so that there is more than one
        twilio = Twilio(EmptyWorld())
        mount(twilio, mocker)
        life, warehouse, syncs = Life(twilio), Warehouse(twilio), []
        for number in range(DAYS):
            day = START + timedelta(days=number)
            clock.move_to(day)
            life.day(day)
            syncs.append(_sync(clock, warehouse, life.moment(day, up_to=timedelta(days=1))))
        for days in (13, 40):  # executions end, and scheduled messages are sent
            syncs.append(_sync(clock, warehouse, START + timedelta(days=DAYS + days)))
        warehouse.close()
        yield twilio, life, warehouse, syncs


def _sync(clock: Traveller, warehouse: Warehouse, at: datetime) -> tuple[datetime, dict[str, list[Row]]]:
    clock.move_to(at)
    return at, warehouse.sync()


@pytest.mark.parametrize("stream", STREAMS)
def test_the_union_is_the_truth(two_years: Any, stream: str) -> None:
    """Every row that was ever visible is there, as it is at the end: each late change lay inside a lookback."""
    twilio, life, warehouse, _ = two_years
    truth = {key_of(stream, row): row for row in twilio.expected(stream, iso(START), accounts=[])}
    assert set(warehouse.rows[stream]) == life.keys[stream] >= set(truth), "Twilio keeps some for a while only"
    assert len(truth) > 20 or stream == "executions"
    for key, row in truth.items():
        emitted = warehouse.rows[stream][key]
        assert {name: emitted.get(name) for name in row} == row


@pytest.mark.parametrize("stream", STREAMS)
def test_what_is_read_again_is_bounded_by_the_lookback(two_years: Any, stream: str) -> None:
    """Days of lookback, and a sync a day at any hour: a row comes a few times, not every night."""
    _, _, warehouse, syncs = two_years
    lookback = {"usage_records": 3, "executions": 14}.get(stream, 1)  # executions are held back while one is active
    times = warehouse.emitted[stream]
    undated = lookback + 2 if stream in ("messages", "calls") else 0
    moved = 3 if stream == "conferences" else 1  # each change of status is news
    assert max(times.values()) <= (lookback + 2) * moved + undated
    column = {
        "messages": "date_sent",
        "calls": "start_time",
        "conferences": "date_updated",
        "usage_records": "start_date",
    }
    previous = None
    for at, found in syncs:
        for row in found[stream]:
            value = row.get(column.get(stream, "date_created")) or row["date_created"]
            if previous is not None:
                assert parse(value) >= previous - timedelta(days=lookback + 1)
        previous = at


def test_executions_that_were_active_for_days_are_seen_to_end(two_years: Any) -> None:
    _, _, warehouse, _ = two_years
    active = [row for row in warehouse.rows["executions"].values() if row["status"] != "ended"]
    assert active == [] and len(warehouse.rows["executions"]) == DAYS


def test_the_state_stays_small(two_years: Any) -> None:
    _, _, warehouse, _ = two_years
    for stream, state in warehouse.state.items():
        assert len(state["states"]) == (2 if stream in ("messages", "calls") else 1)
        assert len(str(state)) < 500
