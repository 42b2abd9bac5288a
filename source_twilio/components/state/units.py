"""The precision of a cursor, and the spans by which one steps back from it. All moments are aware and UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pendulum

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=timezone.utc)  # older than all of Twilio; leaves room for steps back
GRANULARITIES = {"PT1S": "second", "P1D": "day", "P1M": "month", "P1Y": "year"}  # of a cursor, by its ISO 8601 name


def duration(text: str) -> pendulum.Duration:
    """An ISO 8601 duration such as P1D. Raises ValueError when the text is none."""
    parsed = pendulum.parse(text)
    if not isinstance(parsed, pendulum.Duration):
        raise ValueError(f"{text!r} is no duration")
    return parsed


def back(moment: datetime, span: pendulum.Duration | timedelta) -> datetime:
    """The moment one span earlier, in calendar units where the span has any; never before the year 1."""
    try:
        earlier = pendulum.instance(moment) - span
    except (OverflowError, ValueError):
        return datetime.min.replace(tzinfo=timezone.utc)
    return datetime.fromtimestamp(earlier.timestamp(), tz=timezone.utc)


@dataclass(frozen=True)
class Unit:
    """The precision of a stream's cursor: what its windows are whole multiples of.

    name: second, day, month or year; width: how much of a cursor value's text counts (19: to the second, 10: the day).
    """

    name: str

    @property
    def width(self) -> int:
        return 19 if self.name == "second" else 10

    @property
    def step(self) -> timedelta:
        """The distance between the end of one window and the start of the next."""
        return SECOND if self.name == "second" else DAY

    def trim(self, moment: datetime) -> datetime:
        """The moment at the precision that windows end at: the second, or the day for all longer units."""
        return moment.replace(microsecond=0) if self.name == "second" else midnight(moment)

    def floor(self, moment: datetime) -> datetime:
        """The start of the unit that holds the moment."""
        start = self.trim(moment)
        if self.name in ("month", "year"):
            start = start.replace(day=1)
        return start.replace(month=1) if self.name == "year" else start

    def ceiling(self, moment: datetime) -> datetime:
        """The start of the first unit that does not begin before the moment."""
        start = self.floor(moment)
        if start == moment:
            return start
        length = next(length for length, name in GRANULARITIES.items() if name == self.name)
        after = pendulum.instance(start) + duration(length)
        return datetime.fromtimestamp(after.timestamp(), tz=timezone.utc)

    def text(self, moment: datetime) -> str:
        """The moment as the comparable beginning of a cursor value."""
        return moment.isoformat()[: self.width]  # strftime leaves out the zeros of an early year

    def value(self, moment: datetime) -> str:
        """The moment as a cursor value: what records carry and the state keeps."""
        return self.text(moment) + ("Z" if self.width == 19 else "")


SECONDS, DAYS = Unit("second"), Unit("day")


def midnight(moment: datetime) -> datetime:
    """The start of the moment's UTC day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
