"""The range of an account and the parts it is read in: the state moves over what is complete, and no farther."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller

from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.windows import RangePolicy, Window
from source_twilio.components.rows.times import parse
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.state.units import Unit
from source_twilio.components.twilio.api import Stats
from source_twilio.components.twilio.clock import Clock
from source_twilio.components.twilio.signers import Account
from unit_tests.support.reading import captured

NOW = parse("2026-11-21T12:00:00Z")
START = parse("2026-11-01T00:00:00Z")
ACCOUNT = Account("AC" + "1" * 32, main=True)
pytestmark = pytest.mark.usefixtures("clock")


def reading_of(
    *,
    unit: str = "second",
    state: Any = None,
    clock: Clock | None = None,
    account: Account = ACCOUNT,
    start: datetime = START,
    lookback: str = "P1D",
    configured: int = 0,
    before: datetime | None = None,
) -> Reading:
    policy = RangePolicy(
        Unit(unit), start, pendulum.parse(lookback), timedelta(minutes=configured), before  # type: ignore[arg-type]
    )
    field = "start_time"
    entries = [
        {"partition": {"account_sid": account.sid, **({"rows": kind} if kind else {})}, "cursor": {field: value}}
        for kind, value in (state or {}).items()
    ]
    cursor = AccountCursor("calls", field, Unit(unit), {"states": entries}, lambda _: None, "2026-11-01T00:00:00Z")
    return Reading(account, "calls", clock or Clock(), Stats(), policy, cursor)


def saved(reading: Reading, kind: str = "") -> datetime | None:
    assert reading.cursor
    return reading.cursor.value(reading.account.sid, kind)


@pytest.mark.parametrize(
    ("options", "window"),
    [
        ({}, ("2026-11-01T00:00:00Z", "2026-11-21T12:00:00Z")),
        (
            {"account": Account("AC", True, parse("2026-11-05T07:00:00Z"))},
            ("2026-11-05T07:00:00Z", "2026-11-21T12:00:00Z"),
        ),
        ({"state": {"": "2026-11-20T10:00:00Z"}}, ("2026-11-19T10:00:00Z", "2026-11-21T12:00:00Z")),
        ({"state": {"": "2026-11-20T10:00:00Z"}, "configured": 60}, ("2026-11-19T10:00:00Z", "2026-11-21T12:00:00Z")),
        ({"state": {"": "2026-11-20T10:00:00Z"}, "configured": 4320}, ("2026-11-17T10:00:00Z", "2026-11-21T12:00:00Z")),
        ({"state": {"": "2026-11-01T10:00:00Z"}}, ("2026-11-01T00:00:00Z", "2026-11-21T12:00:00Z")),
        ({"state": {"": "2027-11-20T10:00:00Z"}}, ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z")),
        ({"start": parse("2026-11-21T12:00:00Z")}, ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z")),
        ({"unit": "day", "start": parse("2026-11-05T17:00:00Z")}, ("2026-11-05T00:00:00Z", "2026-11-21T00:00:00Z")),
        (
            {"unit": "day", "state": {"": "2026-11-20"}, "lookback": "P3D"},
            ("2026-11-17T00:00:00Z", "2026-11-21T00:00:00Z"),
        ),
        ({"unit": "month", "start": parse("2026-03-05T17:00:00Z")}, ("2026-03-01T00:00:00Z", "2026-11-21T00:00:00Z")),
        (
            {"unit": "month", "start": parse("2025-03-05"), "state": {"": "2026-03-31"}, "lookback": "P1M"},
            ("2026-02-01T00:00:00Z", "2026-11-21T00:00:00Z"),
        ),
        (
            {"unit": "year", "start": parse("2023-03-05"), "state": {"": "2026-11-20"}, "lookback": "P1Y"},
            ("2025-01-01T00:00:00Z", "2026-11-21T00:00:00Z"),
        ),
    ],
)
def test_the_range_of_a_sync(options: dict[str, Any], window: tuple[str, str]) -> None:
    reading = reading_of(**options)
    assert reading.range() == Window(parse(window[0]), parse(window[1]))


def test_the_range_stays_the_same_while_the_clock_goes_on(clock: Traveller) -> None:
    reading = reading_of()
    before = reading.range()
    clock.shift(3600)
    assert reading.range() == before


@given(cuts=st.sets(st.integers(1, 20 * 86400), max_size=8), order=st.randoms(use_true_random=False))
def test_the_cursor_moves_over_complete_parts_only_in_whatever_order(cuts: set[int], order: random.Random) -> None:
    reading = reading_of()
    end = reading.range().end
    starts = [START, *(START + timedelta(seconds=cut) for cut in sorted(cuts))]
    parts = [reading.part("", start=start) for start in starts]
    open_parts = list(parts)
    order.shuffle(parts)
    before = None
    for part in parts:
        reading.close(part)
        open_parts.remove(part)
        oldest = min((one.start for one in open_parts), default=None)
        now = saved(reading)
        if oldest == START:
            assert now is None, "the oldest part is open, so nothing is complete yet"
        else:
            assert now == (oldest - timedelta(seconds=1) if oldest else end)
        assert before is None or now is None or now >= before
        before = now


def test_dated_and_undated_rows_do_not_wait_for_each_other() -> None:
    reading = reading_of()
    dated, undated = reading.part(""), reading.part("undated")
    reading.close(undated)
    assert (saved(reading), saved(reading, "undated")) == (None, NOW)
    reading.close(dated)
    assert saved(reading) == NOW


def test_the_cursor_does_not_pass_a_row_that_is_going_to_change() -> None:
    reading = reading_of()
    part = reading.part("")
    reading.hold("", parse("2026-11-15T08:00:00Z"))
    reading.hold("", parse("2026-11-18T08:00:00Z"))
    reading.close(part)
    assert saved(reading) == parse("2026-11-15T08:00:00Z")


def test_a_hold_behind_the_saved_cursor_does_not_move_it_back() -> None:
    reading = reading_of(state={"": "2026-11-20T10:00:00Z"})
    part = reading.part("")
    reading.hold("", parse("2026-11-19T11:00:00Z"))
    reading.close(part)
    assert saved(reading) == parse("2026-11-20T10:00:00Z")


@pytest.mark.parametrize("twilio_is", ["ahead", "behind"])
def test_what_is_asked_reaches_the_later_clock_and_the_state_the_earlier(twilio_is: str) -> None:
    clock = Clock()
    clock.note("Sat, 21 Nov 2026 15:00:00 GMT" if twilio_is == "ahead" else "Sat, 21 Nov 2026 09:00:00 GMT")
    reading = reading_of(clock=clock)
    assert reading.range().end == (NOW + timedelta(hours=3) if twilio_is == "ahead" else NOW)
    older, newer = reading.part("", start=START), reading.part("", start=NOW - timedelta(hours=1))
    certain = NOW if twilio_is == "ahead" else NOW - timedelta(hours=3)
    reading.close(older)
    assert saved(reading) == min(certain, NOW - timedelta(hours=1, seconds=1))
    reading.close(newer)
    assert saved(reading) == certain


def test_a_clock_that_proves_wrong_while_the_account_is_read_counts_too() -> None:
    """With an OAuth app or a plain key the account's first answer is the first of the process."""
    clock = Clock()
    reading = reading_of(clock=clock)
    part = reading.part("")
    clock.note("Sat, 21 Nov 2026 09:00:00 GMT")
    reading.close(part)
    assert saved(reading) == NOW - timedelta(hours=3)


def test_rows_that_come_while_the_account_is_read_are_left_to_the_next_sync(clock: Traveller) -> None:
    """A list without a date filter shows them, but one that was listed before them may have changed since."""
    reading = reading_of(lookback="PT1H")
    clock.shift(600)
    part = reading.part("")
    reading.close(part)
    assert saved(reading) == NOW


def test_changes_are_asked_for_since_the_cursor_and_everything_in_the_first_sync() -> None:
    assert reading_of().since() is None
    assert reading_of(state={"": "2026-11-20T10:00:00Z"}, lookback="PT1H").since() == parse("2026-11-20T09:00:00Z")


def test_what_twilio_no_longer_keeps_is_said_once() -> None:
    reading = reading_of()
    lines: list[str] = []
    with captured(lines):
        reading.keeps_from(parse("2026-11-02T00:00:00Z"))
        reading.keeps_from(parse("2026-11-03T00:00:00Z"))
        reading.keeps_from(parse("2026-11-02T12:00:00Z"))
    assert reading.kept_from == parse("2026-11-03T00:00:00Z")
    assert len(lines) == 1 and "Stream calls" in lines[0]
