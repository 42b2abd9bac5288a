"""What all unit tests share: a clock that stands still, an empty Twilio, and no waiting."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import Phase, settings

from integration_tests.sandbox import EmptyWorld, Twilio
from source_twilio.components.twilio import api
from source_twilio.components.twilio.gate import Health
from unit_tests.support.patches import parsed_once

NOW = "2026-11-21T12:00:00Z"
# Under a clock that stands still nothing ends the search for a smaller example, so that is left to the other profile.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
settings.register_profile(
    "tests", deadline=None, derandomize=True, max_examples=40, print_blob=True, phases=WITHOUT_SHRINKING
)
settings.register_profile("deep", deadline=None, max_examples=500, print_blob=True)  # --hypothesis-profile=deep
settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    with parsed_once():
        yield


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """The clock of this process, which stands at NOW until a test moves it."""
    with freeze_time(NOW) as frozen:
        yield frozen


@pytest.fixture
def twilio(clock: FrozenDateTimeFactory) -> Twilio:
    """A Twilio without rows that follows the clock."""
    return Twilio(EmptyWorld())


@pytest.fixture
def waits(clock: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the connector waited before it repeated requests; the clock moves on instead of anybody waiting."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock.tick(seconds)

    def now() -> float:
        return time.monotonic()  # asked for each time: what was bound at import does not stand still

    monkeypatch.setattr(api, "time", SimpleNamespace(monotonic=now, sleep=sleep))
    monkeypatch.setattr(api, "Health", lambda give_up: Health(give_up, now))
    monkeypatch.setattr(random, "uniform", lambda low, high: low)  # the spread is tested by itself
    return waited
