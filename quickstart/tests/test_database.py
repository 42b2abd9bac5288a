"""PyAirbyte's cache as the quick start changes it, and the tables it prints."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of PyAirbyte's dependencies, about the versions of each other and of Python
    from airbyte.progress import ProgressTracker
    from airbyte.shared.catalog_providers import CatalogProvider
    from airbyte.strategies import WriteStrategy
    from airbyte_protocol.models import AirbyteMessage, ConfiguredAirbyteCatalog

    from quickstart import database, report
    from quickstart.database import SOURCE, Database

pytestmark = pytest.mark.filterwarnings("ignore")  # PyAirbyte's own
COLUMNS = {"sid": {"type": "string"}, "from": {"type": ["string", "null"]}, "price": {"type": ["number", "null"]}}


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A database file; what PyAirbyte leaves open is closed here and not in the next test."""
    yield tmp_path / "twilio.duckdb"
    gc.collect()


def catalog(columns: dict[str, Any] = COLUMNS, key: Sequence[str] = ("sid",)) -> CatalogProvider:
    """A catalog of one stream, messages."""
    stream = {"name": "messages", "json_schema": {"properties": columns}, "supported_sync_modes": ["incremental"]}
    configured = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
    return CatalogProvider(
        ConfiguredAirbyteCatalog.model_validate({"streams": [{**configured, "primary_key": [[name] for name in key]}]})
    )


def record(sid: str, **values: Any) -> AirbyteMessage:
    """A row of messages."""
    data = {"sid": sid, **values}
    return AirbyteMessage.model_validate(
        {"type": "RECORD", "record": {"stream": "messages", "data": data, "emitted_at": 1_795_000_000_000}}
    )


def state(cursor: str, read_since: str = "2026-11-01T00:00:00Z") -> AirbyteMessage:
    """A state of messages."""
    blob = {"stream_descriptor": {"name": "messages"}, "stream_state": {"cursor": cursor, "read_since": read_since}}
    return AirbyteMessage.model_validate({"type": "STATE", "state": {"type": "STREAM", "stream": blob}})


def write(opened: Database, messages: Iterator[AirbyteMessage], provider: CatalogProvider | None = None) -> None:
    """What PyAirbyte does with the messages of a read."""
    opened.cache.get_record_processor(SOURCE, provider or catalog()).process_airbyte_messages(
        messages,
        write_strategy=WriteStrategy.AUTO,
        progress_tracker=ProgressTracker(source=None, cache=opened.cache, destination=None),
    )


def rows(opened: Database) -> list[tuple[Any, ...]]:
    """The table, sorted."""
    found = opened.cache.run_sql_query('SELECT sid, "from", price FROM messages ORDER BY ALL')
    return [tuple(row.values()) for row in found]


def test_a_row_that_comes_twice_is_kept_once_as_it_came_last(path: Path) -> None:
    with Database(path, path.parent) as opened:
        write(opened, iter([record("SM1", price=1), record("SM2"), record("SM1", price=2), record("SM1", price=3)]))
        assert rows(opened) == [("SM1", None, 3), ("SM2", None, None)]
        write(opened, iter([record("SM2", price=4), record("SM2", price=5)]))
        assert rows(opened) == [("SM1", None, 3), ("SM2", None, 5)]


def test_rows_and_their_state_are_written_along_the_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(path, path.parent) as opened:

        def read() -> Iterator[AirbyteMessage]:
            yield record("SM1")
            yield state("one")
            assert opened.count(["messages"]) == {"messages": 0}  # PyAirbyte would write when all has come
            monkeypatch.setattr(database, "SECONDS_BETWEEN_WRITES", 0)
            yield record("SM2")
            assert opened.count(["messages"]) == {"messages": 2}
            (saved,) = opened.cache.get_state_provider(SOURCE).stream_state_artifacts
            assert dict(saved.stream_state)["cursor"] == "one"
            monkeypatch.undo()
            yield record("SM2", price=2)
            yield state("two")

        write(opened, read())
        assert rows(opened) == [("SM1", None, None), ("SM2", None, 2)]
        (saved,) = opened.cache.get_state_provider(SOURCE).stream_state_artifacts
        assert dict(saved.stream_state)["cursor"] == "two"


def test_a_new_column_is_added_whatever_its_name(path: Path) -> None:
    with Database(path, path.parent) as opened:
        write(opened, iter([record("SM1")]), catalog({"sid": COLUMNS["sid"], "price": COLUMNS["price"]}))
        write(opened, iter([record("SM2", **{"from": "+1"})]))
        assert rows(opened) == [("SM1", None, None), ("SM2", "+1", None)]


def test_what_a_killed_run_was_loading_is_dropped(path: Path) -> None:
    with Database(path, path.parent) as opened:
        write(opened, iter([record("SM1")]))
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE messages_01m7zbag0 (sid VARCHAR); CREATE TABLE mine_01m7zbag0 (sid VARCHAR)")
    with Database(path, path.parent) as opened:
        names = {row["name"] for row in opened.cache.run_sql_query("SELECT table_name AS name FROM duckdb_tables()")}
        assert {"messages", "mine_01m7zbag0"} <= names and "messages_01m7zbag0" not in names
        assert opened.count(["messages"]) == {"messages": 1}


def test_an_earlier_start_date_forgets_the_state_and_a_later_one_does_not(path: Path) -> None:
    with Database(path, path.parent) as opened:
        write(opened, iter([record("SM1"), state("one", "2026-11-01T00:00:00Z")]))
        assert opened.forget_later_starts(["messages", "calls"], "2026-11-02T00:00:00Z") == []
        assert opened.streams_with_state() == {"messages"}
        assert opened.forget_later_starts(["messages", "calls"], "2026-10-31T00:00:00Z") == ["messages"]
        assert opened.streams_with_state() == set()
        assert opened.count(["messages"]) == {"messages": 1}


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("no database")
    with pytest.raises(report.Failure, match="twilio.duckdb cannot be opened: .* not a valid DuckDB database"):
        Database(path, path.parent)


def test_a_query_says_which_stream_it_needs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(report, "say", said.append)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE messages (status VARCHAR, error_code VARCHAR, error_message VARCHAR)")
        connection.execute("ALTER TABLE messages ADD COLUMN date_sent TIMESTAMP")
        connection.execute("ALTER TABLE messages ADD COLUMN date_created TIMESTAMP")
    report.answer_queries(path)
    assert [line for line in said if line.startswith("  ")] == [
        "  none",
        "  needs the stream usage_records, which was not read",
        "  none",
    ]


def test_numbers_stand_to_the_right(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(report, "say", said.append)
    report.show(("stream", "rows"), [("calls", 5), ("messages", 1234)])
    assert said == ["  stream     rows", "  --------  -----", "  calls         5", "  messages  1,234"]
