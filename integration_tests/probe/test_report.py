"""What leaves the probe: nothing of the account's, at most the stated number of requests, the right exit code."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from typing import Any

import pytest
import requests_mock
from time_machine import Traveller

from integration_tests.helpers import ROOT
from integration_tests.probe.conftest import NOW, Ask, found, settings
from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, STANDARD_KEY, SUSPENDED_TOKEN
from integration_tests.sandbox.adapter import mount
from source_twilio.probe import session
from source_twilio.probe.__main__ import probe
from source_twilio.probe.declared import PACKAGE, declared
from source_twilio.probe.findings import EITHER, NO, UNKNOWN, YES
from source_twilio.probe.questions import QUESTIONS
from source_twilio.probe.report import clean
from source_twilio.probe.session import MOST_REQUESTS

TOLD = {"complete", "completed"}  # values of rows that a report may name, beside those of the columns `status`
STREAMS = ("messages", "calls", "recordings", "conferences", "alerts", "conversations", "conversation_messages",
           "services", "call_summaries", "monitor_events", "workspaces", "verify_services", "incoming_phone_numbers")
NAMED = re.compile(r"^\| `([\w-]+)` \|", re.M)


def texts(value: Any) -> set[str]:
    """All texts of a row that are long enough to be recognised, but for its status."""
    if isinstance(value, dict):
        return {text for name, part in value.items() if name != "status" for text in texts(part)}
    if isinstance(value, list):
        return {text for part in value for text in texts(part)}
    return {value} if isinstance(value, str) and len(value) > 5 else set()


def test_nothing_of_the_account_is_told(ask: Ask, twilio: Twilio) -> None:
    report = ask()
    printed = "\n".join(report.lines()) + json.dumps(report.data())
    owned = {text for stream in STREAMS for row in twilio.rows(stream, MAIN) for text in texts(row)}
    assert len(owned) > 10_000
    words = set(re.findall(r"[\w.:/-]+", " ".join(f"{q.text} {q.assumes} {q.where}" for q in QUESTIONS)))
    assert [text for text in owned - words - TOLD if text in printed] == []
    for secret in (MAIN_TOKEN, SUSPENDED_TOKEN, b64encode(f"{MAIN}:{MAIN_TOKEN}".encode()).decode()):
        assert secret not in printed
    assert not re.search(r"[A-Z]{2}[0-9a-f]{32}|\+\d{7}", printed)


def test_no_words_of_twilio_are_told(ask: Ask, twilio: Twilio) -> None:
    words = f"CANARY {MAIN} +15005550006"
    for status, url in ((400, "Messages|Calls|monitor"), (401, "verify|conversations"), (500, "Recordings")):
        twilio.add_fault("status", url=url, status=status, code=20001, message=words, times=6)
    report = ask()
    printed = "\n".join(report.lines()) + json.dumps(report.data())
    assert "HTTP 400, code 20001" in printed
    assert "CANARY" not in printed and MAIN not in printed


def test_only_gets_within_the_limit(ask: Ask, twilio: Twilio) -> None:
    report = ask()
    sent = twilio.requests()
    assert {request["method"] for request in sent} == {"GET"}
    assert len(sent) == report.session.budget.sent == report.data()["requests"] <= MOST_REQUESTS
    asked = [f"{r['user']} {r['host']}{r['path']}?{r['query']}" for r in sent]
    assert {url for url in asked if asked.count(url) > 1} == {url for url in asked if "&Page=1" in url}, "token-life"
    assert f"{len(sent)} of at most {MOST_REQUESTS} requests" in next(iter(report.lines()))


def test_the_limit_of_requests(ask: Ask, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_REQUESTS", 10)
    report = ask()
    assert len(twilio.requests()) == 10
    assert report.wrong == []
    assert found(report, "next-page")[0] == YES
    assert found(report, "statistics-days") == (UNKNOWN, "the probe's limit of 10 requests was reached before")
    assert found(report, "size-declared") == (UNKNOWN, "no list could be read")


def test_the_limit_of_time(ask: Ask, twilio: Twilio, clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = twilio.answer

    def slow(*arguments: Any) -> Any:
        clock.shift(10)
        return answer(*arguments)

    monkeypatch.setattr(twilio, "answer", slow)
    monkeypatch.setattr(time, "monotonic", time.time)
    report = ask()
    clock.move_to(NOW)
    assert len(twilio.requests()) == 7, "the last one began at 60 seconds"
    assert found(report, "statistics-days") == (UNKNOWN, "the probe's limit of 60 seconds was reached before")


def test_an_account_without_rows() -> None:
    empty = Twilio(EmptyWorld())
    with requests_mock.Mocker() as mocker:
        mount(empty, mocker)
        report = probe(settings())
    assert report.wrong == []
    assert found(report, "messages-window") == (UNKNOWN, "no row with a date among the newest")
    assert found(report, "next-page") == (UNKNOWN, "fewer than two rows in messages, calls, recordings")
    assert found(report, "next-host") == (UNKNOWN, "no list had a second page")
    assert found(report, "conversation-moves")[0] == UNKNOWN


def test_every_place_is_there() -> None:
    names = [question.name for question in QUESTIONS]
    assert len(set(names)) == len(names)
    for question in QUESTIONS:
        if question.where.endswith(".py"):
            assert (PACKAGE / question.where).is_file(), question.where
        else:
            assert declared().value(question.where) is not None, question.where
    assert declared().show("calls.slack") == "calls: slack = day"
    assert declared().show("conferences.each.Status") == "conferences: each.Status = init, in-progress, completed"


def test_the_docs_name_the_limits() -> None:
    page = (ROOT / "docs" / "live-check.md").read_text(encoding="utf-8")
    assert f"at most {MOST_REQUESTS} GET requests" in page
    assert f"after {session.MOST_SECONDS:.0f} seconds" in page
    assert f"{len(QUESTIONS)} questions" in page
    assert [name for name in NAMED.findall(page) if name not in {question.name for question in QUESTIONS}] == []


def test_the_table_and_the_data_say_the_same(ask: Ask, twilio: Twilio) -> None:
    twilio.add_fault("status", url="Status=init", status=400, code=20001)
    report = ask()
    data, lines = report.data(), list(report.lines())
    rows = [line for line in lines if line.startswith("| ")][2:]
    assert len(rows) == len(data["questions"]) == len(QUESTIONS)
    for row, question in zip(rows, data["questions"], strict=True):
        cells = [question[name] for name in ("question", "assumes", "where", "answer", "twilio")]
        assert row == f"| {' | '.join(cells)} |"
    assert {question["answer"] for question in data["questions"]} == {YES, NO, EITHER, UNKNOWN}
    assert data["wrong"] == ["conferences-status"]
    assert [line for line in lines if line.startswith("WRONG")] == [
        "WRONG: conferences-status: Can conferences be listed by each Status? refused (HTTP 400, code 20001). "
        "Assumed: yes (conferences: each.Status = init, in-progress, completed)"]
    assert "No assumption is wrong." not in lines


def test_clean() -> None:
    config = settings(credentials={"auth_type": "api_key", "api_key_sid": STANDARD_KEY, "api_key_secret": "hush"})
    assert clean(f"{MAIN} {STANDARD_KEY} hush +15005550006 api_key 10,000", config) == "AC… … … … api_key 10,000"
    assert clean("AC1", {}) == clean("AC1", {"credentials": "text"}) == "AC1"
