"""The state of a stream: its form, when it comes out, and that it never goes back nor ahead."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import Record
from freezegun.api import FrozenDateTimeFactory
from hypothesis import given
from hypothesis import strategies as st

from source_twilio.components.rows.times import parse
from source_twilio.components.state import cursors
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.state.migrations import EarlierStates
from source_twilio.components.state.units import Unit
from unit_tests.support import ConfigBuilder
from unit_tests.support.reading import captured, plain

AC1, AC2 = "AC" + "1" * 32, "AC" + "2" * 32
START = "2026-01-01T00:00:00Z"
pytestmark = pytest.mark.usefixtures("clock")


class Emitted(list[dict[str, Any]]):
    """The states that a cursor has put on the way to the output."""

    def __call__(self, message: AirbyteMessage) -> None:
        assert message.state and message.state.stream
        self.append(plain(message.state.stream.stream_state))


def cursor_of(state: Any = None, unit: str = "second", emit: Any = None, start: str = START) -> AccountCursor:
    field = "date_sent" if unit == "second" else "start_date"
    return AccountCursor("messages", field, Unit(unit), state or {}, emit if emit is not None else Emitted(), start)


def test_the_state_has_the_form_of_the_cdk_and_one_entry_an_account_and_kind() -> None:
    cursor = cursor_of()
    cursor.advance(AC1, "", parse("2026-11-20T10:00:00Z"))
    cursor.advance(AC1, "undated", parse("2026-11-21T10:00:00Z"))
    cursor.advance(AC2, "", parse("2026-11-19T10:00:00Z"))
    assert cursor.state == {
        "use_global_cursor": False,
        "states": [
            {"partition": {"account_sid": AC1}, "cursor": {"date_sent": "2026-11-20T10:00:00Z"}},
            {"partition": {"account_sid": AC1, "rows": "undated"}, "cursor": {"date_sent": "2026-11-21T10:00:00Z"}},
            {"partition": {"account_sid": AC2}, "cursor": {"date_sent": "2026-11-19T10:00:00Z"}},
        ],
        "read_since": START,
    }


def test_a_cursor_by_day_is_written_as_a_day() -> None:
    cursor = cursor_of(unit="day")
    cursor.advance(AC1, "", parse("2026-11-20"))
    assert cursor.state["states"][0]["cursor"] == {"start_date": "2026-11-20"}


def test_a_state_that_was_written_is_read_back() -> None:
    cursor = cursor_of()
    cursor.advance(AC1, "", parse("2026-11-20T10:00:00Z"))
    cursor.advance(AC2, "undated", parse("2026-11-19T10:00:00Z"))
    again = cursor_of(json.loads(json.dumps(dict(cursor.state))))
    assert again.state == cursor.state
    assert again.value(AC1) == parse("2026-11-20T10:00:00Z")
    assert again.value(AC2, "undated") == parse("2026-11-19T10:00:00Z")
    assert again.value(AC2) is None and again.value("AC" + "3" * 32) is None


@given(st.lists(st.tuples(st.sampled_from([AC1, AC2]), st.sampled_from(["", "undated"]), st.integers(0, 10**7))))
def test_a_cursor_never_goes_back(moves: list[tuple[str, str, int]]) -> None:
    cursor = cursor_of()
    farthest: dict[tuple[str, str], str] = {}
    for account, kind, seconds in moves:
        moment = parse(START) + timedelta(seconds=seconds)
        cursor.advance(account, kind, moment)
        farthest[account, kind] = max(farthest.get((account, kind), ""), Unit("second").value(moment))
        assert {
            (one["partition"]["account_sid"], one["partition"].get("rows", "")): one["cursor"]["date_sent"]
            for one in cursor.state["states"]
        } == farthest


@pytest.mark.parametrize(
    "state", [{"states": [{"partition": {"account_sid": AC1}, "cursor": {"date_sent": "{}"}}]}, {"date_sent": "{}"}]
)
def test_a_saved_value_of_the_future_counts_as_now(state: Any, clock: FrozenDateTimeFactory) -> None:
    """Kept as it is, it would let later syncs begin behind rows that nobody has read."""
    cursor = cursor_of(json.loads(json.dumps(state).replace("{}", "2027-03-01T00:00:00Z")))
    cursor.begin([AC1])
    assert cursor.value(AC1) == parse("2026-11-21T12:00:00Z")


def test_a_flat_cursor_counts_for_every_account_that_has_none_and_not_for_rows_without_a_date() -> None:
    lines: list[str] = []
    with captured(lines):
        cursor = cursor_of(
            {
                "date_sent": "2026-11-15T00:00:00Z",
                "states": [{"partition": {"account_sid": AC2}, "cursor": {"date_sent": "2026-11-10T00:00:00Z"}}],
            }
        )
    assert len([line for line in lines if "one cursor for all accounts" in line]) == 1
    assert cursor.state["date_sent"] == "2026-11-15T00:00:00Z", "kept as long as the accounts are not known"
    cursor.begin([AC1, AC2])
    assert cursor.value(AC1) == parse("2026-11-15T00:00:00Z")
    assert cursor.value(AC2) == parse("2026-11-10T00:00:00Z")
    assert cursor.value(AC1, "undated") is None, "earlier versions never read rows without a date"
    assert "date_sent" not in cursor.state


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"partition": {}},
        {"cursor": {"date_sent": START}},
        {"partition": {"account_sid": AC1}},
        {"partition": None, "cursor": None},
        {"partition": {"account_sid": AC1}, "cursor": {"other": START}},
    ],
)
def test_an_entry_without_partition_or_cursor_is_left_out(entry: dict[str, Any]) -> None:
    assert cursor_of({"states": [entry]}).state["states"] == []


@pytest.mark.parametrize(
    ("saved", "value"),
    [
        ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("0999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "2026-11-21T12:00:00Z"),
        ("2026-11-20 10:00:00.123456789+0100", "2026-11-20T09:00:00Z"),
        ("0001-01-01T00:00:00+05:00", None),  # before the calendar begins
        ("9999-12-31T23:59:59-01:00", None),
        ("0000-00-00", None),
        ("yesterday", None),
        ("", None),
        (20261120, None),
        ({}, None),
        (True, None),
    ],
)
@pytest.mark.parametrize("unit", ["second", "day"])
def test_a_saved_value_at_the_edge_of_the_calendar_or_beyond_ends_nothing(saved: Any, value: Any, unit: str) -> None:
    """What is no date is as if nothing had been read: rows that come twice are better than none."""
    field = "date_sent" if unit == "second" else "start_date"
    state = {"states": [{"partition": {"account_sid": AC1}, "cursor": {field: saved}}]}
    cursor = cursor_of(state, unit)
    found = cursor.value(AC1)
    assert found == (parse(value if unit == "second" else value[:10]) if value else None)
    lines: list[str] = []
    with captured(lines):
        migrated = EarlierStates(config=ConfigBuilder().build(), cursor_field=field).migrate(state)
    assert cursor_of(migrated, unit).value(AC1) == found
    assert len(lines) == (1 if saved and not value else 0)
    assert all(AC1 in line and field in line and "is no date" in line for line in lines)
    again = cursor_of(json.loads(json.dumps(dict(cursor.state))), unit)
    assert again.value(AC1) == found, "what is written can be read"


@pytest.mark.parametrize("saved", ["yesterday", 5, [], "0001-01-01T00:00:00Z"])
def test_a_start_date_of_the_state_that_makes_no_sense_counts_for_nothing(saved: Any) -> None:
    assert cursor_of({"read_since": saved}).state["read_since"] == START


def test_states_come_every_ten_thousand_rows_and_at_the_end() -> None:
    emitted = Emitted()
    cursor = cursor_of(emit=emitted)
    for _ in range(25):
        cursor.count(1000)
    assert len(emitted) == 2
    cursor.ensure_at_least_one_state_emitted()
    assert len(emitted) == 3


def test_states_come_every_minute(clock: FrozenDateTimeFactory) -> None:
    emitted = Emitted()
    cursor = cursor_of(emit=emitted)
    cursor.count(1)
    clock.tick(59)
    cursor.count(1)
    assert emitted == []
    clock.tick(2)
    cursor.count(1)
    cursor.count(1)
    assert len(emitted) == 1


def test_states_stay_a_small_part_of_the_output_however_many_accounts_there_are() -> None:
    emitted = Emitted()
    cursor = cursor_of(emit=emitted)
    for number in range(3000):
        cursor.advance(f"AC{number:032x}", "", parse("2026-11-20T10:00:00Z"))
    for _ in range(29):
        cursor.count(1000)
    assert emitted == []
    cursor.count(1000)
    (state,) = emitted
    assert len(json.dumps(state)) < 200 * 3000, "at most 200 bytes a partition"


def test_a_state_that_is_out_does_not_change_when_the_cursor_moves_on() -> None:
    emitted = Emitted()
    cursor = cursor_of(emit=emitted)
    cursor.advance(AC1, "", parse("2026-11-20T10:00:00Z"))
    cursor.ensure_at_least_one_state_emitted()
    cursor.advance(AC1, "", parse("2026-11-21T10:00:00Z"))
    assert emitted[0]["states"][0]["cursor"]["date_sent"] == "2026-11-20T10:00:00Z"


def test_an_earlier_start_date_is_answered_by_one_line() -> None:
    lines: list[str] = []
    with captured(lines):
        first = cursor_of(start="2026-06-01T00:00:00Z")
        cursor_of(first.state, start="2026-06-01T00:00:00Z")
        cursor_of(first.state, start="2026-07-01T00:00:00Z")
        assert lines == []
        earlier = cursor_of(first.state, start="2026-01-01T00:00:00Z")
    (line,) = lines
    assert "messages" in line and "2026-01-01T00:00:00Z" in line and "refresh the stream" in line
    assert earlier.state["read_since"] == "2026-06-01T00:00:00Z", "the range before is still not read"


def test_a_start_date_that_went_there_and_back_is_answered_too() -> None:
    """In between, an account that was new may have been read from the later date on only."""
    lines: list[str] = []
    with captured(lines):
        state = cursor_of(start="2026-06-01T00:00:00Z").state
        state = cursor_of(state, start="2026-09-01T00:00:00Z").state
        assert lines == []
        cursor_of(state, start="2026-06-01T00:00:00Z")
    assert len(lines) == 1 and "2026-09-01T00:00:00Z" in lines[0]


def test_every_row_of_a_page_is_to_be_emitted() -> None:
    cursor = cursor_of()
    assert cursor.should_be_synced(Record({"page": None}, "messages"))
    assert cursors.partition(AC1) == {"account_sid": AC1}
    assert cursors.partition(AC1, cursors.UNDATED) == {"account_sid": AC1, "rows": "undated"}


def test_a_thousand_accounts_in_thirty_streams_are_resumed_in_seconds() -> None:
    entries = [
        {"partition": {"account_sid": f"AC{number:032x}", **({"rows": kind} if kind else {})},
         "cursor": {"date_sent": "2026-11-20T10:00:00Z"}}
        for number in range(1000) for kind in ("", "undated")
    ]  # fmt: skip
    migration = EarlierStates(config=ConfigBuilder().build(), cursor_field="date_sent")
    began = time.process_time()
    for _ in range(30):
        cursor = cursor_of(migration.migrate({"states": entries}))
    assert time.process_time() - began < 10
    assert len(cursor.state["states"]) == 2000
    assert len(json.dumps(dict(cursor.state))) < 2000 * 200
