"""Twilio's limit of requests at the same time: all slow down together, and no request fails for good."""

from __future__ import annotations

import re

import pytest

from integration_tests.helpers import configuration
from integration_tests.matrix.world import Scene

STREAMS = [
    "messages",
    "calls",
    "recordings",
    "notifications",
    "incoming_phone_numbers",
    "message_media",
    "alerts",
    "flows",
    "executions",
    "step",
    "services",
    "conversations",
    "conversation_messages",
    "conversation_participants",
    "users",
    "user_conversations",
    "roles",
    "workers",
]
LIMIT, LATENCY = 10, 0.15


@pytest.mark.parametrize("retry_after", ["none", "seconds"])
def test_forty_workers_at_a_limit_of_ten(retry_after: str, scene: Scene) -> None:
    scene.control.set_switch("retry_after", retry_after)
    scene.control.latency(LATENCY)
    scene.control.limit_in_flight(LIMIT)
    busy = scene.read(STREAMS, config=configuration(num_workers=4 * LIMIT))
    refused = len(scene.requests(status=429))
    assert (busy.exit_code, busy.errors(), busy.incomplete) == (0, [], set())
    assert scene.wrong(STREAMS, busy) == []
    # the first burst, before anything is known, and a few: without a gate it is three times as many
    assert 0 < refused < 6 * LIMIT
    lines = [line for line in busy.logs("INFO") if "HTTP 429" in line]
    assert len(lines) == refused
    assert max(int(found) for found in re.findall(r"attempt (\d+)", "\n".join(lines))) <= 8


def test_a_limit_of_one_is_enough(scene: Scene) -> None:
    scene.control.limit_in_flight(1)
    scene.control.latency(0.02)
    names = ["messages", "services", "conversations", "users"]
    outcome = scene.read(names, config=configuration(num_workers=20))
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(names, outcome) == []


@pytest.mark.parametrize("workers", [1, 5])
def test_no_more_requests_than_workers_are_in_flight(workers: int, scene: Scene) -> None:
    scene.control.latency(0.05)
    scene.control.limit_in_flight(workers)
    outcome = scene.read(["messages", "services", "conversations", "users"], config=configuration(num_workers=workers))
    assert outcome.exit_code == 0
    assert scene.control.status()["peak"] == workers
    assert {one["status"] for one in scene.control.requests()} == {200}
