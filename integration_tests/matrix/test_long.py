"""The long form: the manifest's own figures, in minutes. All of it goes on at the same time; runs with `--long`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import streams
from integration_tests.matrix.lasting import TRANSIENT
from integration_tests.matrix.runs import Matrix, Outcome, Running, Starter
from integration_tests.matrix.wire import trickle, wire
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import Sandbox

pytestmark = pytest.mark.long
MINUTE = 60
SILENT = {"action": "stall", "seconds": 600}
CONVERSATIONS = ["services", "conversations", "users", "roles", "conversation_participants"]
SOUND = ["messages", "alerts", "usage_records", "flows"]
# name: the rule of the sandbox, and the streams that are read
READS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing answers": (SILENT, []),
    "nothing answers after the accounts": ({**SILENT, "url": r"^(?!api\.twilio\.com/2010-04-01/Accounts\.json)"}, []),
    "a host is silent": ({**SILENT, "url": r"^conversations\."}, CONVERSATIONS + SOUND),
    "a stall": ({**SILENT, "url": "/v1/Alerts", "times": 1}, SOUND),
    "429 for ever": ({"action": "status", "status": 429, "code": 20429, "url": "/v1/Alerts"}, SOUND),
    "Retry-After a year": (
        {"action": "status", "status": 503, "headers": {"Retry-After": "31536000"}, "url": "/v1/Alerts"},
        SOUND,
    ),
}


@pytest.fixture(scope="module")
def ended(starter: Starter, folders: Iterator[Path]) -> Iterator[Callable[[str], tuple[Outcome, Scene]]]:
    """Start every read against a sandbox of its own; gives the end of the one that is asked for."""
    with ExitStack() as stack:
        scenes: dict[str, Scene] = {}
        running: dict[str, Running] = {}
        for name, (rule, names) in READS.items():
            sandbox = stack.enter_context(Sandbox(small=True))
            scenes[name] = Scene(sandbox, Matrix(starter, sandbox.env, folders))
            sandbox.control.freeze()
            sandbox.control.add_fault(**rule)
            running[name] = scenes[name].start_read(names or list(streams()))
        yield lambda name: (running[name].wait(15 * MINUTE), scenes[name])
        for one in running.values():
            one.wait(15 * MINUTE)


@pytest.mark.parametrize("name", ["nothing answers", "nothing answers after the accounts"])
def test_a_twilio_that_answers_nothing(name: str, ended: Callable[[str], tuple[Outcome, Scene]]) -> None:
    outcome, _ = ended(name)
    print(f"\n{name}: {outcome.seconds:.0f} s")
    assert outcome.seconds < 10 * MINUTE
    assert outcome.exit_code == 1
    assert outcome.incomplete | {"accounts"} == set(streams())
    assert {error["failure_type"] for name in outcome.incomplete for error in outcome.errors_of(name)} == {TRANSIENT}


def test_a_host_that_is_silent(ended: Callable[[str], tuple[Outcome, Scene]]) -> None:
    outcome, scene = ended("a host is silent")
    print(f"\na host is silent: {outcome.seconds:.0f} s")
    assert outcome.seconds < 7 * MINUTE
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, set(CONVERSATIONS), set(SOUND))
    assert scene.wrong(SOUND, outcome) == []
    assert any("taken for down" in error["message"] for error in outcome.errors())


def test_a_stall_is_retried_in_under_two_minutes(ended: Callable[[str], tuple[Outcome, Scene]]) -> None:
    outcome, scene = ended("a stall")
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert MINUTE - 1 < outcome.seconds < 2 * MINUTE
    assert scene.wrong(SOUND, outcome) == []


@pytest.mark.parametrize("name", ["429 for ever", "Retry-After a year"])
def test_retries_end(name: str, ended: Callable[[str], tuple[Outcome, Scene]]) -> None:
    outcome, scene = ended(name)
    assert MINUTE < outcome.seconds < 5 * MINUTE
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"alerts"}, set(SOUND) - {"alerts"})
    assert len(scene.requests("/v1/Alerts")) <= 4 * 12  # of four accounts


def test_there_is_a_sign_of_life_every_minute(starter: Starter, folders: Iterator[Path]) -> None:
    with Sandbox(small=True) as sandbox:
        sandbox.control.add_fault(**SILENT, url=r"^(?!api\.twilio\.com/2010-04-01/Accounts\.json)")
        running = Matrix(starter, sandbox.env, folders).start_read(["messages"])
        heard, size, longest = time.monotonic(), running.size(), 0.0
        while time.monotonic() - heard < 3 * MINUTE and not running.has_ended():
            time.sleep(0.5)
            longest = max(longest, time.monotonic() - heard)
            if running.size() > size:
                heard, size = time.monotonic(), running.size()
        assert running.wait(MINUTE).exit_code == 1
    assert longest < MINUTE + 5


def test_a_body_that_trickles_ends(starter: Starter, folders: Iterator[Path]) -> None:
    with wire(next(folders), trickle, patience=8 * MINUTE) as (env, asked):
        outcome = Matrix(starter, env, folders).read(["queues"], timeout=10 * MINUTE)
    assert (outcome.exit_code, outcome.incomplete) == (1, {"queues"})
    assert outcome.seconds < 5 * MINUTE
    assert len(asked) >= 3
