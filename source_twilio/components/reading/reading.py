"""One account of one stream while it is read: its ranges, the parts that are open, and what they cost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from source_twilio.components.reading.steps import Part
from source_twilio.components.reading.windows import RangePolicy, Window
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.state.units import EARLIEST
from source_twilio.components.twilio.api import Stats
from source_twilio.components.twilio.clock import Clock
from source_twilio.components.twilio.signers import Account

ENOUGH_PARTS = 8  # that have ended, before they tell how much of an account has been read
LOGGER = logging.getLogger("airbyte")
NOTHING_LEFT = Window(EARLIEST, EARLIEST)


@dataclass
class Reading:
    """What the steps of one account of one stream share.

    account: whose rows; clock: the end of its ranges; ranges: their start; cursor: None for a stream without state;
    stopped: whether the process is ending; kept_from: the earliest start that Twilio has not refused; rows: how many
    are on their way; reached: the end of what was read of the range without a gap, None as long as nothing was.
    """

    account: Account
    stream: str
    clock: Clock
    stats: Stats
    ranges: RangePolicy
    cursor: AccountCursor | None = None
    stopped: Callable[[], bool] = lambda: False
    kept_from: datetime = datetime.min.replace(tzinfo=timezone.utc)
    rows: int = 0
    reached: datetime | None = None
    _closed: int = 0
    _windows: dict[str, Window | None] = field(default_factory=dict)
    _open: set[Part] = field(default_factory=set)
    _held: dict[str, datetime] = field(default_factory=dict)
    _put_off: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._began = self.clock.local()
        self._now = self.ranges.unit.trim(self.clock.latest())

    @property
    def who(self) -> str:
        """The stream and account, for messages."""
        return f"Stream {self.stream}, account {self.account.sid}"

    def range(self, kind: str = "") -> Window:
        """The range of a kind of rows; the same throughout the sync. Where nothing is left of it, a moment before it
        all, which no row lies in."""
        return self._range(kind) or NOTHING_LEFT

    def is_over(self, *kinds: str) -> bool:
        """Whether all rows of these kinds up to the configured end date were read by earlier syncs."""
        return not any(self._range(kind) for kind in kinds)

    def _range(self, kind: str) -> Window | None:
        with self._lock:
            if kind not in self._windows:
                saved = self.cursor.value(self.account.sid, kind) if self.cursor else None
                self._windows[kind] = self.ranges.window(saved, self.account.created, self._now)
            return self._windows[kind]

    @property
    def now(self) -> datetime:
        """The end of what can be asked for, whatever end date is configured; the same throughout the sync."""
        return self._now

    @property
    def share(self) -> float:
        """How much of the account has been read, from 0 to 1: what has been read of the range without a gap, or the
        parts that have ended, whichever is less. 0 where that is not known, as of a list that is no range."""
        window = self._windows.get("")
        if window is None or self.reached is None or self._closed < ENOUGH_PARTS or window.end <= window.start:
            return 0.0
        by_time = (self.reached - window.start) / (window.end - window.start)
        return min(by_time, self._closed / (self._closed + len(self._open)))

    def since(self) -> datetime | None:
        """From when on changed rows are emitted by a client-side cursor; None in the first sync: all of them."""
        if self.cursor is None or self.cursor.value(self.account.sid) is None:
            return None
        return self.range().start

    def part(self, *kinds: str, start: datetime | None = None) -> Part:
        """Open a part: the cursors of its kinds stay before it until it is closed."""
        part = Part(kinds, start or min(self.range(kind).start for kind in kinds))
        with self._lock:
            self._open.add(part)
        return part

    def keeps_from(self, moment: datetime) -> None:
        """Twilio refused an earlier start as beyond its retention: no window begins before the moment any more."""
        with self._lock:
            if self.kept_from.year == 1:
                LOGGER.warning("%s: Twilio keeps no rows as old as %s; older ones cannot be read", self.who, moment)
            self.kept_from = max(self.kept_from, moment)

    def puts_off(self, most: int) -> bool:
        """Whether one more step of this account may wait until all others have ended; `most` may."""
        with self._lock:
            self._put_off += 1
            return self._put_off <= most

    def hold(self, kind: str, moment: datetime) -> None:
        """Keep the cursor of a kind from passing a moment in this sync, where a row is still going to change."""
        with self._lock:
            self._held[kind] = min(moment, self._held.get(kind, moment))

    def close(self, part: Part) -> None:
        """All rows of a part are on their way: move its cursors up to the oldest part of their kind that is open."""
        with self._lock:
            self._open.remove(part)
            self._closed += 1
        for kind in part.kinds:
            self._move_up(kind)

    def _move_up(self, kind: str) -> None:
        window = self.range(kind)
        certain_end = self.ranges.unit.trim(self.clock.earliest(self._began))  # by what Twilio's clock has shown since
        with self._lock:
            starts = [part.start for part in self._open if kind in part.kinds and part.start]
            read_to = min(starts) - self.ranges.unit.step if starts else window.end
            if not kind and read_to >= window.start:
                self.reached = read_to
            read_to = min(read_to, certain_end, self._held.get(kind, read_to))
        if self.cursor and read_to >= window.start:
            self.cursor.advance(self.account.sid, kind, read_to)
