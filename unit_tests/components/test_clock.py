"""Two clocks: this machine's and Twilio's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from source_twilio.components.clock import Clock
from source_twilio.components.windows import parse

NOW = parse("2026-11-21T12:00:00Z")
pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("header", "earliest", "latest"),
    [
        ("Sat, 21 Nov 2026 12:00:00 GMT", 0, 0),
        ("Sat, 21 Nov 2026 12:00:59 GMT", 0, 0),  # whole seconds that travelled
        ("Sat, 21 Nov 2026 11:30:00 GMT", -1800, 0),
        ("Sat, 21 Nov 2026 12:30:00 GMT", 0, 1800),
        (None, 0, 0),
        ("", 0, 0),
        ("yesterday", 0, 0),
        ("Sat, 99 Nov 2026 12:30:00 GMT", 0, 0),
    ],
)
def test_a_clock_that_is_off_widens_what_is_asked_and_narrows_what_is_sure(
    header: str | None, earliest: int, latest: int
) -> None:
    clock = Clock()
    clock.note(header)
    assert clock.earliest() == NOW + timedelta(seconds=earliest)
    assert clock.latest() == NOW + timedelta(seconds=latest)


def test_a_clock_that_was_set_right_is_trusted_again() -> None:
    clock = Clock()
    clock.note("Sat, 21 Nov 2026 11:30:00 GMT")
    clock.note("Sat, 21 Nov 2026 12:00:01 GMT")
    assert clock.earliest() == clock.latest() == NOW
