"""What a family of streams needs to make its rows: chance, identifiers, templates and a place to put them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson

from .. import times
from ..accounts import CLOSED, MAIN, MARKETING, SUPPORT, SUSPENDED, Account
from ..pages import recorded
from ..resources import Resource
from ..rows import FOREVER, Row

if TYPE_CHECKING:
    from ..store import Store

SCALE = {MAIN: 1.0, SUPPORT: 0.3, MARKETING: 0.1, SUSPENDED: 0.06, CLOSED: 0.0}
NEW_ACCOUNT, ELSEWHERE = 0.08, 0.1
AWAKE = ("01", "02", "03", "04")  # days of a month on which a suspended account still gets rows


class Scene:
    """One account of one Region while its rows are made."""

    def __init__(
        self, seed: int, first: float, store: Store, region: str, account: Account, now: float, memo: dict[str, Any]
    ):
        self.seed, self.first = seed, first  # `first`: the day on which history begins
        self.store, self.region, self.account, self.now = store, region, account, now
        self.scale = SCALE.get(account.sid, NEW_ACCOUNT) * (1.0 if region == "us1" else ELSEWHERE)
        self.main = account.sid == MAIN
        self.memo = memo  # what the account's earlier days have told
        self.done: set[str] = set()  # what is worked out once for all days that are made together

    def chance(self, *parts: Any) -> random.Random:
        """A random source that depends on the seed, the account and the parts alone."""
        return random.Random(f"{self.seed}|{self.region}|{self.account.sid}|{'|'.join(map(str, parts))}")

    def sid(self, prefix: str, *parts: Any) -> str:
        """An identifier that depends on the same."""
        text = f"{self.seed}|{self.region}|{self.account.sid}|{prefix}|{'|'.join(map(str, parts))}"
        return prefix + hashlib.md5(text.encode()).hexdigest()

    def some(self, rate: float, *parts: Any) -> int:
        """A whole number around ``rate`` times the account's scale."""
        rng, mean = self.chance("some", *parts), rate * self.scale
        return int(mean) + (rng.random() < mean - int(mean))

    def asleep(self, day: float) -> bool:
        """Whether the account makes no new rows on a day."""
        state = self.account.status
        return state == "closed" or state == "suspended" and times.day(day)[8:] not in AWAKE

    def moments(self, day: float, count: int, *parts: Any) -> list[int]:
        """Instants of a day, sorted; the first of every day is its midnight, the last of some its last second."""
        rng = self.chance("moments", int(day), *parts)
        found = sorted(int(day) + rng.randrange(1, times.DAY - 1) for _ in range(count))
        if found and self.main:
            found[0] = int(day)
            if int(day // times.DAY) % 3 == 0:
                found[-1] = int(day) + times.DAY - 1
        return found

    def make(
        self, stream: str, tag: Any, created: float | None = None, updated: float | None = None, **values: Any
    ) -> dict[str, Any]:
        """A row from the recorded template: its own identifiers, its account, its dates, and the given columns."""
        resource = self.store.resources[stream]
        rows = recorded(stream)
        n = int(hashlib.md5(str(tag).encode()).hexdigest()[:6], 16) % len(rows)
        base = rows[n]
        text = _text(stream, n)
        renamed: dict[str, str] = {}
        if isinstance(base.get("sid"), str) and "sid" not in values:
            renamed[base["sid"]] = self.sid(base["sid"][:2], stream, tag)
        for param in resource.params:
            column = resource.column(param)
            old, new = base.get(column), values.get(column)
            if isinstance(old, str) and len(old) == 34 and isinstance(new, str):
                renamed.setdefault(old, new)
        renamed.setdefault(MAIN, self.account.sid)
        for old, new in renamed.items():
            text = text.replace(old, new)
        row: dict[str, Any] = orjson.loads(text)
        if created is not None:
            self._date(resource, row, created, created if updated is None else updated)
        row.update(values)
        return row

    def _date(self, resource: Resource, row: dict[str, Any], created: float, updated: float) -> None:
        write = times.rfc if resource.style == "rfc" else times.iso
        for column in resource.dates:
            if column in (resource.created, "date_created"):
                row[column] = write(created)
            elif column in ("date_updated", "last_updated"):
                row[column] = write(max(created, updated))
            elif row.get(column):
                row[column] = write(created + 60)

    def put(
        self,
        stream: str,
        row: dict[str, Any],
        since: float | None = None,
        until: float = FOREVER,
        later: Iterable[tuple[float, dict[str, Any]]] = (),
    ) -> dict[str, Any]:
        """Put a row into the account."""
        self.store.put(self.region, self.account.sid, stream, row, since, until, later, sort=False)
        return row

    def add(
        self, stream: str, tag: Any, created: float | None = None, updated: float | None = None, **values: Any
    ) -> dict[str, Any]:
        """Make a row and put it."""
        return self.put(stream, self.make(stream, tag, created, updated, **values))

    def rows(self, stream: str) -> list[Row]:
        """The rows of a stream of this account so far, with all that will become of them."""
        places = self.store.places(self.region, self.account.sid, stream, self.now)
        return [row for table in places.values() for row in list(table.rows)]

    def bases(self, stream: str) -> list[dict[str, Any]]:
        """The same, as they were made."""
        return [row.base for row in self.rows(stream)]

    def date(self, stream: str, seconds: float | None) -> str | None:
        """A date as the stream's API writes it."""
        if seconds is None:
            return None
        return times.rfc(seconds) if self.store.resources[stream].style == "rfc" else times.iso(seconds)


_TEXTS: dict[tuple[str, int], str] = {}


def _text(stream: str, n: int) -> str:
    if (stream, n) not in _TEXTS:
        _TEXTS[stream, n] = orjson.dumps(recorded(stream)[n]).decode()
    return _TEXTS[stream, n]
