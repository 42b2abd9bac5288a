"""What an operator sees of a sync: a line at each stream's end, one about all, and a few while something is read."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, MARKETING, MARKETING_TOKEN, SUPPORT, SUPPORT_TOKEN
from source_twilio.components.reading import report
from unit_tests.support import ConfigBuilder, Output, Syncs
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put
from unit_tests.support.patches import page_size

RANGE = "from 2026-10-01T00:00:00Z to 2026-11-21T12:00:00Z"


def said(output: Output, beginning: str) -> list[str]:
    return [line.removeprefix("INFO ") for line in output.lines if line.startswith(f"INFO {beginning}")]


def estimates(output: Output, stream: str) -> list[Any]:
    """The rows that a stream was expected to have, and how many had come by then."""
    found, rows = [], 0
    for message in output.messages:
        rows += bool(message.record and message.record.stream == stream)
        if message.trace and message.trace.estimate and message.trace.estimate.name == stream:
            assert (message.trace.type.value, message.trace.estimate.type.value) == ("ESTIMATE", "STREAM")
            found.append((message.trace.estimate.row_estimate, rows))
    return found


class Looking(logging.Filter):
    """The lines that are said of what is being read; requests can wait for the next ones. Their times are no times: the
    clock of threads does not stand still here."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._more = threading.Condition()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.module == "report" and record.funcName == "look":
            with self._more:
                self.lines.append(record.getMessage())
                self._more.notify_all()
        return True

    def wait_for(self, pattern: str) -> None:
        """Wait until a line is said that fits; after ten seconds none will be."""
        with self._more:
            assert self._more.wait_for(lambda: any(re.fullmatch(pattern, line) for line in self.lines), 10), self.lines


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looking]:
    """Somebody looks all the time."""
    monkeypatch.setattr(report, "EVERY", 0.01)
    found = Looking()
    logging.getLogger("airbyte").addFilter(found)
    yield found
    logging.getLogger("airbyte").removeFilter(found)


def before(syncs: Syncs, monkeypatch: pytest.MonkeyPatch, url: str, number: int, wait: Callable[[], None]) -> list[str]:
    """Let a request wait before it is answered: the one of that number whose address has a text. Gives their errors."""
    answer, asked, wrong = syncs.twilio.answer, [], list[str]()

    def answers(method: str, address: str, *rest: Any) -> Any:
        if url in address:
            asked.append(address)
            if len(asked) == number:
                try:
                    wait()
                except AssertionError as error:
                    wrong.append(str(error))
        return answer(method, address, *rest)

    monkeypatch.setattr(syncs.twilio, "answer", answers)
    return wrong


def test_a_stream_says_at_its_end_what_it_read(syncs: Syncs, waits: list[float]) -> None:
    for number, age in enumerate((1, 29, 40)):  # Twilio keeps alerts for thirty days
        put(syncs, "alerts", number, NOW - age * DAY)
    syncs.twilio.add_fault("status", url="/Alerts", status=503, times=2)
    output = syncs.run("alerts", "queues")
    assert len(waits) == 2
    assert said(output, "Stream alerts: ") == [
        "Stream alerts: 2 rows of 1 accounts from 2026-10-22T12:00:00Z to 2026-11-21T12:00:00Z, "
        f"{sum(waits):.0f} s, 3 requests, 2 retries"
    ]
    (queues,) = said(output, "Stream queues: ")
    assert re.fullmatch(r"Stream queues: 0 rows of 1 accounts, \d+ s, 1 requests, 0 retries", queues)


def test_a_second_sync_says_its_own_range(syncs: Syncs) -> None:
    put(syncs, "calls", 1, NOW - 30 * DAY)
    (first,) = said(syncs.run("calls"), "Stream calls: ")
    assert first.startswith(f"Stream calls: 1 rows of 1 accounts {RANGE}, ")
    (second,) = said(syncs.run("calls"), "Stream calls: ")
    assert second.startswith("Stream calls: 0 rows of 1 accounts from 2026-11-20T12:00:00Z to 2026-11-21T12:00:00Z, ")
    (whole,) = said(syncs.run("conferences", "services"), "Stream services: ")
    assert " from " not in whole, "its first sync reads all there is"
    (changed,) = said(syncs.run("services"), "Stream services: ")
    assert " from 2026-11-2" in changed, "and the next one what has changed since"


