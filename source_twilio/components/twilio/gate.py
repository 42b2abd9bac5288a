"""How many requests may be in flight, and which hosts still answer: shared by all streams of a process.

Twilio limits an account's requests at the same time, not per second (error 20429,
https://www.twilio.com/docs/api/errors/20429), and the customer's own traffic counts against the same limit. So the
whole connector slows down together: a refusal lowers the number in flight at once, quiet raises it again slowly.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SEVERAL = 3  # hosts that were tried in vain, from which on it is not the hosts
LOWER = 0.75  # what a refusal leaves of the number in flight
QUIET = 4  # full rounds of answers that pass before one more request may be in flight


class Gate:
    """Lets at most `limit` requests pass at the same time, fewer after refusals (additive increase, multiplicative
    decrease). clock: seconds that only ever rise."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = limit
        self._allowed = float(limit)
        self._in_flight = 0
        self._lowered_at = float("-inf")
        self._clock = clock
        self._changed = threading.Condition()

    @property
    def allowed(self) -> int:
        """How many requests may be in flight now."""
        return max(1, int(self._allowed))

    @contextmanager
    def request(self) -> Iterator[None]:
        """Hold a place for one request; waits until one is free."""
        with self._changed:
            while self._in_flight >= self.allowed:
                self._changed.wait()
            self._in_flight += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify()

    def answered(self) -> None:
        """An answer that is no refusal: one more may be in flight after a few full rounds of them."""
        with self._changed:
            if self._allowed < self._most:
                self._allowed = min(self._most, self._allowed + 1 / (QUIET * self._allowed))
                self._changed.notify()

    def refused(self, sent_at: float) -> None:
        """Twilio refused a request for too many at the same time. sent_at: when it was sent, by the gate's clock.

        Requests that were in flight together are refused together: only the first of them lowers the number.
        """
        with self._changed:
            if sent_at > self._lowered_at:
                self._lowered_at = self._clock()
                self._allowed = max(1.0, min(self._allowed, self._in_flight + 1) * LOWER)


class Health:
    """Remembers which hosts give no useful answer, and since when.

    give_up: seconds without one after which a host is taken for down, so that further requests fail at once. A sync
    that nobody answers would else wait for one host after the other: where no host at all has answered for so long,
    those that were tried in vain are down, and all of them once that are several.
    """

    def __init__(self, give_up: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._give_up = give_up
        self._clock = clock
        self._silent_since: dict[str, float] = {}
        self._nobody_since: float | None = None
        self._tried_meanwhile: set[str] = set()

    def good(self, host: str) -> None:
        """Note a useful answer."""
        self._silent_since.pop(host, None)
        self._nobody_since = None
        self._tried_meanwhile.clear()

    def bad(self, host: str) -> None:
        """Note a request that brought none."""
        now = self._clock()
        self._silent_since.setdefault(host, now)
        self._nobody_since = self._nobody_since or now
        self._tried_meanwhile.add(host)

    def is_down(self, host: str) -> bool:
        """Whether there was no useful answer for too long."""
        now = self._clock()
        if now - self._silent_since.get(host, now) > self._give_up:
            return True
        if self._nobody_since is None or now - self._nobody_since <= self._give_up:
            return False
        return host in self._tried_meanwhile or len(self._tried_meanwhile) >= SEVERAL
