"""Each open question turned over: what the connector is right about either way, and what it would be wrong about."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests_mock

from integration_tests.probe.conftest import NOW, Ask, found, settings
from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.accounts import (
    MAIN,
)
from integration_tests.sandbox.adapter import mount
from integration_tests.sandbox.switches import DEFAULTS
from source_twilio.probe.__main__ import probe
from source_twilio.probe.findings import EITHER, NO, UNKNOWN, YES
from source_twilio.probe.report import Report

LISTED, LEFT_OUT = "upper bound listed", "upper bound left out"

# What the connector holds under: switches, the question that shows it, what its line says.
HOLDS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({}, "messages-date-times", LISTED),
    ({}, "calls-date-times", LEFT_OUT),
    ({"upper_bound": "before"}, "messages-date-times", f"listed, one at the {LEFT_OUT}"),
    ({"upper_bound": "at"}, "calls-date-times", f"listed, one at the {LISTED}"),
    ({"upper_bound": "before"}, "messages-dates", "that of the upper bound left out"),
    ({"upper_bound": "at", "date_compare": "date"}, "messages-dates", "that of the upper bound listed"),
    ({"upper_bound": "at", "date_compare": "date"}, "messages-date-times",
     "whole dates are compared, and the day of the upper bound is listed"),
    ({"upper_bound": "before", "date_compare": "date"}, "calls-date-times",
     "whole dates are compared, and the day of the upper bound is left out"),
    ({"upper_bound": "before", "date_compare": "date"}, "recordings-date-times", "left out"),
    ({}, "messages-token", "behind the same row"),
    ({}, "token-form", "PA and the SID of the last row"),
    ({"page_token": "opaque"}, "token-form", "another form"),
    ({"page_token": "opaque"}, "messages-token", "behind the same row"),
    ({"page_token": "opaque", "foreign_page_token": "filters"}, "messages-token", "elsewhere"),
    ({"page_token": "opaque", "foreign_page_token": "offset"}, "messages-token", "elsewhere"),
    ({"page_token": "opaque", "foreign_page_token": "refuse"}, "messages-token", "refused (HTTP 400, code 20006)"),
    ({}, "messages-failed", "they do"),
    ({"failed_messages": "undated"}, "messages-failed", "some do, some do not"),
    ({}, "usage-zeros", "some rows are nothing but zeros; some have no count"),
    ({}, "usage-before", "an empty list"),
    ({}, "conference-waiting", "it lists those who wait"),
    ({}, "messages-order", "by the cursor, else creation"),
    ({"messages_order": "created"}, "messages-order", "by creation"),
    ({"messages_order": "undated_first"}, "messages-order", "rows without one first"),
    ({"messages_order": "undated_last"}, "messages-order", "rows without one last"),
    ({"list_order": "oldest"}, "messages-order", "in no order that follows a date, so the list is read to its end"),
    ({"calls_order": "dated"}, "calls-order", "in no order, so the list is read to its end"),
    ({"list_order": "unordered"}, "calls-order", "in no order, so the list is read to its end"),
    ({"list_order": "unordered"}, "recordings-order", "in no order"),
    ({"undated": "hidden"}, "calls-undated-listed", "it leaves out one that the list with Status=canceled shows"),
    ({}, "calls-start-time", "canceled: no; busy: yes; failed: yes; no-answer: yes"),
    ({"failed_calls": "undated"}, "calls-start-time", "canceled: no; busy: no; failed: no; no-answer: no"),
    ({}, "conferences-default", "only those that have not ended"),
    ({"conference_default": "all"}, "conferences-default", "completed conferences are listed"),
    ({}, "size-above", "conversations: 100 of 101"),
    ({"page_size_over_max": "refuse"}, "size-above", "conversations: refused (HTTP 400, code 20001)"),
    ({}, "verify-size", "25 refused (HTTP 400, code 60373)"),
    ({"verify_page_size": "over_25"}, "verify-size", "25 accepted"),
    ({"verify_page_size": "accept"}, "verify-size", "1,000 accepted"),
    ({}, "suspended", "messages listed; alerts listed"),
    ({"suspended_account": "refuse", "suspended_code": 10001}, "suspended", "messages refused (HTTP 401, code 10001)"),
    ({}, "conversation-moves", "it does not move"),
    ({"message_bumps_conversation": True}, "conversation-moves", "it moves"),
    ({}, "taskrouter-pages", "no next page is named, though there are more events"),
    ({"taskrouter_events": "pages"}, "taskrouter-pages", "it names a next page, which has other events"),
    ({}, "insights-off", "there are summaries"),
    ({"insights": "refuse"}, "insights-off", "refused (HTTP 403, code 20006)"),
    ({"insights": "empty"}, "insights-off", "an empty list"),
    ({}, "insights-filter", "by start_time"),
    ({"insights_filter": "created_time"}, "insights-filter", "by created_time"),
    ({"insights_filter": "end_time"}, "insights-filter", "by end_time"),
    ({}, "usage-empty", "an empty list"),
    ({"empty_usage": "not_found"}, "usage-empty", "it is refused (HTTP 404, code 20404)"),
    ({}, "usage-partial", "rows bear the dates of the whole month"),
    ({"partial_usage": "clipped"}, "usage-partial", "rows bear the dates of the range"),
    ({}, "usage-subaccounts", "the usage of subaccounts is included"),
    ({"retention": "refuse"}, "alerts-start", "refused (HTTP 400, code 20004): the connector moves its start"),
    ({}, "monitor-older", "an empty list"),
    ({"retention": "refuse"}, "monitor-older", "an empty list"),
    ({"statistics_days": 20}, "statistics-days", "days that are asked for are refused (HTTP 400, code 14241)"),
    ({}, "compositions-default", "deleted ones are left out"),
    ({"deleted_compositions": "shown"}, "compositions-default", "deleted ones are listed"),
    ({}, "chat-host", "refused (HTTP 404, code 20404)"),
)
# Answered by other means than a line of its own: where the account shows nothing, or the probe need not ask.
ELSEWHERE = {
    "alert_cap": "test_cap",
    "cap_rows": "test_cap",
    "refusal_status": "test_credentials",
    "retry_after": "test_wrong: the probe provokes no 429",
    "missing_product": "test_credentials",
    "page_token_life": "test_page_token",
    "oauth_subaccounts": "test_credentials",
    "page_without_token": "the connector follows links, which have a token",
    "later_pages": "the connector does not look at the number of a page",
    "usage_before_account": "test_usage_of_a_young_account",
    "key_sees_tokens": "test_check: `check` tells it",
    "legacy_region_hosts": "the connector never asks a host without its edge",
}


def test_the_default_world_is_as_assumed(ask: Ask, twilio: Twilio) -> None:
    report = ask()
    assert report.wrong == []
    answers = {row["name"]: row["answer"] for row in report.data()["questions"]}
    untold = {name for name, answer in answers.items() if answer == UNKNOWN} - {"monitor-events-bounds"}
    assert untold == {"key-kind", "oauth-life", "oauth-subaccounts", "regional-products", "alerts-cap", "permission",
                      "retry-after"}
    assert answers["messages-window"] == answers["calls-window"] == answers["conferences-window"] == YES


@pytest.mark.parametrize(("switches", "name", "text"), HOLDS)
def test_holds_either_way(
    ask: Ask, twilio: Twilio, kept: dict[str, Report], switches: dict[str, Any], name: str, text: str
) -> None:
    for switch, value in switches.items():
        twilio.set_switch(switch, value)
    report = kept.get(str(switches)) or kept.setdefault(str(switches), ask())
    answer, detail = found(report, name)
    assert (answer, text in detail) == (EITHER, True), detail
    assert report.wrong == []


def test_every_switch_is_turned() -> None:
    turned = {switch for switches, _, _ in HOLDS for switch in switches}
    assert turned | set(ELSEWHERE) == set(DEFAULTS)


def test_messages_that_a_list_may_hide(ask: Ask, twilio: Twilio) -> None:
    assert found(ask(), "messages-undated")[0] == YES
    twilio.set_switch("undated", "hidden")
    assert found(ask(), "messages-undated") == (UNKNOWN, "no message without date_sent in the newest 1,000")


def test_statistics_that_go_back_further(ask: Ask, twilio: Twilio) -> None:
    twilio.set_switch("statistics_days", 35)
    report = ask()
    assert report.wrong == ["statistics-days"]
    assert "a start 31 days ago is answered too" in found(report, "statistics-days")[1]


@pytest.mark.parametrize(("switches", "text"), [
    ({}, "the first row begins with its month"),
    ({"partial_usage": "clipped"}, "the first row begins with the account"),
    ({"partial_usage": "clipped", "usage_before_account": "asked"}, "the first row begins with its month"),
])
def test_usage_of_a_young_account(switches: dict[str, str], text: str) -> None:
    young = Twilio(World(), **switches)
    sid, token = "AC" + "9" * 32, "9" * 32
    young.add_account(sid, token, created="2026-11-09T15:00:00Z")
    with requests_mock.Mocker() as mocker:
        mount(young, mocker)
        credentials = {"auth_type": "auth_token", "auth_token": token}
        report = probe(settings(account_sid=sid, credentials=credentials))
    assert found(report, "usage-before") == (EITHER, text)
    assert report.wrong == []


@pytest.mark.parametrize(("cap", "mode", "answer", "text"), [
    (2000, "silent", NO, "the list ends after 2,000 rows though there are older alerts"),
    (2000, "error", NO, "the list is refused (HTTP 400, code 20001) after 2,000 rows"),
    (0, "silent", UNKNOWN, "the list of alerts is shorter than the cap"),
])
def test_cap(ask: Ask, twilio: Twilio, cap: int, mode: str, answer: str, text: str) -> None:
    now = datetime.fromisoformat(NOW.replace("Z", "+00:00")).astimezone(timezone.utc)
    sids = [f"NO{number:032x}" for number in range(2500)]
    times = [f"{now - timedelta(minutes=10 * number):%Y-%m-%dT%H:%M:%SZ}" for number in range(1, 2501)]
    twilio.put_many("alerts", MAIN, [{"sid": sid, "account_sid": MAIN, "date_created": time, "date_generated": time}
                                     for sid, time in zip(sids, times, strict=True)])
    try:
        twilio.set_switch("cap_rows", cap)
        twilio.set_switch("alert_cap", mode)
        report = ask()
    finally:
        for sid in sids:
            twilio.delete("alerts", MAIN, sid)
    assert found(report, "alerts-cap") == (answer, text)
    assert report.wrong == (["alerts-cap"] if answer == NO else [])


def test_page_token(ask: Ask, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(ask(), "token-life") == (YES, "it answers again with the same row")
    seconds = itertools.count(twilio.now())
    monkeypatch.setattr(twilio, "now", lambda: next(seconds))  # each look at the clock takes a second
    twilio.set_switch("page_token_life", 40)
    report = ask()
    assert found(report, "next-page")[0] == YES
    assert found(report, "token-life") == (NO, "the second time it was refused (HTTP 400, code 20006)")
