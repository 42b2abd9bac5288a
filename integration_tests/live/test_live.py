"""What a release has to do on a real account. No assertion shows a row: what fails names streams and columns only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from integration_tests.helpers import ROOT, Run, check, read, run_connector, streams, write

STREAMS = ("messages", "calls", "recordings", "conferences", "alerts", "usage_records", "incoming_phone_numbers")


@pytest.fixture(scope="module")
def first(config: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A first sync of a few streams."""
    return read(STREAMS, os.environ, tmp_path_factory.mktemp("first"), config=config)


def test_check(config: Mapping[str, Any], tmp_path: Path) -> None:
    run = check(config, os.environ, tmp_path)
    assert (run.exit_code, run.connection_status()) == (0, ("SUCCEEDED", ""))


def test_discover(config: Mapping[str, Any], tmp_path: Path) -> None:
    run = run_connector(["discover", "--config", write(tmp_path / "config.json", config)], os.environ)
    assert run.exit_code == 0
    assert {stream["name"] for stream in run.of("CATALOG")[0]["streams"]} == set(streams())


def test_read(first: Run) -> None:
    assert (first.exit_code, [error["message"] for error in first.errors()]) == (0, [])
    assert {name: first.statuses(name)[-1] for name in STREAMS} == dict.fromkeys(STREAMS, "COMPLETE")


@pytest.mark.parametrize("name", STREAMS)
def test_records(first: Run, name: str) -> None:
    """Rows match their schema, and no key is empty or comes twice."""
    stream, rows = streams()[name], first.records(name)
    validator = Draft7Validator(stream["json_schema"], format_checker=Draft7Validator.FORMAT_CHECKER)
    errors = [error for row in rows for error in validator.iter_errors(row)]
    assert {f"{error.path[0] if error.path else ''}: {error.validator}" for error in errors} == set()
    keys = Counter(tuple(row.get(column) for (column,) in stream["source_defined_primary_key"]) for row in rows)
    assert (sum(count > 1 for count in keys.values()), sum(None in key for key in keys)) == (0, 0)


def test_second_sync(first: Run, config: Mapping[str, Any], tmp_path: Path) -> None:
    """The next sync goes on from the state: no cursor goes back."""
    second = read(STREAMS, os.environ, tmp_path, config=config, state=first.state())
    assert (second.exit_code, [error["message"] for error in second.errors()]) == (0, [])
    before, after = cursors(first), cursors(second)
    assert before
    assert {place.split()[0] for place, value in before.items() if after.get(place, "") < value} == set()


def cursors(run: Run) -> dict[str, str]:
    """The cursor of each stream, account and kind of rows."""
    return {
        f"{state['stream']['stream_descriptor']['name']} {json.dumps(entry['partition'])}": value
        for state in run.state()
        for entry in (state["stream"].get("stream_state") or {}).get("states", [])
        for value in entry["cursor"].values()
    }


def test_probe(config: Mapping[str, Any], tmp_path: Path) -> None:
    """No assumption of the connector is wrong."""
    path = write(tmp_path / "config.json", config)
    done = subprocess.run([sys.executable, "-m", "source_twilio.probe", "--config", str(path)], cwd=ROOT,
                          capture_output=True, text=True, timeout=300)
    wrong = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
    assert (done.returncode, wrong, done.stderr) == (0, [], "")
