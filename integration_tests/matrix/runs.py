"""Runs of the connector: what a test gives to one, and what came out of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import Any

from integration_tests.helpers import ROOT, Run, catalog, configuration, parse, write

# Figures for tests that wait for the end of the retries; the manifest's own figures take minutes.
QUICK = {"connect_timeout": 2, "read_timeout": 1.5, "whole_timeout": 3, "retry_for": 2, "longest_wait": 0.3}
HASTY = {**QUICK, "retry_for": 0.2, "longest_wait": 0.1}  # where only the error matters
AT_ONCE = 30.0  # seconds: on the busiest machine, and still less than what a stall or the retries take
FIGURES = {"retry": None, "page_size": None, "constants": None, "resolver": None}  # as they are


@dataclass(frozen=True)
class Outcome(Run):
    """One run that has ended. seconds: how long it took; raw: every byte of its output; folder: where it ran."""

    seconds: float = 0
    raw: bytes = field(default=b"", repr=False)
    folder: Path = Path()

    @property
    def complete(self) -> set[str]:
        """The streams that ended as COMPLETE."""
        return self._ended("COMPLETE")

    @property
    def incomplete(self) -> set[str]:
        """The streams that ended as INCOMPLETE."""
        return self._ended("INCOMPLETE")

    def _ended(self, status: str) -> set[str]:
        found = [trace["stream_status"] for trace in self.of("TRACE") if trace["type"] == "STREAM_STATUS"]
        return {one["stream_descriptor"]["name"] for one in found if one["status"] == status}

    def errors_of(self, stream: str) -> list[dict[str, Any]]:
        """The error traces of a stream: `message`, `failure_type` …; one for each account that failed."""
        return [one for one in self.errors() if (one.get("stream_descriptor") or {}).get("name") == stream]

    def cursors(self, stream: str) -> dict[str, str]:
        """The cursors of a stream's last state by account; those of undated rows have `/undated` behind the SID."""
        found = {}
        for entry in self.stream_state(stream).get("states", []):
            place = "/".join(entry["partition"].values())
            (found[place],) = entry["cursor"].values()
        return found

    def summary(self, stream: str) -> str:
        """The line that says what a stream has read."""
        (line,) = [text for text in self.logs("INFO") if text.startswith(f"Stream {stream}: ") and " rows of " in text]
        return line


class Running:
    """A run that may still go on. pid: its process."""

    def __init__(self, folder: Path, stdout: Path, pid: int, answers: Queue[dict[str, float]], started: float) -> None:
        self.folder, self.pid = folder, pid
        self._stdout, self._answers, self._started = stdout, answers, started
        self.seconds = 0.0
        self.code: int | None = None

    def has_ended(self) -> bool:
        """Whether its end is known; `wait` tells how it was."""
        return self.code is not None or not self._answers.empty()

    def wait(self, timeout: float = 120) -> Outcome:
        """Wait for the end. Raises TimeoutError, after killing it, when it takes longer."""
        if self.code is None:
            try:
                answer = self._answers.get(timeout=timeout)
            except Empty:
                self.kill()
                raise TimeoutError(f"still running after {timeout} s: {self.text()[-2000:]}") from None
            self.code, self.seconds = int(answer["code"]), answer["at"] - self._started
        raw = self._stdout.read_bytes() if self._stdout.is_file() else b""
        messages, other = parse(raw.decode().split("\n"))
        return Outcome(self.code, messages, other, (self.folder / "stderr").read_text(), self.seconds, raw, self.folder)

    def text(self) -> str:
        """What has been printed so far."""
        return self._stdout.read_text() if self._stdout.is_file() else ""

    def size(self) -> int:
        """How many bytes have been printed so far."""
        return self._stdout.stat().st_size if self._stdout.is_file() else 0

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal; to a process that has ended, nothing."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Starter:
    """The process that starts runs (see starter.py), for as long as the `with` block lasts."""

    def __enter__(self) -> Starter:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "integration_tests.matrix.starter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._answers: dict[int, Queue[dict[str, float]]] = {0: Queue()}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._answers[0].get(timeout=120)  # its imports are no part of the first run
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(20)
        self._listener.join(20)
        if self._process.stdout:
            self._process.stdout.close()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            answer = {**json.loads(line), "at": time.monotonic()}
            self._answers[answer["id"]].put(answer)

    def start(
        self,
        arguments: Iterable[str | Path],
        env: Mapping[str, str],
        folder: Path,
        *,
        stdout: Path | None = None,
        **figures: Any,
    ) -> Running:
        """Start a command in a folder of its own, which is its home and the place of its temporary files too.

        stdout: a named pipe that the test reads, default a file; figures: see starter.py.
        """
        number = len(self._answers)
        answers = self._answers[number] = Queue()
        out = stdout or folder / "stdout"
        order = {
            "id": number,
            "arguments": [str(part) for part in arguments],
            "env": surroundings(env, folder),
            "folder": str(folder),
            "stdout": str(out),
            "stderr": str(folder / "stderr"),
            **FIGURES,
            **figures,
        }
        started = time.monotonic()
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Running(folder, out, int(answers.get(timeout=60)["pid"]), answers, started)


def surroundings(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A bare environment: the given variables, and a home and a place for temporary files that were empty before."""
    places = {"HOME": folder / "home", "TMPDIR": folder / "tmp"}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        **{name: str(place) for name, place in places.items()},
        **env,
    }


class Matrix:
    """Starts commands against one sandbox, each in a new folder."""

    def __init__(self, starter: Starter, env: Mapping[str, str], folders: Iterator[Path]) -> None:
        self._starter, self._env, self._folders = starter, dict(env), folders

    def start(
        self,
        command: str,
        *,
        config: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        options: Iterable[str] = (),
        home: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Running:
        """Start a command.

        config: default the main account's Auth Token; files: further files of the command line, by the name of their
        option, as JSON values or bytes; env: replaces the sandbox's variables; home: files of the home folder.
        """
        folder = next(self._folders)
        for name, text in (home or {}).items():
            (folder / "home").mkdir(exist_ok=True)
            (folder / "home" / name).write_text(text, encoding="utf-8")
        arguments: list[str | Path] = [command, *options]
        given = {} if command == "spec" else {"config": configuration() if config is None else config, **(files or {})}
        for name, value in given.items():
            path = folder / f"{name}.json"
            if isinstance(value, bytes):
                path.write_bytes(value)
            else:
                write(path, value)
            arguments += [f"--{name}", path]
        return self._starter.start(arguments, self._env if env is None else env, folder, **more)

    def start_read(self, names: Iterable[str], *, state: list[dict[str, Any]] | None = None, **more: Any) -> Running:
        """Start a read of some streams, after a sync that ended with `state`."""
        files: dict[str, Any] = {"catalog": catalog(names)}
        if state is not None:
            files["state"] = [{**item, "type": "STREAM"} for item in state]
        return self.start("read", files=files, **more)

    def read(self, names: Iterable[str], *, timeout: float = 120, **more: Any) -> Outcome:
        """Read some streams to the end."""
        return self.start_read(names, **more).wait(timeout)

    def check(self, config: Mapping[str, Any] | None = None, *, timeout: float = 60, **more: Any) -> Outcome:
        """Run `check` to the end."""
        return self.start("check", config=config, **more).wait(timeout)
