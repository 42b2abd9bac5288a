"""What leaves the probe: nothing of the account's, at most the stated number of requests, the right exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import requests_mock
from freezegun.api import FrozenDateTimeFactory

from integration_tests.helpers import ROOT, configuration, write
from integration_tests.probe.conftest import NOW, Ask, found
from integration_tests.sandbox import EmptyWorld, Sandbox, Twilio
from integration_tests.sandbox.accounts import (
    MAIN,
    MAIN_TOKEN,
    STANDARD_KEY,
    SUSPENDED_TOKEN,
    TEST_SID,
    TEST_TOKEN,
)
from integration_tests.sandbox.adapter import mount
from source_twilio.probe import session
from source_twilio.probe.__main__ import main, probe
from source_twilio.probe.declared import PACKAGE, declared
from source_twilio.probe.findings import EITHER, NO, UNKNOWN, YES
from source_twilio.probe.questions import QUESTIONS
from source_twilio.probe.report import clean
from source_twilio.probe.session import MOST_REQUESTS

TOLD = {"complete", "completed"}  # values of rows that a report may name, beside those of the columns `status`
STREAMS = ("messages", "calls", "recordings", "conferences", "alerts", "conversations", "conversation_messages",
           "services", "call_summaries", "monitor_events", "workspaces", "verify_services", "incoming_phone_numbers")


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
    assert {url for url in asked if asked.count(url) > 1} == {url for url in asked if "Page=1" in url}, "token-life"
    assert f"{len(sent)} of at most {MOST_REQUESTS} requests" in next(iter(report.lines()))


def test_the_limit_of_requests(ask: Ask, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_REQUESTS", 10)
    report = ask()
    assert len(twilio.requests()) == 10
    assert report.wrong == []
    assert found(report, "next-page")[0] == YES
    assert found(report, "statistics-days") == (UNKNOWN, "the probe's limit of 10 requests was reached before")
    assert found(report, "size-declared") == (UNKNOWN, "no list could be read")


def test_the_limit_of_time(
    ask: Ask, twilio: Twilio, clock: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = twilio.answer

    def slow(*arguments: Any) -> Any:
        clock.tick(10)
        return answer(*arguments)

    monkeypatch.setattr(twilio, "answer", slow)
    report = ask()
    clock.move_to(NOW)
    assert len(twilio.requests()) == 7, "the last one began at 60 seconds"
    assert found(report, "statistics-days") == (UNKNOWN, "the probe's limit of 60 seconds was reached before")


def test_an_account_without_rows() -> None:
    empty = Twilio(EmptyWorld())
    with requests_mock.Mocker() as mocker:
        mount(empty, mocker)
        report = probe(configuration())
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
    assert declared().show("calls.filter.slack") == "calls: filter.slack = day"
    assert declared().show("conferences.each.Status") == "conferences: each.Status = init, in-progress, completed"


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
    config = configuration(credentials={"auth_type": "api_key", "api_key_sid": STANDARD_KEY, "api_key_secret": "hush"})
    assert clean(f"{MAIN} {STANDARD_KEY} hush +15005550006 api_key 10,000", config) == "AC… … … … api_key 10,000"
    assert clean("AC1", {}) == clean("AC1", {"credentials": "text"}) == "AC1"


@pytest.mark.parametrize(("change", "message"), [
    ({"account_sid": "AC1"}, "`account_sid` is not an account SID"),
    ({"credentials": {"auth_type": "auth_token", "auth_token": "wrong-token"}}, "HTTP 401, code 20003"),
    ({"credentials": {"auth_type": "api_key", "api_key_sid": STANDARD_KEY, "api_key_secret": "wrong-secret"}},
     "HTTP 401, code 20003"),
    ({"account_sid": TEST_SID, "credentials": {"auth_type": "auth_token", "auth_token": TEST_TOKEN}},
     "These are test credentials"),
])
def test_wrong_credentials(
    twilio: Twilio, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], message: str
) -> None:
    config = configuration(**change)
    with requests_mock.Mocker() as mocker:
        mount(twilio, mocker)
        assert main(["--config", str(write(tmp_path / "config.json", config))]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert config["account_sid"] not in err or len(config["account_sid"]) < 34
    assert "wrong-" not in err
    assert len(twilio.requests()) <= 2


@pytest.mark.parametrize(("content", "message"), [
    (None, "cannot be read: No such file or directory"),
    ("{", "is no JSON"),
    ("[]", "holds no JSON object"),
    ('{"account_sid": "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9", "credentials": "x"}', "`credentials` is missing"),
])
def test_wrong_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str) -> None:
    path = tmp_path / "config.json"
    if content is not None:
        path.write_text(content)
    assert main(["--config", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_no_answer_at_all(
    twilio: Twilio, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PATIENCE", 0.0)
    twilio.add_fault("unresolvable")
    with requests_mock.Mocker() as mocker:
        mount(twilio, mocker)
        assert main(["--config", str(write(tmp_path / "config.json", configuration()))]) == 2
    assert "api.twilio.com gave no usable answer" in capsys.readouterr().err


def test_no_time_to_sign_in(
    twilio: Twilio, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MOST_SECONDS", -1.0)
    with requests_mock.Mocker() as mocker:
        mount(twilio, mocker)
        assert main(["--config", str(write(tmp_path / "config.json", configuration()))]) == 2
    assert "the probe's limit of -1 seconds was reached before" in capsys.readouterr().err


@pytest.fixture(scope="module")
def live() -> Any:
    """A small world behind sockets."""
    with Sandbox(small=True) as sandbox:
        yield sandbox


def run(sandbox: Sandbox, folder: Path, *options: str, **changes: Any) -> subprocess.CompletedProcess[str]:
    """The probe as its users run it, with a configuration of an earlier version."""
    old = {"account_sid": MAIN, "auth_token": MAIN_TOKEN, "start_date": "2024-01-01T00:00:00Z", **changes}
    return subprocess.run(
        [sys.executable, "-m", "source_twilio.probe", "--config", str(write(folder / "config.json", old)), *options],
        env=sandbox.environment(), cwd=ROOT, capture_output=True, text=True, timeout=120,
    )


def test_as_a_process(live: Sandbox, tmp_path: Path) -> None:
    live.control.clear_requests()
    done = run(live, tmp_path, "--json", str(tmp_path / "report.json"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("source-twilio ")
    assert "No assumption is wrong." in done.stdout
    data = json.loads((tmp_path / "report.json").read_text())
    assert data["wrong"] == []
    assert data["requests"] == len(live.control.requests())
    told = {row["name"]: row["twilio"] for row in data["questions"]}
    assert told["gzip"] == "yes"
    assert told["date-header"] == "every answer has it; this machine's clock agrees"
    assert MAIN not in done.stdout and MAIN_TOKEN not in done.stdout


def test_a_wrong_assumption_ends_with_1(live: Sandbox, tmp_path: Path) -> None:
    live.control.add_fault("status", url="Status=init", status=400, code=20001)
    done = run(live, tmp_path)
    live.control.clear_faults()
    assert done.returncode == 1
    assert "WRONG: conferences-status" in done.stdout


def test_a_clock_that_is_wrong(live: Sandbox, tmp_path: Path) -> None:
    live.control.set_offset(-600)
    done = run(live, tmp_path)
    live.control.set_offset(0)
    assert done.returncode == 0
    assert "this machine's clock differs by a minute or more" in done.stdout
