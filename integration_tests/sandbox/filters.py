"""Which rows a query asks for: equality and date filters with the documented bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import times
from .answers import Refusal
from .resources import Range, Resource, dig

Query = list[tuple[str, str]]
Test = Callable[[dict[str, Any]], bool]
NEVER = -1e18  # before everything
PAGING = {"PageSize", "Page", "PageToken", "AfterSid", "Size", "Token"}


def first(query: Query, name: str) -> str | None:
    """The value of a parameter, or None."""
    return next((value for key, value in query if key == name), None)


def flag(query: Query, name: str, default: bool = False) -> bool:
    """A boolean parameter."""
    value = first(query, name)
    return default if value is None else value.lower() == "true"


def tests(resource: Resource, query: Query, now: float, switches: dict[str, Any]) -> list[Test]:
    """One test for each filter of the query; a row is listed when it passes all of them."""
    found: list[Test] = []
    given = {name for name, _ in query}
    for name, column in resource.equals.items():
        values = {value.lower() for key, value in query if key == name}
        if (
            not values
            and name in resource.default
            and not (resource.name == "conferences" and switches["conference_default"] == "all")
        ):
            values = {resource.default[name].lower()}
        if values:
            found.append(_equals(column, values))
    for filter_ in resource.ranges:
        found.extend(_range(resource, filter_, query, given, now, switches))
    return found


def _equals(column: str, values: set[str]) -> Test:
    return lambda row: str(dig(row, column)).lower() in values


def _range(
    resource: Resource, filter_: Range, query: Query, given: set[str], now: float, switches: dict[str, Any]
) -> list[Test]:
    column = switches["insights_filter"] if resource.name == "call_summaries" else filter_.column
    unit, upper = filter_.unit, filter_.upper
    if unit == "open":
        unit = switches["date_compare"]
        upper = upper if switches["upper_bound"] == "documented" else switches["upper_bound"]
    found: list[Test] = []
    if filter_.on in given and filter_.on is not None:
        begin = times.midnight(value_of(query, filter_.on, now)[0])
        found.append(lambda row: begin <= when(row, column) < begin + times.DAY)
    if filter_.start in given:
        start = value_of(query, filter_.start, now)[0]
        if unit == "date":
            start = times.midnight(start)
        _kept(resource, start, now, switches)
        found.append(lambda row: when(row, column) >= start)
    elif filter_.default and not given & {filter_.end, filter_.on}:
        back = times.parse_filter(filter_.default, now)[0]
        found.append(lambda row: when(row, column) >= back)
    if filter_.end in given:
        found.append(_upper(column, *value_of(query, filter_.end, now), upper, unit, filter_.unit))
    return found


def _upper(column: str, end: float, plain: bool, upper: str, unit: str, declared: str) -> Test:
    if upper == "day_end":
        end, upper = (end + times.DAY, "before") if plain else (end, "at")
    if unit == "date":
        end = times.midnight(end)
        if declared == "open" and upper == "at":  # whole dates compared: that day belongs to it
            end, upper = end + times.DAY, "before"
    if upper == "before":
        return lambda row: -1 < when(row, column) < end
    return lambda row: -1 < when(row, column) <= end


def _kept(resource: Resource, start: float, now: float, switches: dict[str, Any]) -> None:
    if (
        resource.retention_days
        and switches["retention"] == "refuse"
        and start < now - resource.retention_days * times.DAY
    ):
        raise Refusal(400, 20004, f"Only the last {resource.retention_days} days can be queried")


def value_of(query: Query, name: str, now: float) -> tuple[float, bool]:
    """The instant of a date parameter; a text the API cannot read is refused."""
    text = first(query, name) or ""
    try:
        return times.parse_filter(text, now)
    except (ValueError, KeyError):
        raise Refusal(400, 20001, f"Invalid value for parameter {name}: '{text}'") from None


def when(row: dict[str, Any], column: str) -> float:
    """A row's date for comparing; rows without one are before everything."""
    found = times.parse(dig(row, column))
    return NEVER if found is None else found
