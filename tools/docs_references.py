"""Which column holds the key of which other stream, from the rows' parents and tools/column_notes.yaml."""

from __future__ import annotations

from tools.describe import notes
from tools.docs_manifest import Facts, Stream


def references(facts: Facts, stream: Stream) -> dict[str, tuple[str, str]]:
    """For each column that holds another row's key: that row's stream and its column."""
    found = {}
    for column in stream.schema["properties"]:
        if target := _parent(stream, column) or _named(facts, stream, column):
            found[column] = target
    return found


def _parent(stream: Stream, column: str) -> tuple[str, str] | None:
    """The parent's column, where the row's address was made of it."""
    keys = (stream.row.get("parent") or {}).get("keys") or {}
    held = keys.get(column)
    if stream.parent and held in stream.parent.schema["properties"] and held in stream.parent.key:
        return stream.parent.name, held
    return None


def _named(facts: Facts, stream: Stream, column: str) -> tuple[str, str] | None:
    """The stream that a column of this name leads to, by its only key."""
    listed = {**notes()["references"], **facts.notes["entities"]["joins"]}
    named = listed.get(f"{stream.name}.{column}", listed.get(column))
    name = named.get(stream.product) if isinstance(named, dict) else named
    if not name:
        return None
    (key, *others) = facts.streams[name].key
    return None if others else (name, key)
