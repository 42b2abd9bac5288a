"""A machine whose clock is off, by hours and differently in each sync: nothing is lost, and no state says too much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.sandbox.accounts import MAIN, OAUTH_ID, OAUTH_SECRET
from source_twilio.components.rows.times import parse
from unit_tests.support import ConfigBuilder, Syncs, iso, rfc

ZERO = datetime(2026, 3, 1, tzinfo=timezone.utc)
MINUTES = st.integers(-6 * 60, 6 * 60)
PREFIX = {"recordings": "RE", "alerts": "NO", "flows": "FW", "messages": "SM"}
CURSOR = {"recordings": "date_created", "alerts": "date_generated", "flows": "date_updated", "messages": "date_sent"}


@pytest.fixture(scope="module")
def frozen() -> Iterator[Traveller]:
    """One clock for all examples."""
    with travel(ZERO, tick=False) as clock:
        yield clock


@pytest.mark.parametrize("stream", list(PREFIX))
@settings(max_examples=20)
@given(
    rows=st.lists(st.integers(0, 10 * 24 * 60), max_size=12),
    syncs=st.lists(st.tuples(st.integers(1, 10 * 24 * 60), MINUTES | st.just(0)), min_size=1, max_size=4),
    oauth=st.booleans(),
)
def test_a_clock_that_is_off_loses_nothing(
    frozen: Traveller, stream: str, rows: list[int], syncs: Any, oauth: bool
) -> None:
    frozen.move_to(ZERO)
    skew = timedelta(0)
    twilio = Twilio(EmptyWorld(), now=lambda: datetime.now(timezone.utc) - skew)
    wire = rfc if stream in ("recordings", "messages") else iso
    for number, minutes in enumerate(rows):
        at = ZERO + timedelta(minutes=minutes)
        row = {"sid": f"{PREFIX[stream]}{number:032x}", "account_sid": MAIN, "date_created": wire(at)}
        twilio.put(stream, MAIN, {**row, CURSOR[stream]: wire(at)}, since=at)
    config = ConfigBuilder().start(iso(ZERO - timedelta(days=9))).put(lookback_window=0)
    runs = Syncs(twilio, (config.oauth(OAUTH_ID, OAUTH_SECRET) if oauth else config).build())
    seen: set[str] = set()
    for minutes, off in [*sorted(syncs), (10 * 24 * 60 + 1, 0)]:
        now, skew = ZERO + timedelta(minutes=minutes), timedelta(minutes=off)
        frozen.move_to(now + skew)
        output = runs.run(stream)
        assert output.failure is None, output.errors()
        seen |= {row["sid"] for row in output.records(stream)}
        note(f"{now} off by {skew}: {len(seen)} {runs.state}")
        for entry in runs.state[stream]["states"]:
            assert parse(entry["cursor"][CURSOR[stream]]) <= now + timedelta(seconds=61), "never ahead of Twilio's time"
    assert len(seen) == len(rows)
