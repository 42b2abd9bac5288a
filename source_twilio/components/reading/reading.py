"""One account of one stream while it is read: its ranges, the parts that are open, and what they cost."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone

from source_twilio.components.reading.steps import Part
from source_twilio.components.reading.windows import RangePolicy, Window
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.twilio.api import Stats
from source_twilio.components.twilio.clock import Clock
from source_twilio.components.twilio.signers import Account

LOGGER = logging.getLogger("airbyte")


@dataclass
class Reading:
    """What the steps of one account of one stream share.

    account: whose rows; clock: the end of its ranges; ranges: their start; cursor: None for a stream without state;
    kept_from: the earliest start that Twilio has not refused.
    """

    account: Account
    stream: str
    clock: Clock
    stats: Stats
    ranges: RangePolicy
    cursor: AccountCursor | None = None
    kept_from: datetime = datetime.min.replace(tzinfo=timezone.utc)
    _windows: dict[str, Window] = field(default_factory=dict)
    _open: set[Part] = field(default_factory=set)
    _held: dict[str, datetime] = field(default_factory=dict)
    _put_off: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._began = self.clock.local()

    @property
    def who(self) -> str:
        """The stream and account, for messages."""
        return f"Stream {self.stream}, account {self.account.sid}"

    def range(self, kind: str = "") -> Window:
        """The range of a kind of rows; the same throughout the sync."""
        with self._lock:
            if kind not in self._windows:
                saved = self.cursor.value(self.account.sid, kind) if self.cursor else None
                self._windows[kind] = self.ranges.window(saved, self.account.created, self.clock)
            return self._windows[kind]

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
        for kind in part.kinds:
            self._move_up(kind)

    def _move_up(self, kind: str) -> None:
        window = self.range(kind)
        certain_end = self.ranges.unit.trim(self.clock.earliest(self._began))  # by what Twilio's clock has shown since
        with self._lock:
            starts = [part.start for part in self._open if kind in part.kinds and part.start]
            read_to = min(starts) - self.ranges.unit.step if starts else window.end
            read_to = min(read_to, certain_end, self._held.get(kind, read_to))
        if self.cursor and read_to >= window.start:
            self.cursor.advance(self.account.sid, kind, read_to)
