"""What should come out, computed; and what the official library lists, compared with it over real sockets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from integration_tests.sandbox import Sandbox, Twilio, library
from integration_tests.sandbox.accounts import MAIN, SUPPORT, SUSPENDED, default_directory
from integration_tests.sandbox.emitted import differences
from integration_tests.sandbox.expected import readable
from integration_tests.sandbox.resources import load

from .conftest import Caller

LONG_AGO = "2024-01-01T00:00:00Z"
LOOSE = {"account_balance"}  # another value at every hour
SAMPLES = {name for name, resource in load().items() if resource.sample}


def test_rows_are_normalised(full: Caller) -> None:
    message = next(m for m in full.twilio.expected("messages", LONG_AGO, []) if m["price"] is not None)
    assert message["date_sent"].endswith("Z") and message["price"] < 0 and isinstance(message["num_segments"], int)
    call = next(c for c in full.twilio.expected("calls", LONG_AGO, []) if c["status"] == "queued")
    assert (call["start_time"], call["end_time"], call["duration"]) == (None, None, None)
    assert all("auth_token" not in row for row in full.twilio.expected("accounts", LONG_AGO))
    for usage in full.twilio.expected("usage_records", "2026-11-01T00:00:00Z", []):
        assert "as_of" not in usage and isinstance(usage["price"], float | int) and usage["start_date"] >= "2026-11-01"
        assert usage["count"] is None if usage["category"] == "totalprice" else isinstance(usage["count"], int)
    assert full.twilio.expected("keys", LONG_AGO, [])[0]["account_sid"] == MAIN
    assert "address_sid" in full.twilio.expected("dependent_phone_numbers", LONG_AGO, [])[0]


def test_ranges_and_accounts(full: Caller) -> None:
    some = full.twilio.expected("messages", "2026-11-10T00:00:00Z")
    assert {m["account_sid"] for m in some} > {MAIN, SUPPORT}
    assert all((m["date_sent"] or m["date_created"]) >= "2026-11-10" for m in some)
    assert {m["account_sid"] for m in full.twilio.expected("messages", LONG_AGO, [SUPPORT])} == {MAIN, SUPPORT}
    assert {m["account_sid"] for m in full.twilio.expected("messages", LONG_AGO, kind="standard")} == {MAIN}
    assert full.twilio.expected("accounts", LONG_AGO, kind="standard") == []
    assert full.twilio.expected("flows", LONG_AGO, kind="restricted", permissions=["Messaging"]) == []
    assert all(a["date_generated"] >= "2026-10-22" for a in full.twilio.expected("alerts", LONG_AGO))
    assert SUSPENDED in readable(full.twilio, MAIN)


def test_differences_name_the_row(twilio: Twilio) -> None:
    resource = twilio.resources["calls"]
    want = [{"sid": "CA1", "status": "busy"}, {"sid": "CA2", "status": "busy"}]
    lines = differences(
        resource, want, [{"sid": "CA1", "status": "failed"}, {"sid": "CA3"}, {"sid": "CA1", "status": "busy"}]
    )
    assert len(lines) == 4 and "missing" in lines[-1]


@pytest.fixture(scope="module")
def frozen(sandbox: Sandbox) -> Sandbox:
    """The sandbox at rest, so that two readings see the same."""
    sandbox.control.freeze()
    return sandbox


@pytest.mark.parametrize("account", [MAIN, SUPPORT])
@pytest.mark.parametrize("host", sorted({resource.host for resource in load().values()}))
def test_the_official_library_lists_what_is_expected(
    frozen: Sandbox, monkeypatch: pytest.MonkeyPatch, host: str, account: str
) -> None:
    for name, value in frozen.env.items():
        monkeypatch.setenv(name, value)
    now = datetime.fromisoformat(frozen.control.status()["now"].replace("Z", "+00:00"))
    client = library.client(default_directory().accounts[account])
    for name, resource in load().items():
        if (
            resource.host != host
            or name in library.NOT_LISTED
            or (account != MAIN and (resource.once or name == "accounts"))
        ):
            continue
        want = frozen.control.expected(name, LONG_AGO, [], main=account, raw=True)
        assert library.disagreements(resource, want, library.list_rows(client, name, account, now)) == [], name


def test_nothing_here_imports_the_connector() -> None:
    folder = Path(__file__).parents[1]
    name = "source" + "_twilio"
    assert [file.name for file in folder.rglob("*.py") if name in file.read_text("utf-8")] == []
