"""Lists without a date filter: everything at first, then what has changed since; each is one request with no dates."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from time_machine import Traveller, travel

from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.accounts import MAIN
from integration_tests.sandbox.emitted import normalised
from integration_tests.sandbox.resources import dig
from unit_tests.support import ConfigBuilder, Syncs, iso, row_of
from unit_tests.support.manifest import client_side, cursor_of, paginator, streams
from unit_tests.support.pieces import complete

CONFIG = ConfigBuilder().put(num_workers=8, lookback_window=0).build()
NOW = "2026-11-21T12:00:00Z"
LATER = "2026-11-23T12:00:00Z"
BEHIND = "2026-11-21T11:00:00Z"  # the cursor of the first sync less an hour

CHILDREN = {name for name, row in streams().items() if row.get("parent")}


@pytest.fixture(scope="module")
def two_syncs() -> Any:
    """A full read of every client-side stream, and another one two days later."""
    with travel("2026-11-21T12:00:00Z", tick=False) as clock:
        twilio = Twilio(World(small=True))
        syncs = Syncs(twilio, CONFIG)
        names = tuple(client_side())
        first = syncs.run(*names)
        saved = syncs.state
        clock.move_to(LATER)
        second = syncs.run(*names)
        yield twilio, first, saved, second, syncs.state, twilio.requests()


def expected(twilio: Twilio, stream: str) -> list[dict[str, Any]]:
    return [row for row in twilio.expected(stream, CONFIG["start_date"], accounts=[])]


def keys(stream: str, rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(json.dumps([row.get(name) for name in streams()[stream]["primary_key"]]) for row in rows)


@pytest.mark.parametrize("stream", client_side())
def test_a_later_sync_emits_what_changed_and_nothing_else(two_syncs: Any, stream: str) -> None:
    twilio, first, saved, second, state, _ = two_syncs
    assert first.statuses(stream)[-1] == second.statuses(stream)[-1] == "COMPLETE"
    field = cursor_of(stream)
    by_day = streams()[stream]["incremental_sync"]["cursor_granularity"] != "PT1S"
    before, after, behind = ("2026-11-21", "2026-11-23", "2026-11-20") if by_day else (NOW, LATER, BEHIND)
    assert [one["cursor"] for one in saved[stream]["states"]] == [{field: before}]
    assert [one["cursor"] for one in state[stream]["states"]] == [{field: after}]
    now = expected(twilio, stream)
    changed = [row for row in now if (dig(row, field) or "~") >= behind]
    assert keys(stream, second.records(stream)) == keys(stream, changed)
    old = [row for row in now if (dig(row, field) or "~") < before]
    assert keys(stream, old) - keys(stream, first.records(stream)) == Counter(), "the first sync emitted all there was"
    assert max(keys(stream, first.records(stream)).values(), default=1) == 1


@pytest.mark.parametrize("stream", [name for name in client_side() if name in complete() and name not in CHILDREN])
def test_a_list_is_asked_whole_and_in_its_largest_pages(two_syncs: Any, stream: str) -> None:
    *_, requests = two_syncs
    row = streams()[stream]
    query = {**(row.get("query") or {}), **paginator(stream).params}
    wanted = "&".join(f"{name}={value.format(account_sid=MAIN)}" for name, value in query.items())
    path = row["url"].split(".com", 1)[1].format(account_sid=MAIN)
    asked = [one["query"] for one in requests if one["path"] == path and "Page=" not in one["query"]]
    assert wanted in asked


@pytest.mark.parametrize(
    ("updated", "emitted"),
    [
        ("2026-11-21T10:59:59Z", False),
        ("2026-11-21T11:00:00Z", True),
        ("2026-11-21T12:00:00Z", True),
        ("2026-11-21T10:59:59.999Z", False),
        ("2026-11-21T11:00:00.001Z", True),
        (None, True),
    ],
)
def test_the_edge_of_what_changed(twilio: Twilio, clock: Traveller, updated: str | None, emitted: bool) -> None:
    syncs = Syncs(twilio, CONFIG)
    syncs.run("flows")
    clock.move_to(LATER)
    twilio.put("flows", MAIN, row_of("flows", "flows", sid="FW1", account_sid=MAIN, date_updated=updated))
    assert bool(syncs.run("flows").records("flows")) is emitted


def test_a_client_side_cursor_never_cuts_parents(twilio: Twilio, clock: Traveller) -> None:
    """A conversation that did not change for years may get messages, and a service conversations."""
    old = {"date_created": "2020-01-01T00:00:00Z", "date_updated": "2020-01-01T00:00:00Z", "account_sid": MAIN}
    twilio.put("services", MAIN, {"sid": "IS1", **old})
    syncs = Syncs(twilio, CONFIG)
    syncs.run("services", "conversations", "conversation_messages")
    clock.move_to(LATER)
    twilio.put("conversations", MAIN, {"sid": "CH1", "chat_service_sid": "IS1", "state": "active", **old})
    twilio.put(
        "conversation_messages",
        MAIN,
        {
            "sid": "IM1",
            "chat_service_sid": "IS1",
            "conversation_sid": "CH1",
            "account_sid": MAIN,
            "date_created": iso("2026-11-22"),
            "date_updated": iso("2026-11-22"),
        },
    )
    output = syncs.run("services", "conversations", "conversation_messages")
    assert output.records("services") == [] and output.records("conversations") == []
    assert [row["sid"] for row in output.records("conversation_messages")] == ["IM1"]


def test_rows_that_change_while_the_account_is_read_come_again(twilio: Twilio, clock: Traveller) -> None:
    """The cursor ends at the time at which the read began, less nothing: what changed since is read again."""
    syncs = Syncs(twilio, CONFIG)
    twilio.put(
        "flows",
        MAIN,
        {
            "sid": "FW1",
            "account_sid": MAIN,
            "date_updated": "2026-11-21T12:30:00Z",
            "date_created": "2026-11-01T00:00:00Z",
        },
    )
    first = syncs.run("flows")
    assert [row["sid"] for row in first.records("flows")] == ["FW1"]
    assert syncs.state["flows"]["states"][0]["cursor"] == {"date_updated": "2026-11-21T12:00:00Z"}
    clock.move_to(LATER)
    assert [row["sid"] for row in syncs.run("flows").records("flows")] == ["FW1"]


def test_rows_leave_as_the_schema_says(two_syncs: Any) -> None:
    """The sandbox's own normaliser, which knows no connector, agrees with every row of the first sync."""
    twilio, first, *_ = two_syncs
    for stream in client_side():
        resource = twilio.resources[stream]
        for row in first.records(stream):
            assert normalised(resource, row, MAIN) == {**row, **normalised(resource, row, MAIN)}
