"""A sandbox, the connector in front of it, and the rows that should come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from integration_tests.helpers import ROOT, START_DATE
from integration_tests.matrix.runs import Matrix, Outcome
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox import accounts as known
from integration_tests.sandbox.resources import load
from integration_tests.sandbox.switches import DEFAULTS

RESOURCES = load()
ALLOWED = set(yaml.safe_load((ROOT / "metadata.yaml").read_text())["data"]["allowedHosts"]["hosts"])
Key = tuple[Any, ...]


class Scene:
    """One sandbox and the connector in front of it."""

    def __init__(self, sandbox: Sandbox, matrix: Matrix) -> None:
        self.sandbox, self.matrix = sandbox, matrix
        self.control, self.env = sandbox.control, sandbox.env
        self.read, self.start_read, self.check = matrix.read, matrix.start_read, matrix.check

    def reset(self) -> None:
        """No faults, limits, delays or requests, and every switch as it was."""
        self.control.clear_faults()
        self.control.limit_in_flight(None)
        self.control.latency(0)
        for name, value in self.control.status()["switches"].items():
            if value != DEFAULTS[name]:
                self.control.set_switch(name, DEFAULTS[name])
        self.control.clear_requests()

    def requests(self, text: str = "", **equal: Any) -> list[dict[str, Any]]:
        """The requests so far whose address holds a text and whose fields have the given values."""
        return [
            one
            for one in self.control.requests()
            if text in f"{one['host']}{one['path']}" and all(one[name] == value for name, value in equal.items())
        ]

    def account(self, sid: str) -> dict[str, Any]:
        """The row of an account, as Twilio lists it: with its Auth Token."""
        tokens = {
            known.MAIN: known.MAIN_TOKEN,
            known.SUPPORT: known.SUPPORT_TOKEN,
            known.MARKETING: known.MARKETING_TOKEN,
            known.SUSPENDED: known.SUSPENDED_TOKEN,
        }
        (row,) = [row for row in self.control.expected("accounts", START_DATE) if row["sid"] == sid]
        return {**row, "auth_token": tokens[sid]}

    def wrong(self, streams: Iterable[str], *outcomes: Outcome, **expected: Any) -> list[str]:
        """What is missing in the rows of some streams, what should not be there, and what one sync emitted twice.

        outcomes: one sync, or several that follow each other; expected: see the sandbox's `expected`.
        """
        lines = []
        for stream in streams:
            want = {key_of(stream, row) for row in self.control.expected(stream, START_DATE, **expected)}
            seen: set[Key] = set()
            for outcome in outcomes:
                keys = [key_of(stream, row) for row in outcome.records(stream)]
                doubled = len(keys) - len(set(keys))
                lines += [f"{stream}: {doubled} rows twice in one sync"] if doubled else []
                seen.update(keys)
            lines += [f"{stream} {key}: missing" for key in sorted(want - seen, key=str)]
            lines += [f"{stream} {key}: not expected" for key in sorted(seen - want, key=str)]
        return lines


def key_of(stream: str, row: Mapping[str, Any]) -> Key:
    """What tells a row from all others, also from those of other accounts."""
    return (row.get("account_sid"), *RESOURCES[stream].key_of(dict(row)))


def table(outcome: Outcome, stream: str) -> dict[Key, dict[str, Any]]:
    """The rows of a stream by their key."""
    return {key_of(stream, row): row for row in outcome.records(stream)}
