"""Runs one command and says what it cost: CPU with its children, wall time, peak memory, rows and states it printed."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORD = (b'{"type":"RECORD"', b'{"type": "RECORD"')
STATE = (b'{"type":"STATE"', b'{"type": "STATE"')
LONGEST = 3_600  # seconds, after which a run is killed and counts as failed
PIPE = 1 << 20


@dataclass
class Run:
    """The cost of one run."""

    cpu: float
    wall: float
    memory: float  # MB, at the peak
    exit_code: int
    rows: int = 0
    states: list[dict[str, Any]] = field(default_factory=list)  # the last of each stream
    counts: dict[str, Any] = field(default_factory=dict)  # what the page server saw
    note: str = ""  # what is wrong with the run, if anything


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Run:
    """Run a command in a bare environment and read its output as a platform would, through a pipe.

    The child's peak memory cannot be below this process's own at the fork, which therefore imports nothing large.
    """
    home = tempfile.mkdtemp(dir=folder)
    bare = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", **environment}
    rows = 0
    states: dict[str, dict[str, Any]] = {}
    with open(Path(home) / "errors", "wb") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=bare, cwd=home, stdout=subprocess.PIPE, stderr=errors, bufsize=PIPE, pipesize=PIPE
        )
        timer = threading.Timer(LONGEST, process.kill)
        timer.start()
        assert process.stdout
        for line in process.stdout:
            if line.startswith(RECORD):
                rows += 1
            elif line.startswith(STATE):
                state = json.loads(line)
                states[str(state.get("state", {}).get("stream", {}).get("stream_descriptor"))] = state.get("state")
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    result = Run(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        memory=usage.ru_maxrss / 1024,
        exit_code=process.returncode,
        rows=rows,
        states=list(states.values()),
    )
    if process.returncode:
        last = Path(home, "errors").read_text(errors="replace").strip().splitlines()[-1:]
        result.note = f"exit {process.returncode} {' '.join(last)[:120]}".strip()
    return result


def output(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    """All JSON lines a short command prints, for a `discover`; its cost does not matter."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **environment}
    done = subprocess.run(command, env=bare, cwd=folder, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def failures(runs: Sequence[Run]) -> str:
    """The notes of several runs in one line."""
    return "; ".join(
        f"{note}{f' ({times} times)' if times > 1 else ''}"
        for note, times in Counter(run_.note for run_ in runs if run_.note).items()
    )
