"""The default world: rows that are a function of seed, account, stream and day, and so the same after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import times
from . import conversations, iot, messaging, monitor, plain, products, studio, taskrouter, usage, verify, video, voice
from .scene import Scene

if TYPE_CHECKING:
    from ..accounts import Directory
    from ..store import Store

FAMILIES = (messaging, voice, usage, monitor, conversations, studio, taskrouter, verify, video, products, iot)
OWNER = {stream: family for family in FAMILIES for stream in family.STREAMS}


class World:
    """Fills accounts lazily, a family of streams at a time, and day by day as time goes on.

    History begins on the first day of the month two months back (``small``: nine days back), counted from the start.
    """

    def __init__(self, seed: int = 7, small: bool = False):
        self.seed, self.small = seed, small
        self.first = 0.0
        self._directory: Directory | None = None
        self._reached: dict[tuple[str, str, str], float] = {}
        self._memos: dict[tuple[str, str, str], dict[str, Any]] = {}

    def begin(self, directory: Directory, now: float) -> None:
        """Fix where history begins."""
        self._directory = directory
        self.first = times.midnight(now) - 9 * times.DAY if self.small else times.month_start(now, 2)

    def reach(self, store: Store, region: str, account: str, stream: str, now: float) -> None:
        """Put every row of a stream's family that can be visible at ``now``."""
        if self._directory is None or account not in self._directory.accounts:
            return
        host = store.resources[stream].host
        family: Any = OWNER.get(stream) or plain.Plain(host, OWNER)
        key = (region, account, family.__name__ if stream in OWNER else f"plain {host}")
        reached = self._reached.get(key)
        if reached is not None and now < reached:
            return
        until = times.midnight(now) + times.DAY
        self._reached[key] = max(until, reached or 0)
        memo = self._memos.setdefault(key, {})
        scene = Scene(self.seed, self.first, store, region, self._directory.accounts[account], now, memo)
        if reached is None:
            family.static(scene)
        if hasattr(family, "day"):
            day = self.first if reached is None else reached
            while day < until:
                if day + times.DAY > scene.account.created:
                    family.day(scene, day)
                day += times.DAY


class EmptyWorld(World):
    """No rows at all: a test puts every one by hand."""

    def reach(self, store: Store, region: str, account: str, stream: str, now: float) -> None:
        """Nothing to put."""
