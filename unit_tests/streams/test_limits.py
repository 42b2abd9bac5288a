"""What Twilio cuts off or no longer keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Syncs
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import cap, page_size


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
