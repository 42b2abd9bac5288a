"""The quick start as its users run it: from the stand-in or an account into DuckDB, killed, stopped, run again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from integration_tests.helpers import begin_of_a_day
from integration_tests.sandbox import Sandbox, Twilio, times
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN
from quickstart.__main__ import OWN, ROOT
from quickstart.arguments import Asked
from quickstart.connector import Connector
from quickstart.database import Database
from quickstart.run import run
from quickstart.target import DAYS_BEFORE, DAYS_TO_COME
from quickstart.tests.rows import load, record, table

COMMAND = (sys.executable, str(ROOT / "quickstart" / "__main__.py"))
NEW = "SM" + "9" * 32
STREAMS = "--streams=messages,usage_records,accounts"
VALUES = "SELECT sid, status, price FROM messages ORDER BY sid"


@pytest.fixture(autouse=True)
def _on_one_day() -> None:
    begin_of_a_day()


def start(folder: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> subprocess.Popen[str]:
    """The quick start, begun in a folder that is also its home."""
    pipe = subprocess.PIPE
    env = {**environment, "HOME": str(folder), "COLUMNS": "80"}
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True, preexec_fn=heed_ctrl_c
    )


def heed_ctrl_c() -> None:
    """A process in the background ignores it, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    """What it printed, what it complained of, and its exit code."""
    output, errors = process.communicate(timeout=300)
    return output, errors, process.returncode


def query(path: Path, text: str) -> list[tuple[Any, ...]]:
    """The answer of a query."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(text).fetchall()


def expected(now: float, since: str) -> list[tuple[Any, ...]]:
    """What `VALUES` has to find in the stand-in's world, which is that of today, at an instant."""
    twilio = Twilio()
    twilio.freeze(now)
    return sorted((row["sid"], row["status"], row.get("price")) for row in twilio.expected("messages", since))


def test_killed_and_run_again_it_shows_what_twilio_holds_and_then_what_is_new(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.duckdb"
    first = times.midnight(time.time()) - DAYS_TO_COME * times.DAY
    since = times.iso(first - DAYS_BEFORE * times.DAY)
    killed = start(tmp_path, STREAMS)
    assert killed.stdout and "Reading a local stand-in" in killed.stdout.readline()
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)  # ends when its children have ended too
    output, errors, code = finish(start(tmp_path, STREAMS))
    assert (errors, code) == ("", 0)
    wanted = expected(first, since)
    assert len(wanted) > 700 and query(database, VALUES) == wanted
    assert query(database, "SELECT outcome FROM sync.runs ORDER BY run")[-1:] == [("complete",)]
    total = len(wanted) + query(database, "SELECT count(*) FROM usage_records")[0][0] + 5
    assert f"{total:,} rows of 3 streams" in output and "report.html" in output
    left = {one.name.partition("-")[0] for one in (OWN / "temporary").iterdir()}
    assert str(killed.pid) not in left, "rows and a configuration lie about"

    output, errors, code = finish(start(tmp_path, STREAMS))
    assert (errors, code) == ("", 0)
    later = expected(first + times.DAY, since)
    before, after, found = ({row[0]: row for row in rows} for rows in (wanted, later, query(database, VALUES)))
    # docs/cursors.md: a scheduled message that is cancelled may keep its status
    unseen = {sid for sid, row in before.items() if (row[1], after[sid][1]) == ("scheduled", "canceled")}
    assert found == {**after, **{sid: found[sid] for sid in unseen}}
    assert all(found[sid] in (before[sid], after[sid]) for sid in unseen)
    new = len(after.keys() - before.keys())
    changed = sum(after[sid] != row for sid, row in before.items() if sid not in unseen)
    assert new > 20 and changed > 5
    assert f"{new:,} messages" in output
    said = re.search(r"Changed +([\d,]+) messages \(", output)
    assert said and int(said[1].replace(",", "")) >= changed, "more columns than the three that are compared here"
    assert max(map(len, output.splitlines())) <= 80 and len(output.splitlines()) <= 24
    assert (tmp_path / "report.html").read_text(encoding="utf-8").count("<svg") >= 4


@pytest.fixture
def account() -> Iterator[Sandbox]:
    """An account that changes; the quick start finds it as it finds a real one."""
    with Sandbox(small=True) as started:
        yield started


def configured(folder: Path, token: str = MAIN_TOKEN, start_date: str = "2020-01-01T00:00:00Z") -> str:
    """A configuration file, in an earlier form; the argument that names it."""
    config = {"account_sid": MAIN, "auth_token": token, "start_date": start_date, "num_workers": 1}
    (folder / "config.json").write_text(json.dumps(config))
    return "--config=config.json"


