"""Faults that pass: each is overcome by retries, in its own stream, without a row lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from integration_tests.matrix.faults import LONGEST_WAIT, READ_TIMEOUT, cases
from integration_tests.matrix.runs import AT_ONCE, Outcome
from integration_tests.matrix.world import Scene, table
from integration_tests.sandbox.accounts import MAIN

CASES = {case.name: case for case in cases()}
STREAMS = [case.stream for case in CASES.values()]
FIGURES = {"read_timeout": READ_TIMEOUT, "whole_timeout": 20, "longest_wait": LONGEST_WAIT}
TIMES = 2
LEARNING = {"calls"}  # how often it is asked depends on which account's answer comes first


CASE_OF = {case.stream: case for case in CASES.values()}


@pytest.fixture(scope="module")
def clean(still: Scene) -> tuple[Outcome, dict[str, int]]:
    """A read of all these streams without a fault, and how many requests each list got."""
    still.reset()
    outcome = still.read(STREAMS)
    return outcome, {stream: requests_of(still, stream) for stream in STREAMS}


@pytest.fixture(scope="module")
def faulty(still: Scene, clean: tuple[Outcome, dict[str, int]]) -> Iterator[tuple[Outcome, dict[str, int]]]:
    """The same read while the first two requests of every list go wrong."""
    still.reset()
    for case in cases():
        still.control.add_fault(**case.rule, url=re.escape(case.path), account=MAIN, times=TIMES)
    outcome = still.read(STREAMS, retry=FIGURES)
    counts = {stream: requests_of(still, stream) for stream in STREAMS}
    still.reset()
    yield outcome, counts


def requests_of(scene: Scene, stream: str) -> int:
    """How many requests the list of a stream got, good or bad."""
    return len(scene.requests(CASE_OF[stream].path))


def test_without_a_fault_all_rows_come_once(still: Scene, clean: tuple[Outcome, dict[str, int]]) -> None:
    outcome, _ = clean
    assert outcome.exit_code == 0
    assert still.wrong(STREAMS, outcome) == []
    assert all("0 retries" in outcome.summary(stream) for stream in STREAMS)


def test_with_all_faults_at_once_the_sync_succeeds_in_bounded_time(faulty: tuple[Outcome, dict[str, int]]) -> None:
    outcome, _ = faulty
    assert (outcome.exit_code, outcome.errors(), outcome.incomplete) == (0, [], set())
    assert outcome.complete == set(STREAMS)
    # two time-outs of each stalled list, the waits between, and the read itself
    assert outcome.seconds < TIMES * (READ_TIMEOUT + 1.5 * LONGEST_WAIT) + AT_ONCE


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_overcome(
    name: str, clean: tuple[Outcome, dict[str, int]], faulty: tuple[Outcome, dict[str, int]]
) -> None:
    case = CASES[name]
    good, good_counts = clean
    bad, bad_counts = faulty
    assert table(bad, case.stream) == table(good, case.stream)
    assert len(bad.records(case.stream)) == len(good.records(case.stream))
    if case.stream not in LEARNING:
        assert bad_counts[case.stream] == good_counts[case.stream] + TIMES
    assert bad.summary(case.stream).endswith(f"{TIMES} retries")
    lines = [
        line
        for line in bad.logs("INFO")
        if line.startswith(f"Stream {case.stream}, account {MAIN}: ") and "again in" in line
    ]
    assert len(lines) == TIMES
    assert re.search(case.seen, lines[0]), lines
    waits = [float(wait) for line in lines for wait in re.findall(r"again in ([\d.]+) s", line)]
    assert case.least - 0.05 <= waits[0] <= case.most + 0.05, lines
    assert max(waits) <= 1.5 * LONGEST_WAIT + 0.05, lines
