"""The contract with the CDK: pages that travel as one record are, from outside, the same as rows that travel alone.

An upgrade of the CDK that changes the order of statuses, records and states, or what it counts, fails here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests_mock
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.types import Record

from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.adapter import mount
from source_twilio.components.reading import streams
from source_twilio.components.reading.streams import AccountPartition
from source_twilio.components.rows.records import Page
from source_twilio.source import SourceTwilio
from unit_tests.support import ConfigBuilder, catalog_of
from unit_tests.support.patches import page_size, states_at_every_page

NAMES = ("messages", "calls", "recordings", "conferences", "flows", "executions", "usage_records", "queues", "alerts")
CONFIG = ConfigBuilder().subaccounts("all").start("2026-11-01T00:00:00Z").build()
Message = dict[str, Any]


class RowForm(SourceTwilio):
    """The same source, but every row is a record of its own for the CDK, and nothing of the output is touched."""

    def read(self, *args: Any, **options: Any) -> Iterator[AirbyteMessage]:
        try:
            yield from ConcurrentDeclarativeSource.read(self, *args, **options)
        finally:
            self.stop()


def rows_alone(partition: AccountPartition) -> Iterator[Record]:
    """The partition's pages as one record a row."""
    for record in _read(partition):
        page: Page = record.data["page"]
        for row in page.rows:
            yield Record(row, record.stream_name, record.associated_slice)
        page.release()


_read = streams.AccountPartition.read


def printed(source: SourceTwilio, twilio: Twilio) -> list[Message]:
    """What the platform reads of a sync; the entry point counts the rows between states."""
    catalog, entrypoint = catalog_of(*NAMES), AirbyteEntrypoint(source)
    with requests_mock.Mocker() as mocker:
        mount(twilio, mocker)
        messages = entrypoint.read(source.spec(logging.getLogger("airbyte")), CONFIG, catalog, [])
        return [orjson.loads(entrypoint.airbyte_message_to_string(message)) for message in messages]


@pytest.fixture
def both(clock: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Message], list[Message]]:
    """One sync as it is, and one in the form of rows."""
    page_size(monkeypatch, 8)
    states_at_every_page(monkeypatch)
    as_it_is = printed(SourceTwilio(catalog_of(*NAMES), CONFIG, None), Twilio(World(small=True)))
    monkeypatch.setattr(streams.AccountPartition, "read", rows_alone)
    row_form = printed(RowForm(catalog_of(*NAMES), CONFIG, None), Twilio(World(small=True)))
    return as_it_is, row_form


def records(messages: list[Message], stream: str) -> list[str]:
    found = [one["record"]["data"] for one in messages if one["type"] == "RECORD" and one["record"]["stream"] == stream]
    return sorted(json.dumps(row, sort_keys=True) for row in found)


def statuses(messages: list[Message], stream: str) -> list[str]:
    found = [
        one["trace"]["stream_status"] for one in messages if one["type"] == "TRACE" and "stream_status" in one["trace"]
    ]
    return [one["status"] for one in found if one["stream_descriptor"]["name"] == stream]


def states(messages: list[Message], stream: str) -> list[Message]:
    found = [one["state"] for one in messages if one["type"] == "STATE"]
    return [one for one in found if one["stream"]["stream_descriptor"]["name"] == stream]


def name_of(message: Message) -> str | None:
    """The stream that a record, status or state is about."""
    if message["type"] == "RECORD":
        return str(message["record"]["stream"])
    if message["type"] == "STATE":
        return str(message["state"]["stream"]["stream_descriptor"]["name"])
    status = message.get("trace", {}).get("stream_status") if message["type"] == "TRACE" else None
    return str(status["stream_descriptor"]["name"]) if status else None


def test_pages_are_rows_from_outside(both: tuple[list[Message], list[Message]]) -> None:
    pages, rows = both
    for stream in NAMES:
        assert records(pages, stream) == records(rows, stream)
        assert records(pages, stream)
        assert statuses(pages, stream) == statuses(rows, stream) == ["STARTED", "RUNNING", "COMPLETE"]
        final = [states(messages, stream)[-1]["stream"].get("stream_state") or {} for messages in both]
        assert _sorted(final[0]) == _sorted(final[1])
    kinds = [[one["type"] for one in messages if one["type"] != "LOG"][:1] for messages in both]
    assert kinds[0] == kinds[1]


def _sorted(state: Message) -> Message:
    """Accounts end in any order."""
    return {**state, "states": sorted(state.get("states", []), key=json.dumps)}


def test_states_count_the_rows_before_them(both: tuple[list[Message], list[Message]]) -> None:
    for messages in both:
        for stream in NAMES:
            mine = [one for one in messages if name_of(one) == stream and one["type"] in ("RECORD", "STATE")]
            assert mine[-1]["type"] == "STATE", "nothing comes after the last state"
            counted = 0
            for one in mine:
                if one["type"] == "RECORD":
                    counted += 1
                else:
                    assert one["state"]["sourceStats"]["recordCount"] == counted
                    counted = 0
            total = sum(one["sourceStats"]["recordCount"] for one in states(messages, stream))
            assert total == len(records(messages, stream))


def test_a_stream_starts_before_its_rows_runs_with_the_first_and_ends_after_the_last(
    both: tuple[list[Message], list[Message]],
) -> None:
    for messages in both:
        for stream in NAMES:
            mine = [one for one in messages if name_of(one) == stream and one["type"] != "STATE"]
            order = [
                one["type"] if one["type"] == "RECORD" else one["trace"]["stream_status"]["status"] for one in mine
            ]
            assert order[:2] == ["STARTED", "RUNNING"] and order[-1] == "COMPLETE"
            assert set(order[2:-1]) == {"RECORD"}


def test_each_state_comes_after_the_rows_that_it_covers(both: tuple[list[Message], list[Message]]) -> None:
    """Recordings are dated by their creation: whatever lies up to a state's cursor has been printed before it."""
    for messages in both:
        everything = [json.loads(row) for row in records(messages, "recordings")]
        printed_keys: set[str] = set()
        seen = 0
        for one in messages:
            if name_of(one) != "recordings":
                continue
            if one["type"] == "RECORD":
                printed_keys.add(one["record"]["data"]["sid"])
            elif one["type"] == "STATE":
                seen += 1
                for entry in one["state"]["stream"]["stream_state"]["states"]:
                    value, sid = entry["cursor"]["date_created"], entry["partition"]["account_sid"]
                    covered = {r["sid"] for r in everything if r["account_sid"] == sid and r["date_created"] <= value}
                    assert covered <= printed_keys
        assert seen > 1, "states came along the way"