def test_an_account_with_a_stream_that_fails(tmp_path: Path, account: Sandbox) -> None:
    database = tmp_path / "rows" / "mine.duckdb"
    arguments = (configured(tmp_path), "--streams=messages,keys", "--database=rows/mine.duckdb")
    today = times.day(time.time())
    account.control.add_fault("status", url=r"/Keys\.json", status=403, code=20003, account=MAIN)
    process = start(tmp_path, *arguments, f"--start-date={today}", environment=account.environment())
    output, errors, code = finish(process)
    assert code == 1 and errors == "" and "1 of 2 streams" in output
    assert "Not read: " in output and "20003" in output and "Traceback" not in output
    first = {sid for (sid,) in query(database, "SELECT sid FROM messages")}
    assert first == {row["sid"] for row in account.control.expected("messages", f"{today}T00:00:00Z")}
    assert "20003" in (tmp_path / "rows" / "report.html").read_text(encoding="utf-8")

    account.control.clear_faults()
    now = times.rfc(time.time())
    dates = {"date_sent": now, "date_created": now, "date_updated": now}
    account.control.put("messages", MAIN, {"sid": NEW, "account_sid": MAIN, "status": "sent", **dates})
    account.control.clear_requests()
    process = start(tmp_path, *arguments, f"--start-date={today}", environment=account.environment())
    output, errors, code = finish(process)
    assert (errors, code) == ("", 0) and "is earlier" not in output
    second = {sid for (sid,) in query(database, "SELECT sid FROM messages")}
    assert NEW in second and first < second

    output, errors, code = finish(start(tmp_path, *arguments, environment=account.environment()))
    assert (errors, code) == ("", 0)
    assert "messages: the start date is earlier than before, so it is read again from there" in output
    everything = {row["sid"] for row in account.control.expected("messages", "2020-01-01T00:00:00Z")}
    assert {sid for (sid,) in query(database, "SELECT sid FROM messages")} == everything > second


def test_ctrl_c_writes_what_has_been_read_and_says_so(tmp_path: Path, account: Sandbox) -> None:
    database = tmp_path / "twilio.duckdb"
    arguments = (configured(tmp_path), "--streams=accounts,messages,calls")
    account.control.add_fault("stall", url=r"/Calls\.json", seconds=60)
    process = start(tmp_path, *arguments, environment=account.environment())
    end = time.monotonic() + 120
    while not any("/Calls.json" in one["path"] for one in account.control.requests()):
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    output, errors, code = finish(process)
    assert (errors, code) == ("", 130)
    said = re.search(r"Stopped\. ([\d,]+) rows came and are in the database; (\d) of 3 streams", output)
    assert said, output
    counts = query(database, "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM accounts)")
    assert counts == [(int(said[1].replace(",", "")),)]
    assert query(database, "SELECT outcome FROM sync.runs") == [("stopped",)]
    assert "Not read" not in output and "goes on from here" in output

    account.control.clear_faults()
    output, errors, code = finish(start(tmp_path, *arguments, environment=account.environment()))
    assert (errors, code) == ("", 0)
    for stream in ("messages", "calls"):
        everything = {row["sid"] for row in account.control.expected(stream, "2020-01-01T00:00:00Z")}
        assert {sid for (sid,) in query(database, f"SELECT sid FROM {stream}")} == everything


def importing(pid: int) -> bool:
    """Whether DuckDB is being loaded, which imports other packages with its first query."""
    return "_duckdb" in Path(f"/proc/{pid}/maps").read_text()


def starting(pid: int) -> bool:
    """Whether the steps have begun."""
    return bool(list((OWN / "temporary").glob(f"{pid}-*")))


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at /proc, which Linux has")
@pytest.mark.parametrize("moment", [importing, starting])
def test_ctrl_c_before_anything_is_read(tmp_path: Path, moment: Callable[[int], bool]) -> None:
    process = start(tmp_path, STREAMS)
    end = time.monotonic() + 60
    while not moment(process.pid):
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output, errors, code = finish(process)
    assert code == 130 and "Nothing was read" in errors and "Traceback" not in errors
    assert not (tmp_path / "sandbox.duckdb").exists()


def test_wrong_credentials_are_one_sentence(tmp_path: Path, account: Sandbox) -> None:
    argument = configured(tmp_path, token="wrong" * 6 + "00")
    output, errors, code = finish(start(tmp_path, argument, environment=account.environment()))
    assert code == 1 and errors.startswith("\nTwilio refused the Auth Token") and len(errors.splitlines()) == 2
    assert not (tmp_path / "twilio.duckdb").exists()
    assert "wrong" not in errors + output


def test_no_copy_of_a_configuration_that_stands_in_a_file(tmp_path: Path) -> None:
    Connector({"account_sid": MAIN}, tmp_path / "config.json", tmp_path, {})
    assert list(tmp_path.iterdir()) == []
    Connector({"account_sid": MAIN}, None, tmp_path, {})
    (made,) = tmp_path.iterdir()
    assert made.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_right_is_said_at_once(tmp_path: Path) -> None:
    output, errors, code = finish(start(tmp_path, "--streams=mesages"))
    assert (output, code) == ("", 1) and "did you mean messages" in errors


def test_ctrl_c_while_the_report_is_made_says_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def steps(asked: Asked, folder: Path, console: Any, database: Database) -> int:
        database.begin({"account_sid": MAIN, "start_date": "2026-11-01T00:00:00Z"}, "", [table("keys")])
        load(database, tmp_path, [record("keys", sid="SK1")])
        raise KeyboardInterrupt

    monkeypatch.setattr("quickstart.run._steps", steps)
    asked = Asked(None, "", ("keys",), tmp_path / "sandbox.duckdb", None, False)
    assert run(asked, tmp_path) == 130
    assert "Stopped. 1 rows of this run are in the database." in capsys.readouterr().out
    assert query(asked.database, "SELECT sid FROM keys") == [("SK1",)]
