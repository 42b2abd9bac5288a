"""Usage by day, month and year: totals that are restated, across month ends, years and a leap day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import ConfigBuilder, Syncs, iso
from unit_tests.support.patches import page_size, states_at_every_page

ZERO = datetime(2023, 11, 1, tzinfo=timezone.utc)
LOOKBACK = {"usage_records": 3, "usage_records_monthly": 31, "usage_records_yearly": 366}
STARTS = [
    ZERO + timedelta(days=days, hours=hours)
    for days, hours in ((0, 0), (29, 13), (30, 0), (61, 23), (119, 0), (120, 1))
]


@pytest.fixture(scope="module")
def frozen() -> Iterator[Traveller]:
    """One clock for all examples."""
    with travel(ZERO, tick=False) as clock:
        yield clock


@pytest.mark.parametrize("stream", list(LOOKBACK))
@settings(max_examples=25)
@given(
    days=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 80)), min_size=1, max_size=25),
    gaps=st.lists(st.integers(1, 200), min_size=1, max_size=4),
    start=st.sampled_from(STARTS),
    hour=st.sampled_from([0, 1, 23]),
    empty=st.sampled_from(["empty", "not_found"]),
    stop=st.none() | st.integers(0, 8),
)
def test_every_total_is_emitted_as_it_was_and_again_while_it_may_change(
    frozen: Traveller, stream: str, days: Any, gaps: list[int], start: datetime, hour: int, empty: str,
    stop: int | None,
) -> None:  # fmt: skip
    frozen.move_to(ZERO - timedelta(days=1))
    twilio = Twilio(EmptyWorld(), empty_usage=empty)
    twilio.directory.accounts[MAIN].created = (ZERO - timedelta(days=900)).timestamp()
    for day, hours in days:
        at = ZERO + timedelta(days=day)
        date = at.strftime("%Y-%m-%d")
        row = {"account_sid": MAIN, "category": "sms", "start_date": date, "end_date": date, "usage": "1"}
        restated = at + timedelta(hours=min(hours, 70))
        later = [(restated, {"count": "2", "price": "2"})]
        twilio.put("usage_records", MAIN, {**row, "count": "1", "price": "1"}, since=at, later=later)
    runs = Syncs(twilio, ConfigBuilder().start(iso(start)).put(lookback_window=0).build())
    held: dict[Any, Any] = {}
    now, previous = start + timedelta(hours=hour), None
    with pytest.MonkeyPatch.context() as patch:
        page_size(patch, 3)
        states_at_every_page(patch)
        for number, gap in enumerate(gaps):
            now += timedelta(days=gap)
            frozen.move_to(now)
            killed = number < len(gaps) - 1 and stop is not None
            output = runs.run(stream, stop_after=stop if killed else None)
            rows = output.records(stream)
            note(f"{now} {killed} {runs.state} {[row['start_date'] for row in rows]}")
            assert max(Counter(row["start_date"] for row in rows).values(), default=1) == 1
            held |= {row["start_date"]: row for row in rows}
            if previous:
                earliest = min((row["start_date"] for row in rows), default=None)
                bound = (previous - timedelta(days=LOOKBACK[stream] * 2)).strftime("%Y-%m-%d")
                assert earliest is None or earliest >= bound, "what is older than the lookback is not read again"
            if not killed:
                previous = now
                assert output.failure is None, output.errors()
                truth = {row["start_date"]: row for row in twilio.expected(stream, iso(start), accounts=[])}
                assert set(held) == set(truth)
                for date, row in truth.items():
                    assert held[date]["count"] == row["count"], "each total as it is now, restated ones too"
