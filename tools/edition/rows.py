"""What becomes of the rows of an answer: which are kept, how their columns are made, what is declared of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.docs_manifest import Stream
from tools.edition.notes import notes
from tools.edition.places import expressions
from tools.edition.ranges import range_of
from tools.edition.shared import added, ref

NUMERIC = {"number", "integer", "boolean"}


def selector(stream: Stream, records: str, more: str = "") -> dict[str, Any]:
    """The record selector: rows that have what they need, lie in the range and meet one more condition."""
    keep = [range_of(stream).keep, f"record['{stream.row['require']}']" if stream.row.get("require") else "", more]
    condition = " and ".join(filter(None, keep))
    found: dict[str, Any] = {
        "type": "RecordSelector",
        "extractor": {"type": "DpathExtractor", "field_path": [records] if records else []},
    }
    if condition:
        found["record_filter"] = {"type": "RecordFilter", "condition": "{{ " + condition + " }}"}
        found["transform_before_filtering"] = True
    if _has_numbers(stream.schema):
        found["schema_normalization"] = "Default"
    return found


def _has_numbers(schema: Mapping[str, Any]) -> bool:
    """Whether a column, or a value inside one, is something else than text."""
    inside = [*schema.get("properties", {}).values(), *([schema["items"]] if schema.get("items") else [])]
    return bool(NUMERIC & {*types_of(schema)}) or any(map(_has_numbers, inside))


def types_of(column: Mapping[str, Any]) -> list[str]:
    """The types of a column."""
    kind = column.get("type") or []
    return [kind] if isinstance(kind, str) else list(kind)


def transformations(stream: Stream) -> list[dict[str, Any]]:
    """What becomes of a row: moments, columns of the path and of the range, and what leaves it."""
    row, columns, places = stream.row, stream.schema["properties"], expressions(stream)
    found: list[dict[str, Any]] = []
    if "/2010-04-01/" in row["url"] or stream.name in notes()["moments_as_in_mail"]:
        found += [ref(f"moment_{name}") for name, one in columns.items() if one.get("format") == "date-time"]
    made = {*columns} - ({row["require"]} if row.get("require") else set())
    own = {name: f"record['{name}'] or {place}" for name, place in places.items() if name in made}
    own |= range_of(stream).columns
    own |= {name: f"record['{name}'] or '{value}'" for name, value in (row.get("absent") or {}).items()}
    if row.get("column"):
        own[row["column"]] = "record.record"
    if own:
        found.append(added(**own))
    if empty := notes()["empty_numbers"].get(stream.name):
        pointers = [[name] for name in empty]
        found.append({"type": "RemoveFields", "field_pointers": pointers, "condition": "{{ property == '' }}"})
    for name in notes()["objects_as_text"].get(stream.name, ()):
        text = added(**{name: f"record['{name}'] | tojson"})
        found.append({**text, "condition": f"{{{{ record['{name}'] is mapping }}}}"})
    left_out = [name.split(".") for name in row.get("drop") or ()] + ([["record"]] if row.get("column") else [])
    if left_out:
        found.append({"type": "RemoveFields", "field_pointers": left_out})
    return found


def schema(stream: Stream) -> dict[str, Any]:
    """The columns; what a stream reads otherwise than the connector is its description."""
    found: dict[str, Any] = without_descriptions(stream.schema)
    otherwise = notes()["streams"].get(stream.name)
    return {"description": otherwise["why"], **found} if otherwise else found


def without_descriptions(schema: Any) -> Any:
    """A schema without its descriptions, which stand in docs/columns."""
    if isinstance(schema, list):
        return [without_descriptions(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {word: without_descriptions(value) for word, value in schema.items() if word != "description"}
    if "properties" in schema:  # a column may have any name
        found["properties"] = {name: without_descriptions(one) for name, one in schema["properties"].items()}
    return found
