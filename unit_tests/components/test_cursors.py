"""The state of a stream: its form, when it comes out, and that it never goes back nor ahead."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from airbyte_cdk.sources.types import Record
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller

from source_twilio.components.rows.times import parse
from source_twilio.components.state import cursors
from source_twilio.components.state.migrations import EarlierStates
from source_twilio.components.state.units import Unit
from unit_tests.support import ConfigBuilder
from unit_tests.support.cursors import START, Emitted, cursor_of
from unit_tests.support.reading import captured
from unit_tests.support.states import AC1, AC2

pytestmark = pytest.mark.usefixtures("clock")


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


def test_states_come_every_ten_thousand_rows_and_at_the_end() -> None:
    emitted = Emitted()
    cursor = cursor_of(emit=emitted)
    for _ in range(25):
        cursor.count(1000)
    assert len(emitted) == 2
    cursor.ensure_at_least_one_state_emitted()
    assert len(emitted) == 3


def test_states_come_every_minute(stopwatch: Traveller) -> None:
    emitted = Emitted()
    cursor = cursor_of(emit=emitted)
    cursor.count(1)
    stopwatch.shift(59)
    cursor.count(1)
    assert emitted == []
    stopwatch.shift(2)
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
