"""What the integration tests share: a sandbox, and which tests cannot run here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from shutil import which

import pytest

from integration_tests.sandbox import Sandbox

# PyAirbyte looks at both when it is imported: no telemetry, no question to Airbyte's registry.
os.environ.update(DO_NOT_TRACK="1", AIRBYTE_OFFLINE_MODE="1")

LEFT_OUT = {}
if sys.version_info >= (3, 13):
    LEFT_OUT["test_pyairbyte.py"] = "PyAirbyte cannot be installed on Python 3.13"
    LEFT_OUT["test_registry_models.py"] = "airbyte-connector-models cannot be installed on Python 3.13"
if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode if which("unshare") else True:
    LEFT_OUT["matrix/test_first_process.py"] = "this user may not make a process the first of a name space"
if "CONNECTOR_IMAGE_RUN" not in os.environ:
    LEFT_OUT["test_image.py"] = ".ci/image builds the image and runs it"
collect_ignore = list(LEFT_OUT)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long` adds the tests that wait for real time-outs; `--ahead` moves the clock of the standard tests."""
    parser.addoption("--long", action="store_true", default=False, help="also run the tests that take minutes")
    parser.addoption("--ahead", type=float, default=0, metavar="DAYS", help="run test_standard.py on a day to come")


def pytest_report_header() -> list[str]:
    """Say which tests are left out, and why."""
    return [f"left out: {name}, {reason}" for name, reason in LEFT_OUT.items()]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A small world behind sockets, for tests that only read; who changes it starts one of their own."""
    with Sandbox(small=True) as started:
        yield started
