"""Reads with the connector in this process, against the sandbox or any other mock of `requests`."""

from __future__ import annotations

import copy
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests_mock
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, SyncMode, Type
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.adapter import mount
from source_twilio.source import SourceTwilio
from unit_tests.support.configs import catalog_of, state_of

Row = dict[str, Any]
States = dict[str, dict[str, Any]]


@dataclass
class Output:
    """What a read gave: its messages in their order, log lines, and what it raised at its end."""

    messages: list[AirbyteMessage] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def records(self, stream: str) -> list[Row]:
        """The rows of a stream, in the order in which they came."""
        return [m.record.data for m in self.messages if m.record and m.record.stream == stream]

    def states(self, stream: str) -> list[dict[str, Any]]:
        """All states of a stream, in their order."""
        found = [m.state.stream for m in self.messages if m.type == Type.STATE and m.state]
        return [plain(one.stream_state) for one in found if one and one.stream_descriptor.name == stream]

    def last_states(self) -> States:
        """The last state of each stream: what the platform hands to the next sync."""
        found = [m.state.stream for m in self.messages if m.type == Type.STATE and m.state]
        return {one.stream_descriptor.name: plain(one.stream_state) for one in found if one}

    def statuses(self, stream: str) -> list[str]:
        """The statuses of a stream in their order."""
        found = [m.trace.stream_status for m in self.messages if m.trace and m.trace.stream_status]
        return [one.status.value for one in found if one.stream_descriptor.name == stream]

    def errors(self) -> list[Any]:
        """The error traces."""
        return [m.trace.error for m in self.messages if m.trace and m.trace.error]

    def warnings(self) -> list[str]:
        """The log lines at level WARNING."""
        return [line.removeprefix("WARNING ") for line in self.lines if line.startswith("WARNING ")]

    @property
    def text(self) -> str:
        """Everything that went out, to look for what must not be in it."""
        printed = [orjson.dumps(AirbyteMessageSerializer.dump(message)).decode() for message in self.messages]
        return "\n".join([*printed, *self.lines, str(self.failure or "")])


def plain(blob: Any) -> dict[str, Any]:
    """A state as the platform keeps it: JSON."""
    found: dict[str, Any] = json.loads(json.dumps(dict(vars(blob)) if blob is not None else {}))
    return found


def read(
    names: str | tuple[str, ...],
    config: Mapping[str, Any],
    state: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    mode: SyncMode = SyncMode.incremental,
    stop_after: int | None = None,
) -> Output:
    """Run a sync of some streams.

    state: the state of each stream that the last sync left; stop_after: how many messages to take before the consumer
    goes away, as when the process is killed. `requests` has to be mocked.
    """
    names = (names,) if isinstance(names, str) else names
    catalog, saved = catalog_of(*names, mode=mode), state_of(state) if state is not None else None
    output = Output()
    with captured(output.lines):
        source = SourceTwilio(catalog, copy.deepcopy(dict(config)), saved)
        messages = source.read(logging.getLogger("airbyte"), config, catalog, saved)
        try:
            for message in messages:
                if stop_after is not None and len(output.messages) >= stop_after:
                    break
                output.messages.append(message)
        except AirbyteTracedException as error:
            output.failure = error
        finally:
            messages.close()
            _wait_for_workers()
    return output


def _wait_for_workers() -> None:
    """Wait until the threads that send requests have ended, as long as their requests are still mocked."""
    for thread in threading.enumerate():
        if thread.name.startswith("worker-"):
            thread.join(5)
            assert not thread.is_alive(), f"{thread.name} goes on after the end"


@contextmanager
def captured(lines: list[str]) -> Iterator[None]:
    """Collect the connector's log lines as `LEVEL text`."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.levelname} {record.getMessage()}")

    logger, handler = logging.getLogger("airbyte"), Handler()
    level, propagate = logger.level, logger.propagate
    others = [one for one in logger.handlers]
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.handlers, logger.propagate = others, propagate
        logger.setLevel(level)


class Syncs:
    """Syncs of the connector against one sandbox, each going on from the last state that came out of the one before.

    twilio: the stand-in; config: the configuration, which a test may change between two syncs; state: of each stream.
    """

    def __init__(self, twilio: Twilio, config: Mapping[str, Any]) -> None:
        self.twilio = twilio
        self.config = dict(config)
        self.state: States = {}

    def run(self, *names: str, stop_after: int | None = None, mode: SyncMode = SyncMode.incremental) -> Output:
        """One sync; a stream without a new state keeps its old one."""
        self.twilio.clear_requests()
        with requests_mock.Mocker() as mocker:
            mount(self.twilio, mocker)
            output = read(names, self.config, self.state, stop_after=stop_after, mode=mode)
        self.state = {**self.state, **output.last_states()}
        return output

    def asked(self, part: str = "") -> list[str]:
        """The requests of the last sync whose address contains a text, without the list of accounts."""
        asked = [f"{one['path']}?{one['query']}" for one in self.twilio.requests()]
        return [one for one in asked if part in one and not one.startswith("/2010-04-01/Accounts.json")]
