"""A full read of the sandbox: complete, unique, valid, and the same as what Twilio's own library lists.

The sandbox stands still meanwhile, so that the connector, the library and the computed truth see the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from jsonschema import Draft7Validator, FormatChecker

from integration_tests import helpers
from integration_tests.sandbox import Sandbox, library
from integration_tests.sandbox.accounts import MAIN, SUPPORT, default_directory
from integration_tests.sandbox.emitted import differences, normalised
from integration_tests.sandbox.resources import load

RESOURCES = load()
UNDATED = {"messages", "calls"}  # what was never sent or dialled has no date; Twilio says so
HOSTS = sorted({resource.host for resource in RESOURCES.values()})
# This and the previous unit are read again, and a small world has no others.
RESTATED = {"usage_records_monthly", "usage_records_yearly"}


@dataclass(frozen=True)
class Reading:
    """A sandbox that stands still, a full read of it, and one more with the state of the first."""

    sandbox: Sandbox
    first: helpers.Run
    second: helpers.Run
    requests: int

    @property
    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.fromisoformat(str(self.sandbox.control.status()["now"]).replace("Z", "+00:00"))


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """Two syncs of all streams of a small world."""
    helpers.begin_of_a_day()
    with Sandbox(small=True) as sandbox:
        sandbox.control.freeze()
        folder = tmp_path_factory.mktemp("reading")
        first = helpers.read(None, sandbox.environment(), folder)
        sandbox.control.clear_requests()
        second = helpers.read(None, sandbox.environment(), folder, state=first.state())
        yield Reading(sandbox, first, second, len(sandbox.control.requests()))


def test_both_syncs_end_well(reading: Reading) -> None:
    assert (reading.first.exit_code, reading.first.errors(), reading.first.logs("WARN")) == (0, [], [])
    assert (reading.second.exit_code, reading.second.errors(), reading.second.logs("WARN")) == (0, [], [])


def test_a_sync_says_a_line_a_stream_and_hardly_more(reading: Reading) -> None:
    for run in (reading.first, reading.second):
        lines = run.logs()
        assert len(lines) <= 2 * len(RESOURCES) + 20
        ends = re.findall(r"^Stream (\w+): (\d+) rows of ", "\n".join(lines), re.M)
        assert {name: int(rows) for name, rows in ends} == {**dict.fromkeys(RESOURCES, 0), **run.counts()}
        assert len(ends) == len(RESOURCES)
        assert len([line for line in lines if line.startswith("The sync took ")]) == 1
        assert f" {len(run.of('RECORD'))} rows, " in lines[-1]


@pytest.mark.parametrize("stream", sorted(RESOURCES))
def test_every_row_comes_once_and_as_it_should(reading: Reading, stream: str) -> None:
    want = reading.sandbox.control.expected(stream, helpers.START_DATE)
    assert differences(RESOURCES[stream], want, reading.first.records(stream)) == []


@pytest.mark.parametrize("stream", sorted(RESOURCES))
def test_rows_match_their_schema_and_their_key(reading: Reading, stream: str) -> None:
    declared = helpers.streams()[stream]
    validator = Draft7Validator(declared["json_schema"], format_checker=FormatChecker())
    rows = reading.first.records(stream)
    keys = [tuple(row.get(column) for (column,) in declared["source_defined_primary_key"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert not [key for key in keys if None in key], "a key with a hole in it merges with nothing"
    if stream not in UNDATED and declared.get("default_cursor_field"):
        (cursor,) = declared["default_cursor_field"]
        assert not [row for row in rows if row.get(cursor) is None]
    assert [error.message for row in rows for error in validator.iter_errors(row)][:3] == []


@pytest.mark.parametrize("stream", sorted(RESOURCES))
def test_a_second_sync_brings_nothing_that_the_first_did_not(reading: Reading, stream: str) -> None:
    first = [RESOURCES[stream].key_of(row) for row in reading.first.records(stream)]
    second = [RESOURCES[stream].key_of(row) for row in reading.second.records(stream)]
    assert set(map(str, second)) <= set(map(str, first))
    is_incremental = "incremental" in helpers.streams()[stream]["supported_sync_modes"] and stream not in RESTATED
    if is_incremental and len(first) > 50:
        assert len(second) < len(first)


@pytest.mark.parametrize("account", [MAIN, SUPPORT])
@pytest.mark.parametrize("host", HOSTS)
def test_rows_are_those_that_the_official_library_lists(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, host: str, account: str
) -> None:
    for name, value in reading.sandbox.env.items():
        monkeypatch.setenv(name, value)
    client = library.client(default_directory().accounts[account])
    found = {}
    for name, resource in RESOURCES.items():
        only_once = account != MAIN and (resource.once or name in ("accounts", "account_balance"))
        if resource.host != host or name in library.NOT_LISTED or resource.sample or only_once:
            continue
        rows = [row for row in reading.first.records(name) if row.get("account_sid", account) == account]
        listed = [normalised(resource, row, account) for row in library.list_rows(client, name, account, reading.now)]
        keys = {tuple(map(str, resource.key_of(row))) for row in rows}
        theirs = {tuple(map(str, resource.key_of(row))) for row in listed}
        if keys != theirs:
            found[name] = (sorted(keys - theirs)[:3], sorted(theirs - keys)[:3])
    assert found == {}


def test_the_sandbox_holds_every_stream() -> None:
    assert sorted(helpers.streams()) == sorted(RESOURCES)
