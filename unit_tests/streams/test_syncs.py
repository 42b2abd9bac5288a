"""Syncs that follow each other: rows that change, accounts that come and go, starts that move."""

from __future__ import annotations

from datetime import timedelta

import pytest
from airbyte_cdk.models import SyncMode
from time_machine import Traveller

from integration_tests.sandbox.accounts import MAIN, SUPPORT
from unit_tests.support import Syncs, iso, rfc
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids


def test_an_execution_is_seen_to_end_however_long_it_is_active(syncs: Syncs, clock: Traveller) -> None:
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


def test_a_conference_that_completes_between_two_lists_comes_in_the_next_sync(syncs: Syncs, clock: Traveller) -> None:
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


def test_an_account_that_is_new_reads_its_whole_range(syncs: Syncs, clock: Traveller) -> None:
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
def test_a_full_refresh_reads_everything_whatever_the_state(syncs: Syncs, clock: Traveller, with_state: bool) -> None:
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
