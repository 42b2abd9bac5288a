"""Rows at the edges of the windows that the CDK cuts: each comes once, whatever Twilio's bounds mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.stock import StockSyncs
from unit_tests.support import ConfigBuilder, Output, Syncs, iso
from unit_tests.support.dated_rows import put, sids
from unit_tests.support.patches import parsed_once

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
STREAMS = ("messages", "calls", "recordings", "conferences", "alerts")
STARTS = ("2026-10-23T00:00:00Z", "2026-10-23T07:30:15Z")
EDGES = [at + step for at in (datetime(2026, 10, 30, tzinfo=timezone.utc), datetime(2026, 11, 6, tzinfo=timezone.utc))
         for step in (timedelta(0), timedelta(hours=7, minutes=30, seconds=15))]


@pytest.fixture(scope="module", autouse=True)
def _parsed_once() -> Iterator[None]:
    with parsed_once():
        yield


@pytest.fixture
def clock() -> Iterator[Traveller]:
    """The clock of this process, which stands at NOW until a test moves it."""
    with travel(NOW, tick=False) as frozen:
        yield frozen


def moments() -> list[datetime]:
    """Each start, each edge of a week and each midnight, with the seconds before and behind."""
    starts = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in STARTS]
    centres = [*starts, *EDGES, *(datetime(2026, 11, day, tzinfo=timezone.utc) for day in (1, 20, 21)), NOW - SECOND]
    return sorted({at + step for at in centres for step in (-SECOND, timedelta(0), SECOND)} - {NOW + SECOND})


@pytest.mark.parametrize("upper_bound", ["documented", "before", "at"])
@pytest.mark.parametrize("date_compare", ["instant", "date"])
@pytest.mark.parametrize("start", STARTS)
def test_a_row_at_an_edge_comes_once(start: str, date_compare: str, upper_bound: str, clock: Traveller) -> None:
    config = ConfigBuilder().start(start).put(slice_step_duration="P1W", lookback_window=0).build()
    stock = StockSyncs(Twilio(EmptyWorld(), date_compare=date_compare, upper_bound=upper_bound), config)
    wanted: dict[str, list[str]] = {name: [] for name in STREAMS}
    for number, at in enumerate(moments()):
        for name in STREAMS:
            sid = put(stock, name, number, at)  # type: ignore[arg-type]
            if iso(at) >= start:
                wanted[name].append(sid)
    output = stock.run(*STREAMS)
    assert output.errors() == []
    assert {name: sids(output, name) for name in STREAMS} == {name: sorted(wanted[name]) for name in STREAMS}


@pytest.mark.parametrize("upper_bound", ["before", "at"])
def test_the_next_sync_reads_what_has_come_since_at_the_second_of_the_cursor(
    upper_bound: str, clock: Traveller
) -> None:
    """Rows that bear the very second, or the midnight, at which the cursor stands, and were not there before."""
    config = ConfigBuilder().start(STARTS[0]).build()
    twilio = Twilio(EmptyWorld(), upper_bound=upper_bound)
    ours, stock = Syncs(twilio, config), StockSyncs(twilio, config)
    midnight = datetime(2026, 11, 21, tzinfo=timezone.utc)
    for name in STREAMS:
        put(ours, name, 1, midnight)
    first = [syncs.run(*STREAMS) for syncs in (ours, stock)]
    assert [sids(output, name) for output in first for name in STREAMS] == [_all("1", name) for _ in first
                                                                           for name in STREAMS]
    for name in STREAMS:
        put(ours, name, 2, midnight)
        put(ours, name, 3, NOW)
    clock.shift(DAY)
    second: list[Output] = [syncs.run(*STREAMS) for syncs in (ours, stock)]
    for output in second:
        assert {name: sids(output, name) for name in STREAMS} == {name: _all("123", name) for name in STREAMS}
    again: list[Any] = [stock.state[name]["states"][0]["cursor"] for name in STREAMS]
    assert {*{**again[0]}.values()} == {"2026-11-21T12:00:00Z"}


def _all(numbers: str, name: str) -> list[str]:
    prefix = {"messages": "SM", "calls": "CA", "recordings": "RE", "alerts": "NO", "conferences": "CF"}[name]
    return [f"{prefix}{number:0>32}" for number in numbers]
