"""Rows that connectors lose: late, undated, behind a cap, beyond what is kept, in accounts that come and go."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from freezegun.api import FrozenDateTimeFactory

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN, SUPPORT
from unit_tests.support import ConfigBuilder, Output, Syncs, iso, rfc
from unit_tests.support.patches import cap, page_size, walk_pages

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PREFIX = {"messages": "SM", "calls": "CA", "recordings": "RE", "alerts": "NO", "executions": "FN", "conferences": "CF"}
CURSOR = {"messages": "date_sent", "calls": "start_time", "alerts": "date_generated", "conferences": "date_updated"}


@pytest.fixture
def syncs(twilio: Twilio) -> Syncs:
    """Syncs of the main account alone, without a lookback beyond the streams' own."""
    return Syncs(twilio, ConfigBuilder().put(lookback_window=0).build())


def put(syncs: Syncs, stream: str, number: int, created: Any, at: Any = ..., **columns: Any) -> str:
    """A row, dated by its creation unless `at` says otherwise (None: without a date); gives its key."""
    wire = iso if stream in ("alerts", "executions") else rfc
    sid = f"{PREFIX[stream]}{number:032x}"
    at = created if at is ... else at
    dates = {"date_created": wire(created), "date_updated": wire(created)}
    dates |= {CURSOR.get(stream, "date_created"): wire(at) if at else None}
    account = columns.pop("account", MAIN)
    syncs.twilio.put(
        stream, account, {"sid": sid, "account_sid": account, "status": "completed", **dates, **columns}, since=created
    )
    return sid


def sids(output: Output, stream: str) -> list[str]:
    return sorted(row["sid"] for row in output.records(stream))


