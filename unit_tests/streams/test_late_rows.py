"""Rows that connectors lose: late, undated, behind a cap, beyond what is kept, in accounts that come and go."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from time_machine import Traveller

from unit_tests.support import Syncs, iso
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import page_size, walk_pages


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


def test_a_message_scheduled_weeks_ago_comes_when_it_is_sent(syncs: Syncs, clock: Traveller) -> None:
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
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, clock: Traveller, status: str, pages: str
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


def test_one_account_that_shows_such_a_call_spares_the_others_the_lists(syncs: Syncs) -> None:
    """What may be needless is asked for when nothing else is left, and by then an account has shown that it is."""
    for number in range(40):
        sid = f"AC{number:032x}"
        syncs.twilio.add_account(sid, f"token{number}")
        put(syncs, "calls", number, NOW - 2 * DAY, None if number == 36 else ..., account=sid)
    syncs.config |= {"subaccounts": {"mode": "all"}, "num_workers": 4}
    syncs.twilio.latency(0.005)
    assert len(sids(syncs.run("calls"), "calls")) == 40
    assert len(syncs.asked("Status=")) <= 24, "60 otherwise"


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
