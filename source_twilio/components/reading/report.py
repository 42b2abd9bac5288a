"""What an operator sees of a sync: a few lines a minute, one at the end of each stream, and one about all of it."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from airbyte_cdk.models import AirbyteMessage, AirbyteTraceMessage, TraceType, Type
from airbyte_protocol_dataclasses.models import (  # type: ignore[import-untyped]
    AirbyteEstimateTraceMessage,
    EstimateType,
)

from source_twilio.components.reading.streams import TwilioStream
from source_twilio.components.reading.tally import listed
from source_twilio.components.twilio.api import Stats

EVERY = 60.0  # seconds between two looks at what is being read
MOST_STREAMS = 3  # that have a line of their own at each look: those that asked most since the last one
MOST_ESTIMATES = 4  # of a stream, before it has ended
CHANGED = 0.2  # part by which an estimate has to differ from the one before it
SLOWEST = 5
LOGGER = logging.getLogger("airbyte")


class Report:
    """Says what the streams of a sync do. streams: those that are read, by name, filled before the first one begins."""

    def __init__(self, streams: Mapping[str, TwilioStream]) -> None:
        self._streams = streams
        self._began = time.monotonic()
        self._complete: dict[str, bool] = {}
        self._asked: dict[str, int] = {}
        self._told: defaultdict[str, list[int]] = defaultdict(list)
        self._estimates: list[AirbyteMessage] = []
        self._lock = threading.Lock()  # guards the estimates: none follows the last one of its stream

    @contextmanager
    def every_minute(self) -> Iterator[None]:
        """Look at what is being read from time to time, in a thread of its own: the one that reads may be busy or wait
        for an answer. At the end, say what the sync did."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(EVERY):
                self.look()

        self._began = time.monotonic()
        threading.Thread(target=look, name="report", daemon=True).start()
        try:
            yield
        finally:
            over.set()
            self._sum_up()

    def look(self) -> None:
        """Say what is being read, and note how many rows a stream is expected to have."""
        running = [stream for stream in list(self._streams.values()) if stream.tally.running]
        if not running:
            return
        LOGGER.info("The sync, after %s: %d of %d streams have ended, %d are being read; %s", span(self._seconds),
                    len(self._complete), len(self._streams), len(running), self._cost())
        asked = {stream.name: stream.stats.requests - self._asked.get(stream.name, 0) for stream in running}
        self._asked = {stream.name: stream.stats.requests for stream in running}
        for stream in sorted(running, key=lambda one: asked[one.name], reverse=True)[:MOST_STREAMS]:
            tally = stream.tally
            left = tally.seconds_left()
            LOGGER.info("Stream %s: still reading, %d of %s accounts done, %d rows%s, %s%s", stream.name, tally.done,
                        tally.accounts, stream.stats.rows, tally.position, cost(stream.stats),
                        "" if left is None else f", at most {span(left)} left at this pace")
        for stream in running:
            self._expect(stream.name, stream.tally.rows_in_all())

    def _expect(self, name: str, rows: int | None) -> None:
        with self._lock:
            told = self._told[name]
            same = bool(told) and rows is not None and abs(rows - told[-1]) <= CHANGED * told[-1]
            if not rows or same or len(told) >= MOST_ESTIMATES or name in self._complete:
                return
            told.append(rows)
            self._estimates.append(_estimate(name, rows))

    def estimates(self) -> list[AirbyteMessage]:
        """The messages about expected rows that have not been sent; called by the thread that sends them."""
        with self._lock:
            waiting, self._estimates = self._estimates, []
        return waiting

    def ended(self, name: str, complete: bool) -> None:
        """Say what a stream has read, and what it cost. What was expected gives way to what came."""
        stream = self._streams[name]
        tally, stats = stream.tally, stream.stats
        skipped = f", {len(tally.skipped)} accounts skipped ({listed(list(tally.skipped))})" if tally.skipped else ""
        LOGGER.info("Stream %s: %s%d rows of %d accounts%s%s, %s, %s", name, "" if complete else "incomplete, ",
                    stats.rows, tally.read, tally.range, skipped, span(tally.seconds), cost(stats))
        with self._lock:
            self._complete[name] = complete
            if self._told[name]:
                self._estimates.append(_estimate(name, stats.rows))

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _cost(self) -> str:
        every = [stream.stats for stream in self._streams.values()]
        total = Stats(sum(one.requests for one in every), sum(one.retries for one in every))
        return f"{sum(one.rows for one in every)} rows, {cost(total)}"

    def _sum_up(self) -> None:
        if not self._streams:
            return
        incomplete = [name for name in self._streams if not self._complete.get(name)]
        slow = sorted(self._streams.values(), key=lambda one: one.tally.seconds, reverse=True)[:SLOWEST]
        refusals = sum(stream.stats.refusals for stream in self._streams.values())
        LOGGER.info(
            "The sync took %s: %d of %d streams are complete%s; %s, %d refusals. Slowest: %s. Skipped: %s.",
            span(self._seconds), len(self._streams) - len(incomplete), len(self._streams),
            f" ({listed(incomplete)} not)" if incomplete else "", self._cost(), refusals,
            ", ".join(f"{stream.name} {span(stream.tally.seconds)}" for stream in slow), self._skipped(),
        )

    def _skipped(self) -> str:
        """What was passed over, by the reason why."""
        accounts: defaultdict[str, set[str]] = defaultdict(set)
        streams: defaultdict[str, list[str]] = defaultdict(list)
        for stream in self._streams.values():
            for sid, reason in stream.tally.skipped.items():
                accounts[reason].add(sid)
            for reason in sorted({*stream.tally.skipped.values(), stream.tally.not_offered} - {""}):
                streams[reason].append(stream.name)
        found = []
        for reason, names in streams.items():
            who = f"accounts {listed(sorted(accounts[reason]))} in " if accounts[reason] else ""
            found.append(f"{who}{len(names)} streams ({listed(names)}): {reason}")
        return "; ".join(found) or "nothing"


def cost(stats: Stats) -> str:
    """What something has cost."""
    return f"{stats.requests} requests, {stats.retries} retries"


def span(seconds: float) -> str:
    """A time as an operator reads it: seconds, then minutes, then hours and minutes."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def _estimate(name: str, rows: int) -> AirbyteMessage:
    """Airbyte's message about how many rows a stream is expected to have in this sync."""
    estimate = AirbyteEstimateTraceMessage(name=name, type=EstimateType.STREAM, row_estimate=rows)
    trace = AirbyteTraceMessage(type=TraceType.ESTIMATE, emitted_at=time.time() * 1000, estimate=estimate)
    return AirbyteMessage(type=Type.TRACE, trace=trace)
