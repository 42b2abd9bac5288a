"""Pages: links, tokens, orders, caps and the shapes of envelopes."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration_tests.sandbox import EmptyWorld, Twilio, times
from integration_tests.sandbox.accounts import MAIN

from .conftest import NOW, Caller

MESSAGES = f"/2010-04-01/Accounts/{MAIN}/Messages.json"
BEGIN = times.seconds("2026-11-01T00:00:00Z")


def put(twilio: Twilio, sid: str, at: float) -> None:
    twilio.put(
        "messages", MAIN, {"sid": sid, "account_sid": MAIN, "date_created": times.rfc(at), "date_sent": times.rfc(at)}
    )


def test_next_links_repeat_filters_and_size_and_keep_the_position(twilio: Twilio, caller: Caller) -> None:
    for n in range(7):
        put(twilio, f"SM{n}", BEGIN + n)
    first = caller.get(MESSAGES, {"PageSize": 3, "DateSent>": "2026-11-01"}).json()
    assert [row["sid"] for row in first["messages"]] == ["SM6", "SM5", "SM4"]
    assert first["next_page_uri"].startswith(MESSAGES + "?DateSent%3E=2026-11-01&PageSize=3&Page=1&PageToken=PA")
    put(twilio, "SM7", BEGIN + 100)  # a new row does not move the next page
    second = caller.get(first["next_page_uri"]).json()
    assert [row["sid"] for row in second["messages"]] == ["SM3", "SM2", "SM1"]
    assert (second["page_size"], second["end"] - second["start"]) == (3, 2)
    assert caller.get(second["next_page_uri"]).json()["next_page_uri"] is None


@settings(max_examples=40, deadline=None)
@given(
    times_=st.lists(st.integers(0, 50), min_size=1, max_size=40),
    size=st.integers(1, 9),
    order=st.sampled_from(["newest", "oldest", "unordered"]),
    late=st.integers(0, 50),
)
def test_pages_hold_every_row_once_whatever_is_inserted(times_: list[int], size: int, order: str, late: int) -> None:
    twilio = Twilio(EmptyWorld(), now=lambda: NOW, list_order=order)
    for n, at in enumerate(times_):
        put(twilio, f"SM{n}", BEGIN + at)
    caller, link, seen = Caller(twilio), f"{MESSAGES}?PageSize={size}", []
    while link:
        body = caller.get(link).json()
        seen += [row["sid"] for row in body["messages"]]
        link = body["next_page_uri"]
        put(twilio, "late", BEGIN + late)
    assert sorted(sid for sid in seen if sid != "late") == sorted(f"SM{n}" for n in range(len(times_)))
    assert len(seen) == len(set(seen))


def test_default_size_is_fifty_and_the_maximum_is_declared(twilio: Twilio, caller: Caller) -> None:
    for n in range(130):
        put(twilio, f"SM{n}", BEGIN + n)
        twilio.put("services", MAIN, {"sid": f"IS{n}", "account_sid": MAIN, "date_created": times.iso(BEGIN + n)})
    assert len(caller.get(MESSAGES).json()["messages"]) == 50
    assert len(caller.get("/v1/Services", {"PageSize": 1000}, "conversations.twilio.com").json()["services"]) == 100
    twilio.set_switch("page_size_over_max", "refuse")
    assert caller.get("/v1/Services", {"PageSize": 1000}, "conversations.twilio.com").status == 400


def test_verify_refuses_a_page_size(caller: Caller) -> None:
    answer = caller.get("/v2/Services", {"PageSize": 20}, "verify.twilio.com")
    assert (answer.status, answer.json()["code"]) == (400, 60373)
    assert caller.get("/v2/Services", None, "verify.twilio.com").status == 200


def test_product_links_are_absolute_and_stay_on_the_host(full: Caller) -> None:
    services = full.get("/v1/Services", None, "conversations.twilio.com").json()
    sid = services["services"][-1]["sid"]
    meta = full.get(f"/v1/Services/{sid}/Conversations", {"PageSize": 2}, "conversations.twilio.com").json()["meta"]
    link = urlsplit(meta["next_page_url"])
    assert (link.scheme, link.netloc, meta["key"]) == ("https", "conversations.twilio.com", "conversations")
    assert parse_qs(link.query)["PageSize"] == ["2"]


@pytest.mark.parametrize("token", ["nonsense", "PAx", "PA" + "x" * 30])
def test_a_token_that_was_never_given_is_refused(caller: Caller, token: str) -> None:
    assert caller.get(MESSAGES, {"PageToken": token, "Page": 1}).status == 400


def test_tokens_can_age(twilio: Twilio, caller: Caller) -> None:
    for n in range(3):
        put(twilio, f"SM{n}", BEGIN + n)
    twilio.set_switch("page_token_life", 60)
    link = caller.get(MESSAGES, {"PageSize": 1}).json()["next_page_uri"]
    assert caller.get(link).status == 200
    twilio.set_offset(3600)
    assert caller.get(link).status == 400


@pytest.mark.parametrize(("answer", "last"), [("silent", 200), ("error", 400)])
def test_capped_lists_end_silently_or_with_an_error(twilio: Twilio, caller: Caller, answer: str, last: int) -> None:
    for n in range(20):
        date = times.iso(BEGIN + n)
        twilio.put("alerts", MAIN, {"sid": f"NO{n}", "account_sid": MAIN, "date_generated": date, "date_created": date})
    twilio.set_switch("cap_rows", 12)
    twilio.set_switch("alert_cap", answer)
    link, seen, statuses = "https://monitor.twilio.com/v1/Alerts?PageSize=5", 0, []
    while link:
        page = caller.get(link)
        statuses.append(page.status)
        if page.status != 200:
            break
        seen += len(page.json()["alerts"])
        link = page.json()["meta"]["next_page_url"]
    assert (seen, statuses[-1]) == (12, last)


def test_the_other_envelopes(full: Caller) -> None:
    countries = full.get(f"/2010-04-01/Accounts/{MAIN}/AvailablePhoneNumbers.json").json()
    assert set(countries) == {"countries", "uri"}
    ports = full.get("/v1/Porting/PortIn/PortInRequests", {"Size": 1}, "numbers.twilio.com").json()
    more = full.get(
        "/v1/Porting/PortIn/PortInRequests", {"Size": 1, "Token": ports["meta"]["next_token"]}, "numbers.twilio.com"
    ).json()
    assert ports["port_in_requests"] != more["port_in_requests"]
    codes = full.get("/v2/ShortCodes/Applications", {"PageSize": 1}, "numbers.twilio.com").json()
    assert codes["has_next"] is True and codes["total_elements"] == 2
    rest = full.get("/v2/ShortCodes/Applications", {"PageSize": 1, "Page": 1}, "numbers.twilio.com").json()
    assert rest["has_next"] is False and rest["results"] != codes["results"]


def test_taskrouter_events_have_one_page(full: Caller) -> None:
    space = full.rows("/v1/Workspaces", None, "taskrouter.twilio.com")[0]["sid"]
    query = {"StartDate": "2026-10-25T00:00:00Z", "EndDate": "2026-11-21T00:00:00Z", "PageSize": 5}
    body = full.get(f"/v1/Workspaces/{space}/Events", query, "taskrouter.twilio.com").json()
    assert len(body["events"]) == 5 and body["meta"]["next_page_url"] is None
