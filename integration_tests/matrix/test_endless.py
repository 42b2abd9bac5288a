"""Lists that do not end or break off, over the wire: exit code, message, rows, states, and how often was asked."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.helpers import catalog
from integration_tests.matrix.runs import HASTY
from integration_tests.matrix.world import Scene
from integration_tests.sandbox.accounts import MAIN

STREAMS = {"queues": "Queues", "messages": "Messages", "flows": "v2/Flows", "usage_records": "Records/Daily"}
ENOUGH = 400  # requests of a small world, endless or not


@pytest.mark.parametrize("action", ["empty_page", "same_page"])
def test_endless_lists_end_the_account_and_nothing_else(action: str, scene: Scene) -> None:
    for path in STREAMS.values():
        scene.control.add_fault(action, url=path, account=MAIN)
    first = scene.read([*STREAMS, "recordings"])
    assert (first.exit_code, first.incomplete, first.complete) == (1, set(STREAMS), {"recordings"})
    for stream in STREAMS:
        (error,) = first.errors_of(stream)
        assert error["failure_type"] == "system_error"
        assert f"Stream {stream}, account {MAIN}: a list does not end: 10 pages in a row" in error["message"]
        assert MAIN not in first.cursors(stream) or stream == "usage_records"
        assert {row["account_sid"] for row in first.records(stream)} - {MAIN}, "other accounts are read"
    assert len(scene.requests(account=MAIN)) < ENOUGH
    scene.control.clear_faults()
    second = scene.read(list(STREAMS), state=first.state())
    assert (second.exit_code, second.errors()) == (0, [])
    wrong = scene.wrong(list(STREAMS), first, second)
    assert wrong == []


def test_rows_on_two_pages_leave_once(scene: Scene) -> None:
    names = ["messages", "flows", "queues", "accounts"]
    scene.control.add_fault("overlap", url="Messages|Flows|Queues|Accounts")
    outcome = scene.read(names, page_size=3)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(names, outcome) == []


@pytest.mark.parametrize(
    ("rule", "kind"),
    [({"status": 400, "code": 70002}, "system_error"), ({"status": 500, "code": 20500}, "transient_error")],
)
def test_accounts_that_were_listed_before_the_list_broke_are_read(
    rule: dict[str, Any], kind: str, scene: Scene
) -> None:
    scene.control.add_fault("same_page", url=r"/Accounts\.json", times=1)
    scene.control.add_fault("status", url=r"/Accounts\.json.*Again=", **rule)
    outcome = scene.read(["recordings", "account_balance"], retry=HASTY)
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"recordings"}, {"account_balance"})
    (error,) = outcome.errors_of("recordings")
    assert error["failure_type"] == kind
    assert "The list of accounts broke off behind 5 accounts" in error["message"]
    assert scene.wrong(["recordings"], outcome) == []
    assert len(outcome.cursors("recordings")) == 4


@pytest.mark.parametrize("last", [False, True])
def test_a_retired_stream_stops_no_other(last: bool, scene: Scene) -> None:
    stream = {"name": "call_feedback", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    entry = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    given = catalog(["queues", "messages"])
    given["streams"].insert(2 if last else 0, entry)
    outcome = scene.matrix.start("read", files={"catalog": given}).wait()
    assert (outcome.exit_code, outcome.complete) == (1, {"queues", "messages"})
    assert outcome.incomplete == {"call_feedback"}
    (error,) = outcome.errors()
    assert error["failure_type"] == "config_error" and "call_feedback" in error["message"]
    assert scene.wrong(["queues", "messages"], outcome) == []
