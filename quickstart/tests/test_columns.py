"""From a JSON schema to DuckDB's types."""

from __future__ import annotations

import json

import duckdb
import pytest

from quickstart.arguments import ROOT, STREAMS
from quickstart.columns import column_types, duckdb_type, quoted


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": ["string", "null"]}, "VARCHAR"),
        ({"type": "string", "format": "date-time"}, "TIMESTAMPTZ"),
        ({"type": ["null", "string"], "format": "date"}, "DATE"),
        ({"type": ["integer", "null"]}, "BIGINT"),
        ({"type": ["number", "null"]}, "DOUBLE"),
        ({"type": "boolean"}, "BOOLEAN"),
        ({"type": ["array", "null"], "items": {"type": "string"}}, "VARCHAR[]"),
        ({"type": "array"}, "JSON"),
        ({"type": ["object", "null"], "additionalProperties": True}, "JSON"),
        ({"type": "object", "properties": {"from": {"type": "integer"}}}, 'STRUCT("from" BIGINT)'),
        ({"type": "object", "properties": {"SMS": {}, "sms": {}}}, "JSON"),
        ({"type": ["string", "integer"]}, "JSON"),
        ({}, "JSON"),
    ],
)
def test_the_type_of_a_schema(schema: dict[str, object], kind: str) -> None:
    assert duckdb_type(schema) == kind


def test_duckdb_takes_the_columns_of_every_stream() -> None:
    with duckdb.connect() as connection:
        for name in STREAMS:
            schema = json.loads((ROOT / "source_twilio" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
            columns = ", ".join(f"{quoted(one)} {kind}" for one, kind in column_types(schema).items())
            connection.execute(f"CREATE TABLE {quoted(name)} ({columns})")
