"""What a stream has read so far, for the log: its accounts, how far they are, and what was passed over and why.

Counting costs something a page, nothing a row.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime

from source_twilio.components.reading.reading import Reading
from source_twilio.components.state.units import EARLIEST

ENOUGH_ACCOUNTS = 8  # that have ended, before they tell how long the others take
ENOUGH_SHARE = 0.1  # of an account's range, before it tells how long the rest of it takes
KNOWN_SHARE = 0.5  # and how many rows it has: those that came are half of what is foreseen, at least
MOST_NAMED = 10  # accounts or streams in a line


class Tally:
    """Counts of one stream; filled by the threads that read its accounts, read by the one that writes the log.

    accounts: how many are to be read, None as long as that is not known; skipped: the accounts that were passed over,
    each with the reason in a few words, the same for all of a kind; not_offered: why nothing is read at all, empty
    where it is; last_row: the cursor value of the row that came last.
    """

    def __init__(self) -> None:
        self.accounts: int | None = None
        self.skipped: dict[str, str] = {}
        self.not_offered = ""
        self.last_row = ""
        self._running: dict[str, tuple[Reading, float]] = {}
        self._read: set[str] = set()
        self._rows_of_ended = 0
        self._began: float | None = None
        self._ended = 0.0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._lock = threading.Lock()

    def begin(self, reading: Reading) -> None:
        """An account is being read from now on; its range is known."""
        window = reading.range()
        with self._lock:
            now = time.monotonic()
            self._running[reading.account.sid] = reading, now
            self._began = self._began or now
            if _is_bounded(reading):
                self._first = min(self._first or window.start, window.start)
                self._last = max(self._last or window.end, window.end)

    def end(self, reading: Reading, complete: bool) -> None:
        """An account is not being read any more. complete: all of its rows are on their way."""
        with self._lock:
            del self._running[reading.account.sid]
            self._rows_of_ended += reading.rows
            self._ended = time.monotonic()
            if complete:
                self._read.add(reading.account.sid)

    @property
    def read(self) -> int:
        """How many accounts were read to their end."""
        return len(self._read)

    @property
    def running(self) -> list[tuple[Reading, float]]:
        """The accounts that are being read, each with the moment of its begin on the monotonic clock."""
        with self._lock:
            return list(self._running.values())

    @property
    def done(self) -> int:
        """How many accounts were read or passed over."""
        return len(self._read | self.skipped.keys())

    @property
    def seconds(self) -> float:
        """From the first account's begin to the last one's end, or to now."""
        if self._began is None:
            return 0.0
        return (time.monotonic() if self._running else self._ended) - self._began

    @property
    def range(self) -> str:
        """From when to when was read, over all accounts; empty for a list that is no range."""
        return f" from {told(self._first)} to {told(self._last)}" if self._first and self._last else ""

    @property
    def position(self) -> str:
        """How far the account is that is behind all others that are being read; empty where no range says that."""
        reached = [reading.reached for reading, _ in self.running if _is_bounded(reading)]
        known = [moment for moment in reached if moment]
        behind = f", complete up to {told(min(known))}" if known and known == reached else ""
        return f"{behind}, last row of {self.last_row}" if self.last_row else behind

    def rows_in_all(self) -> int | None:
        """How many rows the stream is going to have, from what its accounts have brought and what share of each has
        been read; None as long as one of them has not begun or its share says little. Never less than have come."""
        running = self.running
        if self.accounts is None or self.done + len(running) < self.accounts:
            return None
        shares = [(reading.rows, reading.share) for reading, _ in running]
        if any(share < KNOWN_SHARE for _, share in shares):
            return None
        return self._rows_of_ended + sum(round(rows / share) for rows, share in shares)

    def seconds_left(self) -> float | None:
        """At most how long the stream still takes if it goes on as it did, by its accounts and by the range of those
        that are being read, whichever is longer; None where neither says enough."""
        running, found = self.running, []
        waiting = (self.accounts or 0) - self.done - len(running)
        if waiting > 0 and self.done < ENOUGH_ACCOUNTS:
            return None
        if self.done >= ENOUGH_ACCOUNTS:
            found.append(self.seconds / self.done * (waiting + len(running)))
        shares = [(reading.share, time.monotonic() - began) for reading, began in running]
        if shares and all(share >= ENOUGH_SHARE for share, _ in shares):
            found.append(max(seconds * (1 - share) / share for share, seconds in shares))
        return max(found, default=None)


def _is_bounded(reading: Reading) -> bool:
    """Whether an account's rows are those of a range, and not all there are."""
    return reading.ranges.start > EARLIEST or reading.since() is not None


def told(moment: datetime) -> str:
    """A moment as the log says it, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(names: list[str]) -> str:
    """Names in a line, some of them where there are many."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
