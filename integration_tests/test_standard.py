"""The CDK's standard tests, with every scenario of acceptance-test-config.yml, against the sandbox.

They run in this process, as `airbyte-cdk connector test` runs them. What they say of a catalog that will be an error in
a later CDK is one here. Image tests need Docker; `.ci/image` and test_image.py stand for them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase

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
    """One test for each scenario that has the test's command; the CDK's own hook makes one of each and skips the rest."""
    if "scenario" in metafunc.fixturenames:
        command = COMMANDS[metafunc.function.__name__]
        scenarios = [scenario for scenario in TestStandard.get_scenarios() if scenario.runs(command)]
        metafunc.parametrize("scenario", scenarios, ids=str)


@pytest.fixture(scope="module")
def twilio() -> Iterator[Sandbox]:
    """The whole world, in which every stream has rows."""
    with Sandbox() as started:
        yield started


@pytest.fixture(autouse=True)
def environment(twilio: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox stands for Twilio in this process."""
    for name, value in twilio.env.items():
        monkeypatch.setenv(name, value)


class TestStandard(SourceTestSuiteBase):
    """All tests of the CDK's suite for sources that need no Docker."""

    connector = SourceTwilio  # the suite would look for a module with the name of the folder


for _name in [name for name in dir(TestStandard) if name.startswith("test_docker_image")]:
    setattr(TestStandard, _name, None)
