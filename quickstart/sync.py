"""A read: the connector's lines into batches in one thread, the batches into the database in another."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quickstart.batches import Batches, Progress
from quickstart.connector import Connector
from quickstart.database import Database

SECONDS_BETWEEN_WRITES = 5.0


class Sync:
    """A read of some streams into a database.

    streams: as `discover` describes them; folder: for what is not yet in the database. `progress` and `stopped` may be
    looked at from any thread.
    """

    def __init__(self, connector: Connector, database: Database, streams: list[dict[str, Any]], folder: Path) -> None:
        self._connector, self._database, self._streams = connector, database, streams
        self._batches = Batches(folder, len(streams))
        self._over = threading.Event()
        self._error: Exception | None = None
        self.stopped = False
        self.began = time.monotonic()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._batches.progress

    def run(self) -> str:
        """Read until the connector ends: `complete`, `failed` where something could not be read, or `stopped` by
        Ctrl-C. What has come is written in each case. Raises what the database raises."""
        states = self._database.states(stream["name"] for stream in self._streams)
        writer = threading.Thread(target=self._write_on)
        writer.start()
        try:
            with self._stopping():
                for line in self._connector.read(self._streams, states):
                    self._batches.add(line)
                    if self._error:
                        break
                else:
                    self._note_exit(self._connector.exit_code())
                self._connector.stop()
                self._over.set()
                writer.join()
                self._write()
        finally:
            self._connector.stop()
            self._over.set()
            writer.join()
        if self._error:
            raise self._error
        if self.stopped:
            return "stopped"
        return "failed" if self.progress.errors else "complete"

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        """Ctrl-C ends the connector and nothing else, so that no batch is left half made: its output ends then."""

        def stop(*_: Any) -> None:
            self.stopped = self._batches.stopping = True
            threading.Thread(target=self._connector.stop, daemon=True).start()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note_exit(self, code: int) -> None:
        if code and not self.stopped and not self.progress.errors:
            self.progress.errors.append(f"The connector ended with exit code {code} before all was read.")

    def _write_on(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_WRITES):
            try:
                self._write()
            except Exception as error:
                self._error = error
                return

    def _write(self) -> None:
        if self._error:
            return
        batch = self._batches.take()
        if not batch.empty:
            self._database.load(batch)
        batch.remove()
