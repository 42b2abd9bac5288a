"""Which subaccounts are read: the option, accounts that come and go, and a list of accounts with several pages."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.helpers import configuration
from integration_tests.matrix import people
from integration_tests.matrix.lasting import CONFIG
from integration_tests.matrix.runs import QUICK
from integration_tests.matrix.world import Scene
from integration_tests.sandbox.accounts import CLOSED, MAIN, MARKETING, SUPPORT, SUSPENDED

STREAMS = ["messages", "alerts", "conversations"]
UNKNOWN = "AC" + "f" * 32


def option(mode: str, *sids: str) -> dict[str, Any]:
    """A configuration with the `subaccounts` option."""
    return configuration(
        subaccounts={"mode": mode, **({"account_sids": list(sids)} if mode in ("selected", "except") else {})}
    )


@pytest.mark.parametrize(
    ("config", "read"),
    [
        (configuration(), [SUPPORT, MARKETING, SUSPENDED]),
        (option("all"), [SUPPORT, MARKETING, SUSPENDED]),
        (option("none"), []),
        (option("selected", SUPPORT), [SUPPORT]),
        (option("selected", MARKETING, SUSPENDED), [MARKETING, SUSPENDED]),
        (option("selected", MAIN, MARKETING), [MARKETING]),
        (option("selected"), []),
        (option("except", SUPPORT, SUSPENDED), [MARKETING]),
        (option("except", MAIN), [SUPPORT, MARKETING, SUSPENDED]),
        (option("selected", SUPPORT, CLOSED), [SUPPORT]),
        (option("except", CLOSED), [SUPPORT, MARKETING, SUSPENDED]),
    ],
    ids=[
        "default",
        "all",
        "none",
        "one",
        "two",
        "with the main account",
        "an empty list",
        "except two",
        "the main account is always read",
        "a closed one is skipped",
        "except a closed one",
    ],
)
def test_the_option_selects(config: dict[str, Any], read: list[str], scene: Scene) -> None:
    outcome = scene.read([*STREAMS, "accounts"], config=config)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(STREAMS, outcome, accounts=read) == []
    assert scene.wrong(["accounts"], outcome) == []  # always all of them, closed ones included
    asked = {
        one["account"] for one in scene.control.requests() if "Messages" in one["path"] or "monitor" in one["host"]
    }
    assert asked == {MAIN, *read}


@pytest.mark.parametrize("mode", ["selected", "except"])
def test_a_subaccount_that_does_not_exist_is_a_config_error(mode: str, scene: Scene) -> None:
    outcome = scene.read(STREAMS, config=option(mode, SUPPORT, UNKNOWN))
    assert (outcome.exit_code, outcome.incomplete, outcome.counts()) == (1, set(STREAMS), {})
    for stream in STREAMS:
        (error,) = outcome.errors_of(stream)
        assert error["failure_type"] == CONFIG
        assert UNKNOWN in error["message"] and "`subaccounts.account_sids`" in error["message"]
        assert SUPPORT not in error["message"]
    assert len(scene.control.requests()) == 1


def test_a_key_that_reaches_no_subaccount_cannot_be_asked_for_one(scene: Scene) -> None:
    config = {**people.STANDARD_KEY, "subaccounts": {"mode": "selected", "account_sids": [SUPPORT]}}
    outcome = scene.read(["messages"], config=config)
    (error,) = outcome.errors_of("messages")
    assert (outcome.exit_code, error["failure_type"]) == (1, CONFIG)
    assert SUPPORT in error["message"] and "cannot reach" in error["message"]


def test_an_account_that_closes_is_no_longer_read_and_a_reactivated_one_is_read_whole(scene: Scene) -> None:
    first = scene.read(STREAMS)
    scene.control.close_account(MARKETING)
    try:
        scene.control.clear_requests()
        second = scene.read(STREAMS, state=first.state())
        assert (second.exit_code, second.errors(), second.logs("WARN")) == (0, [], [])
        assert MARKETING not in {one["account"] for one in scene.control.requests()}
        assert second.cursors("messages")[MARKETING] == first.cursors("messages")[MARKETING]
    finally:
        scene.control.activate_account(MARKETING)
    third = scene.read(STREAMS, state=second.state())
    assert scene.wrong(STREAMS, first, second, third) == []


def test_an_account_without_an_entry_in_the_state_starts_at_the_start_date(scene: Scene) -> None:
    first = scene.read(STREAMS, config=option("none"))
    assert set(first.cursors("alerts")) == {MAIN}
    second = scene.read(STREAMS, state=first.state())
    assert scene.wrong(STREAMS, first, second) == []


@pytest.fixture
def two_pages(scene: Scene) -> list[dict[str, Any]]:
    """Let the list of accounts have a second page; gives the rows that belong on it."""
    link = "/2010-04-01/Accounts.json?PageSize=1000&Page=1&PageToken=PT"
    rows = [scene.account(sid) for sid in (MAIN, SUPPORT, MARKETING, SUSPENDED)]
    body = {"accounts": rows[:2], "next_page_uri": link}
    scene.control.add_fault("json", url=r"/Accounts\.json\?PageSize=1000$", body=body)
    return rows[2:]


def test_every_page_of_the_list_of_accounts_is_read(scene: Scene, two_pages: list[dict[str, Any]]) -> None:
    scene.control.add_fault("json", url="PageToken=PT", body={"accounts": two_pages, "next_page_uri": None})
    outcome = scene.read(STREAMS)
    assert outcome.exit_code == 0
    assert scene.wrong(STREAMS, outcome) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "dead_token", "status": 400},
        {"action": "status", "status": 401, "code": 20003},
        {"action": "status", "status": 500},
        {"action": "json", "body": {"accounts": None}},
    ],
    ids=["dead token", "401", "500", "another shape"],
)
def test_a_list_of_accounts_that_breaks_off_reads_those_that_are_known(
    rule: dict[str, Any], scene: Scene, two_pages: list[dict[str, Any]]
) -> None:
    scene.control.add_fault(**rule, url="PageToken=PT")
    outcome = scene.read(STREAMS, retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete) == (1, set(STREAMS))
    for stream in STREAMS:
        assert {row["account_sid"] for row in outcome.records(stream)} <= {MAIN, SUPPORT}
        (error,) = outcome.errors_of(stream)
        assert "The list of accounts broke off behind 2 accounts" in error["message"]
    assert {row["account_sid"] for row in outcome.records("messages")} == {MAIN, SUPPORT}
