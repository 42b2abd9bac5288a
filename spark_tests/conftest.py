"""What the tests of the Spark data source share: a sandbox whose clock stands, and sessions on it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from shutil import which

import pytest

from integration_tests.helpers import configuration, write
from integration_tests.sandbox import Sandbox
from spark_tests.sessions import MASTERS, session, variables

NEED_JAVA = ("test_batch.py", "test_changes.py", "test_killed.py", "test_nightly.py", "test_secrets.py")


def _has_java() -> bool:
    java = str(Path(os.environ["JAVA_HOME"]) / "bin" / "java") if "JAVA_HOME" in os.environ else which("java")
    return bool(java) and subprocess.run([str(java), "-version"], capture_output=True).returncode == 0


collect_ignore = [] if _has_java() else list(NEED_JAVA)


def pytest_report_header() -> str:
    """Say what is left out where Spark cannot run."""
    without = "left out: all that start Spark, since there is no Java (Debian: apt install openjdk-17-jre-headless)"
    return without if collect_ignore else "Spark: all tests"


@pytest.fixture(scope="session")
def half_past() -> datetime:
    """When it is at the sandbox: half past midnight some nights ago. A stream that goes by hours ends with the day, so
    no figure of a day depends on when it is asked for."""
    return (datetime.now(timezone.utc) - timedelta(hours=40)).replace(hour=0, minute=30, second=0, microsecond=0)


@pytest.fixture(scope="session")
def sandbox(half_past: datetime) -> Iterator[Sandbox]:
    """A small world that stands still, for tests that only read; the one that all sessions of this process ask."""
    with Sandbox(small=True) as started:
        started.control.freeze(half_past.isoformat())
        os.environ.update(variables(started))
        yield started


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of the sandbox's main account, as a file that driver and executors read."""
    return write(tmp_path_factory.mktemp("secrets") / "twilio.json", configuration())


@pytest.fixture(scope="module", params=MASTERS)
def spark(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[object]:
    """A session on each kind of master."""
    with session(request.param, tmp_path_factory.mktemp("spark")) as started:
        yield started


@pytest.fixture(scope="module")
def local(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A session of one process."""
    with session(MASTERS[0], tmp_path_factory.mktemp("spark")) as started:
        yield started


@pytest.fixture
def saved_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration in this process's variable, for tests without Spark."""
    monkeypatch.setenv("TWILIO_SECRET_CONFIG", json.dumps(configuration()))


