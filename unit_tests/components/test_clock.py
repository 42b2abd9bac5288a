"""Two clocks: this machine's and Twilio's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from source_twilio.components.rows.times import parse
from source_twilio.components.twilio.clock import Clock

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
        ("Sat, 21 Nov 2026 12:30:00", 0, 1800),  # HTTP knows no other zone
        ("Saturday, 21-Nov-2026 12:30:00 GMT", 0, 1800),
        ("Sat Nov 21 12:30:00 2026", 0, 1800),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 0, 4 * 86_400),  # a machine that slept for days
        ("Fri, 24 Dec 2027 12:00:00 GMT", 0, 398 * 86_400),
        ("Sat, 25 Dec 2027 12:00:00 GMT", 0, 0),  # no machine that far off can verify Twilio's certificate
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("Mon, 01 Jan 0001 00:00:00 +0500", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 -0800", 0, 0),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 0, 0),
        ("Sat, 21 Nov 2026 12:30:00 +9999", 0, 0),
        ("1795262400", 0, 0),
        ("\x00", 0, 0),
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


def test_a_header_that_makes_no_sense_does_not_undo_one_that_did() -> None:
    clock = Clock()
    clock.note("Sat, 21 Nov 2026 11:30:00 GMT")
    clock.note("Fri, 31 Dec 9999 23:59:59 GMT")
    assert clock.earliest() == NOW - timedelta(minutes=30)
