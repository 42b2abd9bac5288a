"""Killed at any moment, told to end, or with nobody who reads: nothing is lost, and little is read twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import ROOT, Run, catalog, configuration, parse, write
from integration_tests.matrix.runs import Matrix, Running, Starter, surroundings
from integration_tests.matrix.world import Key, Scene, key_of
from integration_tests.sandbox import Sandbox

STREAMS = ["messages", "calls", "usage_records", "alerts", "conferences", "recordings", "message_media", "conversations",
           "conversation_messages", "executions", "step", "incoming_phone_numbers"]
# Pages and distances of states so small that two months of a small account are a long read.
SMALL = {"page_size": 25, "rows_between_states": 120}
CONFIG = configuration(slice_step_duration="P1W", num_workers=4)
KILLS = [0.02, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97]


@pytest.fixture(scope="module")
def long(starter: Starter, folders: Iterator[Path]) -> Iterator[Scene]:
    """Two to three months that stand still."""
    with Sandbox() as sandbox:
        sandbox.control.freeze()
        yield Scene(sandbox, Matrix(starter, sandbox.env, folders))


@pytest.fixture(scope="module")
def whole(long: Scene) -> Run:
    """An undisturbed read."""
    outcome = long.read(STREAMS, config=CONFIG, **SMALL)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert long.wrong(STREAMS, outcome) == []
    return outcome


def keys(*runs: Run) -> list[tuple[str, Key]]:
    """The keys of all rows."""
    return [(record["stream"], key_of(record["stream"], record["data"])) for run in runs for record in run.of("RECORD")]


def interrupted(scene: Scene, fraction: float, whole: Run, folder: Path) -> Run:
    """A read that is killed once such a part of the lines has come out."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    stop = int(fraction * len(whole.messages))
    lines: list[str] = []
    running: list[Running] = []

    def consume() -> None:
        with pipe.open(encoding="utf-8") as output:
            for line in output:
                lines.append(line)
                if len(lines) == stop:
                    running[0].kill(signal.SIGKILL)

    consumer = threading.Thread(target=consume)
    consumer.start()
    running.append(scene.start_read(STREAMS, config=CONFIG, stdout=pipe, **SMALL))
    outcome = running[0].wait()
    consumer.join(30)
    assert outcome.exit_code == -signal.SIGKILL
    if lines and not lines[-1].endswith("\n"):
        lines.pop()  # half a line is none
    return Run(outcome.exit_code, parse(lines)[0])


def resumed(scene: Scene, first: Run) -> Run:
    """The next sync, from the last state of each stream that came out."""
    outcome = scene.read(STREAMS, config=CONFIG, state=first.state(), **SMALL)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    return outcome


def check_union(whole: Run, first: Run, second: Run) -> None:
    """Nothing is lost, and what is read twice is what no state covered, and the lookback."""
    assert set(keys(first)) | set(keys(second)) == set(keys(whole))
    assert len(keys(second)) == len(set(keys(second)))
    print(len(keys(first)), len(keys(second)), len(keys(first))+len(keys(second))-len(keys(whole)), sum(unsaved(first).values()))
    for s in STREAMS:
        a,b,c=[Counter(x for x,_ in keys(r))[s] for r in (first,second,whole)]
        print("   ", s,a,b,c,"twice",a+b-c,"unsaved",unsaved(first)[s])


def unsaved(run: Run) -> Counter[str]:
    """How many rows of each stream came out after its last state."""
    counts: Counter[str] = Counter()
    for message in run:
        if message["type"] == "RECORD":
            counts[message["record"]["stream"]] += 1
        elif message["type"] == "STATE":
            counts[message["state"]["stream"]["stream_descriptor"]["name"]] = 0
    return counts


@pytest.mark.parametrize("fraction", [0.02, 0.3, 0.6, 0.95])
def test_killed_and_resumed(fraction: float, long: Scene, whole: Run, tmp_path: Path) -> None:
    first = interrupted(long, fraction, whole, tmp_path)
    check_union(whole, first, resumed(long, first))


@pytest.mark.parametrize("number", [3, 20, 35, 55])
def test_cut_off_behind_a_state_and_resumed(number: int, long: Scene, whole: Run) -> None:
    ends = [place for place, message in enumerate(whole.messages) if message["type"] == "STATE"]
    first = Run(0, whole.messages[: ends[number] + 1])
    check_union(whole, first, resumed(long, first))
