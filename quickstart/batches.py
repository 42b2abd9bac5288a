"""What the connector says, collected into batches: rows in files, the states and ends of streams beside them."""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

SUMMARY = re.compile(r"Stream (\w+): (\d+) rows of .*\b(\d+) requests, \d+ retries")  # the connector's own last line
NO_CURSOR = "__ab_no_cursor_state_message"  # what the CDK sends for a stream without a cursor


@dataclass
class Ended:
    """The end of a stream: whether it was read to its end, its rows and requests."""

    complete: bool
    rows: int
    requests: int


@dataclass
class Batch:
    """Some of the messages of a read, in a folder of its own. problems: stream (or nothing) and what went wrong."""

    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, Ended] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.files or self.states or self.ended or self.problems)

    def remove(self) -> None:
        """Take its files away."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Progress:
    """How far a read is. rows: by stream that has begun; warnings: those that nobody has taken yet."""

    total: int
    rows: dict[str, int] = field(default_factory=dict)
    done: dict[str, Ended] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """Requests of the streams that have ended."""
        return sum(one.requests for one in self.done.values())


class Batches:
    """Takes the connector's lines from one thread and gives batches to another.

    folder: for the files; streams: how many are read. A batch is what came between two calls of `take`; since a state
    comes behind the rows it covers, a batch or the ones before it hold them all.
    """

    def __init__(self, folder: Path, streams: int) -> None:
        self.progress = Progress(streams)
        self.stopping = False  # from then on the connector ends because it was told to, and that is no error
        self._folder = folder
        self._lock = threading.Lock()
        self._number = 0
        self._open: dict[str, BinaryIO] = {}
        self._requests: dict[str, int] = {}
        self._batch = self._next()

    def add(self, line: bytes) -> None:
        """A line of the connector's output; one that is no message is passed over."""
        try:
            message = orjson.loads(line)
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            return
        with self._lock:
            if kind == "RECORD":
                self._add_row(message["record"]["stream"], line)
            elif kind == "STATE":
                stream = message["state"]["stream"]
                if NO_CURSOR not in stream["stream_state"]:
                    self._batch.states[stream["stream_descriptor"]["name"]] = stream["stream_state"]
            elif kind == "LOG":
                self._add_log(message["log"])
            elif kind == "TRACE":
                self._add_trace(message["trace"])

    def take(self) -> Batch:
        """What has come since the last call; from now on lines go into the next batch."""
        with self._lock:
            for file in self._open.values():
                file.close()
            self._open.clear()
            taken, self._batch = self._batch, self._next()
        return taken

    def _next(self) -> Batch:
        self._number += 1
        folder = self._folder / f"batch{self._number}"
        folder.mkdir()
        return Batch(folder)

    def _add_row(self, stream: str, line: bytes) -> None:
        if stream not in self._open:
            self._batch.files[stream] = self._batch.folder / f"{stream}.jsonl"
            self._open[stream] = open(self._batch.files[stream], "wb")  # noqa: SIM115  # until the batch is taken
        self._open[stream].write(line)
        self.progress.rows[stream] = self.progress.rows.get(stream, 0) + 1

    def _add_log(self, log: dict[str, Any]) -> None:
        if log["level"] in ("WARN", "WARNING") and not self.stopping:
            self.progress.warnings.append(log["message"])
            self._batch.problems.append(("", log["message"]))
        elif found := SUMMARY.match(log["message"]):
            self._requests[found[1]] = int(found[3])

    def _add_trace(self, trace: dict[str, Any]) -> None:
        if (error := trace.get("error")) and not self.stopping:
            stream = (error.get("stream_descriptor") or {}).get("name") or ""
            self.progress.errors.append(error["message"])
            self._batch.problems.append((stream, error["message"]))
        elif status := trace.get("stream_status"):
            name = status["stream_descriptor"]["name"]
            self.progress.rows.setdefault(name, 0)
            if status["status"] in ("COMPLETE", "INCOMPLETE"):
                whole, rows = status["status"] == "COMPLETE", self.progress.rows[name]
                ended = Ended(whole, rows, self._requests.get(name, 0))
                self._batch.ended[name] = self.progress.done[name] = ended
