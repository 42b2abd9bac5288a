"""What tests of components share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from source_twilio.components.reading.workers import Workers
from unit_tests.support.threads import PATIENCE


@pytest.fixture
def workers_of() -> Iterator[Callable[[int], Workers]]:
    """Makes workers that end with the test."""
    made: list[Workers] = []

    def make(count: int) -> Workers:
        made.append(Workers(count))
        return made[-1]

    yield make
    for workers in made:
        workers.stop()
    deadline = time.monotonic() + PATIENCE
    for thread in threading.enumerate():
        if thread.name.startswith("worker-"):
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"{thread.name} did not end"
