"""Usage is what the messages, calls and recordings of the same account add up to, by UTC day."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.sandbox import Twilio, World, times
from integration_tests.sandbox.accounts import MAIN, MARKETING, SUPPORT, SUSPENDED
from integration_tests.sandbox.world.usage import TREE

from .conftest import NOW, Caller

SUMS = ("count", "usage", "price")
SETTLED = "2026-11-18"  # days before it are complete
LISTS = (
    "usage_records",
    "usage_records_monthly",
    "usage_records_yearly",
    "usage_records_all_time",
    "usage_records_today",
    "usage_records_yesterday",
    "usage_records_this_month",
    "usage_records_last_month",
)


def usage(twilio: Twilio, stream: str, account: str) -> list[dict[str, Any]]:
    rows = twilio.expected(stream, "2024-01-01T00:00:00Z", [], main=account, raw=True)
    return [{**row, **{name: Decimal(row[name] or 0) for name in SUMS}} for row in rows]


def days(rows: list[dict[str, Any]], column: str) -> Counter[str]:
    """How many rows there are on each settled day."""
    dates = (times.day(times.seconds(row[column])) for row in rows if row[column])
    return Counter(date for date in dates if date < SETTLED)


def counted(rows: list[dict[str, Any]], category: str) -> Counter[str]:
    """What usage says of a category on each settled day."""
    found = {r["start_date"]: int(r["count"]) for r in rows if r["category"] == category and r["start_date"] < SETTLED}
    return Counter({date: count for date, count in found.items() if count})


@pytest.mark.parametrize("account", [MAIN, SUPPORT, MARKETING, SUSPENDED])
def test_messages_and_calls_of_a_day_are_its_usage(full: Caller, account: str) -> None:
    rows = usage(full.twilio, "usage_records", account)
    messages = [row for row in full.twilio.rows("messages", account) if row["date_sent"]]
    sent = [row for row in messages if row["status"] != "failed"]
    for kind, some in (("sms", ("0",)), ("mms", ("1", "2", "3"))):
        of_kind = [row for row in sent if row["num_media"] in some]
        inbound = [row for row in of_kind if row["direction"] == "inbound"]
        assert counted(rows, kind) == days(of_kind, "date_sent"), kind
        assert counted(rows, f"{kind}-inbound") == days(inbound, "date_sent")
    failed = [row for row in messages if row["status"] == "failed"]
    assert counted(rows, "failed-message-processing-fee") == days(failed, "date_sent")
    answered = [c for c in full.twilio.rows("calls", account) if c["status"] in ("completed", "in-progress")]
    assert counted(rows, "calls") == days(answered, "start_time")
    assert sum(counted(rows, "sms").values()) > 5, "there is something to count"


@pytest.mark.parametrize("stream", LISTS)
@pytest.mark.parametrize("account", [MAIN, SUPPORT, MARKETING])
def test_totals_are_the_sum_of_their_parts(full: Caller, stream: str, account: str) -> None:
    rows = usage(full.twilio, stream, account)
    by_key = {(row["start_date"], row["category"]): row for row in rows}
    assert len(by_key) == len(rows) and (rows or stream.endswith("day"))
    for (date, category), row in by_key.items():
        below = [name for name, (total, *_) in TREE.items() if total == category]
        parts = [by_key[date, name] for name in below if (date, name) in by_key]
        for name in ("price",) if category == "totalprice" else SUMS:
            assert not parts or row[name] == sum(part[name] for part in parts), (date, category, name)
    for date in {date for date, _ in by_key}:
        assert by_key[date, "totalprice"]["usage"] == by_key[date, "totalprice"]["price"]


@pytest.mark.parametrize("account", [MAIN, MARKETING])
def test_months_years_and_all_time_are_the_sum_of_their_days(full: Caller, account: str) -> None:
    daily = usage(full.twilio, "usage_records", account)
    for stream in LISTS[1:]:
        for row in usage(full.twilio, stream, account):
            held = [
                day
                for day in daily
                if day["category"] == row["category"] and row["start_date"] <= day["start_date"] <= row["end_date"]
            ]
            assert [row[name] for name in SUMS] == [sum(day[name] for day in held) for name in SUMS], row["category"]


def test_price_of_messages_is_what_usage_says(full: Caller) -> None:
    messages = [row for row in full.twilio.rows("messages", MAIN) if row["date_sent"] and row["price"]]
    spent = sum(-Decimal(row["price"]) for row in messages if times.day(times.seconds(row["date_sent"])) < SETTLED)
    rows = [r for r in usage(full.twilio, "usage_records", MAIN) if r["start_date"] < SETTLED]
    assert spent == sum(row["price"] for row in rows if row["category"] in ("sms", "mms")) > 10


def test_usage_grows_during_the_day_and_is_restated() -> None:
    twilio = Twilio(World(), now=lambda: NOW)

    def total() -> Decimal:
        return sum(
            (
                row["usage"]
                for row in usage(twilio, "usage_records", MAIN)
                if row["start_date"] == "2026-11-21" and row["category"] in ("sms", "mms", "calls", "recordings")
            ),
            Decimal(0),
        )

    seen = []
    for hours in (-12, 0, 10, 40, 70):
        twilio.freeze(times.seconds("2026-11-21T12:00:00Z") + hours * 3600)
        seen.append(total())
    assert seen == sorted(seen) and seen[0] == 0 and seen[1] < seen[2] <= seen[-1]
    restated = 0
    for date in range(1, 16):  # what a day says on the next day and what it says four days later
        sums = []
        for back in (1, 4):
            twilio.freeze(times.seconds(f"2026-11-{date:02d}T13:00:00Z") + back * times.DAY)
            rows = usage(twilio, "usage_records", MAIN)
            sums.append([row["usage"] for row in rows if row["start_date"] == f"2026-11-{date:02d}"])
        restated += sums[0] != sums[1]
    assert 0 < restated < 15
