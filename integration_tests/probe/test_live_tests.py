"""The tests for a real account, run against the sandbox, and what they say without one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from integration_tests.helpers import ROOT, configuration, write
from integration_tests.sandbox import Sandbox

COMMAND = [sys.executable, "-m", "pytest", "integration_tests/live", "-q", "-p", "no:cacheprovider"]


def test_without_an_account(tmp_path: Path) -> None:
    with Sandbox(empty=True) as sandbox:
        done = subprocess.run(COMMAND, env={**sandbox.environment(), "LIVE_CONFIG": str(tmp_path / "none.json")},
                              cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert sandbox.control.requests() == []
    assert f"no {tmp_path}/none.json: the live tests are not run" in done.stdout
    assert "no tests ran" in done.stdout


def test_with_an_account(tmp_path: Path) -> None:
    path = write(tmp_path / "config.json", configuration())
    with Sandbox(small=True) as sandbox:
        environment = {**sandbox.environment(), "LIVE_CONFIG": str(path)}
        done = subprocess.run(COMMAND, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "12 passed" in done.stdout
    assert "not run" not in done.stdout
