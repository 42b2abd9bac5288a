"""States of earlier connectors: every shape becomes today's, twice changes nothing, and it is never ahead."""

from __future__ import annotations

from typing import Any

import pytest

from source_twilio.components.state.migrations import EarlierStates
from unit_tests.support.states import AC1, AC2, DAY1, DAY2, DAY3, MAIN, entry, migration, today, uri

MESSAGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("nothing", {}, today()),
    ("no partitions", {"states": []}, today()),
    ("flat (to 0.11)", {"date_sent": DAY1}, today(date_sent=DAY1)),
    (
        "by address (0.12)",
        {"states": [entry({"subresource_uri": uri(AC1)}, date_sent="2026-11-02 09:19:46Z")]},
        today(({"account_sid": AC1}, "2026-11-02 09:19:46Z")),
    ),
    (
        "by address with parent_slice (0.13 to 0.16)",
        {
            "use_global_cursor": False,
            "states": [entry({"parent_slice": {}, "subresource_uri": uri(AC1)}, date_sent=DAY1)],
            "state": {"date_sent": DAY3},
            "lookback_window": 1,
            "parent_state": {"accounts": {}},
        },
        today(({"account_sid": AC1}, DAY1)),
    ),
    (
        "old and new side by side: the older counts",
        {
            "states": [
                entry({"subresource_uri": uri(AC1)}, date_sent=DAY2),
                entry({"account_sid": AC1}, date_sent=DAY1),
                entry({"account_sid": AC2, "parent_slice": {}}, date_sent=DAY3),
            ]
        },
        today(({"account_sid": AC1}, DAY1), ({"account_sid": AC2}, DAY3)),
    ),
    (
        "broken entries are read again",
        {
            "states": [
                entry({"subresource_uri": uri(AC1)}),
                {"partition": {"account_sid": AC1}},
                {"cursor": {"date_sent": DAY1}},
                entry({"account_sid": AC1}, date_sent="soon"),
                entry({"account_sid": AC1}, date_sent=5),
                entry({"subresource_uri": "/elsewhere"}, date_sent=DAY1),
                entry(None, date_sent=DAY1),
                None,
                "x",
                entry({"account_sid": AC2}, date_sent=DAY2),
            ]
        },
        today(({"account_sid": AC2}, DAY2)),
    ),
    (
        "a global cursor after more than 10,000 partitions",
        {
            "use_global_cursor": True,
            "state": {"date_sent": "2026-11-03T00:01:00Z"},
            "lookback_window": 60,
            "states": [],
        },
        today(date_sent=DAY3),
    ),
    (
        "a global cursor beside some partitions",
        {
            "use_global_cursor": True,
            "state": {"date_sent": DAY3},
            "states": [entry({"account_sid": AC1}, date_sent=DAY1)],
        },
        today(({"account_sid": AC1}, DAY1), date_sent=DAY3),
    ),
    ("a global cursor that is unreadable", {"use_global_cursor": True, "state": {"date_sent": "soon"}}, today()),
    (
        "today's",
        {
            "use_global_cursor": False,
            "read_since": DAY1,
            **today(({"account_sid": AC1}, DAY2), ({"account_sid": AC1, "rows": "undated"}, DAY3)),
        },
        today(({"account_sid": AC1}, DAY2), ({"account_sid": AC1, "rows": "undated"}, DAY3), read_since=DAY1),
    ),
]


@pytest.mark.parametrize(("before", "after"), [one[1:] for one in MESSAGES], ids=[one[0] for one in MESSAGES])
def test_every_shape_becomes_todays(before: dict[str, Any], after: dict[str, Any]) -> None:
    migrate = migration().migrate
    assert migrate(before) == after
    assert migrate(migrate(before)) == after


def test_media_by_message_takes_the_oldest_of_an_account() -> None:
    states = [
        entry(
            {
                "subresource_uri": uri(AC1, f"Messages/MM{n}/Media.json"),
                "parent_slice": {"parent_slice": {}, "subresource_uri": uri(AC1)},
            },
            date_created=value,
        )
        for n, value in enumerate((DAY3, DAY1, DAY2))
    ]
    after = migration("message_media").migrate({"states": states, "state": {"date_created": DAY3}})
    assert after == today(({"account_sid": AC1}, DAY1), field="date_created")


@pytest.mark.parametrize(
    "before",
    [
        {"date_generated": DAY2},
        {"states": [entry({}, date_generated=DAY2)]},
        {"states": [entry({"x": 1}, date_generated=DAY2)]},
    ],
)
def test_alerts_were_those_of_the_main_account_alone(before: dict[str, Any]) -> None:
    after = today(({"account_sid": MAIN}, DAY2), field="date_generated")
    assert migration("alerts").migrate(before) == after
    assert migration("alerts").migrate(after) == after


