"""The DuckDB file: PyAirbyte's cache, made to write along the way and each row once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import duckdb
from airbyte._processors.sql.duckdb import DuckDBSqlProcessor
from airbyte.caches import DuckDBCache
from airbyte.constants import AB_RAW_ID_COLUMN
from airbyte.shared.sql_processor import SqlProcessorBase
from sqlalchemy import text

from quickstart.report import Failure

SECONDS_BETWEEN_WRITES = 60
SOURCE = "source-twilio"  # states are kept under the name of their source
STATES = "_airbyte_state"
SMALL_BLOCKS = {"default_block_size": 16384}  # of a new file: some hundred small tables would take 70 MB in large ones
LOADING = re.compile(r"(\w+)_01[0-9a-z]{7}")  # a table and part of the ULID of what is loaded into it


class Writer(DuckDBSqlProcessor):
    """PyAirbyte's writer for DuckDB. It keeps rows in files until the whole read has ended, and so would lose hours of
    reading if it were stopped; this one writes them, and the states that came with them, every minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._written = time.monotonic()

    def process_record_message(self, record_msg: Any, stream_record_handler: Any, progress_tracker: Any) -> None:
        """Take a row; now and then write all that is there."""
        super().process_record_message(record_msg, stream_record_handler, progress_tracker)
        if time.monotonic() - self._written >= SECONDS_BETWEEN_WRITES:
            for stream in self.catalog_provider.stream_names:
                self.write_stream_data(stream, progress_tracker=progress_tracker)
            self._written = time.monotonic()

    def _ensure_compatible_table_schema(self, stream_name: str, table_name: str) -> None:
        """Add columns that the connector did not have before. PyAirbyte's own way of looking for them takes longer than
        all the rest of writing, and it fails on columns named like a word of SQL, such as `from`."""
        query = f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{table_name}'"
        with self.get_sql_connection() as connection:
            known = set(connection.execute(text(query)).scalars())
        for name, kind in self._get_sql_column_definitions(stream_name).items():
            if name not in known:
                column = self._quote_identifier(name)
                self._execute_sql(f"ALTER TABLE {self._fully_qualified(table_name)} ADD COLUMN {column} {kind}")

    def _merge_temp_table_to_final_table(self, stream_name: str, temp_table_name: str, final_table_name: str) -> None:
        """Put rows in the place of those with their primary key. A row that came twice is kept as it came last:
        PyAirbyte's MERGE would insert it twice."""
        keys = [self._quote_identifier(key) for key in self.catalog_provider.get_primary_keys(stream_name)]
        columns = ", ".join(self._quote_identifier(name) for name in self._get_sql_column_definitions(stream_name))
        table, loaded = self._fully_qualified(final_table_name), self._fully_qualified(temp_table_name)
        same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
        newest = (
            f"row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY {AB_RAW_ID_COLUMN} DESC)"  # ordered by time
        )
        with self.get_sql_connection() as connection:  # one transaction
            connection.execute(text(f"DELETE FROM {table} AS old USING {loaded} AS new WHERE {same}"))
            insert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {loaded} QUALIFY {newest} = 1"
            connection.execute(text(insert))


class Cache(DuckDBCache):
    """PyAirbyte's DuckDB cache with the writer above."""

    _sql_processor_class: ClassVar[type[SqlProcessorBase]] = Writer


class Database:
    """The file, open. path: where it is; folder: for temporary files. Raises Failure if it cannot be opened."""

    def __init__(self, path: Path, folder: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _drop_leftovers(path)
            self.cache = Cache(db_path=path, cache_dir=folder)
        except (OSError, duckdb.Error) as error:
            raise Failure(f"The database {path} cannot be opened: {error}") from error

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cache.close()

    def streams_with_state(self) -> set[str]:
        """The streams of which a read has left a state; they go on from there."""
        return self.cache.get_state_provider(SOURCE).known_stream_names

    def forget_later_starts(self, streams: Iterable[str], start_date: str) -> list[str]:
        """Drop the states of streams that were read from a later start date on, so that they are read again from this
        one; their names."""
        states = self.cache.get_state_provider(SOURCE).stream_state_artifacts
        began = {state.stream_descriptor.name: dict(state.stream_state or {}).get("read_since") for state in states}
        later = [stream for stream in streams if (began.get(stream) or "") > start_date]
        for stream in later:
            self.cache.execute_sql(f"DELETE FROM {STATES} WHERE stream_name = '{stream}'")
        return later

    def count(self, streams: Iterable[str]) -> dict[str, int]:
        """How many rows there are of each stream."""
        found = {row["name"] for row in self.cache.run_sql_query("SELECT table_name AS name FROM duckdb_tables()")}
        return {name: self._count(name) if name in found else 0 for name in streams}

    def _count(self, name: str) -> int:
        return int(self.cache.run_sql_query(f'SELECT count(*) AS rows FROM main."{name}"')[0]["rows"])


def _drop_leftovers(path: Path) -> None:
    """Drop the tables through which PyAirbyte loads rows; a run that was killed leaves one behind. Makes a new file."""
    with duckdb.connect(str(path), config=SMALL_BLOCKS) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        for name in names:
            found = LOADING.fullmatch(name)
            if found and found[1] in names:
                connection.execute(f'DROP TABLE "{name}"')
