"""Whether the pages of a list bring anything new: some lists name a next page for ever.

Users report lists whose pages are empty and name a next one all the same, lists that give the same rows under ever new
links, and rows that stand on two neighbouring pages because the list moved between two requests.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from source_twilio.components.rows.records import Row

# Pages in a row without a new row after which a list is given up. One or two can be honest: Twilio filters some lists
# after cutting them into pages, and in a busy list of small pages new rows push a whole page down. Ten are not, and
# more of them would cost requests and bring nothing.
IN_VAIN = 10
REMEMBERED = 10_000  # keys; twice as many are in memory at most, about 2 MB a list


class Endless(Exception):
    """A list that goes on without bringing anything new."""


class Progress:
    """What one list has shown so far.

    key: the columns that tell a row from all others of the list, none where nothing does.

    Keys are remembered for the last ten thousand rows, so a row that comes again on one of the next pages is known.
    Of each page a number is kept for good, so a list that comes round is known however long its round is.
    """

    def __init__(self, key: Iterable[str]) -> None:
        self._columns = list(key)
        self._recent: set[Hashable] = set()
        self._older: set[Hashable] = set()
        self._pages: set[int] = set()
        self._vain = 0
        self._begun = False

    def fresh(self, rows: list[Row], more: bool) -> list[Row]:
        """The rows of the next page that no page before it had. more: it names a next page.

        Raises Endless when too many pages in a row have brought nothing. Rows without a key are dropped only where
        their whole page came before: two of them may be alike.
        """
        if not more and not self._begun:
            return rows  # the only page of most lists
        self._begun = True
        keys = self._keys(rows)
        known = set(keys)
        page = hash(tuple(keys) if None not in known else tuple(map(repr, rows)))
        if rows and page not in self._pages:
            self._pages.add(page)
            known = (known & self._recent | known & self._older) - {None}
            rows = [row for row, key in zip(rows, keys, strict=True) if key not in known] if known else rows
            self._remember(keys)
        else:
            rows = []
        self._vain = 0 if rows else self._vain + 1
        if more and self._vain >= IN_VAIN:
            raise Endless(f"{self._vain} pages in a row brought no new row, and the last of them names a next page too")
        return rows

    def _keys(self, rows: list[Row]) -> list[Hashable]:
        """What tells each row from others; None where nothing does, or where one of its columns is missing."""
        if not self._columns:
            return [None] * len(rows)
        columns = [[_text(row.get(name)) for row in rows] for name in self._columns]
        if len(columns) == 1:
            return list(columns[0])
        return [None if None in key else key for key in zip(*columns, strict=True)]

    def _remember(self, keys: list[Hashable]) -> None:
        if len(self._recent) >= REMEMBERED:
            self._older, self._recent = self._recent, set()
        self._recent.update(keys)


def _text(value: Any) -> str | None:
    """A value as text, by which unequal ones differ and all can be looked up."""
    return value if value is None or value.__class__ is str else repr(value)