@pytest.mark.parametrize("stream", ["messages", "calls"])
def test_a_row_that_was_created_long_before_its_date_is_found_in_a_busy_window(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    """Lists are sorted by creation: it stands many pages behind rows of its own date."""
    page_size(monkeypatch, 5)
    walk_pages(monkeypatch, 0)
    wanted = [put(syncs, stream, day, NOW - day * DAY) for day in range(1, 20)]  # a few new ones, so windows are long
    burst = datetime(2026, 10, 26, 2, tzinfo=timezone.utc)
    wanted += [put(syncs, stream, 100 + hour, burst - hour * HOUR) for hour in range(300)]
    wanted.append(put(syncs, stream, 999, "2026-10-14T00:00:00Z", "2026-10-26T00:30:00Z"))
    assert sids(syncs.run(stream), stream) == sorted(wanted)


def test_a_message_scheduled_weeks_ago_comes_when_it_is_sent(syncs: Syncs, clock: FrozenDateTimeFactory) -> None:
    sent = NOW + 30 * DAY
    sid = put(syncs, "messages", 1, NOW - 4 * DAY, None, status="scheduled")
    first = syncs.run("messages")
    assert [(row["sid"], row.get("date_sent")) for row in first.records("messages")] == [(sid, None)]
    clock.move_to(NOW + 10 * DAY)
    assert sids(syncs.run("messages"), "messages") == []
    clock.move_to(sent + HOUR)
    put(syncs, "messages", 1, NOW - 4 * DAY, sent, status="sent")
    (row,) = syncs.run("messages").records("messages")
    assert (row["sid"], row["date_sent"]) == (sid, iso(sent))
    clock.move_to(sent + 3 * DAY)
    syncs.run("messages")
    clock.move_to(sent + 6 * DAY)
    assert sids(syncs.run("messages"), "messages") == []


@pytest.mark.parametrize("status", ["queued", "ringing", "canceled", "busy", "failed", "no-answer"])
@pytest.mark.parametrize("pages", ["one", "many"])
def test_calls_without_a_start_are_read_and_move_no_cursor(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, clock: FrozenDateTimeFactory, status: str, pages: str
) -> None:
    page_size(monkeypatch, 1000 if pages == "one" else 3)
    wanted = [put(syncs, "calls", day, NOW - day * DAY) for day in range(2, 12)]
    wanted.append(put(syncs, "calls", 99, NOW - 6 * DAY, None, status=status))
    output = syncs.run("calls")
    assert sids(output, "calls") == sorted(wanted)
    assert not [row for row in output.records("calls") if row["sid"].endswith("63") and row.get("start_time")]
    clock.move_to(NOW + 5 * DAY)
    assert sids(syncs.run("calls"), "calls") == []


@pytest.mark.parametrize("latency", [0.0, 0.005])
def test_calls_that_an_unfiltered_list_hides_are_found_in_every_account(syncs: Syncs, latency: float) -> None:
    """No page of the documentation says whether it shows calls that were never dialled."""
    syncs.twilio.set_switch("undated", "hidden")
    for number in range(60):
        sid = f"AC{number:032x}"
        syncs.twilio.add_account(sid, f"token{number}")
        put(syncs, "calls", number, NOW - 2 * DAY, None, status="queued", account=sid)
    syncs.config |= {"subaccounts": {"mode": "all"}, "num_workers": 8}
    syncs.twilio.latency(latency)
    assert len(sids(syncs.run("calls"), "calls")) == 60


def test_quiet_accounts_without_such_calls_cost_one_request_each(syncs: Syncs) -> None:
    """After a few accounts that had none, the unfiltered list is believed."""
    for number in range(200):
        sid = f"AC{number:032x}"
        syncs.twilio.add_account(sid, f"token{number}")
        put(syncs, "calls", number, NOW - 2 * DAY, account=sid)
    syncs.config |= {"subaccounts": {"mode": "all"}, "num_workers": 4}
    assert len(sids(syncs.run("calls"), "calls")) == 200
    assert len(syncs.asked()) < 204 + 40 * 6


def test_undated_rows_before_the_start_date_are_not_read(syncs: Syncs) -> None:
    put(syncs, "messages", 1, "2026-09-30T23:59:59Z", None)
    wanted = put(syncs, "messages", 2, "2026-10-01T00:00:00Z", None)
    assert sids(syncs.run("messages"), "messages") == [wanted]


def test_a_list_in_no_order_is_walked_to_its_end(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    page_size(monkeypatch, 10)
    syncs.twilio.set_switch("list_order", "unordered")
    wanted = [put(syncs, "messages", day, NOW - day * DAY) for day in range(1, 50)]
    wanted += [put(syncs, "messages", 100 + day, NOW - day * DAY, None) for day in range(1, 50)]
    for day in range(60, 100):
        put(syncs, "messages", day, NOW - day * DAY)
    output = syncs.run("messages")
    assert sids(output, "messages") == sorted(wanted)
    assert len([line for line in output.lines if "not sorted by creation" in line]) == 1


@pytest.mark.parametrize("end", ["silent", "error"])
@pytest.mark.parametrize("order", ["newest", "oldest", "unordered"])
def test_a_list_that_twilio_cuts_off_is_split(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, end: str, order: str
) -> None:
    page_size(monkeypatch, 5)
    cap(monkeypatch, 50)
    for name, value in (("alert_cap", end), ("cap_rows", 50), ("list_order", order)):
        syncs.twilio.set_switch(name, value)
    wanted = [put(syncs, "alerts", day, NOW - day * DAY) for day in range(1, 8)]
    wanted += [put(syncs, "alerts", 100 + hour, NOW - 18 * DAY - hour * HOUR / 10) for hour in range(300)]
    output = syncs.run("alerts")
    assert output.failure is None
    assert sids(output, "alerts") == sorted(wanted)


def test_more_rows_in_a_second_than_a_list_may_show_are_no_silent_loss(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_size(monkeypatch, 5)
    cap(monkeypatch, 10)
    syncs.twilio.set_switch("cap_rows", 10)
    for number in range(25):
        put(syncs, "alerts", number, NOW - DAY)
    output = syncs.run("alerts")
    said = output.failure is not None or any("alerts" in line for line in output.warnings())
    assert said, "what cannot be read is said"


@pytest.mark.parametrize("ahead", [3, 3700, 2 * 86400])
def test_a_start_that_twilio_no_longer_keeps_is_moved_by_little(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    page_size(monkeypatch, 5)
    syncs.twilio.set_switch("retention", "refuse")
    syncs.twilio.set_offset(ahead)
    limit = NOW + timedelta(seconds=ahead) - 30 * DAY
    wanted = [put(syncs, "alerts", hour, NOW - hour * HOUR) for hour in range(1, 720)]
    kept = [
        sid for hour, sid in enumerate(wanted, start=1) if NOW - hour * HOUR >= limit + max(DAY, limit - NOW + 31 * DAY)
    ]
    output = syncs.run("alerts")
    assert output.failure is None
    assert set(kept) <= set(sids(output, "alerts"))
    assert len(sids(output, "alerts")) == len(set(sids(output, "alerts")))
    assert len([line for line in output.warnings() if "keeps no rows" in line]) == 1


def test_an_execution_is_seen_to_end_however_long_it_is_active(syncs: Syncs, clock: FrozenDateTimeFactory) -> None:
    syncs.twilio.put(
        "flows", MAIN, {"sid": "FW1", "account_sid": MAIN, "date_updated": iso(NOW), "date_created": iso(NOW)}
    )
    sid = put(syncs, "executions", 1, NOW - DAY, flow_sid="FW1", status="active")
    put(syncs, "executions", 2, NOW - HOUR, flow_sid="FW1", status="ended")
    assert len(sids(syncs.run("executions"), "executions")) == 2
    assert syncs.state["executions"]["states"][0]["cursor"] == {"date_created": iso(NOW - DAY)}
    for day in (5, 10, 20):
        clock.move_to(NOW + day * DAY)
        assert sid in sids(syncs.run("executions"), "executions")
        assert syncs.state["executions"]["states"][0]["cursor"] == {"date_created": iso(NOW - DAY)}, "never back"
    put(syncs, "executions", 1, NOW - DAY, flow_sid="FW1", status="ended")
    clock.move_to(NOW + 21 * DAY)
    assert [row["status"] for row in syncs.run("executions").records("executions") if row["sid"] == sid] == ["ended"]
    clock.move_to(NOW + 26 * DAY)
    assert sids(syncs.run("executions"), "executions") == []


def test_a_conference_that_completes_between_two_lists_comes_in_the_next_sync(
    syncs: Syncs, clock: FrozenDateTimeFactory
) -> None:
    """It was asked for under `completed` while it ran, and under `in-progress` when it had ended."""
    created = NOW - HOUR
    syncs.twilio.put(
        "conferences",
        MAIN,
        {
            "sid": "CF1",
            "account_sid": MAIN,
            "date_created": rfc(created),
            "date_updated": rfc(created),
            "status": "gone",
        },
    )
    assert sids(syncs.run("conferences"), "conferences") == []
    clock.move_to(NOW + HOUR)
    put(syncs, "conferences", 1, created, NOW + timedelta(seconds=1), status="completed")
    assert len(sids(syncs.run("conferences"), "conferences")) == 1


def test_an_account_that_is_new_reads_its_whole_range(syncs: Syncs, clock: FrozenDateTimeFactory) -> None:
    for number, account in enumerate((MAIN, SUPPORT)):
        put(syncs, "calls", number, NOW - 20 * DAY, account=account)
    assert len(sids(syncs.run("calls"), "calls")) == 1
    clock.move_to(NOW + DAY)
    syncs.config["subaccounts"] = {"mode": "all"}
    assert [row["account_sid"] for row in syncs.run("calls").records("calls")] == [SUPPORT]
    clock.move_to(NOW + 2 * DAY)
    syncs.config["subaccounts"] = {"mode": "none"}
    syncs.run("calls")
    assert SUPPORT in str(syncs.state["calls"]), "an account that is left out keeps its cursor"
    clock.move_to(NOW + 3 * DAY)
    syncs.config["subaccounts"] = {"mode": "all"}
    late = put(syncs, "calls", 7, NOW + DAY + HOUR, account=SUPPORT)
    assert sids(syncs.run("calls"), "calls") == [late]


@pytest.mark.parametrize("with_state", [True, False])
def test_a_full_refresh_reads_everything_whatever_the_state(
    syncs: Syncs, clock: FrozenDateTimeFactory, with_state: bool
) -> None:
    wanted = sorted(put(syncs, stream, day, NOW - day * DAY) for stream in ("calls",) for day in range(1, 40))
    if with_state:
        syncs.run("calls")
        clock.move_to(NOW + 10 * DAY)
    output = syncs.run("calls", mode=SyncMode.full_refresh)
    assert sids(output, "calls") == wanted
    assert output.failure is None


def test_an_earlier_start_date_is_answered_by_one_line(syncs: Syncs) -> None:
    syncs.run("calls", "flows")
    syncs.config["start_date"] = "2026-01-01T00:00:00Z"
    put(syncs, "calls", 1, "2026-05-01T00:00:00Z")
    output = syncs.run("calls", "flows")
    assert sids(output, "calls") == []
    lines = [line for line in output.warnings() if "2026-01-01T00:00:00Z" in line]
    assert len([line for line in lines if "calls" in line]) == 1 and "refresh the stream" in lines[0]
