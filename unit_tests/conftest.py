"""What all unit tests share: a clock that stands still, an empty Twilio, and no waiting."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from threading import Lock, local
from types import SimpleNamespace

import pytest
from hypothesis import settings
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from source_twilio.components.twilio import api
from source_twilio.components.twilio.gate import Health
from unit_tests.support.patches import parsed_once

NOW = "2026-11-21T12:00:00Z"
settings.register_profile("tests", deadline=None, derandomize=True, max_examples=40, print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=500, print_blob=True)  # --hypothesis-profile=deep
settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    with parsed_once():
        yield


@pytest.fixture
def clock() -> Iterator[Traveller]:
    """The clock of this process, which stands at NOW until a test moves it."""
    with travel(NOW, tick=False) as frozen:
        yield frozen


@pytest.fixture
def twilio(clock: Traveller) -> Twilio:
    """A Twilio without rows that follows the clock."""
    return Twilio(EmptyWorld())


@pytest.fixture
def stopwatch(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> Traveller:
    """The clock, which what takes the time by time.monotonic follows too."""
    monkeypatch.setattr(time, "monotonic", time.time)
    return clock


@pytest.fixture
def waits(stopwatch: Traveller, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the connector waited before it repeated requests; the clock moves on instead of anybody waiting.

    A request's own time is that of the clock without what other threads waited: side by side, it would not have passed.
    """
    waited: list[float] = []
    own, lock = local(), Lock()

    def sleep(seconds: float) -> None:
        with lock:
            waited.append(seconds)
            own.waited = getattr(own, "waited", 0.0) + seconds
            stopwatch.shift(seconds)

    def monotonic() -> float:
        with lock:
            return time.time() - sum(waited) + float(getattr(own, "waited", 0.0))

    monkeypatch.setattr(api, "time", SimpleNamespace(monotonic=monotonic, sleep=sleep))
    monkeypatch.setattr(api, "Health", lambda give_up: Health(give_up, time.time))
    monkeypatch.setattr(random, "uniform", lambda low, high: low)  # the spread is tested by itself
    return waited
