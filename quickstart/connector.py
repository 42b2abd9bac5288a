"""The connector as PyAirbyte runs it, overheard: what it says is shown while it works, and a failure is kept."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import airbyte
import orjson
from airbyte.exceptions import AirbyteSubprocessFailedError, PyAirbyteError
from airbyte_protocol.models import SyncMode

from quickstart.database import SOURCE, Database
from quickstart.report import LOGS, Failure, quiet, say

PROGRAM = Path(sys.executable).with_name(SOURCE)  # the connector's console script beside this Python
SECONDS_BETWEEN_SIGNS = 5


class Connector:
    """The installed console script as PyAirbyte's local executable. config: the connector's configuration."""

    def __init__(self, config: dict[str, Any]) -> None:
        with quiet():
            self._source = airbyte.get_source(SOURCE, config, local_executable=PROGRAM)
        self._ears = Ears(self._source.executor)
        self._source.executor = self._ears  # type: ignore[assignment]  # it does what an executor does

    @property
    def errors(self) -> list[str]:
        """What the connector could not do."""
        return self._ears.errors

    def check(self) -> None:
        """Ask the connector whether the credentials are right. Raises Failure if they are not."""
        with self._failing("Check"):
            self._source.check()

    def discover(self) -> dict[str, bool]:
        """The names of the connector's streams, and whether it can read them incrementally."""
        with self._failing("Discover"):
            streams = self._source.discovered_catalog.streams
        return {one.name: SyncMode.incremental in one.supported_sync_modes for one in streams}

    def read(self, streams: list[str], database: Database) -> Counter[str]:
        """Read streams into a database; how many rows came of each. What fails in one stream is added to `errors`."""
        with self._ears.progress(), self._failing("Read"):
            self._source.select_streams(streams)
            self._source.read(cache=database.cache, skip_validation=True)  # the connector's own sentences are clearer
        return self._ears.rows

    @contextlib.contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            with quiet():
                yield
        except PyAirbyteError as error:
            reason = self._ears.status or (self.errors[0] if self.errors else f"{error.get_message()} (see {LOGS})")
            raise Failure(f"{what}: {reason.removeprefix('check: ')}") from error


class Ears:
    """Stands before PyAirbyte's executor, passes everything on and listens.

    PyAirbyte drops all rows of a read if the connector ends with an error, those of complete streams too. Here such an
    end is kept in `errors`; what was read until then is written, and the connector's state says how far that is.
    """

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self.rows: Counter[str] = Counter()
        self.errors: list[str] = []
        self.status = ""
        self._ended = False
        self._began = self._said = time.monotonic()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executor, name)

    def execute(self, args: list[str], **options: Any) -> Iterator[str]:
        """The lines of a command of the connector."""
        try:
            for line in self._executor.execute(args, **options):
                self._hear(line)
                yield line
        except AirbyteSubprocessFailedError:
            if args[0] != "read":
                raise
            if not self.errors:
                self.errors.append(f"The connector ended before its time; {LOGS} holds its last words.")
        self._ended = args[0] == "read"

    @contextlib.contextmanager
    def progress(self) -> Iterator[None]:
        """Say from time to time how far the read is, while the block runs."""
        self._began = self._said = time.monotonic()
        over = threading.Event()

        def run() -> None:
            while not over.wait(1):
                if time.monotonic() - self._said >= SECONDS_BETWEEN_SIGNS:
                    self._tell("writing into the database" if self._ended else f"{self.rows.total():,} rows so far")

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _hear(self, line: str) -> None:
        try:
            message = orjson.loads(line)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            return  # PyAirbyte writes what is no message into its log
        if kind == "RECORD":
            self.rows[message["record"]["stream"]] += 1
        elif kind == "CONNECTION_STATUS":
            self.status = message["connectionStatus"].get("message") or ""
        elif kind == "LOG" and message["log"]["level"] == "WARN":
            self._tell(message["log"]["message"])
        elif kind == "TRACE" and message["trace"].get("error"):
            self.errors.append(message["trace"]["error"]["message"])
        elif kind == "TRACE" and message["trace"].get("stream_status"):
            self._hear_status(message["trace"]["stream_status"])

    def _hear_status(self, status: dict[str, Any]) -> None:
        name = status["stream_descriptor"]["name"]
        if status["status"] == "COMPLETE":
            self._tell(f"{name}: {self.rows[name]:,} rows")
        elif status["status"] == "INCOMPLETE":
            self._tell(f"{name}: stopped after {self.rows[name]:,} rows")

    def _tell(self, text: str) -> None:
        self._said = time.monotonic()
        say(f"{self._said - self._began:6.0f} s  {text}")
