"""How far a read is: one live display in a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from quickstart.batches import Progress

SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_FRAMES = 0.25
SURE = 0.1  # the share of streams that must have ended before a guess of the rest is worth a word
NAMED = 4


class Display:
    """Shows a progress while the `with` block runs. stopped: whether the user has ended the read."""

    def __init__(self, console: Console, progress: Progress, stopped: Callable[[], bool]) -> None:
        self._console, self._progress, self._stopped = console, progress, stopped
        self._began = time.monotonic()
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._said = self._began

    def __enter__(self) -> Display:
        if self._live:
            self._live.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._warn()
        if self._live:
            self._live.stop()

    def _run(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_FRAMES):
            self._warn()
            seconds = time.monotonic() - self._began
            if self._live:
                self._live.update(frame(self._progress, seconds, self._stopped()), refresh=True)
            elif time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
                self._said = time.monotonic()
                self._console.print(counts(self._progress, seconds), highlight=False, soft_wrap=True)

    def _warn(self) -> None:
        while self._progress.warnings:
            self._console.print(Text(f"! {self._progress.warnings.pop(0)}", "yellow"), soft_wrap=True)


def frame(progress: Progress, seconds: float, stopped: bool) -> Group:
    """The live display: a bar, the counts, and what is still being read."""
    if stopped:
        return Group(Text("Stopping: what has been read is being written ...", "bold"))
    grid = Table.grid(padding=(0, 1))
    grid.add_row(ProgressBar(progress.total, len(progress.done), width=30), rest(progress, seconds))
    return Group(Text(counts(progress, seconds)), grid, Text(slow(progress), "dim", no_wrap=True, overflow="ellipsis"))


def counts(progress: Progress, seconds: float) -> str:
    """Streams done, rows, requests and seconds in one line."""
    rows, done = sum(progress.rows.values()), len(progress.done)
    return f"{done} of {progress.total} streams, {rows:,} rows, {progress.requests:,} requests, {seconds:.0f} s"


def rest(progress: Progress, seconds: float) -> str:
    """How long it may still take, by the streams that have ended so far."""
    share = len(progress.done) / progress.total
    if share < SURE:
        return ""
    left = max(1.0, seconds * (1 - share) / share)
    return f"about {left:.0f} s to go" if left < 120 else f"about {left / 60:.0f} min to go"


def slow(progress: Progress) -> str:
    """The streams that are still being read, those with the most rows first."""
    going_on = [(rows, name) for name, rows in progress.rows.copy().items() if name not in progress.done]
    going_on.sort(key=lambda pair: (-pair[0], pair[1]))
    if not going_on:
        return ""
    named = ", ".join(f"{name} ({rows:,})" for rows, name in going_on[:NAMED])
    return f"still reading {named}" + (f" and {len(going_on) - NAMED} more" if len(going_on) > NAMED else "")
