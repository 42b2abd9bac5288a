"""What Twilio cuts off or no longer keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Syncs
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import cap, page_size


@pytest.mark.parametrize("end", ["silent", "error", "plain"])
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


@pytest.mark.parametrize(("end", "expected"), [("silent", 10), ("plain", 10), ("plain", 10_000)])
def test_more_rows_in_a_second_than_a_list_may_show_are_no_silent_loss(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, end: str, expected: int
) -> None:
    """What is held leaves, whatever number the connector expects; a warning and no error, since no sync could ever get
    past that second."""
    page_size(monkeypatch, 5)
    cap(monkeypatch, expected)
    syncs.twilio.set_switch("cap_rows", 10)
    syncs.twilio.set_switch("alert_cap", end)
    for number in range(25):
        put(syncs, "alerts", number, NOW - DAY)
    later = put(syncs, "alerts", 100, NOW - HOUR)
    output = syncs.run("alerts")
    assert output.failure is None
    said = [
        line for line in output.warnings() if "Twilio shows 10 rows at most, all of them of 2026-11-20 12:00:00" in line
    ]
    assert len(said) == 1 and "Stream alerts, account " in said[0] and "are missing" in said[0]
    came = sids(output, "alerts")
    assert len(came) == len(set(came)) == 11 and later in came
    assert len(syncs.asked()) < 200


@pytest.mark.parametrize("nth", [1, 2, 4])
def test_a_capped_list_that_is_refused_without_a_code_on_any_page_is_split(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    page_size(monkeypatch, 5)
    wanted = [put(syncs, "alerts", hour, NOW - hour * HOUR) for hour in range(1, 40)]
    syncs.twilio.add_fault(
        "status", url="/Alerts", nth=nth, times=1, status=400, code=None, message="only so many results can be listed"
    )
    output = syncs.run("alerts")
    assert (output.failure, output.errors()) == (None, [])
    assert sids(output, "alerts") == sorted(wanted)


@pytest.mark.parametrize(("code", "stream"), [(20001, "alerts"), (None, "recordings")])
def test_other_refusals_are_not_taken_for_a_cap(syncs: Syncs, code: int | None, stream: str) -> None:
    put(syncs, stream, 1, NOW - HOUR)
    syncs.twilio.add_fault("status", url="/(Alerts|Recordings)", status=400, code=code, message="what is this?")
    output = syncs.run(stream)
    assert output.statuses(stream)[-1] == "INCOMPLETE"
    assert len(syncs.asked()) == 1


def test_a_capped_list_that_is_always_refused_ends_in_an_error_soon(syncs: Syncs) -> None:
    put(syncs, "alerts", 1, NOW - HOUR)
    syncs.twilio.add_fault("status", url="/Alerts", status=400, code=None, message="what is this?")
    output = syncs.run("alerts")
    assert output.statuses("alerts")[-1] == "INCOMPLETE"
    assert "HTTP 400" in output.errors()[0].message
    assert len(syncs.asked()) < 100
    assert not syncs.state.get("alerts", {}).get("states")


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


def test_a_day_that_twilio_refused_for_one_workspace_is_not_asked_for_another(syncs: Syncs) -> None:
    syncs.config.update(start_date="2026-10-25T00:00:00Z", num_workers=1)
    syncs.twilio.set_switch("statistics_days", 25)
    for sid in ("WS1", "WS2"):
        dates = {"date_created": "2026-01-01T00:00:00Z", "date_updated": "2026-01-01T00:00:00Z"}
        syncs.twilio.put("workspaces", MAIN, {"sid": sid, "account_sid": MAIN, **dates})
    output = syncs.run("workspace_cumulative_statistics")
    assert output.statuses("workspace_cumulative_statistics")[-1] == "COMPLETE"
    asked = [one.split("?")[1] for one in syncs.asked("CumulativeStatistics")]
    begins = [one.partition("StartDate=")[2][:10] for one in asked]
    once = {day for day in begins if begins.count(day) == 1}
    assert once == {"2026-10-25", "2026-10-26", "2026-10-27"}, "those that begin more than 25 days back"
    assert len(set(begins)) == 28 and {begins.count(day) for day in set(begins) - once} == {2}
