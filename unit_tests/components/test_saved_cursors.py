"""What a saved state says of where an account is read from, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from time_machine import Traveller

from source_twilio.components.rows.times import parse
from source_twilio.components.state.migrations import EarlierStates
from unit_tests.support import ConfigBuilder
from unit_tests.support.cursors import START, cursor_of
from unit_tests.support.reading import captured
from unit_tests.support.states import AC1, AC2

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    "state", [{"states": [{"partition": {"account_sid": AC1}, "cursor": {"date_sent": "{}"}}]}, {"date_sent": "{}"}]
)
def test_a_saved_value_of_the_future_counts_as_now(state: Any, clock: Traveller) -> None:
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
