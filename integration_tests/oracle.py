"""Compares two syncs of the connector with two of the CDK's own engine, row by row, and explains what differs.

What may differ stands in tools/edition/differences.yaml with its reason; anything else is a fault of one of the two.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.docs_manifest import Stream, load
from tools.edition.notes import notes
from unit_tests.support import Output

Key = tuple[str, ...]
Row = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """A sync of the connector and one of the CDK's engine, of the same moment.

    now: that moment, as cursors are written.
    """

    ours: Output
    stock: Output
    now: str


@dataclass(frozen=True)
class Oracle:
    """first, second: the syncs, the second of which go on from the states of the first."""

    first: Pair
    second: Pair

    def unexplained(self, name: str) -> list[str]:
        """What differs in a stream without a reason in the table; empty where all is well."""
        stream = load().streams[name]
        return [*self._rows(stream), *self._values(stream), *self._changes(stream)]

    def explained(self, name: str) -> bool:
        """Whether a reason of the table was needed for a stream: an entry that no sync needs has outlived its case."""
        note = notes()["streams"].get(name, {})
        stream = load().streams[name]
        return any(self._reason(stream, row, note) for row in self._missing(stream).values())

    # ------------------------------------------------------------------------------------------------- rows and values
    def _rows(self, stream: Stream) -> Iterator[str]:
        ours, stock = rows_of(stream, self.first.ours), rows_of(stream, self.first.stock)
        for key, count in Counter(key_of(stream, row) for row in self.first.stock.records(stream.name)).items():
            if count > 1:
                yield f"the CDK reads {key} {count} times"
        for key in stock.keys() - ours.keys():
            yield f"the connector misses {key}"
        for key in ours.keys() - stock.keys():
            if not self._is_explained(stream, ours[key]):
                yield f"the CDK misses {key}"

    def _values(self, stream: Stream) -> Iterator[str]:
        ours, stock = rows_of(stream, self.first.ours), rows_of(stream, self.first.stock)
        for key in ours.keys() & stock.keys():
            for column in ours[key].keys() | stock[key].keys():
                one, other = ours[key].get(column), stock[key].get(column)  # a column that is not there is null
                if one != other:
                    yield f"{column} of {key}: {one!r} here, {other!r} there"

    # ------------------------------------------------------------------------------------------------ the second sync
    def _changes(self, stream: Stream) -> Iterator[str]:
        """A row that is new, or has changed since the first sync, comes in both."""
        for key in changed(stream, self.first.stock, self.second.stock) - rows_of(stream, self.second.ours).keys():
            yield f"the connector's second sync misses {key}"
        ours = rows_of(stream, self.second.ours)
        for key in changed(stream, self.first.ours, self.second.ours) - rows_of(stream, self.second.stock).keys():
            if not self._is_explained(stream, ours[key]):
                yield f"the CDK's second sync misses {key}"

    # ---------------------------------------------------------------------------------------------------- the reasons
    def _is_explained(self, stream: Stream, row: Row) -> bool:
        is_ahead = stream.by_change and (row.get(stream.cursor) or "") > self.first.now
        return is_ahead or self._reason(stream, row, notes()["streams"].get(stream.name, {}))

    def _reason(self, stream: Stream, row: Row, note: dict[str, Any]) -> bool:
        if "without" in note:
            return row.get(note["without"]) is None
        if "held" in note:
            before = rows_of(stream, self.first.ours).get(key_of(stream, row), {})
            return all(before.get(column) == value for column, value in note["held"].items())
        for parent, column in note.get("children_of", {}).items():
            return (row.get(column),) in {tuple(json.loads(part) for part in key)
                                          for key in self._missing(load().streams[parent])}
        return False

    def _missing(self, stream: Stream) -> dict[Key, Row]:
        """The rows of both syncs of the connector that those of the CDK's engine lack."""
        first, second = rows_of(stream, self.first.ours), rows_of(stream, self.second.ours)
        new = changed(stream, self.first.ours, self.second.ours) - rows_of(stream, self.second.stock).keys()
        old = first.keys() - rows_of(stream, self.first.stock).keys()
        return {key: first[key] for key in old} | {key: second[key] for key in new}


def key_of(stream: Stream, row: Row) -> Key:
    """The key of a row, as text."""
    return tuple(json.dumps(row.get(column)) for column in stream.key)


def rows_of(stream: Stream, output: Output) -> dict[Key, Row]:
    """The rows of a sync by their key."""
    return {key_of(stream, row): row for row in output.records(stream.name)}


def changed(stream: Stream, before: Output, after: Output) -> set[Key]:
    """The keys of rows that a sync brought and the one before did not, or not like this."""
    volatile = set(notes()["volatile"].get(stream.name, ()))

    def content(row: Row) -> str:
        return json.dumps({name: value for name, value in row.items() if name not in volatile}, sort_keys=True)

    known = {content(row) for row in before.records(stream.name)}
    return {key_of(stream, row) for row in after.records(stream.name) if content(row) not in known}
