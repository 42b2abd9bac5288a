"""Trouble in the middle of a long list: what was read stays, the state is not ahead, the next sync makes up."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from integration_tests.helpers import START_DATE, configuration
from integration_tests.matrix.runs import HASTY, Outcome
from integration_tests.matrix.world import Scene, key_of
from integration_tests.sandbox.accounts import MAIN

# The stream, the path of its list, its cursor, and pages so small that the nine days of the world are many windows.
LISTS = [
    ("messages", "/Messages.json", "date_sent", 5),
    ("calls", "/Calls.json", "start_time", 2),
    ("usage_records", "/Daily.json", "start_date", 5),
    ("alerts", "/v1/Alerts", "date_generated", 2),
]

# Shortly before the first row of the world, so that the windows that break off are not empty ones.
BEGIN = (datetime.now(timezone.utc) - timedelta(days=11)).strftime("%Y-%m-%dT00:00:00Z")


def ahead(scene: Scene, outcome: Outcome, stream: str, cursor: str) -> list[Any]:
    """Rows that the state takes for read and that were not: up to the cursor of their account, and missing."""
    seen = {key_of(stream, row) for row in outcome.records(stream)}
    cursors = outcome.cursors(stream)
    return [
        row
        for row in scene.control.expected(stream, START_DATE)
        if key_of(stream, row) not in seen and (row.get(cursor) or "~") <= cursors.get(row["account_sid"], "")
    ]


@pytest.mark.parametrize("nth", [2, 7, 20])
@pytest.mark.parametrize(("stream", "path", "cursor", "page_size"), LISTS, ids=[name for name, *_ in LISTS])
def test_a_list_that_breaks_off(stream: str, path: str, cursor: str, page_size: int, nth: int, scene: Scene) -> None:
    scene.control.add_fault("status", status=500, url=path, account=MAIN, nth=nth)
    config = configuration(slice_step_duration="P1D", num_workers=3, start_date=BEGIN)
    small = {"page_size": page_size, "constants": {"state.cursors.ROWS_BETWEEN_STATES": 10}}
    first = scene.read([stream], config=config, retry=HASTY, **small)
    assert (first.exit_code, first.incomplete) == (1, {stream})
    assert nth < 20 or [row for row in first.records(stream) if row["account_sid"] == MAIN]
    assert ahead(scene, first, stream, cursor) == []
    scene.control.clear_faults()
    second = scene.read([stream], config=config, state=first.state(), **small)
    assert (second.exit_code, second.errors()) == (0, [])
    assert scene.wrong([stream], first, second) == []


@pytest.mark.parametrize("status", [400, 404])
def test_a_page_token_with_which_a_chain_would_have_begun(status: int, scene: Scene) -> None:
    """It only helps to read faster: the next newer chain reads on, and nothing is missing."""
    scene.control.add_fault("dead_token", status=status, url="Messages.*PageToken", account=MAIN, times=1)
    outcome = scene.read(["messages"], page_size=20)
    assert (outcome.exit_code, outcome.complete) == (0, {"messages"})
    assert [one["fault"] for one in scene.requests("Messages", account=MAIN)].count("dead_token") == 1
    assert scene.wrong(["messages"], outcome) == []


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("nth", [5, 9])
def test_a_page_token_that_dies(nth: int, status: int, scene: Scene) -> None:
    scene.control.add_fault("dead_token", status=status, url="Messages.*PageToken", account=MAIN, nth=nth, times=1)
    one_chain = {"reading.walk.LONGEST_CHAIN": 1_000_000}  # the token would only be of no use at a chain's beginning
    first = scene.read(["messages", "calls"], page_size=20, constants=one_chain)
    assert (first.exit_code, first.incomplete, first.complete) == (1, {"messages"}, {"calls"})
    (error,) = first.errors_of("messages")
    assert f"HTTP {status}" in error["message"] and "Page token is not valid" in error["message"]
    assert ahead(scene, first, "messages", "date_sent") == []
    scene.control.clear_faults()
    second = scene.read(["messages", "calls"], state=first.state(), page_size=20)
    assert second.exit_code == 0
    assert scene.wrong(["messages", "calls"], first, second) == []


@pytest.mark.parametrize("status", [400, 404])
def test_a_child_list_whose_next_page_is_gone(status: int, scene: Scene) -> None:
    """A page token that is dead is not a parent that is gone: its other pages must not be missing in silence."""
    scene.control.add_fault(
        "dead_token", status=status, url=r"Conversations/\w+/Messages\?.*PageToken", account=MAIN, times=1
    )
    first = scene.read(["conversation_messages"], page_size=2)
    assert (first.exit_code, first.incomplete) == (1, {"conversation_messages"})
    assert MAIN not in first.cursors("conversation_messages")
    scene.control.clear_faults()
    second = scene.read(["conversation_messages"], page_size=2, state=first.state())
    assert scene.wrong(["conversation_messages"], first, second) == []
