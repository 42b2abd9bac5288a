"""Date filters, with the bounds the documentation states and with those it leaves open."""

from __future__ import annotations

import pytest

from integration_tests.sandbox import Twilio, times
from integration_tests.sandbox.accounts import MAIN

from .conftest import Caller

MIDNIGHT = times.seconds("2026-11-10T00:00:00Z")
INSTANTS = {
    "before": MIDNIGHT - 1,
    "midnight": MIDNIGHT,
    "later": MIDNIGHT + 3600,
    "noon": MIDNIGHT + 43200,
    "last": MIDNIGHT + times.DAY - 1,
    "next": MIDNIGHT + times.DAY,
}
API = f"/2010-04-01/Accounts/{MAIN}"


def fill(twilio: Twilio, stream: str, column: str, iso: bool = False, **values: object) -> None:
    for name, at in INSTANTS.items():
        date = (times.iso if iso else times.rfc)(at)
        twilio.put(stream, MAIN, {"sid": name, "account_sid": MAIN, column: date, "date_created": date, **values})


def sids(rows: list[dict[str, object]]) -> set[object]:
    return {row["sid"] for row in rows}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"StartTime>": "2026-11-10"}, {"midnight", "later", "noon", "last", "next"}),
        ({"StartTime<": "2026-11-10"}, {"before"}),
        ({"StartTime<": "2026-11-11"}, {"before", "midnight", "later", "noon", "last"}),
        ({"StartTime>": "2026-11-10T12:00:00Z", "StartTime<": "2026-11-11T00:00:00Z"}, {"noon", "last"}),
        ({"StartTime>": "11/10/2026 05:00:00 MST"}, {"noon", "last", "next"}),
        ({"StartTime": "2026-11-10"}, {"midnight", "later", "noon", "last"}),
    ],
)
def test_calls_begin_on_or_after_and_end_strictly_before(
    twilio: Twilio, caller: Caller, query: dict[str, str], found: set[str]
) -> None:
    fill(twilio, "calls", "start_time")
    assert sids(caller.rows(f"{API}/Calls.json", query)) == found


def test_messages_end_on_or_before(twilio: Twilio, caller: Caller) -> None:
    fill(twilio, "messages", "date_sent")
    assert sids(caller.rows(f"{API}/Messages.json", {"DateSent<": "2026-11-10"})) == {"before", "midnight"}
    assert sids(caller.rows(f"{API}/Messages.json", {"DateSent<": "2026-11-10 12:00:00Z"})) == {
        "before",
        "midnight",
        "later",
        "noon",
    }


def test_messages_without_a_date_are_in_no_range(twilio: Twilio, caller: Caller) -> None:
    created = times.rfc(MIDNIGHT)
    twilio.put(
        "messages",
        MAIN,
        {"sid": "never", "account_sid": MAIN, "date_sent": None, "date_created": created, "status": "queued"},
    )
    assert sids(caller.rows(f"{API}/Messages.json")) == {"never"}
    assert caller.rows(f"{API}/Messages.json", {"DateSent>": "2000-01-01"}) == []
    assert caller.rows(f"{API}/Messages.json", {"DateSent<": "2030-01-01"}) == []
    twilio.set_switch("undated", "hidden")
    assert caller.rows(f"{API}/Messages.json") == []


@pytest.mark.parametrize(
    ("switch", "upper", "found"),
    [
        (("upper_bound", "before"), "2026-11-10", {"before"}),
        (("upper_bound", "at"), "2026-11-11", {"before", "midnight", "later", "noon", "last", "next"}),
        (("date_compare", "date"), "2026-11-10T03:00:00Z", {"before", "midnight", "later", "noon", "last"}),
    ],
)
def test_open_bounds_are_switches(
    twilio: Twilio, caller: Caller, switch: tuple[str, str], upper: str, found: set[str]
) -> None:
    fill(twilio, "messages", "date_sent")
    twilio.set_switch(*switch)
    assert sids(caller.rows(f"{API}/Messages.json", {"DateSent<": upper})) == found


def test_conferences_know_dates_only(twilio: Twilio, caller: Caller) -> None:
    fill(twilio, "conferences", "date_updated", status="completed")
    query = {"Status": "completed", "DateUpdated>": "2026-11-10T15:00:00Z", "DateUpdated<": "2026-11-11T15:00:00Z"}
    assert sids(caller.rows(f"{API}/Conferences.json", query)) == {"midnight", "later", "noon", "last", "next"}


def test_studio_ends_before_and_monitor_on(twilio: Twilio, caller: Caller) -> None:
    twilio.put("flows", MAIN, {"sid": "FW1", "account_sid": MAIN, "date_created": "2024-01-01T00:00:00Z"})
    fill(twilio, "executions", "date_created", iso=True, flow_sid="FW1")
    fill(twilio, "alerts", "date_generated", iso=True)
    noon = "2026-11-10T12:00:00Z"
    flow = caller.rows(
        "/v2/Flows/FW1/Executions",
        {"DateCreatedFrom": noon, "DateCreatedTo": "2026-11-11T00:00:00Z"},
        "studio.twilio.com",
    )
    assert sids(flow) == {"noon", "last"}
    alerts = caller.rows("/v1/Alerts", {"StartDate": noon, "EndDate": "2026-11-11T00:00:00Z"}, "monitor.twilio.com")
    assert sids(alerts) == {"noon", "last", "next"}


@pytest.mark.parametrize("value", ["yesterday-ish", "2026-13-40", ""])
def test_a_date_that_cannot_be_read_is_refused(caller: Caller, value: str) -> None:
    answer = caller.get(f"{API}/Calls.json", {"StartTime>": value})
    assert (answer.status, answer.json()["code"]) == (400, 20001)


def test_what_is_kept_for_thirty_days(twilio: Twilio, caller: Caller) -> None:
    for sid, date in (("old", "2026-10-20T00:00:00Z"), ("new", "2026-11-20T00:00:00Z")):
        twilio.put("alerts", MAIN, {"sid": sid, "account_sid": MAIN, "date_generated": date, "date_created": date})
    query = {"StartDate": "2026-01-01"}
    assert sids(caller.rows("/v1/Alerts", query, "monitor.twilio.com")) == {"new"}
    twilio.set_switch("retention", "refuse")
    answer = caller.get("/v1/Alerts", query, "monitor.twilio.com")
    assert (answer.status, answer.json()["code"]) == (400, 20004)
