"""The command: its exit codes, its files, and what it prints where nothing can be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from integration_tests.helpers import ROOT, write
from integration_tests.probe.conftest import settings
from integration_tests.sandbox import Sandbox, Twilio
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, STANDARD_KEY, TEST_SID, TEST_TOKEN
from integration_tests.sandbox.adapter import mount
from source_twilio.probe import session
from source_twilio.probe.__main__ import main


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
    config = settings(**change)
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
        assert main(["--config", str(write(tmp_path / "config.json", settings()))]) == 2
    assert "api.twilio.com gave no usable answer" in capsys.readouterr().err


def test_no_time_to_sign_in(
    twilio: Twilio, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MOST_SECONDS", -1.0)
    with requests_mock.Mocker() as mocker:
        mount(twilio, mocker)
        assert main(["--config", str(write(tmp_path / "config.json", settings()))]) == 2
    assert "the probe's limit of -1 seconds was reached before" in capsys.readouterr().err


@pytest.fixture(scope="module")
def live() -> Iterator[Sandbox]:
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
