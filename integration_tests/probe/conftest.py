"""A whole world that stands still, and a way to ask all questions of it in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests_mock
from time_machine import Traveller, travel

from integration_tests.helpers import configuration
from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.adapter import mount
from integration_tests.sandbox.switches import DEFAULTS
from source_twilio.probe.__main__ import probe
from source_twilio.probe.report import Report

NOW = "2026-11-21T12:00:00Z"
Ask = Callable[..., Report]


def settings(**changes: Any) -> dict[str, Any]:
    """A configuration that begins a hundred days before NOW, whatever the day is on which the tests run."""
    return configuration(**{"start_date": "2026-08-13T00:00:00Z", **changes})


@pytest.fixture(scope="module", autouse=True)
def clock() -> Iterator[Traveller]:
    """The clock of this process and of the world in it, which stands at NOW until a test moves it."""
    with travel(NOW, tick=False) as frozen:
        yield frozen


@pytest.fixture(scope="module")
def world(clock: Traveller) -> Twilio:
    """One world for all tests of a module; `twilio` gives it back as it was but for rows that were put there."""
    return Twilio(World())


@pytest.fixture
def twilio(world: Twilio) -> Iterator[Twilio]:
    """The world without switches, faults and requests of earlier tests."""
    yield world
    for name, value in DEFAULTS.items():
        world.set_switch(name, value)
    world.clear_faults()
    world.clear_requests()


@pytest.fixture
def ask(twilio: Twilio) -> Ask:
    """Runs the probe against the world; arguments change the configuration."""

    def run(**changes: Any) -> Report:
        with requests_mock.Mocker() as mocker:
            mount(twilio, mocker)
            return probe(settings(**changes))

    return run


@pytest.fixture(scope="module")
def kept() -> dict[str, Report]:
    """The reports of this module's tests by what was turned, since several lines of a report are looked at."""
    return {}


def found(report: Report, name: str) -> tuple[str, str]:
    """Answer and detail of a question, as the report shows them."""
    (row,) = [row for row in report.data()["questions"] if row["name"] == name]
    return row["answer"], row["twilio"]
