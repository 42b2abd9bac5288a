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

import pytest

from integration_tests.helpers import ROOT, Run, catalog, configuration, parse, write
from integration_tests.matrix.runs import AT_ONCE, Matrix, Running, Starter, surroundings
from integration_tests.matrix.world import Key, Scene, key_of
from integration_tests.sandbox import Sandbox

STREAMS = [
    "messages",
    "calls",
    "usage_records",
    "alerts",
    "conferences",
    "recordings",
    "message_media",
    "conversations",
    "conversation_messages",
    "executions",
    "step",
    "incoming_phone_numbers",
]
# Pages and distances of states so small that two months of a small account are a long read.
SMALL = {"page_size": 25, "constants": {"state.cursors.ROWS_BETWEEN_STATES": 120}}
CONFIG = configuration(slice_step_duration="P1W", num_workers=4)
# Rows that a state cannot cover: those of windows that are being read (each of at most eight pages), as many that came
# meanwhile where the thread of the oldest window gets no turn, and the lookback of up to three days and a bit, of which
# a day of the busiest stream has 45 rows.
MOST_AGAIN = 2 * CONFIG["num_workers"] * 8 * SMALL["page_size"] + 4 * 45


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


def keys(run: Run, stream: str = "") -> list[tuple[str, Key]]:
    """The keys of all rows, or of those of one stream."""
    return [
        (record["stream"], key_of(record["stream"], record["data"]))
        for record in run.of("RECORD")
        if stream in ("", record["stream"])
    ]


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
    """Nothing is lost, nothing comes twice in one sync, and what is read again is what no state could cover yet."""
    assert set(keys(first)) | set(keys(second)) == set(keys(whole))
    assert len(keys(second)) == len(set(keys(second)))
    for stream in ("messages", "usage_records", "alerts", "conferences", "recordings"):
        again = len(set(keys(first, stream=stream)) & set(keys(second, stream=stream)))
        assert again <= unsaved(first)[stream] + MOST_AGAIN, (stream, again)


def unsaved(run: Run) -> Counter[str]:
    """How many rows of each stream came out after its last state."""
    counts: Counter[str] = Counter()
    for message in run:
        if message["type"] == "RECORD":
            counts[message["record"]["stream"]] += 1
        elif message["type"] == "STATE":
            counts[message["state"]["stream"]["stream_descriptor"]["name"]] = 0
    return counts


@pytest.mark.parametrize("fraction", [0.02, 0.5, 0.95])
def test_killed_and_resumed(fraction: float, long: Scene, whole: Run, tmp_path: Path) -> None:
    first = interrupted(long, fraction, whole, tmp_path)
    check_union(whole, first, resumed(long, first))


def test_cut_off_behind_a_state_and_resumed(long: Scene, whole: Run) -> None:
    ends = [place for place, message in enumerate(whole.messages) if message["type"] == "STATE"]
    first = Run(0, whole.messages[: ends[len(ends) * 2 // 3] + 1])
    check_union(whole, first, resumed(long, first))


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_told_to_end(told: signal.Signals, code: int, long: Scene, whole: Run) -> None:
    """All that was read comes out, then the last states; what is asked after that is what was being asked."""
    long.control.latency(0.3)
    try:
        running = long.start_read(STREAMS, config=CONFIG, **SMALL)
        wait_for_lines(running, 200)
        running.kill(told)
        first = running.wait(AT_ONCE)
    finally:
        long.control.latency(0)
    assert first.exit_code == code
    assert first.errors() == []
    assert len([line for line in first.logs("WARN") if line.startswith(f"Told to end ({told.name}).")]) == 1
    begun = {stream for stream in STREAMS if "STARTED" in first.statuses(stream)}
    assert begun and {first.statuses(stream)[-1] for stream in begun} <= {"COMPLETE", "INCOMPLETE"}
    assert not unsaved(first)["messages"]  # its last state came behind its last row
    check_union(whole, first, resumed(long, first))


def test_told_to_end_while_nobody_takes_the_output(long: Scene, whole: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running: list[Running] = []
    starting = threading.Thread(
        target=lambda: running.append(long.start_read(STREAMS, config=CONFIG, stdout=pipe, **SMALL))
    )
    starting.start()
    with pipe.open(encoding="utf-8") as output:
        lines = [output.readline() for _ in range(300)]
        starting.join(30)
        asked, before = 0, -1
        while asked != before:  # until the connector waits for the output
            time.sleep(1)
            asked, before = len(long.control.requests()), asked
        running[0].kill(signal.SIGTERM)
        outcome = running[0].wait(AT_ONCE)
        lines += [line for line in output if line.endswith("\n")]  # half a line is none
    assert outcome.exit_code == 143
    first = Run(143, parse(lines)[0])
    check_union(whole, first, resumed(long, first))


def wait_for_lines(running: Running, number: int) -> None:
    """Wait until so many lines have come out."""
    end = time.monotonic() + 60
    while running.text().count("\n") < number:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_consumer_that_closes_the_pipe(long: Scene, tmp_path: Path) -> None:
    """As `source-twilio read … | head -n 50`: nobody reads any more, so nothing has to be asked any more."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    long.control.latency(0.1)
    try:
        running: list[Running] = []
        starting = threading.Thread(
            target=lambda: running.append(long.start_read(STREAMS, config=CONFIG, stdout=pipe, **SMALL))
        )
        starting.start()
        with pipe.open(encoding="utf-8") as output:
            for _ in range(50):
                assert output.readline()
        starting.join(30)
        outcome = running[0].wait(AT_ONCE)
        assert outcome.exit_code != 0
        asked = len(long.control.requests())
        time.sleep(0.5)
        assert len(long.control.requests()) == asked
    finally:
        long.control.latency(0)


def test_a_standard_output_that_is_closed(scene: Scene, tmp_path: Path) -> None:
    arguments = [
        "--config",
        write(tmp_path / "config.json", CONFIG),
        "--catalog",
        write(tmp_path / "catalog.json", catalog(STREAMS)),
    ]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "source_twilio", "read", *map(str, arguments)],
        env=surroundings({**scene.env, "PYTHONPATH": str(ROOT)}, tmp_path),
        capture_output=True,
        timeout=60,
        text=True,
    )
    assert done.returncode != 0
    assert "Fatal Python error" not in done.stderr
