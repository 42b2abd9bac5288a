"""Which of the streams that are being read have a line, and how often Airbyte is told what to expect of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from source_twilio.components.reading.report import Report, span
from source_twilio.components.reading.tally import Tally
from source_twilio.components.twilio.api import Stats
from unit_tests.components.test_tally import reading_of
from unit_tests.support.reading import captured

pytestmark = pytest.mark.usefixtures("clock")


class Foreseen(Tally):
    """A tally that foresees a number of rows. An account of it is being read."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = 1
        self.rows: int | None = None
        self.reading = reading_of()
        self.begin(self.reading)

    def rows_in_all(self) -> int | None:
        return self.rows


@pytest.fixture
def streams() -> dict[str, Any]:
    """Five streams that are being read."""
    return {name: SimpleNamespace(name=name, stats=Stats(), tally=Foreseen()) for name in "abcde"}


@pytest.fixture
def report(streams: dict[str, Any]) -> Report:
    return Report(cast("Any", streams))


def looked(report: Report) -> tuple[str, list[str]]:
    """The line about the sync, and which streams have one."""
    lines: list[str] = []
    with captured(lines):
        report.look()
    return lines[0], [line.removeprefix("INFO Stream ").partition(":")[0] for line in lines[1:]]


def test_the_streams_that_asked_most_since_the_last_look_have_a_line(streams: dict[str, Any], report: Report) -> None:
    for requests, stream in enumerate(streams.values(), 1):
        stream.stats.count(requests=100 * requests, retries=1)
        stream.stats.rows = 7
    line, told = looked(report)
    assert told == ["e", "d", "c"]
    assert line.endswith(": 0 of 5 streams have ended, 5 are being read; 35 rows, 1500 requests, 5 retries")
    streams["a"].stats.count(requests=9)
    streams["c"].stats.count(requests=5)
    streams["b"].stats.count(requests=4)
    assert looked(report)[1] == ["a", "c", "b"]


def test_a_stream_that_has_ended_or_not_begun_has_none(streams: dict[str, Any], report: Report) -> None:
    for name in "abc":
        streams[name].tally.end(streams[name].tally.reading, complete=True)
    report.ended("a", complete=True)
    line, told = looked(report)
    assert told == ["d", "e"]
    assert ": 1 of 5 streams have ended, 2 are being read; " in line


def test_nothing_is_said_while_nothing_is_read(streams: dict[str, Any], report: Report) -> None:
    for stream in streams.values():
        stream.tally.end(stream.tally.reading, complete=True)
    lines: list[str] = []
    with captured(lines):
        report.look()
    assert lines == []


def test_what_is_expected_is_told_when_it_changes(streams: dict[str, Any], report: Report) -> None:
    tally, told = streams["a"].tally, []
    for rows in (None, 1000, 1190, 810, 1201, 1000, 1190, 800, 2000, 4000):
        tally.rows = rows
        report.look()
        told += [message.trace.estimate.row_estimate for message in report.estimates()]
    assert told == [1000, 1201, 800, 2000], "by more than a fifth, and four times at most"
    assert report.estimates() == [], "each is sent once"


def test_nothing_is_expected_of_a_stream_that_has_ended(streams: dict[str, Any], report: Report) -> None:
    tally = streams["b"].tally
    tally.rows, streams["b"].stats.rows = 50, 44
    report.look()
    report.ended("b", complete=True)
    tally.rows = 90
    report.look()
    assert [message.trace.estimate.row_estimate for message in report.estimates()] == [50, 44]


def test_times_are_as_exact_as_somebody_reads_them() -> None:
    assert [span(seconds) for seconds in (0.4, 99, 100, 5900, 6000, 36_030)] == [
        "0 s", "99 s", "2 min", "98 min", "1 h 40 min", "10 h 00 min",
    ]