def test_the_sync_says_what_was_skipped_and_why(syncs: Syncs) -> None:
    syncs.config = ConfigBuilder().subaccounts("selected", SUPPORT, MARKETING).build()
    for account in (SUPPORT, MARKETING):
        own = f"no {account}"  # Twilio's words differ from account to account
        syncs.twilio.add_fault("status", url="/Queues", account=account, status=403, code=20403, message=own)
    syncs.twilio.add_fault("status", url="/Calls", account=MAIN, status=400, code=20001)
    output = syncs.run("queues", "calls", "addresses")
    both = ", ".join(sorted((SUPPORT, MARKETING)))
    (queues,) = said(output, "Stream queues: ")
    assert re.fullmatch(r"Stream queues: 0 rows of 1 accounts, 2 accounts skipped \(AC\w+, AC\w+\), 0 s, 3 requests, "
                        r"0 retries", queues)
    assert said(output, "Stream calls: ")[-1].startswith("Stream calls: incomplete, 0 rows of 2 accounts ")
    (sync,) = said(output, "The sync took ")
    asked = sum(int(found) for found in re.findall(r", (\d+) requests", " ".join(said(output, "Stream "))))
    assert 5 < asked < len(syncs.twilio.requests())
    assert sync.startswith(
        f"The sync took 0 s: 2 of 3 streams are complete (calls not); 0 rows, {asked} requests, 0 retries, 3 refusals. "
        "Slowest: ")
    assert sync.endswith(f"Skipped: accounts {both} in 1 streams (queues): HTTP 403, code 20403.")
    assert not any(secret in output.text for secret in (MAIN_TOKEN, SUPPORT_TOKEN, MARKETING_TOKEN))


def test_a_stream_that_the_region_lacks_is_said_to_be_skipped(syncs: Syncs) -> None:
    syncs.config = ConfigBuilder().put(region="ie1").build()
    (sync,) = said(syncs.run("verify_services"), "The sync took ")
    assert sync.endswith("Skipped: 1 streams (verify_services): not offered in this Region.")


def test_a_sync_without_anything_odd_says_two_lines_a_stream_at_most(syncs: Syncs) -> None:
    names = ("queues", "calls", "alerts", "addresses", "recordings")
    output = syncs.run(*names)
    ours = [line for line in output.lines if "Stream " in line or "The sync" in line]
    assert len(ours) == len(names) + 1
    assert "Slowest: " in ours[-1] and ours[-1].endswith("Skipped: nothing.")


@pytest.fixture
def busy(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A stream of many windows, read in one thread; gives the keys of its rows, the newest first."""
    page_size(monkeypatch, 4)
    syncs.config = ConfigBuilder().put(lookback_window=0, num_workers=1).build()
    return [put(syncs, "recordings", number, NOW - number * 6 * HOUR - HOUR) for number in range(200)]


def test_what_is_read_is_said_while_rows_come(
    syncs: Syncs, busy: list[str], looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = (
        r"Stream recordings: still reading, 0 of 1 accounts done, (\d+) rows, complete up to (2026-10-\S+Z), "
        r"last row of (2026-1\S+Z), 30 requests, 0 retries, at most \S+ s left at this pace"
    )
    wrong = before(syncs, monkeypatch, "/Recordings", 30, lambda: looking.wait_for(pattern))
    output = syncs.run("recordings")
    assert wrong == []
    assert len(output.records("recordings")) == 200
    assert any(re.fullmatch(r"The sync, after \S+ s: 0 of 1 streams have ended, 1 are being read; \d+ rows, "
                            r"30 requests, 0 retries", line) for line in looking.lines)


def test_airbyte_is_told_how_many_rows_to_expect(
    syncs: Syncs, busy: list[str], looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = r"Stream recordings: still reading, .+ 50 requests, .+"
    wrong = before(syncs, monkeypatch, "/Recordings", 50, lambda: looking.wait_for(pattern))
    output = syncs.run("recordings")
    assert wrong == []
    told = estimates(output, "recordings")
    assert told[-1] == (200, 200), "in the end it is what came"
    assert 2 <= len(told) <= 5
    assert told[0][1] < 200, "and before that, while rows come"
    assert all(expected >= rows for expected, rows in told)
    assert all(150 <= expected <= 300 for expected, _ in told), "rows that come evenly are foreseen well"


def test_nothing_is_expected_of_a_stream_that_is_read_at_once(syncs: Syncs, looking: Looking) -> None:
    put(syncs, "recordings", 1, NOW - DAY)
    assert estimates(syncs.run("recordings"), "recordings") == []


def test_what_waits_for_its_first_answer_is_said_too(
    syncs: Syncs, looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = r"Stream queues: still reading, 0 of 1 accounts done, 0 rows, 1 requests, 0 retries"
    assert before(syncs, monkeypatch, "/Queues", 1, lambda: looking.wait_for(pattern)) == []
    assert syncs.run("queues").statuses("queues")[-1] == "COMPLETE"
    assert any(re.fullmatch(pattern, line) for line in looking.lines)


def test_no_more_than_three_streams_have_a_line(
    syncs: Syncs, looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("queues", "addresses", "applications", "keys", "conferences")
    syncs.config = ConfigBuilder().put(num_workers=1).build()
    pattern = r"The sync, after \S+ s: 0 of 5 streams have ended, [45] are being read; 0 rows, .+"
    wrong = before(syncs, monkeypatch, ".json?", 2, lambda: looking.wait_for(pattern))
    syncs.run(*names)
    assert wrong == []
    begin = next(number for number, line in enumerate(looking.lines) if re.fullmatch(pattern, line))
    following = looking.lines[begin + 1:]
    until = next((number for number, line in enumerate(following) if line.startswith("The sync, ")), len(following))
    assert 1 <= until <= 3
