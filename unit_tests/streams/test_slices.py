"""Slices read without Airbyte's command: the same requests and rows as a sync, within the same ranges."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.accounts import MAIN, MARKETING, SUPPORT
from integration_tests.sandbox.adapter import mount
from source_twilio.slices import Slices
from unit_tests.support import ConfigBuilder, Syncs

CONFIG = ConfigBuilder().subaccounts("all").start("2026-09-01T00:00:00Z").put(lookback_window=0).build()
MOMENT = "2026-11-10T00:00:00Z"


@pytest.fixture
def twilio(clock: Any) -> Iterator[Twilio]:
    """A small world in this process."""
    found = Twilio(World(small=True))
    with requests_mock.Mocker() as mocker:
        mount(found, mocker)
        yield found


def asked(twilio: Twilio) -> list[str]:
    """What was asked for since the last time, without the list of accounts, and without the lists of calls by Status:
    whether those are needed is learnt from the account that answers first."""
    found = sorted(f"{request['path']}?{request['query']}" for request in twilio.requests()
                   if not request["path"].endswith("/Accounts.json"))
    twilio.clear_requests()
    return [one for one in found if "Status=" not in one]


def read(
    stream: str, saved: dict[str, str] | None = None, strict: bool = False, config: dict[str, Any] = CONFIG
) -> list[dict[str, Any]]:
    """All rows of all accounts."""
    slices = Slices(config, stream)
    try:
        return [row for page in slices.rows(slices.accounts(), saved or {}, strict) for row in page]
    finally:
        slices.stop()


def by_key(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in an order of their own: accounts are read side by side."""
    return sorted(rows, key=lambda row: sorted((name, repr(value)) for name, value in row.items()))


@pytest.mark.parametrize("stream", ["messages", "calls", "usage_records", "conversations", "message_media", "queues"])
def test_rows_and_requests_are_those_of_a_sync(twilio: Twilio, stream: str) -> None:
    output = Syncs(twilio, CONFIG).run(stream)
    wanted = asked(twilio)
    assert by_key(read(stream)) == by_key(output.records(stream))
    assert asked(twilio) == wanted


@pytest.mark.parametrize("stream", ["messages", "usage_records"])
def test_a_range_begins_where_an_account_was_read_before_and_ends_before_the_end_date(
    twilio: Twilio, stream: str
) -> None:
    whole = {**CONFIG, "end_date": "2026-11-18T00:00:00Z"}
    undated = {"sid": "SM" + "7" * 32, "account_sid": MAIN, "date_created": "Mon, 05 Oct 2026 10:00:00 +0000",
               "date_sent": None, "status": "canceled"}
    twilio.put("messages", MAIN, undated)
    first = read(stream, config={**CONFIG, "end_date": MOMENT})
    second = read(stream, {SUPPORT: MOMENT, MAIN: MOMENT}, config={**whole, "lookback_window": 0})
    assert {row["account_sid"] for row in second} >= {MAIN, MARKETING}
    if stream == "messages":  # and those without a date, which have a cursor of their own
        known = [row for row in second if row["account_sid"] in (MAIN, SUPPORT)]
        assert known and min(row["date_sent"] or row["date_created"] for row in known) >= "2026-11-08"
        assert undated["sid"] in {row["sid"] for row in first} - {row["sid"] for row in second}
    new = [row for row in second if row["account_sid"] not in (MAIN, SUPPORT)]
    assert by_key(new) == by_key([row for row in read(stream, config=whole)
                                  if row["account_sid"] not in (MAIN, SUPPORT)])
    together = {repr(row) for row in first} | {repr(row) for row in second}
    assert together == {repr(row) for row in read(stream, config=whole)}


def test_an_account_that_refuses_is_passed_over_unless_nothing_may_be(twilio: Twilio) -> None:
    twilio.add_fault("status", url=r"/Messages\.json", account=SUPPORT, status=403, code=20005)
    assert {row["account_sid"] for row in read("messages")} == {MAIN, MARKETING}
    with pytest.raises(AirbyteTracedException, match=f"account {SUPPORT} cannot be read") as failure:
        read("messages", strict=True)
    assert f"`account_sids` = {SUPPORT}" in str(failure.value.message)


def test_an_account_without_a_product_has_no_rows_to_pass_over(twilio: Twilio) -> None:
    twilio.add_fault("status", url="insights", account=SUPPORT, status=403, code=30000, message="not enabled")
    assert isinstance(read("call_summaries", strict=True), list)


def test_the_main_accounts_refusal_is_the_error_of_the_sync(twilio: Twilio) -> None:
    twilio.add_fault("status", url=r"/Calls\.json", account=MAIN, status=400, code=20001, message="wrong")
    with pytest.raises(AirbyteTracedException, match="Stream calls"):
        read("calls")


def test_an_account_that_is_not_in_the_list_is_named(twilio: Twilio) -> None:
    slices = Slices(CONFIG, "messages")
    with pytest.raises(AirbyteTracedException, match=f"account AC{'9' * 32}, which was planned"):
        next(slices.rows([MAIN, "AC" + "9" * 32], {}))
    slices.stop()


def test_a_wrong_configuration_is_named_before_any_request(twilio: Twilio) -> None:
    with pytest.raises(AirbyteTracedException, match="`start_date` is missing"):
        Slices({name: value for name, value in CONFIG.items() if name != "start_date"}, "messages")
    assert not twilio.requests()


@pytest.mark.parametrize(
    ("stream", "why"), [("accounts", "without a cursor"), ("executions", "change until they end"), ("messages", None)]
)
def test_what_a_moment_bounds(twilio: Twilio, stream: str, why: str | None) -> None:
    slices = Slices(CONFIG, stream)
    if why is None:
        slices.check_bounded()
    else:
        with pytest.raises(AirbyteTracedException, match=why):
            slices.check_bounded()
    assert not twilio.requests()


def test_whoever_takes_no_more_pages_leaves_no_thread(twilio: Twilio) -> None:
    before = set(threading.enumerate())
    slices = Slices(CONFIG, "messages")
    rows = slices.rows(slices.accounts(), {})
    assert next(rows)
    rows.close()
    slices.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert not {thread for thread in threading.enumerate() if thread.name.startswith("account-")}
