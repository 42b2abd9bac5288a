"""The connector as a subprocess, by its own command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from quickstart.failure import Failure

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_END = 5


class Connector:
    """`python -m source_twilio` with a configuration. file: where that stands already, so that no copy of secrets is
    made; folder: for its files, readable to this user alone; environment: its variables."""

    def __init__(
        self, config: Mapping[str, Any], file: Path | None, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._folder = folder
        path = os.pathsep.join([str(ROOT), *filter(None, [environment.get("PYTHONPATH")])])
        self._environment = {**environment, "PYTHONPATH": path}
        self._config = str(file.absolute()) if file else self._file("config.json", config)
        self._reading: subprocess.Popen[bytes] | None = None

    def check_and_discover(self) -> list[dict[str, Any]]:
        """The streams that there are, once the credentials are known to be right. Raises Failure if they are not."""
        # Both at once: most of either is the start of Python.
        commands = {name: self._start(name, "--config", self._config) for name in ("check", "discover")}
        try:
            said = {name: _messages(process.communicate()[0]) for name, process in commands.items()}
        finally:
            for process in commands.values():
                _end(process)
        for message in said["check"]:
            status = message.get("connectionStatus", {})
            if status.get("status") == "FAILED":
                raise Failure(status["message"].removeprefix("check: "))
        for name, process in commands.items():
            if process.returncode:
                _fail(name, said[name])
        catalogs = [message["catalog"]["streams"] for message in said["discover"] if message["type"] == "CATALOG"]
        return list(catalogs[0])

    def read(self, streams: list[dict[str, Any]], states: list[dict[str, Any]]) -> Iterator[bytes]:
        """The lines of a read, from the states on; afterwards `exit_code` says how it ended."""
        configured = [
            {
                "stream": stream,
                "sync_mode": "incremental" if incremental(stream) else "full_refresh",
                "destination_sync_mode": "append_dedup" if incremental(stream) else "overwrite",
                "primary_key": stream["source_defined_primary_key"],
            }
            for stream in streams
        ]
        catalog, state = self._file("catalog.json", {"streams": configured}), self._file("state.json", states)
        self._reading = self._start("read", "--config", self._config, "--catalog", catalog, "--state", state)
        assert self._reading.stdout
        with self._reading.stdout:
            yield from self._reading.stdout

    def stop(self) -> None:
        """End a read that is still going on."""
        if self._reading:
            _end(self._reading)

    def exit_code(self) -> int:
        """The exit code of the read, once its output has ended."""
        return self._reading.wait() if self._reading else 0

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "source_twilio", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,  # Ctrl-C is for the quick start, which ends the connector itself
        )

    def _file(self, name: str, content: Any) -> str:
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


def incremental(stream: Mapping[str, Any]) -> bool:
    """Whether a stream can go on from a state."""
    return "incremental" in stream["supported_sync_modes"]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _messages(output: bytes) -> list[dict[str, Any]]:
    found = []
    for line in output.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [message for message in found if isinstance(message, dict) and "type" in message]


def _fail(command: str, messages: list[dict[str, Any]]) -> NoReturn:
    reasons = [message["trace"]["error"]["message"] for message in messages if message.get("trace", {}).get("error")]
    raise Failure(reasons[0] if reasons else f"The connector's {command} ended without saying why.")
