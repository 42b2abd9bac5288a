"""Rows that change with time, and the sorted lists they stand in."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

Position = tuple[float, str]
Place = Callable[["Row", float], Position]
FOREVER = float("inf")


class Row:
    """One object: its columns, from when to when the API shows it, and changes that come later by themselves."""

    __slots__ = ("base", "since", "until", "later", "position", "hidden", "_from", "_to", "_shown", "_text")

    def __init__(
        self,
        base: dict[str, Any],
        since: float = 0,
        until: float = FOREVER,
        later: Iterable[tuple[float, dict[str, Any]]] = (),
        position: Position = (0, ""),
        hidden: tuple[str, ...] = (),
    ):
        self.base, self.since, self.until, self.position, self.hidden = base, since, until, position, hidden
        self.later = sorted(later, key=lambda change: change[0])
        self._from, self._to, self._text = FOREVER, -FOREVER, b""
        self._shown: dict[str, Any] = base

    def at(self, now: float) -> dict[str, Any]:
        """All columns, hidden ones too, as they are at an instant."""
        if not self._from <= now < self._to:
            shown, start, end = self.base, -FOREVER, FOREVER
            for when, changes in self.later:
                if when > now:
                    end = when
                    break
                shown, start = {**shown, **changes}, when
            self._shown, self._from, self._to, self._text = shown, start, end, b""
        return self._shown

    def stays(self, now: float) -> float:
        """The instant up to which the API shows the row, or does not show it, as it does now."""
        if not self.since <= now < self.until:
            return self.since if now < self.since else FOREVER
        self.at(now)
        return min(self._to, self.until)

    def sent(self, now: float) -> dict[str, Any]:
        """What the API sends: the columns without those that only say where the row stands."""
        shown = self.at(now)
        return {k: v for k, v in shown.items() if k not in self.hidden} if self.hidden else shown

    def text(self, now: float) -> bytes:
        """The same as JSON, kept until the row changes."""
        shown = self.sent(now)
        if not self._text:
            self._text = orjson.dumps(shown)
        return self._text


class _Placed(NamedTuple):
    """Rows that are sorted by a place, from when to when they stand so, and their places."""

    place: Place
    since: float
    until: float
    keys: list[Position]
    rows: list[Row]


class Table:
    """The rows of one list, in the order of their creation."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.keys: dict[tuple[Any, ...], Row] = {}
        self._sorted = True
        self._placed: _Placed | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, key: tuple[Any, ...], row: Row, sort: bool = True) -> None:
        """Add a row, or replace the one with its key."""
        self.drop(key)
        self.keys[key], self._placed = row, None
        if sort and self._sorted:
            insort(self.rows, row, key=_position)
        else:
            self.rows.append(row)
            self._sorted = False

    def drop(self, key: tuple[Any, ...]) -> bool:
        """Take a row away; whether there was one."""
        old = self.keys.pop(key, None)
        if old is not None:
            self._sort()
            at = bisect_left(self.rows, old.position, key=_position)
            while self.rows[at] is not old:
                at += 1
            del self.rows[at]
            self._placed = None
        return old is not None

    def visible(self, now: float) -> Iterator[Row]:
        """Rows that the API shows at an instant, oldest first."""
        self._sort()
        return (row for row in self.rows if row.since <= now < row.until)

    def walk(self, now: float, order: str, after: Position | None, place: Place | None = None) -> Iterator[Row]:
        """Visible rows in an order, from behind a position on.

        place: where a row stands in a list that is sorted, newest first, by something else than creation.
        """
        self._sort()
        rows: Iterable[Row]
        if order == "newest" and place:
            placed = self._by(place, now)
            end = len(placed.rows) if after is None else bisect_left(placed.keys, tuple(after))
            return (placed.rows[i] for i in range(end - 1, -1, -1))
        if order == "unordered":
            start = None if after is None else _scatter(after)
            rows = sorted((r for r in self.rows if start is None or _scatter(r.position) > start), key=_scattered)
        elif order == "newest":
            end = len(self.rows) if after is None else bisect_left(self.rows, after, key=_position)
            rows = (self.rows[i] for i in range(end - 1, -1, -1))
        else:
            begin = 0 if after is None else bisect_right(self.rows, after, key=_position)
            rows = (self.rows[i] for i in range(begin, len(self.rows)))
        return (row for row in rows if row.since <= now < row.until)

    def _by(self, place: Place, now: float) -> _Placed:
        """The visible rows by their places at an instant; sorted again once one has come, gone or changed."""
        placed = self._placed
        if placed is None or placed.place is not place or not placed.since <= now < placed.until:
            pairs = sorted(((place(row, now), row) for row in self.visible(now)), key=itemgetter(0))
            until = min((row.stays(now) for row in self.rows), default=FOREVER)
            placed = _Placed(place, now, until, [key for key, _ in pairs], [row for _, row in pairs])
            self._placed = placed
        return placed

    def _sort(self) -> None:
        if not self._sorted:
            self.rows.sort(key=_position)
            self._sorted = True


def _position(row: Row) -> Position:
    return row.position


def _scatter(position: Position) -> tuple[int, Position]:
    return zlib.crc32(position[1].encode()), position


def _scattered(row: Row) -> tuple[int, Position]:
    return _scatter(row.position)


def take(rows: Iterator[Row], wanted: Callable[[Row], bool], size: int) -> tuple[list[Row], bool]:
    """Up to ``size`` wanted rows, and whether there are more."""
    found: list[Row] = []
    for row in rows:
        if wanted(row):
            if len(found) == size:
                return found, True
            found.append(row)
    return found, False


def before(
    rows: Iterator[Row], wanted: Callable[[Row], bool], is_there: Callable[[Row], bool], size: int
) -> Iterator[Row]:
    """The last `size` of the wanted rows that stand in front of a row."""
    held: deque[Row] = deque(maxlen=size)
    for row in rows:
        if is_there(row):
            break
        if wanted(row):
            held.append(row)
    return iter(held)


def skip(rows: Iterator[Row], wanted: Callable[[Row], bool], count: int) -> Iterator[Row]:
    """The rows behind the first `count` of those that are wanted."""
    for row in rows:
        if count <= 0:
            yield row
        elif wanted(row):
            count -= 1
