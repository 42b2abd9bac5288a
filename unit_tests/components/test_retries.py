"""What is repeated, how long is waited, and what is final: one list read from a Twilio that misbehaves."""

from __future__ import annotations

from typing import Any

import pytest
from time_machine import Traveller

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN
from source_twilio.components.twilio.outcomes import Trouble, retry_after
from unit_tests.support import ConfigBuilder, Output, Syncs, row_of
from unit_tests.support.manifest import policy

BELOW = "/Recordings.json"
SID = "RE" + "0" * 32
INFINITE = None


@pytest.fixture
def syncs(twilio: Twilio, waits: list[float]) -> Syncs:
    """A Twilio with one recording; every stream under test reads it with one request."""
    row = row_of("recordings", "recordings", sid=SID, account_sid=MAIN, date_created="Fri, 20 Nov 2026 10:00:00 +0000")
    twilio.put("recordings", MAIN, row)
    return Syncs(twilio, ConfigBuilder().build())


def sync(syncs: Syncs, action: str, times: int | None, **rule: Any) -> Output:
    syncs.twilio.add_fault(action, url=BELOW, times=times, **rule)
    return syncs.run("recordings")


def rows(output: Output) -> list[str]:
    return [row["sid"] for row in output.records("recordings")]


PASSING = [
    ("status", {"status": 429, "code": 20429}),
    ("status", {"status": 408, "message": ""}),
    ("status", {"status": 500, "code": 20500}),
    ("status", {"status": 502, "message": ""}),
    ("status", {"status": 503, "code": 20503}),
    ("status", {"status": 504}),
    ("reset", {}),
    ("reset_after_headers", {}),
    ("truncate", {}),
    ("stall", {"seconds": 500}),
    ("stall_after_headers", {"seconds": 500}),
    ("unresolvable", {}),
    ("html", {}),
    ("empty", {}),
    ("json", {"body": ["unexpected"]}),
    ("json", {"body": "text"}),
    ("json", {"body": {}}),
    ("json", {"body": {"recordings": None}}),
    ("json", {"body": {"recordings": {"sid": "RE"}}}),
    ("json", {"body": {"recordings": [None]}}),
    ("body", {"status": 200, "body": '{"recordings": ['}),
    ("not_json", {"status": 401}),
    ("not_json", {"status": 403}),
    ("not_json", {"status": 404}),
]


@pytest.mark.parametrize(("action", "rule"), PASSING, ids=lambda one: one if isinstance(one, str) else str(one)[:40])
def test_what_passes_is_repeated_and_costs_nothing_but_time(
    syncs: Syncs, waits: list[float], action: str, rule: Any
) -> None:
    output = sync(syncs, action, 2, **rule)
    assert rows(output) == [SID]
    assert output.statuses("recordings") == ["STARTED", "RUNNING", "COMPLETE"]
    assert len(syncs.asked(BELOW)) == 3
    assert waits == [0.5, 1.0], "doubling from half a second"
    assert any("3 requests, 2 retries" in line for line in output.lines)


@pytest.mark.parametrize(("action", "rule"), PASSING, ids=lambda one: one if isinstance(one, str) else str(one)[:40])
def test_what_does_not_pass_ends_the_stream_and_moves_no_state(
    syncs: Syncs, waits: list[float], action: str, rule: Any
) -> None:
    output = sync(syncs, action, INFINITE, **rule)
    assert rows(output) == []
    assert output.statuses("recordings")[-1] == "INCOMPLETE"
    assert syncs.state["recordings"]["states"] == []
    divided = rule.get("status", 0) >= 500  # smaller ranges are asked for, by two threads at a time
    assert 1 < len(syncs.asked(BELOW)) < (50 if divided else 15)
    assert sum(waits) <= (2 * 180 if divided else 150)
    (error,) = output.errors()
    assert error.failure_type.value == "transient_error"
    for word in ("recordings", MAIN, "api.twilio.com", "saved state"):
        assert word in error.message
    assert output.failure


FINAL = [
    (400, 20001, "system_error"),
    (401, 20003, "config_error"),
    (403, 20003, "config_error"),
    (403, 20006, "config_error"),
    (403, 20008, "config_error"),
    (401, 70051, "config_error"),
    (403, 20005, "config_error"),
    (404, 20404, "config_error"),
    (410, 20410, "system_error"),
]


