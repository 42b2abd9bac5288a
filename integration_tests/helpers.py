"""Runs the connector as its users do, a process that prints messages, and takes apart what it printed."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from integration_tests.sandbox import times
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN

ROOT = Path(__file__).parents[1]
CONNECTOR = (sys.executable, "-m", "source_twilio")
# Before all rows of the sandbox, after its accounts were made: windows begin there at the earliest.
START_DATE = (datetime.now(timezone.utc) - timedelta(days=100)).strftime("%Y-%m-%dT00:00:00Z")
VERSION = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)[0]


@dataclass(frozen=True)
class Run:
    """What one run of the connector gave: its exit code, its messages in their order, and what no message was."""

    exit_code: int
    messages: list[dict[str, Any]]
    other_lines: list[str] = field(default_factory=list)
    stderr: str = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.messages)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of all messages of a type: RECORD, STATE, LOG, TRACE, CATALOG, SPEC, CONNECTION_STATUS."""
        name = {"CONNECTION_STATUS": "connectionStatus"}.get(kind, kind.lower())
        return [message[name] for message in self.messages if message["type"] == kind]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The rows of a stream, in the order in which they came."""
        return [record["data"] for record in self.of("RECORD") if record["stream"] == stream]

    def counts(self) -> Counter[str]:
        """Rows a stream."""
        return Counter(record["stream"] for record in self.of("RECORD"))

    def state(self) -> list[dict[str, Any]]:
        """The last state message of each stream: what the platform hands to the next sync."""
        last = {item["stream"]["stream_descriptor"]["name"]: item for item in self.of("STATE")}
        return list(last.values())

    def stream_state(self, stream: str) -> dict[str, Any]:
        """The last state of a stream; empty if it has none."""
        for item in self.state():
            if item["stream"]["stream_descriptor"]["name"] == stream:
                return dict(item["stream"].get("stream_state") or {})
        return {}

    def errors(self) -> list[dict[str, Any]]:
        """The error traces: `message`, `failure_type`, `internal_message`, `stream_descriptor` …"""
        return [trace["error"] for trace in self.of("TRACE") if trace["type"] == "ERROR"]

    def statuses(self, stream: str) -> list[str]:
        """The statuses of a stream in their order: STARTED, RUNNING, COMPLETE or INCOMPLETE."""
        found = [trace["stream_status"] for trace in self.of("TRACE") if trace["type"] == "STREAM_STATUS"]
        return [status["status"] for status in found if status["stream_descriptor"]["name"] == stream]

    def logs(self, level: str | None = None) -> list[str]:
        """The log lines, of a level (`INFO`, `WARN`, `ERROR`) or all."""
        return [log["message"] for log in self.of("LOG") if level in (None, log["level"])]

    def connection_status(self) -> tuple[str, str]:
        """Status and message of `check`."""
        (found,) = self.of("CONNECTION_STATUS")
        return found["status"], found.get("message") or ""

    @property
    def text(self) -> str:
        """Everything that was printed, as text: to look for what must not be in it."""
        return "\n".join([json.dumps(message) for message in self.messages] + self.other_lines + [self.stderr])


def run_connector(
    arguments: Sequence[str | Path],
    env: Mapping[str, str],
    *,
    command: Sequence[str | Path] = CONNECTOR,
    timeout: float = 300,
) -> Run:
    """Run a command of the connector to its end.

    arguments: as on the command line; env: the whole environment, such as `sandbox.environment()`; command: what
    starts the connector. Raises subprocess.TimeoutExpired when it runs for longer than `timeout` seconds.
    """
    done = subprocess.run(
        [str(part) for part in (*command, *arguments)],
        env={**env, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    messages, other = parse(done.stdout.splitlines())
    return Run(done.returncode, messages, other, done.stderr)


def parse(lines: Iterable[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Split lines of output into messages and everything else."""
    messages: list[dict[str, Any]] = []
    other: list[str] = []
    for line in filter(None, lines):
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if isinstance(message, dict) and "type" in message:
            messages.append(message)
        else:
            other.append(line)
    return messages, other


def configuration(**changes: Any) -> dict[str, Any]:
    """A configuration of the sandbox's main account with its Auth Token; a change of None takes a key away."""
    config = {
        "account_sid": MAIN,
        "credentials": {"auth_type": "auth_token", "auth_token": MAIN_TOKEN},
        "start_date": START_DATE,
        **changes,
    }
    return {name: value for name, value in config.items() if value is not None}


@functools.cache
def _discovered() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "config.json", configuration())
        run = run_connector(["discover", "--config", path], os.environ)
    (found,) = run.of("CATALOG")
    return {stream["name"]: json.dumps(stream) for stream in found["streams"]}


def streams() -> dict[str, dict[str, Any]]:
    """The streams of `discover` by their name; `discover` asks Twilio nothing, so it runs once a process."""
    return {name: json.loads(stream) for name, stream in _discovered().items()}


def catalog(names: Iterable[str] | None = None, *, full_refresh: bool = False) -> dict[str, Any]:
    """A configured catalog of some streams or all: incremental where the stream can be, unless `full_refresh`."""
    known = _discovered()
    chosen = [json.loads(known[name]) for name in (known if names is None else names)]
    return {"streams": [_configured(stream, full_refresh) for stream in chosen]}


def _configured(stream: dict[str, Any], full_refresh: bool) -> dict[str, Any]:
    modes = stream["supported_sync_modes"]
    mode = "incremental" if "incremental" in modes and not full_refresh else "full_refresh"
    return {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"}


def begin_of_a_day(seconds: float = 180) -> None:
    """Wait until midnight (UTC) has passed, where it is nearer than that. A test that compares what was read with what
    the sandbox held before or after would have read a day more, or one less."""
    left = times.DAY - time.time() % times.DAY
    if left < seconds:
        time.sleep(left + 1)


def write(path: Path, value: Any) -> Path:
    """Write a value as JSON; gives the path back, for the command line."""
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def check(config: Mapping[str, Any], env: Mapping[str, str], folder: Path) -> Run:
    """Run `check`; folder: where the configuration file may be written."""
    return run_connector(["check", "--config", write(folder / "config.json", config)], env)


def read(
    names: Iterable[str] | None,
    env: Mapping[str, str],
    folder: Path,
    *,
    config: Mapping[str, Any] | None = None,
    state: list[dict[str, Any]] | None = None,
    full_refresh: bool = False,
    options: Sequence[str] = (),
    timeout: float = 300,
) -> Run:
    """Run `read` on some streams (None: all), after a sync that ended with `state`.

    config: default `configuration()`; folder: where the files of the command line may be written; options: more of
    the command line, such as `--debug`. State messages, as in `Run.state()`, are what the state file holds.
    """
    arguments: list[str | Path] = ["read", *options]
    arguments += ["--config", write(folder / "config.json", config or configuration())]
    arguments += ["--catalog", write(folder / "catalog.json", catalog(names, full_refresh=full_refresh))]
    if state is not None:
        saved = [{**item, "type": "STREAM"} for item in state]
        arguments += ["--state", write(folder / "state.json", saved)]
    return run_connector(arguments, env, timeout=timeout)
