"""The long form: the manifest's own figures, in minutes. All of it goes on at the same time; runs with `--long`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
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


class Reads:
    """All reads, which go on at the same time, each against a sandbox of its own.

    longest: the longest silence of each so far, in seconds; asked: what the server that trickles was asked for.
    """

    def __init__(self, starter: Starter, folders: Iterator[Path], stack: ExitStack) -> None:
        self.scenes: dict[str, Scene] = {}
        self.running: dict[str, Running] = {}
        for name, (rule, names) in READS.items():
            sandbox = stack.enter_context(Sandbox(small=True))
            sandbox.control.freeze()
            sandbox.control.add_fault(**rule)
            self.scenes[name] = Scene(sandbox, Matrix(starter, sandbox.env, folders))
            self.running[name] = self.scenes[name].start_read(names or list(streams()))
        env, self.asked = stack.enter_context(wire(next(folders), trickle, patience=8 * MINUTE))
        self.running["a trickle"] = Matrix(starter, env, folders).start_read(["queues"])
        self.longest = dict.fromkeys(self.running, 0.0)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        heard = {name: (0, time.monotonic()) for name in self.running}
        while not all(running.has_ended() for running in self.running.values()):
            time.sleep(0.5)
            for name, running in self.running.items():
                size, since = running.size(), heard[name][1]
                if not running.has_ended():
                    self.longest[name] = max(self.longest[name], time.monotonic() - since)
                if size > heard[name][0]:
                    heard[name] = size, time.monotonic()

    def end(self, name: str) -> Outcome:
        """Wait for the end of a read."""
        outcome = self.running[name].wait(15 * MINUTE)
        print(f"\n{name}: {outcome.seconds:.0f} s, longest silence {self.longest[name]:.0f} s")
        return outcome


@pytest.fixture(scope="module")
def reads(starter: Starter, folders: Iterator[Path]) -> Iterator[Reads]:
    """Start every read; wait for the last one before the sandboxes go."""
    with ExitStack() as stack:
        started = Reads(starter, folders, stack)
        yield started
        for running in started.running.values():
            running.wait(15 * MINUTE)


@pytest.mark.parametrize("name", ["nothing answers", "nothing answers after the accounts"])
def test_a_twilio_that_answers_nothing(name: str, reads: Reads) -> None:
    outcome = reads.end(name)
    assert outcome.seconds < 10 * MINUTE
    assert outcome.exit_code == 1
    assert outcome.incomplete | {"accounts"} == set(streams())
    assert {error["failure_type"] for name in outcome.incomplete for error in outcome.errors_of(name)} == {TRANSIENT}


def test_a_host_that_is_silent(reads: Reads) -> None:
    outcome = reads.end("a host is silent")
    assert outcome.seconds < 8 * MINUTE
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, set(CONVERSATIONS), set(SOUND))
    assert reads.scenes["a host is silent"].wrong(SOUND, outcome) == []
    assert any("taken for down" in error["message"] for error in outcome.errors())


def test_a_stall_is_retried_in_under_two_minutes(reads: Reads) -> None:
    outcome = reads.end("a stall")
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert MINUTE - 1 < outcome.seconds < 2 * MINUTE
    assert reads.scenes["a stall"].wrong(SOUND, outcome) == []


@pytest.mark.parametrize("name", ["429 for ever", "Retry-After a year"])
def test_retries_end(name: str, reads: Reads) -> None:
    outcome = reads.end(name)
    assert MINUTE < outcome.seconds < 5 * MINUTE
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"alerts"}, set(SOUND) - {"alerts"})
    assert len(reads.scenes[name].requests("/v1/Alerts")) <= 4 * 12  # of four accounts


def test_a_body_that_trickles_ends(reads: Reads) -> None:
    outcome = reads.end("a trickle")
    assert (outcome.exit_code, outcome.incomplete) == (1, {"queues"})
    assert outcome.seconds < 6 * MINUTE
    assert len(reads.asked) >= 3


def test_there_is_a_sign_of_life_about_every_minute(reads: Reads) -> None:
    assert {name: reads.longest[name] for name in reads.running if reads.longest[name] > MINUTE + 10} == {}
