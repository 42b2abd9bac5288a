"""Every assumption of the connector made wrong: exit code 1 needs exactly its line."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.probe.conftest import Ask, found
from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN, MARKETING, SUPPORT, SUSPENDED
from source_twilio.components.twilio.signers import Account
from source_twilio.probe.findings import EITHER, NO, UNKNOWN
from source_twilio.probe.questions import QUESTIONS

LISTS = {
    "messages": ("Messages", "DateSent"),
    "calls": ("Calls", "StartTime"),
    "recordings": ("Recordings", "DateCreated"),
}
BAD = {"action": "status", "status": 400, "code": 20001}
NEXT = f"/2010-04-01/Accounts/{MAIN}/Messages.json?PageToken=PA1"
SAME = {"messages": [{"sid": "SM1"}], "next_page_uri": NEXT}
DAYS = ("2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z")
ASCENDING = {"messages": [{"sid": f"IM{day}", "date_created": day} for day in DAYS], "meta": {}}
HIDES = {"calls": [{"sid": "CA1", "status": "queued", "date_created": "Sun, 01 Sep 2024 00:00:00 +0000"}]}
ELSEWHEN = {"alerts": [{"sid": "NO1", "date_generated": "2026-11-01T00:00:00Z"}], "meta": {}}

# What Twilio does (a fault of the sandbox), the questions that are wrong then, what the first one's line says.
WRONG: tuple[tuple[dict[str, Any], list[str], str], ...] = (
    ({"action": "json", "url": r"Messages\.json\?PageSize=1$|PageToken", "body": SAME}, ["next-page"], "repeats"),
    ({"action": "json", "url": r"Calls\.json\?PageSize=1000", "body": HIDES}, ["calls-undated-listed"], "shows others"),
    ({**BAD, "url": "Status=busy"}, ["calls-undated-listed"], "refused (HTTP 400, code 20001)"),
    *(({**BAD, "url": rf"{path}\.json\?\S*{name}%3E=[\d-]+T"}, [f"{stream}-date-times", f"{stream}-window"],
       "refused (HTTP 400, code 20001)") for stream, (path, name) in LISTS.items()),
    *(({"action": "json", "url": rf"{path}\.json\?\S*{name}%3E=[\d-]+T", "body": {stream: []}}, [f"{stream}-window"],
       "rows that the unfiltered list shows are not listed") for stream, (path, name) in LISTS.items()),
    ({"action": "json", "url": "DateUpdated", "body": {"conferences": []}}, ["conferences-window"], "not listed"),
    ({"action": "json", "url": r"Alerts\?StartDate", "body": {"alerts": [], "meta": {}}}, ["alerts-window"],
     "not listed"),
    ({"action": "json", "url": r"monitor.*Events\?StartDate", "body": {"events": [], "meta": {}}},
     ["monitor_events-window"], "not listed"),
    ({"action": "json", "url": r"Alerts\?StartDate=\S+PageSize=1000$", "body": ELSEWHEN},
     ["alerts-window", "alerts-bounds"], "not listed"),
    ({"action": "json", "url": r"Conversations/CH\w+/Messages", "body": ASCENDING}, ["conversation-messages-order"],
     "oldest first"),
    ({**BAD, "status": 401, "code": 20003, "url": f"Accounts/{MARKETING}/Messages"}, ["subaccount"], "HTTP 401"),
    ({**BAD, "status": 401, "code": 20003, "url": "Alerts", "account": MARKETING}, ["subaccount-product"], "HTTP 401"),
    ({**BAD, "account": SUSPENDED}, ["suspended"], "messages refused (HTTP 400, code 20001), which stops the stream"),
    ({**BAD, "url": "Status=init"}, ["conferences-status"], "refused"),
    ({"action": "json", "url": "Conferences.*Status=init", "body": {"conferences": [{"status": "completed"}]}},
     ["conferences-status"], "the list with Status=init shows other conferences"),
    ({**BAD, "url": "Compositions.*Status=deleted"}, ["compositions-default"], "refused"),
    ({**BAD, "url": "IncludeSubaccounts=false.*StartDate=2026-11-20"}, ["usage-subaccounts"], "refused"),
    ({**BAD, "url": "StartDate=2024-02-26"}, ["usage-empty"], "refused (HTTP 400, code 20001)"),
    ({**BAD, "code": 60373, "url": r"verify\.twilio\.com/v2/Services$"}, ["verify-no-size"], "code 60373"),
    ({**BAD, "url": r"taskrouter.*/Events\?"}, ["taskrouter-pages"], "refused"),
    ({**BAD, "url": r"^studio"}, ["size-declared"], "studio refused 1,000 (HTTP 400, code 20001)"),
    ({"action": "foreign_next", "url": r"Recordings\.json"}, ["next-host"], "api: named on another host"),
    ({"action": "dead_token", "url": r"Messages\.json\S+PageToken", "nth": 2}, ["token-life"], "HTTP 400, code 20006"),
    ({**BAD, "status": 401, "code": 20003, "url": r"^insights"}, ["insights-off"], "refused like wrong credentials"),
    ({"action": "json", "url": "Voice/Summaries", "nth": 2, "body": {"call_summaries": [], "meta": {}}},
     ["insights-filter", "insights-window"], "by none of its times"),
    ({**BAD, "url": r"Alerts\?StartDate=2026-10-22"}, ["alerts-start"], "refused (HTTP 400, code 20001)"),
    ({"action": "json", "url": r"Alerts\?StartDate=2026-09-22", "body": ELSEWHEN}, ["alerts-older"], "are listed"),
    ({**BAD, "url": r"Events\?StartDate=2024-11"}, ["monitor-older"], "refused (HTTP 400, code 20001)"),
    ({**BAD, "url": "CumulativeStatistics"}, ["statistics-days"], "refused (HTTP 400, code 20001)"),
    ({**BAD, "status": 404, "code": 70051, "url": r"^content"}, ["permission"], "HTTP 404, code 70051"),
    ({**BAD, "status": 429, "code": 20429, "url": r"^trunking", "times": 1, "headers": {"Retry-After": "soon"}},
     ["retry-after"], "in a form that the connector does not understand"),
)
# Where the connector is right whatever Twilio does, and where the line can only say yes or that it could not tell.
NEVER = {
    "messages-undated", "calls-start-time", "messages-dates", "calls-dates", "recordings-dates", "messages-order",
    "messages-token", "calls-order", "recordings-order", "alerts-order", "monitor_events-order", "key-kind",
    "oauth-life", "conferences-default", "usage-partial", "verify-size", "size-above", "conversation-moves",
    "chat-host", "gzip", "token-form", "messages-failed", "usage-zeros", "usage-before", "conference-waiting",
}
OTHER_TESTS = {"alerts-cap", "date-header", "oauth-subaccounts", "regional-products", "calls-undated-status",
               "monitor-events-bounds"}


@pytest.mark.parametrize(("fault", "names", "text"), WRONG, ids=[names[0] for _, names, _ in WRONG])
def test_wrong(ask: Ask, twilio: Twilio, fault: dict[str, Any], names: list[str], text: str) -> None:
    twilio.add_fault(**fault)
    report = ask()
    assert report.wrong == names
    answer, detail = found(report, names[0])
    assert (answer, text in detail) == (NO, True), detail


def test_every_question_is_tested() -> None:
    wrong = {name for _, names, _ in WRONG for name in names}
    assert wrong | NEVER | OTHER_TESTS == {question.name for question in QUESTIONS}
    assert not wrong & NEVER


def test_a_status_that_no_list_asks_for(ask: Ask, twilio: Twilio) -> None:
    created = "Fri, 20 Nov 2026 10:00:00 +0000"
    twilio.put("calls", MAIN, {"sid": "CA1", "account_sid": MAIN, "status": "initiated", "date_created": created})
    report = ask()
    twilio.delete("calls", MAIN, "CA1")
    assert report.wrong == ["calls-undated-status"]
    assert "calls with status initiated have no start_time" in found(report, "calls-undated-status")[1]


def test_bounds_of_monitor_events(ask: Ask, twilio: Twilio) -> None:
    times = [f"2026-11-19T{hour}:00:00Z" for hour in range(10, 14)]
    rows = [{"sid": f"AE{time}", "account_sid": MAIN, "event_date": time} for time in times]
    twilio.put_many("monitor_events", MAIN, rows)
    detail = "instants are compared; a row at the lower bound is listed, one at the upper bound listed"
    assert found(ask(), "monitor-events-bounds") == (EITHER, detail)
    twilio.add_fault("json", url=r"monitor.*Events\?StartDate=2026-11-19T10:00:00Z", body={"events": [], "meta": {}})
    twilio.add_fault("json", url="monitor.*Events.*StartDate=2026-11-19",
                     body={"events": [{"sid": "AE1", "event_date": "2026-11-01T00:00:00Z"}], "meta": {}})
    report = ask()
    for row in rows:
        twilio.delete("monitor_events", MAIN, row["sid"])
    assert found(report, "monitor-events-bounds")[0] == NO


def test_date_header(ask: Ask, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = twilio.answer

    def without_date(*arguments: Any) -> Any:
        given = answer(*arguments)
        del given.headers["Date"]
        return given

    monkeypatch.setattr(twilio, "answer", without_date)
    report = ask()
    assert report.wrong == ["date-header"]
    assert found(report, "date-header") == (NO, "some answers have none")


@pytest.mark.parametrize(("header", "text"), [({}, "no"), ({"Retry-After": "0"}, "as seconds"),
                                              ({"Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT"}, "as a date")])
def test_retry_after(ask: Ask, twilio: Twilio, header: dict[str, str], text: str) -> None:
    twilio.add_fault("status", url=r"^trunking", status=429, code=20429, times=1, headers=header)
    report = ask()
    assert report.wrong == []
    assert found(report, "retry-after") == (EITHER, text)


def test_an_answer_of_another_shape_is_no_verdict(ask: Ask, twilio: Twilio) -> None:
    twilio.add_fault("json", url="SIP|Verifications|verify.*Services$", body={"services": [{"sid": 1}], "meta": []})
    twilio.add_fault("json", url="v1/Services", body={"services": [{}], "meta": {}})
    report = ask()
    assert report.wrong == []
    assert found(report, "conversation-messages-order") == (UNKNOWN, "an answer of an unexpected shape (KeyError)")


def test_a_subaccount_without_token(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from source_twilio.probe import accounts

    child = Account(SUPPORT, False, None, None)
    monkeypatch.setattr(accounts, "_child", lambda session, status: child)
    report = ask()
    assert found(report, "subaccount")[0] != NO
    assert found(report, "subaccount-product") == (NO, "the list of accounts shows no Auth Token")
    assert found(report, "suspended") == (UNKNOWN, "the list of accounts shows no Auth Token")
