"""The table of a stream: made as its schema says, merged by its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from quickstart.columns import OWN, column_types, key_expressions, quoted, text
from quickstart.failure import Failure

LARGEST_ROW = 64 * 1024 * 1024  # bytes
LOADED = '"_loaded"'


@dataclass
class Change:
    """What came of a stream: rows that came, rows that were not there, rows with another value than before, rows that
    a whole list no longer has, and how many rows changed in each column."""

    read: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    columns: dict[str, int] = field(default_factory=dict)

    def add(self, other: Change) -> None:
        """Count what came later of the same stream."""
        self.read += other.read
        self.new += other.new
        self.changed += other.changed
        self.gone += other.gone
        self.columns = dict(Counter(self.columns) + Counter(other.columns))


class StreamTable:
    """The table of a stream.

    stream: it as `discover` describes it; whole: whether each sync reads all of it, so that a row which does not come
    again is gone; product: the section of the documentation that it stands in.
    """

    def __init__(self, stream: Mapping[str, Any], product: str, whole: bool) -> None:
        self.name: str = stream["name"]
        self.product, self.whole = product, whole
        self.cursor: str = ".".join(stream.get("default_cursor_field") or ())
        self._key: list[list[str]] = stream["source_defined_primary_key"]
        self._types = column_types(stream["json_schema"])

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table, or add the columns that the schema did not have before. Raises Failure where a column has
        become another type that its values do not fit."""
        columns = {**self._types, **OWN}
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS {quoted(self.name)} ({listed})")
        wanted = connection.execute(f"DESCRIBE SELECT {self._nulls(columns)}").fetchall()
        known = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {quoted(self.name)}").fetchall()}
        for name, kind in ((row[0], row[1]) for row in wanted):
            if name not in known:
                connection.execute(f"ALTER TABLE {quoted(self.name)} ADD COLUMN {quoted(name)} {kind}")
            elif known[name] != kind:
                self._retype(connection, name, kind)

    def merge(self, connection: duckdb.DuckDBPyConnection, file: Path, run: int) -> Change:
        """Put the rows of a file of messages into the table, each in the place of the one with its key; of a row that
        came twice the later one stays. Gives what was new and what changed."""
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {LOADED} AS {self._rows_of(file, run)}")
        same = " AND ".join(
            f"{old} IS NOT DISTINCT FROM {new}"
            for old, new in zip(key_expressions(self._key, "old"), key_expressions(self._key, "new"), strict=True)
        )
        table = quoted(self.name)
        joined = f"{table} AS old JOIN {LOADED} AS new ON {same}"
        known = self._one(connection, f"SELECT count(*) FROM {joined}")[0]
        change = Change()
        if known:  # in a first read there are none, and other columns need not be looked at
            differs = [f"old.{quoted(name)} IS DISTINCT FROM new.{quoted(name)}" for name in self._types]
            counts = [f"count(*) FILTER ({one})" for one in (" OR ".join(differs), *differs)]
            change.changed, *columns = self._one(connection, f"SELECT {', '.join(counts)} FROM {joined}")
            change.columns = {name: rows for name, rows in zip(self._types, columns, strict=True) if rows}
            connection.execute(f"DELETE FROM {table} AS old USING {LOADED} AS new WHERE {same}")
        rows, came = self._one(connection, f"SELECT count(*), coalesce(sum(times), 0) FROM {LOADED}")
        change.read, change.new = int(came), rows - known
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (times) FROM {LOADED}")
        connection.execute(f"DROP TABLE {LOADED}")
        return change

    def drop_gone(self, connection: duckdb.DuckDBPyConnection, run: int) -> int:
        """Delete the rows that a complete read of the whole list no longer has; how many."""
        gone = connection.execute(f"DELETE FROM {quoted(self.name)} WHERE _airbyte_generation_id < ?", [run]).fetchone()
        return int(gone[0]) if gone else 0

    def _rows_of(self, file: Path, run: int) -> str:
        """The query of the rows in a file of record messages, one a key: the last that came, and how often."""
        fields = ", ".join(f"{quoted(name)} {kind}" for name, kind in self._types.items())
        record = f"STRUCT(data STRUCT({fields}), emitted_at BIGINT)"
        columns = ", ".join(f"record.data.{quoted(name)} AS {quoted(name)}" for name in self._types)
        key = ", ".join(key_expressions(self._key, "record.data"))
        return (
            f"SELECT {columns}, make_timestamptz(emitted * 1000) AS _airbyte_extracted_at, "
            f"CAST({run} AS BIGINT) AS _airbyte_generation_id, count(*) OVER (PARTITION BY {key}) AS times "
            "FROM (SELECT record, record.emitted_at AS emitted, row_number() OVER () AS place FROM "
            f"read_json({text(str(file))}, format = 'newline_delimited', columns = {{record: {text(record)}}}, "
            f"maximum_object_size = {LARGEST_ROW})) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY place DESC) = 1"
        )

    def _retype(self, connection: duckdb.DuckDBPyConnection, name: str, kind: str) -> None:
        try:
            connection.execute(f"ALTER TABLE {quoted(self.name)} ALTER COLUMN {quoted(name)} TYPE {kind}")
        except duckdb.Error as error:
            raise Failure(
                f"The column {name} of {self.name} is {kind} now, and what the database holds does not fit: {error}\n"
                "Name another file with --database and read again."
            ) from error

    @staticmethod
    def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = connection.execute(query).fetchone()
        assert row
        return row

    @staticmethod
    def _nulls(columns: Mapping[str, str]) -> str:
        return ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns.items())
