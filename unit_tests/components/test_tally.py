"""What is said of a stream while it is read: how far it is, how many rows it will have, how long it still takes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from time_machine import Traveller

from source_twilio.components.reading.reading import RangePolicy, Reading
from source_twilio.components.reading.steps import Part
from source_twilio.components.reading.tally import MOST_NAMED, Tally, listed
from source_twilio.components.state.units import EARLIEST, Unit, duration
from source_twilio.components.twilio.api import Stats
from source_twilio.components.twilio.clock import Clock
from source_twilio.components.twilio.signers import Account

START = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)  # 20 days before the clock of the tests
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("clock")


def reading_of(number: int = 1, start: datetime = START) -> Reading:
    policy = RangePolicy(Unit("second"), start, duration("PT0S"), timedelta(0))
    return Reading(Account(f"AC{number:032x}", main=number == 1), "calls", Clock(), Stats(), policy)


def days_of(reading: Reading) -> list[Part]:
    """The range as parts of a day each, all of them open."""
    return [reading.part("", start=START + day * DAY) for day in range(20)]


def read(reading: Reading, parts: list[Part], rows: int = 0) -> None:
    for part in parts:
        reading.close(part)
    reading.rows += rows


def test_a_share_is_what_was_read_without_a_gap() -> None:
    reading = reading_of()
    days = days_of(reading)
    read(reading, days[:7])
    assert reading.share == 0.0, "too few parts to tell"
    read(reading, days[7:10])
    assert reading.share == pytest.approx(0.5, abs=1e-4)
    read(reading, days[12:20])
    assert reading.share == pytest.approx(0.5, abs=1e-4), "behind the gap nothing counts"


def test_a_share_is_what_has_ended_where_that_is_less() -> None:
    reading = reading_of()
    days = days_of(reading)
    for _ in range(90):  # the newest day is the busy one
        reading.part("", start=START + 19 * DAY)
    read(reading, days[:19])
    assert reading.share == pytest.approx(19 / (20 + 90))


def test_a_list_that_is_no_range_has_neither_share_nor_position() -> None:
    tally, reading = Tally(), reading_of(start=EARLIEST)
    tally.accounts = 1
    root = reading.part("")
    tally.begin(reading)
    read(reading, [root], rows=5)
    assert (reading.share, tally.range, tally.position) == (0, "", "")
    assert (tally.rows_in_all(), tally.seconds_left()) == (None, None)


def test_the_position_is_that_of_the_account_that_is_furthest_behind() -> None:
    tally = Tally()
    ahead, behind = reading_of(1), reading_of(2)
    for reading in (ahead, behind):
        tally.begin(reading)
    read(ahead, days_of(ahead)[:9])
    days = days_of(behind)
    read(behind, days[5:])
    assert tally.position == "", "of one nothing is complete"
    read(behind, days[:2])
    assert tally.range == " from 2026-11-01T12:00:00Z to 2026-11-21T12:00:00Z"
    assert tally.position == ", complete up to 2026-11-03T11:59:59Z"
    tally.last_row = "2026-11-09T00:00:00Z"
    tally.end(behind, complete=True)
    assert tally.position == ", complete up to 2026-11-10T11:59:59Z, last row of 2026-11-09T00:00:00Z"


def test_expected_rows_are_those_of_the_accounts_by_the_share_of_each() -> None:
    tally = Tally()
    tally.accounts = 3
    ended, first, second = (reading_of(number) for number in (1, 2, 3))
    tally.begin(ended)
    ended.rows = 70
    tally.end(ended, complete=True)
    tally.begin(first)
    read(first, days_of(first)[:15], rows=600)
    assert tally.rows_in_all() is None, "one account has not begun"
    tally.begin(second)
    days = days_of(second)
    read(second, days[:1], rows=4)
    assert tally.rows_in_all() is None, "and of this one too little is known"
    read(second, days[1:9], rows=4)
    assert tally.rows_in_all() is None, "less than half of it may say little of the rest"
    read(second, days[9:16], rows=8)
    assert tally.rows_in_all() == 70 + 800 + 20


def test_an_account_that_was_passed_over_has_no_more_rows() -> None:
    tally = Tally()
    tally.accounts = 2
    refused, reading = reading_of(1), reading_of(2)
    tally.begin(refused)
    tally.skipped[refused.account.sid] = "HTTP 403"
    tally.end(refused, complete=False)
    tally.begin(reading)
    read(reading, days_of(reading)[:16], rows=8)
    assert (tally.read, tally.done, tally.rows_in_all()) == (0, 1, 10)


def test_an_account_that_failed_leaves_nothing_to_expect() -> None:
    tally = Tally()
    tally.accounts = 2
    failed, reading = reading_of(1), reading_of(2)
    for one in (failed, reading):
        tally.begin(one)
        read(one, days_of(one)[:16], rows=8)
    assert tally.rows_in_all() == 20
    tally.end(failed, complete=False)
    assert tally.rows_in_all() is None


def test_the_time_that_is_left_follows_from_the_range(stopwatch: Traveller) -> None:
    tally, reading = Tally(), reading_of()
    tally.accounts = 1
    tally.begin(reading)
    days = days_of(reading)
    stopwatch.shift(30)
    assert tally.seconds_left() is None
    read(reading, days[:15])
    assert tally.seconds_left() == pytest.approx(10, abs=0.01)
    assert tally.seconds == 30


def test_the_time_that_is_left_follows_from_the_accounts(stopwatch: Traveller) -> None:
    tally = Tally()
    tally.accounts = 20
    for number in range(8):
        assert tally.seconds_left() is None
        one = reading_of(number)
        tally.begin(one)
        stopwatch.shift(5)
        tally.end(one, complete=True)
    assert tally.seconds_left() == pytest.approx(12 * 5)
    last = reading_of(9)
    tally.begin(last)
    stopwatch.shift(100)
    read(last, days_of(last)[:2])
    assert tally.seconds_left() == pytest.approx(140 / 8 * 12), "the account that runs is not done either"


def test_of_two_times_the_longer_one_counts(stopwatch: Traveller) -> None:
    tally = Tally()
    tally.accounts = 9
    for number in range(8):
        one = reading_of(number)
        tally.begin(one)
        stopwatch.shift(1)
        tally.end(one, complete=True)
    slow = reading_of(9)
    tally.begin(slow)
    stopwatch.shift(40)
    days = days_of(slow)
    read(slow, days[:10])
    assert tally.seconds_left() == pytest.approx(40, rel=1e-3), "by the accounts it would be 6 s"
    read(slow, days[10:19])
    assert tally.seconds_left() == pytest.approx(6), "by the range it would be 2 s"


def test_many_names_are_cut_off() -> None:
    names = [f"AC{number}" for number in range(MOST_NAMED + 2)]
    assert listed(names[:MOST_NAMED]) == ", ".join(names[:MOST_NAMED])
    assert listed(names) == ", ".join(names[:MOST_NAMED]) + " and 2 more"
