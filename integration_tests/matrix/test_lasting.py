"""Faults that last: each ends in an error of its stream alone, the others are complete, and the next sync makes up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.matrix.lasting import LASTING
from integration_tests.matrix.runs import AT_ONCE, Outcome
from integration_tests.matrix.world import Scene, table
from integration_tests.sandbox.accounts import MAIN

CASES = {case.name: case for case in LASTING}
BROKEN = [case.stream for case in LASTING]
SOUND = [
    "accounts",
    "usage_records_all_time",
    "usage_records_this_month",
    "usage_records_last_month",
    "voice_pricing_countries",
]
FIGURES = {"read_timeout": 3.0, "whole_timeout": 20, "retry_for": 3.0, "longest_wait": 0.6}
MOST_ATTEMPTS = 12  # within these figures, whatever Retry-After says
MOST_PIECES = 130  # requests for smaller and smaller ranges, where Twilio answers 5xx
DIVIDED = ("500", "503")


class Reads:
    """Three syncs of the same streams: without a fault, with all faults, and the next one without any."""

    def __init__(self, scene: Scene) -> None:
        streams = BROKEN + SOUND
        scene.reset()
        self.clean = scene.read(streams)
        for case in LASTING:
            scene.control.add_fault(**case.rule, url=re.escape(case.path) + r"(\?|$)", account=MAIN)
        scene.control.clear_requests()
        self.broken = scene.read(streams, retry=FIGURES)
        self.asked = {case.stream: len(asked_by_main(scene, case.path)) for case in LASTING}
        self.astray = [one for one in scene.control.requests() if not one["host"].endswith(".twilio.com")]
        scene.reset()
        self.next = scene.read(streams, state=self.broken.state())


@pytest.fixture(scope="module")
def reads(still: Scene) -> Iterator[Reads]:
    yield Reads(still)
    still.reset()


def test_the_sync_fails_in_bounded_time(reads: Reads) -> None:
    assert reads.broken.exit_code == 1
    assert reads.broken.seconds < FIGURES["retry_for"] + FIGURES["read_timeout"] + AT_ONCE


def test_only_the_broken_streams_fail(reads: Reads) -> None:
    assert reads.broken.incomplete == set(BROKEN)
    assert reads.broken.complete == set(SOUND)
    for stream in SOUND:
        assert table(reads.broken, stream) == table(reads.clean, stream)


def test_nothing_is_asked_of_another_host(reads: Reads) -> None:
    assert reads.astray == []


def test_the_next_sync_makes_up(still: Scene, reads: Reads) -> None:
    assert (reads.next.exit_code, reads.next.errors()) == (0, [])
    assert still.wrong(BROKEN + SOUND, reads.broken, reads.next) == []


@pytest.mark.parametrize("name", CASES)
def test_a_fault_that_lasts(name: str, reads: Reads) -> None:
    case, broken = CASES[name], reads.broken
    (error,) = broken.errors_of(case.stream)
    message = error["message"]
    assert message.startswith(f"Stream {case.stream}"), message
    assert MAIN in message, message
    for words in case.says:
        assert re.search(words, message), message
    if case.failure:
        assert error["failure_type"] == case.failure, message
    asked = reads.asked[case.stream]
    if case.requests:
        assert 1 <= asked <= case.requests
    else:
        attempts = int(re.findall(r"in (\d+) attempts", message)[0])
        if name in DIVIDED:
            assert attempts <= asked <= MOST_PIECES
        else:
            assert asked == attempts <= MOST_ATTEMPTS
    # the other accounts are read to the end, and the main account's cursor does not move
    assert others(broken, case.stream) == others(reads.clean, case.stream)
    assert not [place for place in broken.cursors(case.stream) if place.startswith(MAIN)]
    assert set(broken.cursors(case.stream)) == {p for p in reads.clean.cursors(case.stream) if not p.startswith(MAIN)}


def asked_by_main(scene: Scene, path: str) -> list[dict[str, Any]]:
    """The requests for a list of the main account; a product host's account is whose credentials are used."""
    return [one for one in scene.requests(path) if (one["account"] or one["user"]) == MAIN]


def others(outcome: Outcome, stream: str) -> dict[Any, dict[str, Any]]:
    """The rows of all accounts but the main one."""
    return {key: row for key, row in table(outcome, stream).items() if row.get("account_sid") not in (MAIN, None)}
