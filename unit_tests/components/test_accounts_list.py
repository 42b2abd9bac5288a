"""The list of accounts when it misbehaves: accounts twice, pages without an end, a list that breaks off."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN
from source_twilio.components.twilio import accounts
from source_twilio.components.twilio.progress import IN_VAIN
from unit_tests.support import ConfigBuilder, Output, Syncs
from unit_tests.support.patches import page_size
from unit_tests.support.signing import LIST, asked_paths

LATER = r"/Accounts\.json.*Page=1"
BREAKS = [
    ({"action": "status", "status": 400, "code": 70002}, "system_error"),
    ({"action": "status", "status": 404, "code": 20404}, "system_error"),
    ({"action": "status", "status": 401, "code": 20003}, "config_error"),
    ({"action": "status", "status": 500, "code": 20500}, "transient_error"),
    ({"action": "empty_page"}, "system_error"),
    ({"action": "foreign_next"}, "system_error"),
    ({"action": "loop_next"}, "system_error"),
    ({"action": "json", "body": {"accounts": [{}]}}, "system_error"),
]


@pytest.fixture
def many(twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """30 subaccounts beside those that there are: two pages; gives the SIDs."""
    page_size(monkeypatch, 20)
    monkeypatch.setattr(accounts, "PAGE_SIZE", 20)
    found = [f"AC{number:032x}" for number in range(30)]
    for sid in found:
        twilio.add_account(sid, "token" + sid)
    return found


def run(twilio: Twilio, *streams: str, mode: str = "all", named: tuple[str, ...] = ()) -> tuple[Syncs, Output]:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts(mode, *named).put(num_workers=8).build())
    return syncs, syncs.run(*streams)


def read_accounts(syncs: Syncs) -> list[str]:
    return sorted(entry["partition"]["account_sid"] for entry in syncs.state["recordings"]["states"])


@pytest.mark.parametrize("fault", [{"action": "overlap"}, {"action": "same_page", "times": 1}])
def test_an_account_on_two_pages_is_read_once(twilio: Twilio, many: list[str], fault: dict[str, Any]) -> None:
    twilio.add_fault(**fault, url=r"/Accounts\.json")
    syncs, output = run(twilio, "recordings", "accounts")
    assert output.failure is None
    asked = [path for path in asked_paths(twilio) if path.endswith("/Recordings.json")]
    assert len(asked) == len(set(asked)) == 34
    found = [row["sid"] for row in output.records("accounts")]
    assert len(found) == len(set(found)) == 35


@pytest.mark.parametrize("action", ["empty_page", "same_page"])
def test_a_list_of_accounts_that_does_not_end(twilio: Twilio, action: str) -> None:
    twilio.add_fault(action, url=r"/Accounts\.json")
    _, output = run(twilio, "recordings", "accounts")
    assert asked_paths(twilio).count(LIST) <= 2 * (IN_VAIN + 2)
    assert {output.statuses(name)[-1] for name in ("recordings", "accounts")} == {"INCOMPLETE"}
    errors = {one.stream_descriptor.name: one for one in output.errors() if one.stream_descriptor}
    assert all("does not end" in one.message and one.failure_type.value == "system_error" for one in errors.values())
    asked = [path for path in asked_paths(twilio) if path.endswith("/Recordings.json")]
    assert len(asked) == (4 if action == "same_page" else 0), "accounts that are known are read"


@pytest.mark.parametrize(
    ("fault", "kind"), BREAKS, ids=[f"{fault['action']}{fault.get('status', '')}" for fault, _ in BREAKS]
)
def test_accounts_before_the_break_are_read_and_the_rest_is_said(
    twilio: Twilio, many: list[str], waits: list[float], fault: dict[str, Any], kind: str
) -> None:
    twilio.add_fault(**fault, url=LATER)
    syncs, output = run(twilio, "recordings", "flows", "account_balance")
    errors = {one.stream_descriptor.name: one for one in output.errors() if one.stream_descriptor}
    assert set(errors) == {"recordings", "flows"}, "whatever reads all accounts is not complete"
    assert output.statuses("account_balance")[-1] == "COMPLETE"
    for one in errors.values():
        assert one.failure_type.value == kind
        assert "The list of accounts broke off behind " in one.message and "are missing in this sync" in one.message
        assert "`subaccounts`" in one.message
    known = read_accounts(syncs)
    assert MAIN in known and 20 <= len(known) + 1 <= 35, "the cursors of those that were read move"
    twilio.clear_faults()
    assert syncs.run("recordings").failure is None
    assert len(read_accounts(syncs)) == 34


def test_the_stream_of_accounts_keeps_the_rows_before_the_break(twilio: Twilio, many: list[str]) -> None:
    twilio.add_fault("status", url=LATER, status=400, code=70002)
    _, output = run(twilio, "accounts")
    assert len(output.records("accounts")) == 20
    assert output.statuses("accounts")[-1] == "INCOMPLETE"


def test_what_is_selected_and_known_needs_no_more(twilio: Twilio, many: list[str]) -> None:
    twilio.add_fault("status", url=LATER, status=400, code=70002)
    listed = [row["sid"] for row in run(twilio, "accounts")[1].records("accounts")]
    known, unknown = listed[-1], next(sid for sid in many if sid not in listed)
    syncs, output = run(twilio, "recordings", mode="selected", named=(known,))
    assert (output.failure, output.errors()) == (None, [])
    assert read_accounts(syncs) == sorted({MAIN, known})
    assert run(twilio, "recordings", mode="none")[1].errors() == []
    for mode in ("selected", "except"):
        _, output = run(twilio, "recordings", mode=mode, named=(known, unknown))
        (error,) = [one for one in output.errors() if one.stream_descriptor]
        assert error.failure_type.value == "system_error", "the SID may well be right"
        assert "broke off" in error.message and "cannot reach" not in error.message


@pytest.mark.parametrize("fault", [fault for fault, _ in BREAKS if fault["action"] == "status"])
def test_a_list_that_breaks_at_once_is_an_error_as_ever(
    twilio: Twilio, waits: list[float], fault: dict[str, Any]
) -> None:
    twilio.add_fault(**fault, url=r"/Accounts\.json")
    _, output = run(twilio, "recordings")
    assert "broke off" not in output.errors()[0].message
    assert [path for path in asked_paths(twilio) if "Recordings" in path] == []