@pytest.mark.parametrize(("status", "code", "kind"), FINAL)
def test_a_refusal_in_twilio_s_own_words_is_final(
    syncs: Syncs, waits: list[float], status: int, code: int, kind: str
) -> None:
    output = sync(syncs, "status", INFINITE, status=status, code=code, message="Twilio's own words")
    assert output.statuses("recordings")[-1] == "INCOMPLETE"
    assert (len(syncs.asked(BELOW)), waits) == (1, [])
    assert syncs.state["recordings"]["states"] == []
    (error,) = output.errors()
    assert error.failure_type.value in (kind, "config_error")
    for word in ("recordings", MAIN, str(code), "Twilio's own words"):
        assert word in error.message


def test_a_redirect_is_not_followed(syncs: Syncs) -> None:
    """Credentials never travel to another host."""
    output = sync(syncs, "redirect", INFINITE, host="evil.example.com")
    assert rows(output) == []
    assert output.statuses("recordings")[-1] == "INCOMPLETE"
    assert {one["host"] for one in syncs.twilio.requests()} == {"api.twilio.com"}


def test_a_next_page_on_another_host_is_not_followed(twilio: Twilio, syncs: Syncs) -> None:
    output = sync(syncs, "foreign_next", INFINITE)
    assert output.statuses("recordings")[-1] == "INCOMPLETE"
    assert syncs.state["recordings"]["states"] == []
    assert {one["host"] for one in twilio.requests()} == {"api.twilio.com"}
    assert "evil.example.com" in output.errors()[0].message


@pytest.mark.parametrize("stream", ["recordings", "alerts"])  # next_page_uri and meta.next_page_url
def test_a_next_page_that_was_read_before_is_an_error_and_no_loop(twilio: Twilio, syncs: Syncs, stream: str) -> None:
    twilio.add_fault("loop_next", url="Recordings|Alerts")
    output = syncs.run(stream)
    assert output.statuses(stream)[-1] == "INCOMPLETE"
    assert syncs.state[stream]["states"] == []
    assert len(twilio.requests()) < 5
    assert "read before" in output.errors()[0].message


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("7", 7.0),
        ("0", 0.2),
        ("3600", 60.0),
        ("9" * 400, 60.0),
        ("Sat, 21 Nov 2026 12:00:09 GMT", 9.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.2),
        ("soon", 0.5),
        ("-5", 0.5),
        ("²", 0.5),
        ("", 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_in_every_form_and_bounded(
    syncs: Syncs, waits: list[float], status: int, header: str, waited: float
) -> None:
    output = sync(syncs, "status", 1, status=status, headers={"Retry-After": header})
    assert rows(output) == [SID]
    assert waits == [waited]


def test_retry_after_without_a_zone_is_read_as_utc(clock: Traveller) -> None:
    assert retry_after("Sat, 21 Nov 2026 12:00:30 -0000") == 30.0


def test_waits_are_spread_and_bounded() -> None:
    """After a refusal all workers would come back at the same moment otherwise."""
    for attempt, least in ((1, 0.5), (2, 1.0), (5, 8.0), (30, 60.0)):
        waits = {Trouble("HTTP 503").wait(attempt, policy()) for _ in range(50)}
        assert len(waits) > 25
        assert least <= min(waits) and max(waits) <= 1.5 * least
    assert len({Trouble("HTTP 429", 429, 5.0).wait(1, policy()) for _ in range(50)}) > 25


def test_a_host_that_answers_nothing_for_minutes_is_not_asked_again(
    twilio: Twilio, syncs: Syncs, waits: list[float]
) -> None:
    """One stream waits its time out; the others of the host follow at once, those of other hosts are read."""
    syncs.config["num_workers"] = 1
    twilio.add_fault("reset", url="api.twilio.com/2010-04-01/Accounts/AC.*/")
    streams = ("recordings", "calls", "conferences", "messages", "queues", "keys", "flows")
    output = syncs.run(*streams)
    assert output.statuses("flows")[-1] == "COMPLETE"
    assert {output.statuses(name)[-1] for name in streams[:-1]} == {"INCOMPLETE"}
    assert sum(waits) < 3 * 150
    assert any("taken for down" in error.message for error in output.errors())


def test_refusals_for_too_many_requests_do_not_count_as_silence(twilio: Twilio, syncs: Syncs) -> None:
    twilio.add_fault("status", url=BELOW, status=429, code=20429)
    output = syncs.run("recordings", "queues")
    assert output.statuses("queues")[-1] == "COMPLETE"
    assert not any("taken for down" in error.message for error in output.errors())
