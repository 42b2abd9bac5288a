"""Every dated stream with a saved state: the exact requests that go out, the rows and the state that come in."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import rfc, row_of
from unit_tests.support.manifest import cursor_of, dated
from unit_tests.support.patches import page_size, walk_pages
from unit_tests.support.pieces import complete
from unit_tests.support.prior_state import API, MESSAGE, REQUESTS, SAVED, by_status, prepared

DATED = [name for name in dated() if name in complete()]  # test_complete.py says what the others lack


def test_no_other_stream_is_asserted_here() -> None:
    assert set(REQUESTS) <= set(dated())


@pytest.mark.parametrize("stream", DATED)
def test_the_exact_requests_and_the_state_with_a_saved_one(twilio: Twilio, stream: str) -> None:
    syncs = prepared(twilio, stream)
    output = syncs.run(stream)
    assert output.failure is None
    asked = [one for one in syncs.asked() if "X-Amz-Signature" not in one]
    assert sorted(unquote(one) for one in asked) == sorted(REQUESTS[stream])
    assert not any(character in one for one in asked for character in "<> "), "quoted on the wire"
    state = {one["partition"].get("rows", ""): one["cursor"] for one in syncs.state[stream]["states"]}
    width = len(next(iter(state[""].values())))
    assert state[""] == {cursor_of(stream): "2026-11-21T12:00:00Z"[:width]}
    undated = {"calls", "messages", "call_notifications", "message_media"}
    moved = "2026-11-21T12:00:00Z" if stream in undated else SAVED
    assert state["undated"] == {cursor_of(stream): moved[:width]}


@pytest.mark.parametrize(
    ("stream", "field"),
    [
        ("wireless_usage_records", "period.start"),
        ("wireless_sim_usage_records", "period.start"),
        ("supersim_usage_records", "period.start_time"),
    ],
)
def test_the_state_of_a_cursor_inside_an_object_goes_on(twilio: Twilio, stream: str, field: str) -> None:
    syncs = prepared(twilio, stream)
    place = {"partition": {"account_sid": MAIN}, "cursor": {field: SAVED}}
    syncs.state = {stream: {"use_global_cursor": False, "states": [place], "read_since": "2024-05-06T07:08:09Z"}}
    output = syncs.run(stream)
    assert (output.failure, output.warnings()) == (None, [])
    assert sorted(unquote(one) for one in syncs.asked()) == sorted(REQUESTS[stream])
    (entry,) = syncs.state[stream]["states"]
    assert entry == {"partition": {"account_sid": MAIN}, "cursor": {"period_start": "2026-11-21T12:00:00Z"}}


@pytest.mark.parametrize("stream", [name for name in DATED if not name.startswith("usage_records")])
def test_a_longer_lookback_of_the_configuration_counts_and_a_shorter_one_does_not(twilio: Twilio, stream: str) -> None:
    """60 days are cut at what Twilio keeps, where it keeps less; the start date is years ago."""
    syncs = prepared(twilio, stream)
    syncs.config["lookback_window"] = 60
    syncs.run(stream)
    assert sorted(unquote(one) for one in syncs.asked() if "X-Amz" not in one) == sorted(REQUESTS[stream])
    syncs = prepared(twilio, stream)
    syncs.config["lookback_window"] = 10 * 1440
    syncs.run(stream)
    without_dates = {"calls", "messages", "call_notifications", "message_media"}
    found = " ".join(syncs.asked())
    assert stream in without_dates or "2026-11-10" in found or "2026-11-09" in found or "2026-11-08" in found


def test_a_busy_account_is_asked_by_windows_and_statuses(twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    page_size(monkeypatch, 2)
    syncs = prepared(twilio, "calls")
    for number in range(1, 4):
        start = rfc(f"2026-11-2{number % 2}T1{number}:00:00Z")
        twilio.put("calls", MAIN, row_of("calls", "calls", sid=f"CA{number}", date_created=start, start_time=start))
    syncs.run("calls")
    asked = sorted({unquote(one).partition("&Page=")[0] for one in syncs.asked()})
    assert asked == sorted(
        [
            f"{API}/Calls.json?PageSize=2",
            f"{API}/Calls.json?StartTime>=2026-11-18T23:59:59Z&StartTime<=2026-11-21T00:00:00Z&PageSize=2",
            f"{API}/Calls.json?StartTime>=2026-11-20T23:59:59Z&StartTime<=2026-11-22T00:00:00Z&PageSize=2",
            *by_status(f"{API}/Calls.json", "queued ringing canceled busy failed no-answer", "PageSize=2"),
        ]
    )


def test_a_busy_account_of_messages_is_walked_beside_its_windows(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_size(monkeypatch, 2)
    walk_pages(monkeypatch, 0)
    syncs = prepared(twilio, "messages")
    for number in range(1, 6):
        sent = rfc(f"2026-11-{18 + number // 2}T1{number}:00:00Z")
        row = row_of("messages", "messages", sid=f"SM{number}", date_created=sent, date_sent=sent)
        twilio.put("messages", MAIN, row)
    output = syncs.run("messages")
    asked = sorted({unquote(one).partition("&Page=")[0] for one in syncs.asked()})
    assert asked == sorted(
        [
            f"{API}/Messages.json?PageSize=2",
            f"{API}/Messages.json?DateSent>=2026-11-18T23:59:59Z&DateSent<=2026-11-22T00:00:00Z&PageSize=2",
        ]
    )
    found = {row["sid"] for row in output.records("messages")}
    assert found == {MESSAGE, "SM2", "SM3", "SM4", "SM5"}, "SM1 lies before"
