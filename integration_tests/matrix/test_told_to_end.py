"""Told to end by a signal before anything was read, and while Twilio does not answer."""

from __future__ import annotations

import signal
import time

import pytest

from integration_tests.matrix.runs import AT_ONCE, Running
from integration_tests.matrix.world import Scene


def wait_for_request(scene: Scene, running: Running) -> None:
    """Wait until something was asked for."""
    end = time.monotonic() + 30
    while not scene.control.status()["in_flight"]:
        assert time.monotonic() < end and not running.has_ended()
        time.sleep(0.05)


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("command", ["check", "read"])
def test_before_anything_was_read(command: str, told: signal.Signals, code: int, scene: Scene) -> None:
    scene.control.add_fault("stall", seconds=60)
    running = scene.matrix.start("check") if command == "check" else scene.start_read(["messages"])
    wait_for_request(scene, running)
    running.kill(told)
    outcome = running.wait(AT_ONCE)
    assert (outcome.exit_code, outcome.errors(), outcome.records("messages")) == (code, [], [])
    assert outcome.of("CONNECTION_STATUS") == []


def test_while_one_stream_hangs(scene: Scene) -> None:
    """Rows of the others are out and in their states; a stream that had ended stays COMPLETE."""
    scene.control.add_fault("stall", url=r"/Messages\.json", seconds=60)
    running = scene.start_read(["incoming_phone_numbers", "messages", "calls"])
    asked, before = 0, -1
    while not asked or asked != before:  # until only messages are left
        time.sleep(1)
        asked, before = len(scene.requests("Calls.json")), asked
    running.kill(signal.SIGTERM)
    outcome = running.wait(AT_ONCE)
    assert (outcome.exit_code, outcome.errors()) == (143, [])
    assert (outcome.complete, outcome.incomplete) == ({"incoming_phone_numbers", "calls"}, {"messages"})
    assert scene.wrong(["incoming_phone_numbers", "calls"], outcome) == []
    assert outcome.stream_state("messages")["states"] == []  # a place to go on from: the start
    assert len(scene.requests("Calls.json")) == asked
