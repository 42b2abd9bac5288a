"""What the CDK's standard tests leave out: a state of the future, and a full refresh of what was read incrementally."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from integration_tests.helpers import (
    ROOT,
    START_DATE,
    begin_of_a_day,
    catalog,
    configuration,
    read,
    run_connector,
    streams,
    write,
)
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN, SUPPORT

FILES = ROOT / "integration_tests"
FUTURE = json.loads((FILES / "future_state.json").read_text(encoding="utf-8"))
READ = [item["stream"]["stream_descriptor"]["name"] for item in FUTURE]
ACCOUNTS = {"mode": "selected", "account_sids": [SUPPORT]}


def cursors(state: dict[str, Any]) -> list[str]:
    """The cursor values of a stream's state."""
    return [value for entry in state["states"] for value in entry["cursor"].values()]


@pytest.fixture(autouse=True)
def _on_one_day() -> None:
    begin_of_a_day()


def keys(stream: str, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The primary keys of rows, in order."""
    fields = [path[0] for path in streams()[stream]["source_defined_primary_key"]]
    return sorted(tuple(row[field] for field in fields) for row in rows)


def test_a_state_of_the_future_reads_the_lookback_and_comes_back_to_now(tmp_path: Path) -> None:
    """A clock that was ahead: nothing is asked for in the future, and no row of today is passed over for ever."""
    with Sandbox(small=True) as twilio:
        run = read(READ, twilio.environment(), tmp_path, config=configuration(subaccounts=ACCOUNTS), state=FUTURE)
        asked = twilio.control.requests()
        expected = {name: twilio.control.expected(name, START_DATE, [SUPPORT]) for name in READ}
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%d")
    assert run.exit_code == 0 and run.errors() == []
    for name in READ:
        saved = cursors(run.stream_state(name))
        assert saved and max(saved) < tomorrow, name
        assert len(run.records(name)) < len(expected[name]), name
    assert run.records("messages")
    begins = {value for ask in asked for value in parse_qs(ask["query"]).get("StartDate", [])}
    assert begins and max(begins) < tomorrow
    recent = (datetime.now(timezone.utc) - timedelta(days=3)).strftime("%Y-%m-%d")
    restated = [row for row in expected["usage_records"] if row["start_date"] >= recent]
    assert keys("usage_records", run.records("usage_records")) == keys("usage_records", restated)


def test_a_full_refresh_reads_everything_whatever_the_state_says(sandbox: Sandbox, tmp_path: Path) -> None:
    incremental = [name for name, stream in streams().items() if stream["supported_sync_modes"][1:]]
    names = sorted({*READ, *incremental[::7]})
    run = read(names, sandbox.environment(), tmp_path, state=FUTURE, full_refresh=True)
    assert run.exit_code == 0 and run.errors() == []
    for name in names:
        assert keys(name, run.records(name)) == keys(name, sandbox.control.expected(name, START_DATE)), name
        assert run.statuses(name)[-1] == "COMPLETE"


def test_the_sample_files_work_as_they_are(sandbox: Sandbox) -> None:
    """What a reader copies: a configuration, and a catalog that names streams without their schemas."""
    arguments = ["--config", FILES / "sample_config.json", "--catalog", FILES / "configured_catalog.json"]
    run = run_connector(["read", *arguments], sandbox.environment())
    chosen = json.loads((FILES / "configured_catalog.json").read_text(encoding="utf-8"))["streams"]
    assert run.exit_code == 0 and run.errors() == []
    for entry in chosen:
        stream = entry["stream"]
        known = streams()[stream["name"]]
        assert stream["supported_sync_modes"] == known["supported_sync_modes"]
        assert run.counts()[stream["name"]] > 0, stream["name"]
    assert {item["account_sid"] for item in run.records("messages")} > {MAIN, SUPPORT}


def test_a_mode_that_a_stream_has_not_is_read_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    """Platforms keep old catalogs: a stream without a cursor that is asked for incrementally is read as it can be."""
    wanted = catalog(["accounts"])
    wanted["streams"][0]["sync_mode"] = "incremental"
    config = write(tmp_path / "config.json", configuration())
    arguments = ["read", "--config", config, "--catalog", write(tmp_path / "catalog.json", wanted)]
    run = run_connector(arguments, sandbox.environment())
    assert run.exit_code == 0
    expected = sandbox.control.expected("accounts", START_DATE)
    assert keys("accounts", run.records("accounts")) == keys("accounts", expected)
