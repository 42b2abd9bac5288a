"""Where the rows are: a table for every list of every account in every Region."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, Protocol

from . import times
from .resources import Resource, dig
from .rows import FOREVER, Row, Table

Place = tuple[str, ...]
EMPTY = Table()


class Source(Protocol):
    """What fills the store: a world."""

    def reach(self, store: Store, region: str, account: str, stream: str, now: float) -> None:
        """Put every row of a stream that can be visible at ``now``."""


class Store:
    """Rows by Region, account, stream and place (the values of the path's parameters)."""

    def __init__(self, resources: dict[str, Resource], world: Source):
        self.resources, self.world = resources, world
        self.lock = threading.RLock()
        self._tables: dict[tuple[str, str, str], dict[Place, Table]] = {}
        self._count = count()

    def places(self, region: str, account: str, stream: str, now: float) -> dict[Place, Table]:
        """All tables of a stream of an account."""
        with self.lock:
            self.world.reach(self, region, account, stream, now)
            return self._tables.setdefault((region, account, stream), {})

    def table(self, region: str, account: str, stream: str, place: Place, now: float) -> Table:
        """The table of one list; an empty one where nothing stands."""
        return self.places(region, account, stream, now).get(place, EMPTY)

    def visible(self, region: str, account: str, stream: str, now: float) -> Iterator[Row]:
        """Every row of a stream of an account that the API shows at an instant, in all places."""
        for table in list(self.places(region, account, stream, now).values()):
            yield from list(table.visible(now))

    def put(
        self,
        region: str,
        account: str,
        stream: str,
        base: dict[str, Any],
        since: float | None = None,
        until: float = FOREVER,
        later: Iterable[tuple[float, dict[str, Any]]] = (),
        sort: bool = True,
    ) -> Row:
        """Insert a row, or replace the one with its key.

        Columns that only say where the row stands (``hidden`` in the table of resources) are kept out of answers.
        Without ``since`` the row is shown from its date of creation on, or at once where it has none.
        """
        resource = self.resources[stream]
        created = times.parse(dig(base, resource.created)) if resource.created else None
        order = created if created is not None else float(next(self._count))
        if since is None:
            since = -FOREVER if created is None else created
        row = Row(
            base,
            since,
            until,
            later,
            (order, str(base.get("sid") or next(self._count))),
            resource.hidden,
        )
        with self.lock:
            places = self._tables.setdefault((region, account, stream), {})
            table = places.setdefault(resource.place(base), Table())
            table.put(resource.key_of(base), row, sort)
        return row

    def drop(self, region: str, account: str, stream: str, key: tuple[Any, ...]) -> bool:
        """Take a row away; whether there was one."""
        with self.lock:
            tables = list(self._tables.get((region, account, stream), {}).values())
            return any([table.drop(key) for table in tables])

    def forget(self, account: str) -> None:
        """Take all rows of an account away."""
        with self.lock:
            for key in [key for key in self._tables if key[1] == account]:
                self._tables[key] = {}
