"""The table of resources (``resources/*.yaml``): what each list and object is, and how paths find them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("resources")
ACCOUNT = "AccountSid"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Range:
    """A date filter: the column, the parameters of its two ends and of one whole day, and how the upper end cuts."""

    column: str
    start: str
    end: str
    on: str | None = None
    upper: str = "at"  # at: on or before; before: strictly; day_end: a plain date means the whole day
    unit: str = "instant"  # instant; date: the time of the value is ignored; open: the switches decide
    default: str | None = None  # how far back the API looks when no start is given


@dataclass(frozen=True)
class Resource:
    """One stream of the catalogue as the API serves it.

    tier: A for what most accounts use, B for the rest, which orders the table; host, path: where the list is; envelope:
    how a page is wrapped (`paging.py`; `object` for a single one), data: the key of its rows; key: the primary key;
    sync: how a right connector reads it (FULL: whole; INC-C: whole, and compares `cursor`; INC-S: by a date filter of
    the list or of its parents; SNAP: figures of the moment); family: the permission it needs; parents: parameter of the
    path -> `stream.column`, or the values it takes; columns: parameter -> column where their names differ; hidden:
    columns that only say where a row stands; inject: columns that the connector adds; created: the column that a row is
    shown from; ranges, equals, default, required: the filters; retention_days, cap: what is no longer, or not, listed;
    once: the same for all accounts; special: what computes it (`computed.py`).

    Of its columns: dates, days, numbers, booleans: those that leave the connector as such; style: how the API writes
    times (`iso` or `rfc`); sid: how SIDs begin, where the recorded page does not show it; list_columns: those in the
    list, where a single row has more. needs: `main` where Standard and Restricted keys read nothing; token: what page
    tokens are made of (`tokens.py`).
    """

    name: str
    tier: str
    host: str
    path: str
    envelope: str
    key: tuple[str, ...]
    sync: str
    data: str | None = None
    page_max: int = 0
    family: str | None = None
    sid: str | None = None
    parents: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    inject: tuple[str, ...] = ()
    style: str = "iso"
    dates: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    created: str | None = None
    ranges: tuple[Range, ...] = ()
    equals: dict[str, str] = field(default_factory=dict)
    default: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    retention_days: int = 0
    cap: int = 0
    order_param: bool = False
    special: str | None = None
    sample: bool = False
    once: bool = False
    list_columns: tuple[str, ...] = ()
    token: str = "sid"  # what a page token is made of, see tokens.py
    later_pages: str = "count"  # restart: a later page calls itself page 0
    needs: str | None = None
    cursor: str | None = None

    @property
    def classic(self) -> bool:
        """Whether it belongs to the 2010 API."""
        return self.path.startswith("/2010-04-01/")

    @cached_property
    def params(self) -> tuple[str, ...]:
        """The parameters of the path, without the account."""
        return tuple(name for name in re.findall(r"{(\w+)}", self.path) if name != ACCOUNT)

    def column(self, param: str) -> str:
        """The column of a row that holds a parameter of its path (a hidden one where the API does not send it)."""
        return self.columns.get(param) or snake(param)

    def place(self, row: dict[str, Any]) -> tuple[str, ...]:
        """The values of the path's parameters for a row: which list it stands in."""
        return tuple(str(row[self.column(param)]) for param in self.params)

    def key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """The values of the primary key."""
        return tuple(dig(row, name) for name in self.key)


@cache
def snake(name: str) -> str:
    """``ChatServiceSid`` as ``chat_service_sid``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def dig(row: dict[str, Any], dotted: str) -> Any:
    """A column, also a nested one such as ``period.start``."""
    if "." not in dotted:
        return row.get(dotted)
    value: Any = row
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


@lru_cache(maxsize=1)
def load() -> dict[str, Resource]:
    """All resources by stream name, tier A first."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for name, row in yaml.load(file.read_text("utf-8"), LOADER).items():
            found.append(_resource(name, row))
    return {resource.name: resource for resource in sorted(found, key=lambda r: r.tier)}


def _resource(name: str, row: dict[str, Any]) -> Resource:
    ranges = tuple(
        Range(r["column"], r["from"], r["to"], r.get("on"), r["upper"], r.get("unit", "instant"), r.get("default"))
        for r in row.pop("ranges", ())
    )
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Resource(name=name, ranges=ranges, **values)


class Routes:
    """Finds the resource of a host and a path: its list, one of its objects, or the unscoped form of Conversations."""

    SCOPE = "/v1/Services/{ChatServiceSid}"

    def __init__(self, resources: dict[str, Resource]):
        self._by_shape: dict[tuple[str, int], list[tuple[re.Pattern[str], Resource, str]]] = {}
        for resource in resources.values():
            path = resource.path
            self._add(resource, path, "list")
            if resource.envelope == "object" or resource.sample:
                continue
            stem = path[:-5] if path.endswith(".json") else path
            self._add(resource, stem + "/{-key}" + (".json" if path.endswith(".json") else ""), "item")
            if path.startswith(self.SCOPE):
                self._add(resource, "/v1" + path[len(self.SCOPE) :], "list")
                self._add(resource, "/v1" + path[len(self.SCOPE) :] + "/{-key}", "item")

    def _add(self, resource: Resource, path: str, kind: str) -> None:
        parts = [
            re.escape(p) if i % 2 == 0 else f"(?P<{p.replace('-', '_')}>[^/]+?)"
            for i, p in enumerate(re.split(r"{(-?\w+)}", path))
        ]
        shape = (resource.host, path.count("/"))
        self._by_shape.setdefault(shape, []).append((re.compile("".join(parts) + "$"), resource, kind))

    def find(self, product: str, path: str) -> tuple[Resource, str, dict[str, str]] | None:
        """The resource, ``list`` or ``item``, and the values in the path; None for a path that Twilio does not have."""
        best = None
        for pattern, resource, kind in self._by_shape.get((product, path.count("/")), ()):
            found = pattern.match(path)
            if found and (best is None or len(found.groupdict()) < len(best[2])):
                best = (resource, kind, found.groupdict())
        return best
