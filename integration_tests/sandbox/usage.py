"""Usage records: totals by category and unit, made from the daily rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from . import filters, times
from .answers import not_found
from .request import Request

DAILY = "usage_records"
NAMES = {
    "usage_records": "Daily",
    "usage_records_monthly": "Monthly",
    "usage_records_yearly": "Yearly",
    "usage_records_today": "Today",
    "usage_records_yesterday": "Yesterday",
    "usage_records_this_month": "ThisMonth",
    "usage_records_last_month": "LastMonth",
    "usage_records_all_time": "AllTime",
}
SUMS = ("count", "usage", "price")


def rows(request: Request) -> list[tuple[float, str, dict[str, Any]]]:
    """The rows of the asked range, each with its place in the order."""
    stream, now = request.resource.name, request.now
    start, end = bounds(request)
    category = filters.first(request.query, "Category")
    accounts = [request.account]
    if filters.flag(request.query, "IncludeSubaccounts", True):
        accounts = [a.sid for a in request.twilio.directory.children(request.account)]
    found = [row for row in _by_hand(request) if _touches(row, start, end)] if stream != DAILY else []
    if not found:
        found = list(_totals(request, accounts, start, end))
    found = [row for row in found if category in (None, row["category"])]
    if not found and request.switches["empty_usage"] == "not_found":
        raise not_found(request.path)
    as_of = times.iso(now).replace("Z", "+00:00")
    return [(times.seconds(row["start_date"]), row["category"], {**row, "as_of": as_of}) for row in found]


def bounds(request: Request) -> tuple[str, str]:
    """First and last day asked for, as far as the list's own unit allows."""
    stream, now = request.resource.name, request.now
    today = times.day(now)
    start, end = "0000-00-00", today
    if filters.first(request.query, "StartDate") is not None:
        start = times.day(filters.value_of(request.query, "StartDate", now)[0])
    if filters.first(request.query, "EndDate") is not None:
        end = min(end, times.day(filters.value_of(request.query, "EndDate", now)[0]))
    own = {
        "usage_records_today": (today, today),
        "usage_records_yesterday": (times.day(now - times.DAY), times.day(now - times.DAY)),
        "usage_records_this_month": (today[:8] + "01", today),
        "usage_records_last_month": (times.day(times.month_start(now, 1)), times.day(times.month_start(now) - 1)),
    }.get(stream, (start, end))
    return max(start, own[0]), min(end, own[1])


def _touches(row: dict[str, Any], start: str, end: str) -> bool:
    return str(row["end_date"]) >= start and str(row["start_date"]) <= end


def _by_hand(request: Request) -> list[dict[str, Any]]:
    """Rows of a derived list that a test put there itself."""
    table = request.table(request.resource.name, ())
    return [row.at(request.now) for row in table.visible(request.now)]


def _totals(request: Request, accounts: list[str], start: str, end: str) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    unit = cache(lambda day: _unit(request, day, start, end))
    for sid in accounts:
        table = request.table(DAILY, (), sid)
        for row in table.visible(request.now):
            if not start <= row.base["start_date"] <= end:
                continue
            shown = row.at(request.now)
            key = (*unit(shown["start_date"]), shown["category"])
            if key not in groups:
                groups[key] = {**shown, **dict.fromkeys(SUMS)}
            sums = groups[key]
            for n in SUMS:
                if shown[n] is not None:  # the count of totalprice is null: recorded
                    sums[n] = (sums[n] or 0) + Decimal(str(shown[n] or 0))
    uri = f"/2010-04-01/Accounts/{request.account}/Usage/Records"
    for (first, last, category), total in groups.items():
        yield {
            **total,
            **{n: _plain(total[n]) for n in SUMS},
            "account_sid": request.account,
            "start_date": first,
            "end_date": last,
            "uri": f"{uri}/{NAMES[request.resource.name]}.json?Category={category}&StartDate={first}&EndDate={last}",
            "subresource_uris": {
                key: f"{uri}/{name}.json?Category={category}"
                for key, name in (
                    ("all_time", "AllTime"),
                    ("daily", "Daily"),
                    ("last_month", "LastMonth"),
                    ("monthly", "Monthly"),
                    ("this_month", "ThisMonth"),
                    ("today", "Today"),
                    ("yearly", "Yearly"),
                    ("yesterday", "Yesterday"),
                )
            },
        }


def _unit(request: Request, day: str, start: str, end: str) -> tuple[str, str]:
    stream = request.resource.name
    if stream == DAILY:
        return day, day
    born = times.day(request.twilio.directory.accounts[request.account].created)
    if request.switches["usage_before_account"] == "clipped":
        start = max(start, born)
    if stream == "usage_records_monthly":
        first, last = day[:8] + "01", times.month_end_day(day)
    elif stream == "usage_records_yearly":
        first, last = day[:4] + "-01-01", day[:4] + "-12-31"
    elif stream == "usage_records_all_time":
        return born, times.day(request.now)
    else:
        return start, end
    if request.switches["partial_usage"] == "clipped":
        first, last = max(first, start), min(last, end)
    return first, last


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
