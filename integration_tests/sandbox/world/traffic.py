"""What an account did on each UTC day, from its messages, calls and recordings: what its usage is counted from.

A message counts on the day of its `date_sent`, a call that was answered on that of its `start_time`, a recording on
that of its `date_created`. Minutes and price of a call that ends later than the next day count on the day it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .. import times
from ..rows import Row
from .scene import Scene

FEE = Decimal("0.001")  # for a message that failed, in a category of its own: recorded
NONE = Decimal(0)
UNANSWERED = ("busy", "failed", "no-answer", "canceled", "queued", "ringing")


@dataclass(frozen=True)
class Event:
    """One thing that happened: its category, and what becomes known of it when (count, usage and price are added)."""

    category: str
    known: tuple[tuple[float, int, int, Decimal], ...]


def by_day(scene: Scene) -> dict[str, list[Event]]:
    """The events of every day so far, and of messages that are scheduled for later days. Each row is looked at once."""
    found, seen = scene.memo.setdefault("traffic", ({}, set()))
    for stream, events in (("messages", _message), ("calls", _call), ("recordings", _recording)):
        for row in scene.rows(stream) if stream not in scene.done else ():
            if row not in seen:
                seen.add(row)
                for date, event in events(row):
                    found.setdefault(date, []).append(event)
        scene.done.add(stream)
    days: dict[str, list[Event]] = found
    return days


def _history(row: Row) -> tuple[dict[str, Any], Any]:
    """The last state of a row, and a function that tells since when a column has had a value."""
    final = dict(row.base)
    since = {name: row.since for name, value in row.base.items() if value}
    for when, changes in row.later:
        final.update(changes)
        for name, value in changes.items():
            if value:
                since.setdefault(name, when)
    return final, since.get


def _message(row: Row) -> Iterator[tuple[str, Event]]:
    final, since = _history(row)
    if not final["date_sent"]:
        return
    date, sent = times.day(times.seconds(final["date_sent"])), since("date_sent")
    if final["status"] == "failed":
        yield date, Event("failed-message-processing-fee", ((sent, 1, 1, FEE),))
        return
    kind = "sms" if final["num_media"] == "0" else "mms"
    way = "inbound" if final["direction"] == "inbound" else "outbound"
    yield date, Event(f"{kind}-{way}", ((sent, 1, int(final["num_segments"]), NONE), *_priced(final, since)))


def _call(row: Row) -> Iterator[tuple[str, Event]]:
    final, since = _history(row)
    if not final["start_time"] or final["status"] in UNANSWERED:
        return
    began = times.midnight(times.seconds(final["start_time"]))
    category = "calls-inbound" if final["direction"] == "inbound" else "calls-outbound"
    first: tuple[tuple[float, int, int, Decimal], ...] = ((since("start_time"), 1, 0, NONE),)
    rest: tuple[tuple[float, int, int, Decimal], ...] = ()
    if final["end_time"]:
        ended = times.seconds(final["end_time"])
        rest = ((ended, 0, 1 + int(final["duration"]) // 60, NONE), *_priced(final, since))
        if ended < began + 2 * times.DAY:
            first, rest = first + rest, ()
    yield times.day(began), Event(category, first)
    if rest:
        yield times.day(ended), Event(category, rest)


def _recording(row: Row) -> Iterator[tuple[str, Event]]:
    final, since = _history(row)
    if not final["duration"] or final["status"] == "absent":
        return
    known = ((since("duration"), 1, 1 + int(final["duration"]) // 60, NONE), *_priced(final, since))
    yield times.day(times.seconds(final["date_created"])), Event("calls-recordings", known)


def _priced(final: dict[str, Any], since: Any) -> tuple[tuple[float, int, int, Decimal], ...]:
    return ((since("price"), 0, 0, -Decimal(final["price"])),) if final["price"] else ()


def numbers(scene: Scene, day: float) -> list[Event]:
    """Phone numbers are charged on the first day of a month."""
    if times.day(day)[8:] != "01":
        return []
    owned = [row for row in scene.rows("incoming_phone_numbers") if times.seconds(row.base["date_created"]) < day]
    return [Event("phonenumbers-local", ((day + 3600, 1, 1, Decimal("1.15")),)) for _ in owned]
