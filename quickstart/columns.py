"""From a stream's JSON schema to the columns of its DuckDB table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SCALARS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
FORMATS = {"date-time": "TIMESTAMPTZ", "date": "DATE"}
OWN = {  # as Airbyte's destinations call them; the generation is the run of the quick start that last saw the row
    "_airbyte_extracted_at": "TIMESTAMPTZ",
    "_airbyte_generation_id": "BIGINT",
}


def column_types(schema: Mapping[str, Any]) -> dict[str, str]:
    """The DuckDB type of each column of a stream. schema: its JSON schema; what that does not describe is JSON."""
    return {name: duckdb_type(one) for name, one in schema["properties"].items()}


def duckdb_type(schema: Mapping[str, Any]) -> str:
    """The DuckDB type of a JSON schema: STRUCT and LIST where it says what is inside."""
    kinds = schema.get("type", [])
    kinds = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    if len(kinds) != 1:
        return "JSON"
    if kinds == ["string"]:
        return FORMATS.get(schema.get("format", ""), "VARCHAR")
    if kinds == ["array"] and schema.get("items"):
        return duckdb_type(schema["items"]) + "[]"
    inside = schema.get("properties", {}) if kinds == ["object"] else {}
    if inside and len({name.casefold() for name in inside}) == len(inside):  # DuckDB takes SMS and sms for one name
        return f"STRUCT({', '.join(f'{quoted(name)} {duckdb_type(one)}' for name, one in inside.items())})"
    return SCALARS.get(kinds[0], "JSON")


def quoted(name: str) -> str:
    """A name as SQL takes it, also one like `from`."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL takes it."""
    return "'" + value.replace("'", "''") + "'"


def key_expressions(key: Sequence[Sequence[str]], table: str) -> list[str]:
    """The parts of a primary key in a table or its alias; a part may lie inside an object."""
    return [".".join([table, *map(quoted, path)]) for path in key]
