"""Ranges that Twilio answers with 5xx again and again: smaller ones are asked for, then the stream gives up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import ConfigBuilder, Syncs
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids

DAYS = 400
URL = r"/Usage/Records/Daily\.json"


@pytest.fixture
def usage(syncs: Syncs) -> list[str]:
    """Usage of every day for more than a year; gives the days."""
    syncs.config = ConfigBuilder().start(f"{NOW - (DAYS - 1) * DAY:%Y-%m-%d}T00:00:00Z").put(lookback_window=0).build()
    days = [f"{NOW - day * DAY:%Y-%m-%d}" for day in range(DAYS)]
    for day in days:
        row = {"account_sid": MAIN, "category": "sms", "start_date": day, "end_date": day}
        amounts = {"count": "1", "usage": "1", "price": "0.1", "price_unit": "usd", "description": "SMS"}
        syncs.twilio.put("usage_records", MAIN, {**row, **amounts})
    return sorted(days)


def days_of(output: Any) -> list[str]:
    return sorted(row["start_date"] for row in output.records("usage_records"))


@pytest.mark.parametrize("most", [100, 7, 1])
def test_a_range_that_is_too_long_is_asked_for_in_pieces(
    syncs: Syncs, usage: list[str], waits: list[float], most: int
) -> None:
    syncs.twilio.add_fault("status", url=URL, status=500, code=20500, days=most)
    output = syncs.run("usage_records")
    assert (output.failure, output.errors()) == (None, [])
    assert days_of(output) == usage
    answered = [
        parse_qs(one["query"]) for one in syncs.twilio.requests() if "Daily" in one["path"] and one["status"] == 200
    ]
    assert len(answered) <= 4 * DAYS / most
    entry = syncs.state["usage_records"]["states"][0]
    assert entry["cursor"]["start_date"] == f"{NOW:%Y-%m-%d}"
    assert any("smaller ranges are asked for" in line for line in output.lines)


def test_one_bad_day_costs_that_day_alone(syncs: Syncs, usage: list[str], waits: list[float]) -> None:
    """All others are read, also those behind it, and the cursor stays before it."""
    bad = usage[150]
    for day in usage[100:200]:  # whatever range holds the bad day
        end = rf"StartDate={day}&EndDate=" if day <= bad else None
        later = "|".join(usage[150:])
        if end:
            syncs.twilio.add_fault("status", url=f"{end}({later})", status=500, code=20500)
    syncs.twilio.add_fault("status", url=f"StartDate=({'|'.join(usage[:100])})&EndDate=({later})", status=500)
    output = syncs.run("usage_records")
    assert days_of(output) == [day for day in usage if day != bad]
    (error,) = [one for one in output.errors() if one.stream_descriptor]
    assert error.failure_type.value == "transient_error" and "HTTP 500" in error.message
    assert output.statuses("usage_records")[-1] == "INCOMPLETE"
    entry = syncs.state["usage_records"]["states"][0]
    assert entry["cursor"]["start_date"] == usage[149]
    assert sum(waits) < 500
    assert len(syncs.asked("Daily")) < 120
    syncs.twilio.clear_faults()
    assert set(days_of(syncs.run("usage_records"))) >= set(usage[150:])


@pytest.mark.parametrize(
    ("stream", "url"), [("usage_records", URL), ("recordings", "Recordings"), ("alerts", "Alerts")]
)
def test_a_service_that_is_down_is_given_up_in_bounded_time(
    syncs: Syncs, waits: list[float], stream: str, url: str
) -> None:
    syncs.twilio.add_fault("status", url=url, status=503)
    output = syncs.run(stream)
    error = output.errors()[0]
    assert error.failure_type.value == "transient_error"
    assert output.statuses(stream)[-1] == "INCOMPLETE"
    assert not syncs.state.get(stream, {}).get("states")
    assert sum(waits) < 400, "of all threads together"
    assert len(syncs.asked()) < 200


def test_an_outage_that_passes_loses_and_doubles_nothing(syncs: Syncs, waits: list[float]) -> None:
    wanted = [put(syncs, "alerts", hour, NOW - hour * HOUR) for hour in range(1, 40)]
    syncs.twilio.add_fault("status", url="Alerts", status=503, times=30)
    output = syncs.run("alerts")
    assert (output.failure, output.errors()) == (None, [])
    assert sids(output, "alerts") == sorted(wanted)


@pytest.mark.parametrize(
    "fault",
    [{"action": "reset"}, {"action": "status", "status": 429}, {"action": "html"}],
    ids=lambda fault: fault["action"],
)
def test_other_trouble_splits_nothing(syncs: Syncs, waits: list[float], fault: dict[str, Any]) -> None:
    syncs.twilio.add_fault(**fault, url="Recordings")
    output = syncs.run("recordings")
    assert output.errors()[0].failure_type.value == "transient_error"
    assert len(set(syncs.asked("Recordings"))) == 1


def test_a_service_that_says_when_to_come_again_is_asked_for_nothing_else(syncs: Syncs, waits: list[float]) -> None:
    syncs.twilio.add_fault("status", url="Recordings", status=503, headers={"Retry-After": "20"}, times=3)
    wanted = put(syncs, "recordings", 1, NOW - timedelta(hours=1))
    output = syncs.run("recordings")
    assert sids(output, "recordings") == [wanted]
    assert waits == [20, 20, 20]
    assert len(set(syncs.asked("Recordings"))) == 1
