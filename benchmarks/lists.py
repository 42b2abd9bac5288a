"""A list that Twilio would answer: rows newest first, cut by date filters with bisect, joined into pages."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from benchmarks.world import DAY, PAGE_SIZE

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})")
_AMERICAN = re.compile(r"(\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2})")


def parse_moment(text: str) -> tuple[int, bool]:
    """A filter's value as seconds since the epoch, and whether it was a date without a time.

    All formats of the documented examples are read; zones other than UTC are taken as UTC.
    """
    if match := _DATE.match(text):
        return int(datetime.fromisoformat(f"{match[0]}T00:00:00+00:00").timestamp()), True
    if match := _ISO.match(text):
        return int(datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00").timestamp()), False
    if match := _AMERICAN.match(text):
        moment = datetime.strptime(match[1], "%m/%d/%Y %H:%M:%S").replace(tzinfo=timezone.utc)
        return int(moment.timestamp()), False
    return int(parsedate_to_datetime(text).timestamp()), False


class Listing:
    """Rows in list order, and the dated ones once more with an ordered array of times for each filter.

    Times are kept negative, so that newest first is ascending and bisect works. All dates of a listing fall in the
    same order as its rows (`rows.py` sees to that), so that every filter is a range of indices.
    """

    def __init__(self, upper: Mapping[str, str] | None = None) -> None:
        self.upper = upper or {}  # how a filter's upper bound reads a date: "before", "day" (inclusive), else "at"
        self.rows: list[bytes] = []
        self.created = array("q")
        self.dated_rows: list[bytes] = []
        self.dated_places = array("q")  # of the dated rows among all rows
        self.dated: dict[str, array[int]] = {}

    def add(self, row: str, created: int, dates: Mapping[str, int] | None) -> None:
        """Append the next older row; `dates` are its filter values, None if it has none."""
        text = row.encode()
        self.rows.append(text)
        self.created.append(-created)
        if dates is not None:
            self.dated_rows.append(text)
            self.dated_places.append(len(self.rows) - 1)
            for name, moment in dates.items():
                self.dated.setdefault(name, array("q")).append(-moment)
            self.dated.setdefault("", array("q")).append(-created)

    def select(self, query: Mapping[str, str], visible_until: int) -> tuple[list[bytes], int, int]:
        """The rows and the range of them that the date filters of a query leave."""
        filters = [(key, value) for key, value in query.items() if key.rstrip("<>") in self.dated and key]
        rows, created = (self.dated_rows, self.dated.get("", array("q"))) if filters else (self.rows, self.created)
        start, stop = bisect_left(created, -visible_until), len(rows)
        for key, value in filters:
            low, high = self._bounds(key, value)
            times = self.dated[key.rstrip("<>")]
            if high is not None:
                start = max(start, bisect_left(times, -high))
            if low is not None:
                stop = min(stop, bisect_right(times, -low))
        return rows, start, max(start, stop)

    def _bounds(self, key: str, value: str) -> tuple[int | None, int | None]:
        """The lowest and highest time, both inclusive, that one filter lets through."""
        moment, date_only = parse_moment(value)
        if key.endswith(">"):
            return moment, None
        if not key.endswith("<"):
            return moment, moment + DAY - 1
        upper = self.upper.get(key[:-1], "at")
        if upper == "before":
            return None, moment - 1
        return None, moment + DAY - 1 if date_only and upper == "day" else moment

    def page(self, data_key: str, path: str, query: Mapping[str, str], visible_until: int) -> bytes:
        """One page in the 2010 API's envelope; the next link repeats the filters, its token names a row, as Twilio's
        does: a page begins behind that row, whatever the filters."""
        size = min(int(query.get("PageSize", 50)), PAGE_SIZE)
        number = int(query.get("Page", 0))
        rows, start, stop = self.select(query, visible_until)
        places: Sequence[int] = self.dated_places if rows is self.dated_rows else range(len(rows))
        first = max(start, bisect_right(places, int(query["PageToken"][4:], 16))) if "PageToken" in query else start
        last = min(first + size, stop)
        filters = {key: value for key, value in query.items() if key not in ("Page", "PageToken", "PageSize")}

        def link(page: int, token: int | None = None) -> str:
            tokens = {} if token is None else {"PageToken": f"PASM{token:032x}"}
            return f"{path}?{urlencode({**filters, 'PageSize': size, 'Page': page, **tokens})}"

        more = f'"{link(number + 1, places[last - 1])}"' if last < stop else "null"
        envelope = (
            f'],"end":{max(last - start - 1, 0)},"first_page_uri":"{link(0)}","next_page_uri":{more},'
            f'"page":{number},"page_size":{size},"previous_page_uri":null,"start":{first - start},'
            f'"uri":"{link(number)}"}}'
        )
        return b'{"%b":[%b%b' % (data_key.encode(), b",".join(rows[first:last]), envelope.encode())
