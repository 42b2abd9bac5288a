"""Which accounts are read and with whose credentials: every kind of credential, every choice of subaccounts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import (
    CLOSED,
    MAIN,
    MAIN_TOKEN,
    SUPPORT,
    SUPPORT_TOKEN,
    SUSPENDED,
)
from source_twilio.components.twilio.signers import Account
from unit_tests.support import ConfigBuilder, Syncs, row_of
from unit_tests.support.signing import ALL, LIST, asked_paths, users_of


@pytest.mark.parametrize(
    ("mode", "sids", "read_accounts"),
    [
        ("all", (), ALL),
        ("none", (), {MAIN}),
        ("selected", (SUPPORT,), {MAIN, SUPPORT}),
        ("selected", (SUPPORT, CLOSED), {MAIN, SUPPORT}),
        ("selected", (MAIN,), {MAIN}),
        ("except", (SUPPORT,), ALL - {SUPPORT}),
        ("except", (MAIN,), ALL),
        ("except", (CLOSED,), ALL),
    ],
)
def test_the_option_picks_among_subaccounts_and_the_main_account_is_always_read(
    twilio: Twilio, mode: str, sids: tuple[str, ...], read_accounts: set[str]
) -> None:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts(mode, *sids).build())
    syncs.run("calls")
    assert {entry["partition"]["account_sid"] for entry in syncs.state["calls"]["states"]} == read_accounts


def test_accounts_lists_all_of_them_whatever_the_option_says_and_shows_no_token(twilio: Twilio) -> None:
    output = Syncs(twilio, ConfigBuilder().subaccounts("none").build()).run("accounts", "account_balance")
    found = output.records("accounts")
    assert {row["sid"] for row in found} == ALL | {CLOSED}
    assert not any("auth_token" in row for row in found)
    assert [row["account_sid"] for row in output.records("account_balance")] == [MAIN]


@pytest.mark.parametrize("mode", ["selected", "except"])
def test_an_unknown_subaccount_is_named(twilio: Twilio, mode: str) -> None:
    stranger = "AC" + "9" * 32
    output = Syncs(twilio, ConfigBuilder().subaccounts(mode, SUPPORT, stranger).build()).run("calls")
    (error,) = output.errors()
    assert error.failure_type.value == "config_error"
    assert "subaccounts.account_sids" in error.message and stranger in error.message
    assert SUPPORT not in error.message


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_subaccount_is_skipped_and_read_from_where_it_was_when_it_answers_again(
    twilio: Twilio, status: int
) -> None:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts("all").build())
    for number, sid in enumerate((MAIN, SUPPORT)):
        twilio.put("calls", sid, call(number, sid, "Wed, 18 Nov 2026 10:00:00 +0000"))
    twilio.add_fault("status", url="/Calls.json", account=SUPPORT, status=status, code=20003)
    output = syncs.run("calls")
    assert output.statuses("calls")[-1] == "COMPLETE" and output.failure is None
    assert [row["account_sid"] for row in output.records("calls")] == [MAIN]
    (warning,) = [line for line in output.warnings() if SUPPORT in line]
    assert "calls" in warning and "20003" in warning
    assert SUPPORT not in json.dumps(syncs.state)
    twilio.clear_faults()
    assert [row["account_sid"] for row in syncs.run("calls").records("calls")] == [SUPPORT]


def test_a_subaccount_that_is_refused_in_the_middle_keeps_the_cursor_of_what_was_complete(twilio: Twilio) -> None:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts("selected", SUPPORT).build())
    syncs.run("recordings")
    before = syncs.state["recordings"]
    for number in range(1500):
        twilio.put(
            "recordings",
            SUPPORT,
            row_of(
                "recordings",
                "recordings",
                sid=f"RE{number:032x}",
                account_sid=SUPPORT,
                date_created="Sat, 21 Nov 2026 10:00:00 +0000",
            ),
        )
    twilio.add_fault("status", url="Page=1", account=SUPPORT, status=401, code=20003)
    syncs.run("recordings")
    assert syncs.state["recordings"] == before
    twilio.clear_faults()
    assert len(syncs.run("recordings").records("recordings")) == 1500


def test_suspended_accounts_are_read_and_skipped_only_if_twilio_refuses(twilio: Twilio) -> None:
    twilio.put("calls", SUSPENDED, call(1, SUSPENDED, "Wed, 18 Nov 2026 10:00:00 +0000"))
    config = ConfigBuilder().subaccounts("all").build()
    assert len(Syncs(twilio, config).run("calls").records("calls")) == 1
    for code in (20005, 10001, 90010):
        twilio.set_switch("suspended_account", "refuse")
        twilio.set_switch("suspended_code", code)
        output = Syncs(twilio, config).run("calls")
        assert output.statuses("calls")[-1] == "COMPLETE"
        assert len([line for line in output.warnings() if SUSPENDED in line and str(code) in line]) == 1


def test_a_subaccount_without_a_known_token_is_skipped_on_product_hosts_only(twilio: Twilio) -> None:
    page = {"accounts": [{"sid": MAIN, "auth_token": MAIN_TOKEN}, {"sid": SUPPORT, "auth_token": ""}]}
    twilio.add_fault("json", url=r"/Accounts\.json", body=page)
    output = Syncs(twilio, ConfigBuilder().subaccounts("all").build()).run("calls", "flows")
    assert users_of(twilio, "api.twilio.com") == {MAIN: MAIN, SUPPORT: MAIN}
    assert users_of(twilio, "studio.twilio.com") == {MAIN: MAIN}
    assert any(SUPPORT in line and "no Auth Token" in line for line in output.warnings())


@pytest.mark.parametrize("page", [{"accounts": None}, {"accounts": [None]}, {"accounts": [{}]}, {}])
def test_a_list_of_accounts_of_another_shape_is_an_error_and_no_crash(
    twilio: Twilio, waits: list[float], page: Any
) -> None:
    twilio.add_fault("json", url=r"/Accounts\.json", body=page)
    output = Syncs(twilio, ConfigBuilder().subaccounts("all").build()).run("calls")
    (error,) = output.errors()
    assert "unexpected error" not in error.message
    assert "accounts" in error.message.lower()


def test_many_pages_of_accounts_are_followed(twilio: Twilio) -> None:
    for number in range(1500):
        twilio.add_account(f"AC{number:032x}", f"token{number}")
    syncs = Syncs(twilio, ConfigBuilder().subaccounts("all").put(num_workers=8).build())
    syncs.run("queues")
    assert asked_paths(twilio).count(LIST) == 2
    assert len([path for path in asked_paths(twilio) if path.endswith("/Queues.json")]) == 1504


def test_a_token_is_in_no_representation() -> None:
    assert "token" not in repr(Account(SUPPORT, False, None, SUPPORT_TOKEN)).replace("auth_token", "")
    assert SUPPORT_TOKEN not in repr(Account(SUPPORT, False, None, SUPPORT_TOKEN))


def call(number: int, account: str, start: str) -> dict[str, Any]:
    return row_of("calls", "calls", sid=f"CA{number:032x}", account_sid=account, date_created=start, start_time=start)
