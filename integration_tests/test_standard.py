"""The CDK's standard tests, with every scenario of acceptance-test-config.yml, against the sandbox.

They run in this process, as `airbyte-cdk connector test` runs them. What they say of a catalog that will be an error in
a later CDK is one here. Image tests need Docker; `.ci/image` and test_image.py stand for them.

With `--ahead DAYS` the connector and the sandbox live so many days later: the same tests as on that day.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase
from time_machine import travel

from integration_tests.helpers import ROOT
from integration_tests.sandbox import Sandbox
from source_twilio import SourceTwilio

COMMANDS = {
    "test_config_matches_spec": "spec",
    "test_check": "check",
    "test_discover": "discover",
    "test_basic_read": "read",
    "test_fail_read_with_bad_catalog": "read",
}
pytestmark = pytest.mark.filterwarnings("error::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each scenario that has the test's command; the CDK's own hook makes all and skips the rest."""
    if "scenario" in metafunc.fixturenames:
        command = COMMANDS[metafunc.function.__name__]
        scenarios = [scenario for scenario in TestStandard.get_scenarios() if scenario.runs(command)]
        metafunc.parametrize("scenario", scenarios, ids=str)


@pytest.fixture(scope="module")
def twilio(pytestconfig: pytest.Config) -> Iterator[Sandbox]:
    """The whole world, in which every stream has rows."""
    with Sandbox(ahead=pytestconfig.getoption("--ahead")) as started:
        yield started


@pytest.fixture(autouse=True)
def day(pytestconfig: pytest.Config) -> Iterator[None]:
    """The clock of this process, which goes on from the day that is asked for."""
    ahead = timedelta(days=pytestconfig.getoption("--ahead"))
    if not ahead:
        yield
        return
    with travel(datetime.now(timezone.utc) + ahead):
        yield


@pytest.fixture(autouse=True)
def environment(twilio: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox stands for Twilio in this process."""
    for name, value in twilio.env.items():
        monkeypatch.setenv(name, value)


class TestStandard(SourceTestSuiteBase):
    """All tests of the CDK's suite for sources that need no Docker."""

    connector = SourceTwilio  # the suite would look for a module with the name of the folder


def test_airbyte_cdk_connector_test(twilio: Sandbox, tmp_path: Path) -> None:
    """The CDK's own command finds all it needs in a checkout, which it wants to be called as the connector is."""
    checkout = tmp_path / "source-twilio"
    for name in ("acceptance-test-config.yml", "metadata.yaml", "pyproject.toml"):
        checkout.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, checkout)
    (checkout / "integration_tests").mkdir()
    for config in (ROOT / "integration_tests").glob("*.json"):
        shutil.copy(config, checkout / "integration_tests")
    arguments = ["--pytest-arg=-m", "--pytest-arg=not image_tests", "--pytest-arg=-k", "--pytest-arg=not basic_read"]
    command = [sys.executable, "-c", "from airbyte_cdk.cli.airbyte_cdk import cli; cli()", "connector", "test"]
    done = subprocess.run(
        [*command, *arguments], cwd=checkout, env=twilio.environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"\b1[0-9] passed", done.stdout)


for _name in [name for name in dir(TestStandard) if name.startswith("test_docker_image")]:
    setattr(TestStandard, _name, None)
