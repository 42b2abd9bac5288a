"""The default world: the same every time, moving with time, full of what breaks naive readers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from integration_tests.sandbox import Twilio, World, times
from integration_tests.sandbox.accounts import MAIN, MARKETING, SUPPORT, SUSPENDED
from integration_tests.sandbox.pages import FOLDER, recorded

from .conftest import NOW, Caller

SAMPLED = (
    "messages",
    "calls",
    "conversations",
    "alerts",
    "usage_records",
    "executions",
    "addresses",
    "video_rooms",
    "trunks",
)


def state(twilio: Twilio, stream: str, account: str = MAIN) -> dict[Any, dict[str, Any]]:
    """Rows by key."""
    return {twilio.resources[stream].key_of(row): row for row in twilio.rows(stream, account)}


def test_the_same_after_a_restart_and_whatever_is_asked_first() -> None:
    one, two = (Twilio(World(small=True), now=lambda: NOW) for _ in range(2))
    for stream in reversed(SAMPLED):
        two.rows(stream, SUPPORT)
    for stream in SAMPLED:
        assert state(one, stream) == state(two, stream), stream
    assert state(Twilio(World(seed=8, small=True), now=lambda: NOW), "messages") != state(one, "messages")


def test_yesterday_looks_the_same_tomorrow() -> None:
    today = Twilio(World(), now=lambda: NOW)
    later = Twilio(World(), now=lambda: NOW + timedelta(days=3))
    for stream in SAMPLED:
        before = state(today, stream)
        later.freeze(NOW)
        assert state(later, stream) == before, stream
        today.freeze(NOW + timedelta(days=3))
        later.freeze(NOW + timedelta(days=3))
        assert state(today, stream) == state(later, stream), stream
        today.freeze(NOW)


def test_rows_appear_and_change_as_time_goes_by() -> None:
    twilio = Twilio(World(small=True), now=lambda: NOW)
    before = state(twilio, "messages")
    twilio.set_offset(6 * 3600)
    after = state(twilio, "messages")
    assert 3 < len(after) - len(before) < 40
    assert any(before[key] != after[key] for key in before)
    assert any(before[key]["price"] is None and after[key]["price"] for key in before)


def test_size(full: Caller) -> None:
    rows = full.twilio.rows
    assert len(rows("messages", MAIN)) > 2500
    assert (
        sum(
            len(rows(name, account))
            for name, r in full.twilio.resources.items()
            if r.tier == "A" and not r.once
            for account in (MAIN, SUPPORT, MARKETING, SUSPENDED)
        )
        < 10_000
    )


def test_what_breaks_naive_readers(full: Caller) -> None:
    rows = full.twilio.rows
    messages, calls = rows("messages", MAIN), rows("calls", MAIN)
    undated = {m["status"] for m in messages if not m["date_sent"]}
    assert {"queued", "accepted", "canceled", "scheduled"} == undated
    ahead = [times.seconds(m["date_sent"]) - times.seconds(m["date_created"]) for m in messages if m["date_sent"]]
    assert max(ahead) >= 20 * times.DAY
    assert {"queued", "ringing", "canceled"} <= {c["status"] for c in calls if not c["start_time"]}
    assert "" in {c["end_time"] for c in calls} and {"in-progress", "completed"} <= {c["status"] for c in calls}
    assert {c["status"] for c in rows("conferences", MAIN)} == {"init", "in-progress", "completed"}
    assert len(rows("services", MAIN)) == 2 and "closed" in {c["state"] for c in rows("conversations", MAIN)}
    assert "active" in {e["status"] for e in rows("executions", MAIN)}
    assert any("." in a["date_generated"] for a in rows("alerts", MAIN))
    assert any("rcs_fallback" in m for m in messages)
    seconds = {times.seconds(m["date_created"]) % times.DAY for m in messages}
    assert {0, times.DAY - 1} <= seconds
    media = {m["parent_sid"] for m in rows("message_media", MAIN)}
    assert media == {m["sid"] for m in messages if m["num_media"] != "0"}


def test_every_resource_has_a_recorded_page_and_answers(full: Caller) -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(full.twilio.resources)
    for name, resource in full.twilio.resources.items():
        row = recorded(name)[0] if resource.envelope != "object" or name != "messaging_deactivations" else {}
        assert row or resource.special == "deactivations", name


def test_every_stream_has_rows(full: Caller) -> None:
    twilio = full.twilio
    empty = [name for name in twilio.resources if not twilio.expected(name, "2026-09-01T00:00:00Z")]
    assert empty == []
