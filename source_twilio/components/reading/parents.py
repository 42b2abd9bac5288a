"""Which rows of a parent stream a child is asked for, and what they hand down."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.rows.values import kind_of, value_at
from source_twilio.components.twilio.errors import Malformed

LOGGER = logging.getLogger("airbyte")
SID = re.compile(r"[A-Z]{2}\w+", re.ASCII)  # https://www.twilio.com/docs/glossary/what-is-a-sid


@dataclass(frozen=True)
class ParentRows:
    """The `parent` block of a stream's row in the manifest.

    stream: the parent's name; keys: name in the child's path and rows -> field of the parent, or a path into what the
    customer keeps in one, whose parents have no children where no SID stands there; each: a parameter and values, the
    parents are those of a whole list with each of them in turn, not those of a window; where: conditions that all have
    to hold, each a mapping of a field to `positive`, `present`, or `{not: [values]}`; or_changed: a field with the time
    of the last change, by which a parent that fails a condition is asked once more after it changed; once: several
    parents may hand down the same keys, whose children are asked for once.
    """

    stream: str
    keys: Mapping[str, str]
    each: Mapping[str, list[str]] | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    or_changed: str = ""
    once: bool = False
    _said: set[str] = field(default_factory=set, init=False, compare=False, repr=False)

    def context(self, row: Row, context: Row) -> Row:
        """The keys of a child's slice: those of the parent's and what the parent's row adds."""
        added = {name: value_at(row, path) for name, path in self.keys.items()}
        for name, value in added.items():
            if not _leads_somewhere(name, value):
                raise Malformed(f"a row of {self.stream} came without a usable {self.keys[name]} ({kind_of(value)})")
        return {**context, **added}

    def chooser(self) -> Callable[[Row, datetime | None], bool]:
        """`chooses` for the parents of one account, which remembers the keys that it has met if it has to."""
        if not self.once:
            return self.chooses
        met: dict[tuple[Any, ...], Row] = {}

        def choose(row: Row, since: datetime | None) -> bool:
            if not self.chooses(row, since):
                return False
            keys = tuple(value_at(row, path) for path in self.keys.values())
            return met.setdefault(keys, row) is row

        return choose

    def chooses(self, row: Row, since: datetime | None) -> bool:
        """Whether to ask for the children of a parent. since: the child's cursor less its lookback, None at first."""
        if not all(self._has(row, name, path) for name, path in self.keys.items() if "." in path):
            return False
        if all(_holds(value_at(row, path), condition) for path, condition in self.where.items()):
            return True
        if not self.or_changed:
            return False
        changed = row.get(self.or_changed)
        return since is None or changed is None or parse(changed) >= since

    def _has(self, row: Row, name: str, path: str) -> bool:
        """Whether a SID stands where the customer keeps one; said once where something else does."""
        value = value_at(row, path)
        if _leads_somewhere(name, value):
            return True
        if value is not None and path not in self._said:
            self._said.add(path)
            LOGGER.warning("A row of %s has no SID in %s but a %s: it and others like it are passed over",
                           self.stream, path, kind_of(value))
        return False


def _leads_somewhere(name: str, value: Any) -> bool:
    """Whether a value can stand in an address: a SID where the name says so, a text that is no step up elsewhere."""
    if not isinstance(value, str):
        return False
    return bool(SID.fullmatch(value)) if name.endswith("_sid") else value not in ("", ".", "..")


def _holds(value: Any, condition: Any) -> bool:
    if condition == "present":
        return value is not None
    if condition == "positive":
        return isinstance(value, (int, float)) and value > 0
    return value not in condition["not"]
