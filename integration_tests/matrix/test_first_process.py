"""The connector as the first process of a container, whom the kernel spares signals that it does not ask for."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integration_tests.helpers import ROOT, Run, catalog, configuration, parse, write
from integration_tests.matrix.runs import AT_ONCE, surroundings
from integration_tests.matrix.world import Scene

# What `conftest.py` tries: a process that is the first of its own name space.
FIRST = ["unshare", "--pid", "--fork", "--kill-child"]


def child_of(pid: int) -> int:
    """The only child of a process, which may still have to be made."""
    end = time.monotonic() + 10
    while not (found := Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return int(found[0])


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_first_process_of_a_container(told: signal.Signals, code: int, scene: Scene, tmp_path: Path) -> None:
    scene.control.latency(0.5)
    arguments = ["--config", write(tmp_path / "config.json", configuration(num_workers=1))]
    arguments += ["--catalog", write(tmp_path / "catalog.json", catalog(["messages", "calls", "usage_records"]))]
    output = tmp_path / "output"
    as_root = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    with output.open("wb") as stdout:
        outer = subprocess.Popen(
            [*FIRST, *as_root, sys.executable, "-m", "source_twilio", "read", *map(str, arguments)],
            env=surroundings({**scene.env, "PYTHONPATH": str(ROOT)}, tmp_path),
            stdout=stdout,
        )
    inner = child_of(outer.pid)
    assert re.search(r"^NSpid:.*\t1$", Path(f"/proc/{inner}/status").read_text(), re.MULTILINE)
    end = time.monotonic() + 60
    while '"type":"RECORD"' not in output.read_text():
        assert time.monotonic() < end and outer.poll() is None
        time.sleep(0.05)
    os.kill(inner, told)
    assert outer.wait(AT_ONCE) == code
    run = Run(code, parse(output.read_text().splitlines())[0])
    assert run.errors() == []
    assert any(run.statuses(stream)[-1:] == ["INCOMPLETE"] for stream in ("messages", "calls", "usage_records"))
