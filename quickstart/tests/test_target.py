"""The stand-in's days go by from run to run."""

from __future__ import annotations

from integration_tests.sandbox import times
from integration_tests.sandbox.accounts import MAIN
from quickstart.database import Run
from quickstart.target import stand_in_time


def test_a_day_goes_by_with_each_run_that_was_not_cut_short() -> None:
    clock = times.seconds("2026-11-25T17:00:00Z")

    def day(last: Run | None, live: bool = False) -> str:
        return times.iso(stand_in_time(last, clock, live))

    def ended(now: str, complete: bool = True) -> Run:
        return Run(3, MAIN, "2026-10-01T00:00:00Z", now, complete)

    assert day(None) == "2026-11-17T00:00:00Z"
    assert day(ended("2026-11-17T00:00:00Z")) == "2026-11-18T00:00:00Z"
    assert day(ended("2026-11-17T00:00:00Z", complete=False)) == "2026-11-17T00:00:00Z"
    assert day(ended("2026-11-25T00:00:00Z")) == "2026-11-25T00:00:00Z", "never behind the connector's clock"
    assert day(ended("2026-11-25T12:00:00Z")) == "2026-11-25T12:00:00Z", "after a run with --live"
    assert day(None, live=True) == "2026-11-25T17:00:00Z"