def test_alerts_of_subaccounts_that_this_connector_wrote_stay() -> None:
    state = today(({"account_sid": MAIN}, DAY2), ({"account_sid": AC1}, DAY1), field="date_generated")
    assert migration("alerts").migrate(state) == state


def test_calls_change_their_cursor_to_an_earlier_point() -> None:
    """A call that ended at the cursor began before it."""
    before = {
        "states": [entry({"subresource_uri": uri(AC1, "Calls.json")}, end_time="2026-11-14")],
        "state": {"end_time": DAY3},
    }
    after = migration("calls").migrate(before)
    assert after == today(({"account_sid": AC1}, "2026-11-13T00:00:00Z"), field="start_time")
    assert migration("calls").migrate(after) == after
    flat = migration("calls").migrate({"end_time": "2026-11-14T07:45:46Z"})
    assert flat == {"states": [], "start_time": "2026-11-13T07:45:46Z"}
    assert migration("calls").migrate(flat) == flat


@pytest.mark.parametrize(
    "partition",
    [
        {"subresource_uri": uri(AC1, "Conferences.json")},
        {"subresource_uri": uri(AC1, "Conferences.json"), "conference_status": "completed"},
    ],
)
@pytest.mark.parametrize(
    ("saved", "safe"),
    [("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z"), ("2026-11-10T11:04:42Z", "2026-09-30T00:00:00Z")],
)
def test_conferences_change_their_cursor_to_a_point_before_twilio_hid_completed_ones(
    partition: dict[str, str], saved: str, safe: str
) -> None:
    after = migration("conferences").migrate({"states": [entry(partition, date_created=saved)]})
    assert after == today(({"account_sid": AC1}, safe), field="date_updated")
    assert migration("conferences").migrate(after) == after


def test_of_several_statuses_of_conferences_the_oldest_counts() -> None:
    place = {"subresource_uri": uri(AC1, "Conferences.json")}
    states = [
        entry({**place, "conference_status": status}, date_updated=value)
        for status, value in (("completed", DAY3), ("init", DAY1), ("in-progress", DAY2))
    ]
    after = migration("conferences").migrate({"states": states})
    assert after == today(({"account_sid": AC1}, DAY1), field="date_updated")


def test_usage_by_account_and_the_account_s_creation() -> None:
    place = {"account_sid": AC1, "date_created": "Mon, 21 Sep 2026 16:11:02 +0000"}
    after = migration("usage_records").migrate({"states": [entry(place, start_date="2026-11-20")]})
    assert after == today(({"account_sid": AC1}, "2026-11-20"), field="start_date")


def test_an_empty_state_needs_no_migration() -> None:
    assert not migration().should_migrate({})
    assert migration().should_migrate({"states": []})


@pytest.mark.parametrize(
    ("stream", "field"),
    [
        ("wireless_usage_records", "period.start"),
        ("wireless_sim_usage_records", "period.start"),
        ("supersim_usage_records", "period.start_time"),
    ],
)
def test_a_cursor_inside_an_object_becomes_a_column_and_goes_on_where_it_was(stream: str, field: str) -> None:
    """As our own 1.0 wrote it."""
    before = {
        "use_global_cursor": False,
        "states": [entry({"account_sid": AC1}, **{field: DAY2}), entry({"account_sid": AC2}, **{field: DAY1})],
        "read_since": DAY1,
    }
    after = today(({"account_sid": AC1}, DAY2), ({"account_sid": AC2}, DAY1), field="period_start", read_since=DAY1)
    assert migration(stream).migrate(before) == after
    assert migration(stream).migrate(after) == after


@pytest.mark.parametrize(
    ("value", "lookback", "left"),
    [
        ("0001-01-01T00:00:00Z", 60, None),
        ("0001-01-01T00:00:00Z", 0, "0001-01-01T00:00:00Z"),
        ("2026-11-20T10:00:00Z", 1e300, None),
        ("2026-11-20T10:00:00Z", float("nan"), None),
        ("9999-12-31T23:59:59Z", -60, None),
    ],
)
def test_a_lookback_window_beyond_the_calendar_reads_everything_again(value: str, lookback: float, left: Any) -> None:
    earlier = EarlierStates(config={}, cursor_field="date_sent")
    state = {"use_global_cursor": True, "state": {"date_sent": value}, "lookback_window": lookback, "states": []}
    assert earlier.migrate(state).get("date_sent") == left
