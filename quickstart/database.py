"""The DuckDB file: a table a stream, and a schema `sync` with the states and with what each run found.

A batch of rows is merged together with the states that came behind them, in one transaction. So the states never say
more than the rows, whenever the process is killed, and the next run goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from quickstart.batches import Batch, Ended
from quickstart.columns import quoted, text
from quickstart.failure import Failure
from quickstart.tables import Change, StreamTable

# Of a new file: some hundred small tables would take 70 MB in large ones.
SMALL_BLOCKS: dict[str, Any] = {"default_block_size": 16384}
AS_IT_IS: dict[str, Any] = {}
SYNC = """
CREATE SCHEMA IF NOT EXISTS sync;
CREATE TABLE IF NOT EXISTS sync.states (stream VARCHAR, state JSON, saved_at TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS sync.runs (
    run BIGINT, account_sid VARCHAR, start_date VARCHAR, twilio_now VARCHAR, began TIMESTAMPTZ, ended TIMESTAMPTZ,
    outcome VARCHAR, rows_read BIGINT, requests BIGINT);
CREATE TABLE IF NOT EXISTS sync.streams (
    stream VARCHAR, product VARCHAR, cursor_field VARCHAR, run BIGINT, status VARCHAR, rows_read BIGINT,
    requests BIGINT, ended TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS sync.changes (
    run BIGINT, stream VARCHAR, new BIGINT, changed BIGINT, gone BIGINT, columns JSON);
CREATE TABLE IF NOT EXISTS sync.problems (run BIGINT, stream VARCHAR, problem VARCHAR);
"""


@dataclass(frozen=True)
class Run:
    """A run as the file remembers it. now: the stand-in's time in it, empty for a real account."""

    run: int
    account_sid: str
    start_date: str
    now: str
    complete: bool


@dataclass
class News:
    """What a run has brought so far: changes by stream, rows written, streams that are complete."""

    changes: dict[str, Change] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)

    @property
    def written(self) -> int:
        """Rows that came and are in the file now."""
        return sum(change.read for change in self.changes.values())


class Database:
    """The file, open for this process alone. Raises Failure if it cannot be opened or is not one of ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.news = News()
        self._tables: dict[str, StreamTable] = {}
        self.run = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = duckdb.connect(str(path), config=AS_IT_IS if path.exists() else SMALL_BLOCKS)
            self.connection.execute("SET TimeZone = 'UTC'")
            if self._has("_airbyte_state"):
                self.connection.close()
                raise Failure(f"{path} was written by PyAirbyte. Name another file with --database.")
            self.connection.execute(SYNC)
        except (OSError, duckdb.Error) as error:
            hint = "Close the program that has it open" if "lock" in str(error) else "Name another one with --database"
            raise Failure(f"The database {path} cannot be opened: {error}\n{hint}.") from error

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def last_run(self) -> Run | None:
        """The newest run that was begun; None in a new file."""
        row = self.connection.execute(
            "SELECT run, account_sid, start_date, twilio_now, coalesce(outcome, 'stopped') <> 'stopped' "
            "FROM sync.runs ORDER BY run DESC LIMIT 1"
        ).fetchone()
        return Run(*row) if row else None

    def begin(self, config: Mapping[str, Any], now: str, streams: Iterable[StreamTable]) -> int:
        """Begin a run: its number. Tables are made, or get the columns that are new. Raises Failure if the file holds
        the rows of another account: lists that are read whole would take each other's place."""
        last, account = self.last_run(), str(config.get("account_sid"))
        if last and last.account_sid != account:
            raise Failure(
                f"{self.path} holds the rows of {last.account_sid}, and the configuration names {account}. "
                "Name another file with --database."
            )
        self.run = last.run + 1 if last else 1
        with self._transaction():
            self._execute(
                "INSERT INTO sync.runs VALUES (?, ?, ?, ?, now(), NULL, NULL, NULL, NULL)",
                [self.run, account, str(config.get("start_date")), now],
            )
            for table in streams:
                table.prepare(self.connection)
                self._tables[table.name] = table
        return self.run

    def states(self, streams: Iterable[str]) -> list[dict[str, Any]]:
        """The states of streams, as the connector takes them."""
        wanted = set(streams)
        rows = self.connection.execute("SELECT stream, CAST(state AS VARCHAR) FROM sync.states ORDER BY stream")
        return [
            {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": json.loads(state)}}
            for name, state in rows.fetchall()
            if name in wanted
        ]

    def forget_later_starts(self, streams: Iterable[str], start_date: str) -> list[str]:
        """Drop the states of streams that were read from a later start date on, so that they are read again from this
        one; their names."""
        later = [
            state["stream"]["stream_descriptor"]["name"]
            for state in self.states(streams)
            if (state["stream"]["stream_state"].get("read_since") or "") > start_date
        ]
        for stream in later:
            self._execute("DELETE FROM sync.states WHERE stream = ?", [stream])
        return later

    def load(self, batch: Batch) -> None:
        """Write a batch: rows, the states that cover them, and the ends of streams, all of it or nothing."""
        changes = {}
        with self._transaction():
            for stream, file in batch.files.items():
                changes[stream] = self._tables[stream].merge(self.connection, file, self.run)
            for stream, ended in batch.ended.items():
                if ended.complete and self._tables[stream].whole:
                    change = changes.setdefault(stream, Change())
                    change.gone = self._tables[stream].drop_gone(self.connection, self.run)
                self._note_end(stream, ended)
            for stream, state in batch.states.items():
                self._execute("DELETE FROM sync.states WHERE stream = ?", [stream])
                self._execute("INSERT INTO sync.states VALUES (?, ?, now())", [stream, json.dumps(state)])
            for stream, problem in batch.problems:
                self._execute("INSERT INTO sync.problems VALUES (?, ?, ?)", [self.run, stream, problem])
            for stream, change in changes.items():
                self.news.changes.setdefault(stream, Change()).add(change)
                self._note_change(stream)
        self.news.complete |= {stream for stream, ended in batch.ended.items() if ended.complete}

    def end(self, outcome: str, requests: int) -> None:
        """Note how the run ended: complete, failed (something could not be read) or stopped."""
        query = "UPDATE sync.runs SET ended = now(), outcome = ?, rows_read = ?, requests = ? WHERE run = ?"
        self._execute(query, [outcome, self.news.written, requests, self.run])

    def first_read(self) -> tuple[int, int] | None:
        """Rows and requests of the first run that was not cut short, unless it is this one."""
        query = "SELECT rows_read, requests FROM sync.runs WHERE outcome <> 'stopped' AND run < ? ORDER BY run LIMIT 1"
        row = self.connection.execute(query, [self.run]).fetchone()
        return (int(row[0]), int(row[1])) if row else None

    def count(self, streams: Iterable[str]) -> dict[str, int]:
        """How many rows there are of each stream."""
        parts = [f"SELECT {text(name)}, count(*) FROM {quoted(name)}" for name in streams]
        return dict(self.connection.execute(" UNION ALL ".join(parts)).fetchall()) if parts else {}

    def _note_end(self, stream: str, ended: Ended) -> None:
        status = "complete" if ended.complete else "incomplete"
        table = self._tables[stream]
        row = [stream, table.product, table.cursor, self.run, status, ended.rows, ended.requests]
        self._execute("DELETE FROM sync.streams WHERE stream = ?", [stream])
        self._execute("INSERT INTO sync.streams VALUES (?, ?, ?, ?, ?, ?, ?, now())", row)

    def _note_change(self, stream: str) -> None:
        change = self.news.changes[stream]
        row = [self.run, stream, change.new, change.changed, change.gone, json.dumps(change.columns)]
        self._execute("DELETE FROM sync.changes WHERE run = ? AND stream = ?", row[:2])
        self._execute("INSERT INTO sync.changes VALUES (?, ?, ?, ?, ?, ?)", row)

    def _execute(self, query: str, values: list[Any]) -> None:
        self.connection.execute(query, values)

    def _has(self, table: str) -> bool:
        query = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = ?"
        found = self.connection.execute(query, [table]).fetchone()
        return bool(found and found[0])

    def _transaction(self) -> _Transaction:
        return _Transaction(self.connection)


class _Transaction:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            self._connection.rollback()
        else:
            self._connection.commit()
