"""The database: rows by their keys, states together with the rows that they cover, and what changed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from quickstart.arguments import ROOT
from quickstart.database import Database
from quickstart.failure import Failure
from quickstart.tests.rows import ACCOUNT, CONFIG, load, log, record, run, state, status, table

KILLED = """
import os, signal, sys
from pathlib import Path
from quickstart.database import Database
from quickstart.tests.rows import CONFIG, load, record, state, table

class Last(type(table("calls"))):
    def merge(self, *more):
        super().merge(*more)
        os.kill(os.getpid(), signal.SIGKILL)

with Database(Path(sys.argv[1])) as database:
    calls = table("calls")
    calls.__class__ = Last
    database.begin(CONFIG, "", [table("messages"), calls])
    lines = [record("messages", sid="SM2"), state("messages", cursor="two"), record("calls", sid="CA1")]
    load(database, Path(sys.argv[1]).parent, lines)
"""


def query(path: Path, text: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(text).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "twilio.duckdb"


def test_values_have_the_types_of_the_schema(path: Path) -> None:
    row = {
        "sid": "SM1", "from": "+1", "price": -0.0075, "num_segments": 3, "date_sent": "2026-11-02T10:00:00Z",
        "subresource_uris": {"media": "/m"},
    }  # fmt: skip
    run(path, [table("messages")], [record("messages", **row)])
    (found,) = query(
        path,
        'SELECT sid, "from", price, num_segments, epoch(date_sent), subresource_uris.media, typeof(date_sent), '
        "epoch_ms(_airbyte_extracted_at) FROM messages",
    )
    when = 1_793_613_600
    assert found == ("SM1", "+1", -0.0075, 3, when, "/m", "TIMESTAMP WITH TIME ZONE", 1_795_000_000_123)


def test_a_row_takes_the_place_of_the_one_with_its_key_and_the_last_counts(path: Path) -> None:
    lines = [record("messages", sid="SM1", status="sent"), record("messages", sid="SM2", status="sent")]
    first = run(path, [table("messages")], lines)
    assert (first.news.changes["messages"].new, first.news.changes["messages"].changed) == (2, 0)
    lines = [
        record("messages", sid="SM1", status="sent"),
        record("messages", sid="SM2", status="delivered", price=-1),
        record("messages", sid="SM3", status="queued"),
        record("messages", sid="SM3", status="sent"),
    ]
    second = run(path, [table("messages")], lines)
    change = second.news.changes["messages"]
    assert (change.read, change.new, change.changed, change.gone) == (4, 1, 1, 0)
    assert change.columns == {"status": 1, "price": 1}
    assert query(path, "SELECT sid, status, price FROM messages ORDER BY sid") == [
        ("SM1", "sent", None), ("SM2", "delivered", -1.0), ("SM3", "sent", None),
    ]  # fmt: skip


def test_parts_of_a_key_inside_an_object(path: Path) -> None:
    key = [["account_sid"], ["period", "start"]]
    period = {"type": "object", "properties": {"start": {"type": "string"}}}
    schema = {"properties": {"account_sid": {"type": "string"}, "period": period, "n": {"type": "integer"}}}
    made = table("messages", source_defined_primary_key=key, json_schema=schema)
    rows = [("AC1", "a", 1), ("AC1", "b", 2), ("AC1", "a", 3)]
    run(path, [made], [record("messages", account_sid=one, period={"start": two}, n=n) for one, two, n in rows])
    assert query(path, "SELECT n FROM messages ORDER BY n") == [(2,), (3,)]


def test_a_whole_list_drops_what_is_gone_only_once_it_is_complete(path: Path) -> None:
    run(path, [table("keys", whole=True)], [record("keys", sid="SK1"), record("keys", sid="SK2"), status("keys")])
    lines = [record("keys", sid="SK2"), record("keys", sid="SK3"), status("keys", "INCOMPLETE")]
    run(path, [table("keys", whole=True)], lines)
    assert query(path, "SELECT sid FROM keys ORDER BY sid") == [("SK1",), ("SK2",), ("SK3",)]
    third = run(path, [table("keys", whole=True)], [record("keys", sid="SK3"), status("keys")])
    assert query(path, "SELECT sid FROM keys ORDER BY sid") == [("SK3",)]
    assert third.news.changes["keys"].gone == 2
    run(path, [table("keys", whole=True)], [status("keys")])
    assert query(path, "SELECT sid FROM keys") == []


def test_a_list_that_goes_on_from_a_state_keeps_what_does_not_come_again(path: Path) -> None:
    run(path, [table("messages")], [record("messages", sid="SM1"), status("messages")])
    run(path, [table("messages")], [record("messages", sid="SM2"), status("messages")])
    assert query(path, "SELECT count(*) FROM messages") == [(2,)]


def test_rows_and_the_state_that_covers_them_come_together_or_not_at_all(path: Path) -> None:
    with Database(path) as database:
        database.begin(CONFIG, "", [table("messages"), table("calls")])
        load(database, path.parent, [record("messages", sid="SM1"), state("messages", cursor="one")])
        bad = [record("messages", sid="SM2"), state("messages", cursor="two"), record("calls", sid="CA1", duration="x")]
        with pytest.raises(duckdb.Error):
            load(database, path.parent, bad)
        with pytest.raises(KeyError):  # a stream that was not asked for
            load(database, path.parent, [record("messages", sid="SM2"), record("roles", sid="RL1")])
        assert database.count(["messages", "calls"]) == {"messages": 1, "calls": 0}
        (saved,) = database.states(["messages"])
        assert saved["stream"]["stream_state"] == {"cursor": "one"}
        assert database.news.written == 1


def test_killed_in_the_middle_of_a_batch(path: Path) -> None:
    run(path, [table("messages"), table("calls")], [record("messages", sid="SM1"), state("messages", cursor="one")])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert query(path, "SELECT sid FROM messages") == [("SM1",)]
    assert query(path, "SELECT state->>'cursor' FROM sync.states") == [("one",)]
    with Database(path) as database:
        last = database.last_run()
        assert last and last.run == 2 and not last.complete


def test_a_state_without_a_cursor_is_none(path: Path) -> None:
    run(path, [table("keys")], [state("keys", __ab_no_cursor_state_message=True)])
    assert query(path, "SELECT count(*) FROM sync.states") == [(0,)]


def test_an_earlier_start_date_forgets_the_state_and_a_later_one_does_not(path: Path) -> None:
    lines = [record("messages", sid="SM1"), state("messages", read_since="2026-11-01T00:00:00Z")]
    run(path, [table("messages")], lines)
    with Database(path) as database:
        assert database.forget_later_starts(["messages", "calls"], "2026-11-02T00:00:00Z") == []
        assert len(database.states(["messages"])) == 1
        assert database.forget_later_starts(["calls"], "2026-10-31T00:00:00Z") == []
        assert database.forget_later_starts(["messages", "calls"], "2026-10-31T00:00:00Z") == ["messages"]
        assert database.states(["messages"]) == []
        assert database.count(["messages"]) == {"messages": 1}


def test_columns_that_a_newer_schema_has(path: Path) -> None:
    def read(columns: dict[str, Any], **row: Any) -> None:
        properties = {"sid": {"type": "string"}, **columns}
        run(path, [table("messages", json_schema={"properties": properties})], [record("messages", **row)])

    read({"price": {"type": "integer"}}, sid="SM1", price=1)
    newer = {"price": {"type": "number"}, "from": {"type": "string"}}
    read(newer, sid="SM2", price=0.5, **{"from": "+1"})
    assert query(path, 'SELECT sid, price, "from" FROM messages ORDER BY sid') == [("SM1", 1, None), ("SM2", 0.5, "+1")]
    with pytest.raises(Failure, match="The column sid of messages is BIGINT now"):
        read({**newer, "sid": {"type": "integer"}}, sid=3)


def test_what_went_wrong_and_what_it_cost_is_kept(path: Path) -> None:
    summary = "Stream messages: 1 rows of 1 accounts, 1 accounts skipped (AC2: 20003), 17 requests, 2 retries"
    run(
        path,
        [table("messages")],
        [log("WARN", "AC2 cannot be read"), record("messages", sid="SM1"), log("INFO", summary), status("messages")],
    )
    found = query(path, "SELECT stream, status, rows_read, requests FROM sync.streams")
    assert found == [("messages", "complete", 1, 17)]
    assert query(path, "SELECT problem FROM sync.problems") == [("AC2 cannot be read",)]
    assert query(path, "SELECT outcome, ended IS NOT NULL FROM sync.runs") == [("complete", True)]


def test_a_file_that_holds_another_account(path: Path) -> None:
    run(path, [table("keys", whole=True)], [record("keys", sid="SK1"), status("keys")])
    with pytest.raises(Failure, match=f"holds the rows of {ACCOUNT}, and the configuration names AC2"):
        run(path, [table("keys", whole=True)], [status("keys")], {"account_sid": "AC2", "start_date": "2026-11-01"})
    assert query(path, "SELECT count(*) FROM keys") == [(1,)]


def test_a_file_that_another_program_has_open(path: Path) -> None:
    run(path, [table("messages")], [])
    holding = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holding, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin and other.stdout and other.stdout.readline() == "held\n"
        with pytest.raises(Failure, match="Close the program that has it open"):
            Database(path)
        other.stdin.close()


def test_files_that_are_not_ours(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE _airbyte_state (a INTEGER)")
    with pytest.raises(Failure, match="was written by PyAirbyte"):
        Database(path)
    path.write_text("no database at all")
    with pytest.raises(Failure, match="cannot be opened"):
        Database(path)
