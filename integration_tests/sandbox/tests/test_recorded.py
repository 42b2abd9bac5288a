"""Answers as real ones were recorded, which are the defaults, and the switches for the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integration_tests.sandbox import Twilio, times
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, MARKETING

from .conftest import NOW, Caller

API = f"/2010-04-01/Accounts/{MAIN}"
TODAY = times.midnight(NOW.timestamp())


def fill(twilio: Twilio, stream: str, prefix: str, count: int, **columns: Any) -> None:
    for n in range(count):
        date = times.rfc(TODAY - n * 60)
        dates = {"date_created": date, "date_updated": date, "date_sent": date, "start_time": date}
        twilio.put(stream, MAIN, {"sid": f"{prefix}{n:032x}", "account_sid": MAIN, **dates, **columns})


def query(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


@pytest.mark.parametrize(
    ("path", "stream", "prefix", "token"),
    [
        ("/Messages.json", "messages", "SM", {"PageToken": f"PASM{2:032x}"}),
        ("/Calls.json", "calls", "CA", {"PageToken": f"PACA{2:032x}"}),
        ("/Conferences.json", "conferences", "CF", {"AfterSid": f"CF{2:032x}"}),
    ],
)
def test_a_token_names_the_last_row(
    twilio: Twilio, caller: Caller, path: str, stream: str, prefix: str, token: dict[str, str]
) -> None:
    fill(twilio, stream, prefix, 7, status="in-progress")
    first = caller.get(API + path, {"PageSize": 3}).json()
    assert query(first["next_page_uri"]) == {"PageSize": "3", "Page": "1", **token}
    twilio.delete(stream, MAIN, f"{prefix}{2:032x}")  # the link still leads behind the row
    second = caller.get(first["next_page_uri"]).json()
    assert [row["sid"] for row in second[stream]] == [f"{prefix}{n:032x}" for n in (3, 4, 5)]
    assert [row["sid"] for row in caller.get(second["next_page_uri"]).json()[stream]] == [f"{prefix}{6:032x}"]


def test_the_fields_of_later_pages(twilio: Twilio, caller: Caller) -> None:
    fill(twilio, "messages", "SM", 5)
    fill(twilio, "calls", "CA", 5)

    def page(stream: str) -> dict[str, Any]:
        first = caller.get(f"{API}/{stream.title()}.json", {"PageSize": 2}).json()
        second: dict[str, Any] = caller.get(first["next_page_uri"]).json()
        return second

    messages, calls = page("messages"), page("calls")
    assert [messages[name] for name in ("page", "start", "end", "previous_page_uri")] == [0, 0, 1, None]
    assert query(messages["uri"]) == {"PageSize": "2", "Page": "0", "PageToken": f"PASM{1:032x}"}
    assert [calls[name] for name in ("page", "start", "end")] == [1, 2, 3]
    assert query(calls["previous_page_uri"]) == {"PageSize": "2", "Page": "0", "PageToken": f"PBCA{2:032x}"}
    before = caller.get(calls["previous_page_uri"]).json()
    assert [row["sid"] for row in before["calls"]] == [f"CA{n:032x}" for n in (0, 1)]
    assert query(before["next_page_uri"])["PageToken"] == f"PACA{1:032x}"
    twilio.set_switch("later_pages", "counted")
    assert [page("messages")[name] for name in ("page", "start", "end")] == [1, 2, 3]
    empty = caller.get(f"{API}/Recordings.json").json()
    assert [empty[name] for name in ("page", "start", "end", "next_page_uri")] == [0, 0, 0, None]


def test_accounts_prices_and_usage_have_tokens_of_their_own(full: Caller) -> None:
    accounts = full.get("/2010-04-01/Accounts.json", {"PageSize": 2}).json()
    assert query(accounts["next_page_uri"])["AfterSid"] == accounts["accounts"][-1]["sid"]
    prices = full.get("/v2/Voice/Countries", {"PageSize": 2}, "pricing.twilio.com").json()
    assert query(prices["meta"]["next_page_url"])["PageToken"] == f"DN{prices['countries'][-1]['iso_country']}"
    first = full.get(f"{API}/Usage/Records/Daily.json", {"PageSize": 5}).json()
    second = full.get(first["next_page_uri"]).json()
    assert query(first["next_page_uri"])["PageToken"] == "APMQ=="
    assert query(second["next_page_uri"]) == {"PageSize": "5", "Page": "2", "PageToken": "APMg=="}
    assert query(second["previous_page_uri"])["PageToken"] == "APMA=="
    assert [second[name] for name in ("page", "start", "end")] == [1, 5, 9]
    assert len(full.rows(f"{API}/Usage/Records/Daily.json", {"PageSize": 7, "StartDate": "2026-11-20"})) > 21


def test_a_page_by_its_number_alone_is_refused(twilio: Twilio, caller: Caller) -> None:
    fill(twilio, "messages", "SM", 5)
    answer = caller.get(f"{API}/Messages.json", {"PageSize": 2, "Page": 1})
    assert (answer.status, answer.json()["code"]) == (400, 20001)
    assert caller.get(f"{API}/Messages.json", {"PageSize": 2, "Page": 0}).status == 200
    twilio.set_switch("page_without_token", "serve")
    rows = caller.get(f"{API}/Messages.json", {"PageSize": 2, "Page": 1}).json()["messages"]
    assert [row["sid"] for row in rows] == [f"SM{n:032x}" for n in (2, 3)]


def test_every_refusal_names_its_code_in_a_header(twilio: Twilio, caller: Caller) -> None:
    wrong = Caller(twilio, MAIN, MAIN_TOKEN + "x")
    twilio.add_fault("status", url="Calls", status=429, code=20429, times=1)
    answers = [
        caller.get(f"{API}/Messages/SM{0:032x}.json"),
        wrong.get(f"{API}/Messages.json"),
        caller.get(f"{API}/Calls.json"),
        caller.get(f"{API}/Calls.json", {"StartTime>": "soon"}),
        wrong.get(f"{API}/Messages"),  # XML
    ]
    assert [answer.headers["X-Twilio-Error-Code"] for answer in answers] == [
        "20404",
        "20003",
        "20429",
        "20001",
        "20003",
    ]
    assert "X-Twilio-Error-Code" not in caller.get(f"{API}/Calls.json").headers


def test_what_failed_has_its_dates(full: Caller) -> None:
    messages = [row for row in full.twilio.rows("messages", MAIN) if row["status"] == "failed"]
    assert len(messages) > 20 and all(row["date_sent"] and row["price"] is None for row in messages)
    assert any(row["date_sent"] == row["date_created"] for row in messages)
    calls = [row for row in full.twilio.rows("calls", MAIN) if row["status"] in ("busy", "failed", "no-answer")]
    assert len(calls) > 20 and all(row["start_time"] and row["end_time"] for row in calls)


def test_messages_that_failed_at_once_may_lack_their_date(twilio: Twilio, caller: Caller) -> None:
    fill(twilio, "messages", "SM", 1, status="failed")
    assert caller.rows(f"{API}/Messages.json", {"DateSent>": "2026-01-01"}) != []
    twilio.set_switch("failed_messages", "undated")
    assert [row["date_sent"] for row in caller.rows(f"{API}/Messages.json")] == [None]
    assert caller.rows(f"{API}/Messages.json", {"DateSent>": "2026-01-01"}) == []


@pytest.mark.parametrize(("answer", "start"), [("clipped", "2026-11-09"), ("asked", "2026-11-01")])
def test_usage_from_before_the_account_begins_with_it(answer: str, start: str) -> None:
    twilio = Twilio(now=lambda: NOW, usage_before_account=answer)
    sid, token = "AC" + "9" * 32, "9" * 32
    twilio.add_account(sid, token, created="2026-11-09T15:00:00Z")
    caller, path = Caller(twilio, sid, token), f"/2010-04-01/Accounts/{sid}/Usage/Records"
    assert {row["start_date"] for row in caller.rows(f"{path}/ThisMonth.json")} == {start}
    daily = caller.rows(f"{path}/Daily.json", {"StartDate": "2026-10-01", "EndDate": "2026-11-21"})
    assert min(row["start_date"] for row in daily) >= "2026-11-09"
    assert twilio.expected("usage_records_this_month", "2026-01-01T00:00:00Z", [], main=sid)[0]["start_date"] == start


def test_most_categories_are_zero_in_one_account(full: Caller) -> None:
    rows = full.twilio.expected("usage_records_all_time", "2026-01-01T00:00:00Z")
    account = [row for row in rows if row["account_sid"] == MARKETING]
    zero = [row for row in account if not any(row[name] for name in ("count", "usage", "price"))]
    assert 450 < len(zero) < len(account) < 517
    assert {row["count_unit"] for row in zero} >= {None, "", "units"}
    assert all(row[name] == 0 for row in zero for name in ("count", "usage", "price"))
    assert [row["count"] for row in account if row["category"] == "totalprice"] == [None]
    assert len(rows) - len(account) < 60, "one account is enough: full reads stay short"


def test_a_link_to_a_later_page_keeps_its_life(twilio: Twilio, caller: Caller) -> None:
    fill(twilio, "calls", "CA", 3)
    twilio.set_switch("page_token_life", 60)
    link = caller.get(f"{API}/Calls.json", {"PageSize": 1}).json()["next_page_uri"]
    twilio.freeze(NOW + timedelta(seconds=50))
    assert caller.get(link).status == 200
    twilio.freeze(NOW + timedelta(seconds=70))
    assert caller.get(link).status == 400
