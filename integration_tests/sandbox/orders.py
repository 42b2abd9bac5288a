"""By what the lists of messages and calls are sorted: the reference is silent on rows without a date.

Messages are documented as sorted by DateSent, newest first; calls were recorded by creation.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from . import filters
from .request import Request
from .resources import Resource
from .rows import Place, Position, Row

APART = 1e12  # seconds: beyond every date
COLUMNS = {"messages": "date_sent", "calls": "start_time"}


def place(resource: Resource, switches: dict[str, Any]) -> Place | None:
    """Where a row stands at an instant in a list that is not sorted by creation; None for one that is."""
    order = switches.get(f"{resource.name}_order", "created")
    if order == "created":
        return None
    return _by_date(COLUMNS[resource.name], {"dated": 0.0, "undated_first": APART, "undated_last": -APART}[order])


@cache
def _by_date(column: str, apart: float) -> Place:
    def by_date(row: Row, now: float) -> Position:
        date = filters.when(row.at(now), column)
        created, sid = row.position
        return (created + apart, sid) if date == filters.NEVER else (date, sid)

    return by_date


def position(request: Request, row: Row) -> Position:
    """The position of a row in its list, as a token pins it."""
    by = place(request.resource, request.switches)
    return by(row, request.now) if by and request.switches["list_order"] == "newest" else row.position
