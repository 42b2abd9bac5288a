"""Makes databases for tests as a read makes them, without a connector."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from quickstart.arguments import ROOT
from quickstart.batches import Batches
from quickstart.database import Database
from quickstart.tables import StreamTable

ACCOUNT = "AC" + "1" * 32
CONFIG = {"account_sid": ACCOUNT, "start_date": "2026-11-01T00:00:00Z"}
KEYS: dict[str, list[str]] = {"usage_records": ["account_sid", "category", "start_date", "end_date"]}


def stream(name: str, **changes: Any) -> dict[str, Any]:
    """A stream of the connector as `discover` describes it."""
    schema = json.loads((ROOT / "source_twilio" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    key = [[column] for column in KEYS.get(name, ["sid"])]
    return {"name": name, "json_schema": schema, "source_defined_primary_key": key, **changes}


def table(name: str, whole: bool = False, **changes: Any) -> StreamTable:
    """The table of a stream."""
    return StreamTable(stream(name, **changes), "Product", whole)


def record(name: str, **data: Any) -> bytes:
    """A row as the connector prints it."""
    message = {"type": "RECORD", "record": {"stream": name, "data": data, "emitted_at": 1_795_000_000_123}}
    return json.dumps(message).encode() + b"\n"


def state(name: str, **content: Any) -> bytes:
    """A state as the connector prints it."""
    blob = {"stream_descriptor": {"name": name}, "stream_state": content}
    return json.dumps({"type": "STATE", "state": {"type": "STREAM", "stream": blob}}).encode() + b"\n"


def status(name: str, value: str = "COMPLETE") -> bytes:
    """The status of a stream."""
    trace = {"type": "STREAM_STATUS", "stream_status": {"stream_descriptor": {"name": name}, "status": value}}
    return json.dumps({"type": "TRACE", "trace": trace}).encode() + b"\n"


def log(level: str, message: str) -> bytes:
    """A line of the log."""
    return json.dumps({"type": "LOG", "log": {"level": level, "message": message}}).encode() + b"\n"


def run(
    path: Path, tables: Iterable[StreamTable], lines: Iterable[bytes], config: Mapping[str, Any] = CONFIG
) -> Database:
    """A run that reads some lines into a database; the database is closed again and holds what the run brought."""
    tables = list(tables)
    with Database(path) as database:
        database.begin(config, "", tables)
        load(database, path.parent, lines)
        database.end("complete", 1)
    return database


def load(database: Database, folder: Path, lines: Iterable[bytes]) -> None:
    """Write some lines as one batch."""
    place = folder / f"lines{len(list(folder.iterdir()))}"
    place.mkdir()
    batches = Batches(place, 1)
    for line in lines:
        batches.add(line)
    database.load(batches.take())
