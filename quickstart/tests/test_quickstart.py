"""The quick start as its users run it: from the sandbox or an account into DuckDB, killed, run again, refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from integration_tests.sandbox import Sandbox, Twilio, times
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN
from quickstart.__main__ import OWN, ROOT
from quickstart.report import Failure

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of PyAirbyte's dependencies, about the versions of each other and of Python
    from quickstart.steps import chosen, read_config, with_start

COMMAND = (sys.executable, str(ROOT / "quickstart" / "__main__.py"))
NEW = "SM" + "9" * 32


def start(folder: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> subprocess.Popen[str]:
    """The quick start, begun in a folder that is also its home."""
    pipe = subprocess.PIPE
    env = {**environment, "HOME": str(folder)}
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    """What it printed, what it complained of, and its exit code."""
    output, errors = process.communicate(timeout=300)
    return output, errors, process.returncode


def kill_after(process: subprocess.Popen[str], words: str, seconds: float = 0) -> None:
    """SIGKILL, some seconds after a line that contains the words."""
    try:
        assert process.stdout
        assert any(words in line for line in process.stdout), f"it never said {words!r}"
        time.sleep(seconds)
        assert process.poll() is None, "it was faster"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)  # ends when its children have ended too


def table(path: Path, query: str) -> list[tuple[Any, ...]]:
    """The answer of a query."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_killed_and_run_again_it_shows_what_twilio_holds(tmp_path: Path) -> None:
    database, streams = tmp_path / "sandbox.duckdb", "--streams=messages,usage_records,accounts"
    midnight = times.midnight(time.time())
    twilio = Twilio(now=lambda: datetime.fromtimestamp(midnight, timezone.utc))
    since = times.iso(midnight - 28 * times.DAY)

    first = start(tmp_path, streams)
    kill_after(first, "Read: 3 streams")
    second = start(tmp_path, streams)
    kill_after(second, "messages: ", seconds=0.2)
    output, errors, code = finish(start(tmp_path, streams))
    assert (errors, code) == ("", 0)
    messages = twilio.expected("messages", since)
    wanted = sorted((row["sid"], row["status"], row.get("price")) for row in messages)
    assert len(wanted) > 1000, "more than a page"
    found = table(database, "SELECT sid, status, CAST(price AS DOUBLE) FROM messages ORDER BY sid")
    assert found == wanted
    usage = twilio.expected("usage_records", since)
    (total,) = table(database, "SELECT count(*), CAST(sum(price) AS DOUBLE) FROM usage_records")
    assert total == (len(usage), pytest.approx(sum(row["price"] for row in usage)))
    assert f"  total          {len(wanted) + len(usage) + 5:,}" in output
    by_error = [line.split() for line in output.splitlines() if line.startswith(("  21610 ", "  30005 "))]
    failed = sum(row["status"] in ("failed", "undelivered") for row in messages)
    assert sum(int(words[-3]) for words in by_error) == failed > 10
    left = {one.name for one in (OWN / "temporary").iterdir()}
    assert not left & {str(first.pid), str(second.pid)}, "rows and a configuration lie about"

    output, errors, code = finish(start(tmp_path, streams))
    assert (errors, code) == ("", 0)
    assert "New since the last read: nothing." in output and "2 incrementally" in output
    assert table(database, "SELECT sid, status, CAST(price AS DOUBLE) FROM messages ORDER BY sid") == wanted


@pytest.fixture
def account() -> Iterator[Sandbox]:
    """An account that changes; the quick start finds it as it finds a real one."""
    with Sandbox(small=True) as started:
        yield started


def test_an_account_with_a_stream_that_fails(tmp_path: Path, account: Sandbox) -> None:
    database = tmp_path / "rows" / "mine.duckdb"
    config = {"account_sid": MAIN, "auth_token": MAIN_TOKEN, "start_date": "2020-01-01T00:00:00Z"}  # an earlier form
    (tmp_path / "config.json").write_text(json.dumps(config))
    arguments = ("--config=config.json", "--streams=messages,keys", "--database=rows/mine.duckdb")
    today = times.day(time.time())
    account.control.add_fault("status", url=r"/Keys\.json", status=403, code=20003, account=MAIN)
    process = start(tmp_path, *arguments, f"--start-date={today}", environment=account.environment())
    output, errors, code = finish(process)
    assert code == 1 and "keys" in errors and "20003" in errors and "Traceback" not in errors
    first = {sid for (sid,) in table(database, "SELECT sid FROM messages")}
    assert first == {row["sid"] for row in account.control.expected("messages", f"{today}T00:00:00Z")}

    account.control.clear_faults()
    now = times.rfc(time.time())
    row = {
        "sid": NEW,
        "account_sid": MAIN,
        "date_sent": now,
        "date_created": now,
        "date_updated": now,
        "status": "sent",
    }
    account.control.put("messages", MAIN, row)
    process = start(tmp_path, *arguments, f"--start-date={today}", environment=account.environment())
    output, errors, code = finish(process)
    assert (errors, code) == ("", 0)
    assert "the start date is earlier" not in output and " incrementally" in output
    second = {sid for (sid,) in table(database, "SELECT sid FROM messages")}
    assert NEW in second and first < second

    output, errors, code = finish(start(tmp_path, *arguments, environment=account.environment()))
    assert (errors, code) == ("", 0)
    assert "messages: the start date is earlier than before, so it is read again from there" in output
    everything = {row["sid"] for row in account.control.expected("messages", config["start_date"])}
    assert {sid for (sid,) in table(database, "SELECT sid FROM messages")} == everything > second


def test_wrong_credentials_are_one_sentence(tmp_path: Path, account: Sandbox) -> None:
    credentials = {"auth_type": "auth_token", "auth_token": "wrong"}
    config = {"account_sid": MAIN, "credentials": credentials, "start_date": "2026-01-01T00:00:00Z"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    output, errors, code = finish(start(tmp_path, "--config=config.json", environment=account.environment()))
    assert code == 1 and "Check: the credentials" not in output
    assert errors.startswith("\nCheck: Twilio refused the Auth Token") and len(errors.splitlines()) == 2
    assert not (tmp_path / "twilio.duckdb").exists()


def test_a_stream_that_is_not_there() -> None:
    with pytest.raises(Failure, match="There is no stream mesages: did you mean messages"):
        chosen("calls, mesages", ["calls", "messages"])
    with pytest.raises(Failure, match="names no stream"):
        chosen(" , ", ["calls"])
    assert chosen("messages, calls", ["calls", "messages"]) == ["messages", "calls"]
    assert chosen(None, ["calls", "messages"]) == ["calls", "messages"]


def test_a_configuration_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="missing.json cannot be read: No such file"):
        read_config(tmp_path / "missing.json")
    for text, reason in (("{", "is no JSON: Expecting"), ("[]", "holds no JSON object")):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(Failure, match=reason):
            read_config(tmp_path / "config.json")


def test_a_start_date_is_a_day_or_an_instant() -> None:
    config = {"start_date": "2026-01-01T00:00:00Z"}
    assert with_start(config, None) == config
    assert with_start(config, "2026-02-03") == {"start_date": "2026-02-03T00:00:00Z"}
    assert with_start(config, "2026-02-03T04:05:06Z") == {"start_date": "2026-02-03T04:05:06Z"}
    assert with_start(config, "yesterday") == {"start_date": "yesterday"}  # the connector says what is wrong with it
