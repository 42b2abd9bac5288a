"""Keys and cursors that every destination takes: top-level columns, and no row of a documented answer lacks one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests_mock

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN
from integration_tests.sandbox.adapter import mount
from source_twilio.components.reading.catalog import describe
from source_twilio.components.reading.retrievers import ListRetriever
from source_twilio.components.reading.streams import TwilioStream
from source_twilio.source import SourceTwilio
from unit_tests.streams.test_every_stream import kinds, rows, schema
from unit_tests.support import ConfigBuilder, catalog_of, read
from unit_tests.support.manifest import cursor_of, streams

NAMES = [name for name in streams() if name != "messaging_deactivations"]  # answers the address of a text file
INCREMENTAL = [name for name in streams() if streams()[name].get("incremental_sync")]
SPANS = {
    "wireless_usage_records": ("https://wireless.twilio.com/v1/UsageRecords", "start", "end"),
    "supersim_usage_records": ("https://supersim.twilio.com/v1/UsageRecords", "start_time", "end_time"),
}


@pytest.fixture(scope="module")
def built() -> dict[str, TwilioStream]:
    """Every stream as a sync makes it."""
    config = ConfigBuilder().build()
    made = SourceTwilio(catalog_of(*streams()), config, None).streams(config)
    return {one.name: one for one in made if isinstance(one, TwilioStream)}


def given(name: str) -> dict[str, Any]:
    """What a slice hands to the rows of a stream: its account, the keys of its parents, the day that is asked for."""
    row = streams()[name]
    start, end = "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"
    context = {"account_sid": MAIN, "window_start": start, "day_end": end, "period_start": start, "period_end": end}
    while True:
        context |= {key: "x" for key in row.get("among") or {}}
        if not row.get("parent"):
            return context
        context |= {key: f"a-{key}" for key in row["parent"]["keys"]}
        row = streams()[row["parent"]["stream"]]


def answered(retriever: ListRetriever, name: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a documented answer as the stream's retriever hands them on."""

    def get(*_: Any, **__: Any) -> dict[str, Any]:
        records = retriever.requester.records
        return {records: found} if records else found[0]

    retriever.api = SimpleNamespace(get=get, host=lambda product: "x")  # type: ignore[assignment]
    retriever.accounts = SimpleNamespace(sign=lambda *_: None)  # type: ignore[assignment]
    reading = SimpleNamespace(account=None, stats=None, who=name)
    return next(iter(retriever.pages(reading, given(name)))).rows  # type: ignore[arg-type]


@pytest.mark.parametrize("name", streams())
def test_keys_and_cursors_are_top_level_columns(name: str) -> None:
    """Destinations refuse a whole catalog for one nested key."""
    row, properties = streams()[name], schema(name)["properties"]
    stream = describe(row, schema(name))
    assert stream.source_defined_primary_key
    for path in stream.source_defined_primary_key:
        assert len(path) == 1 and path[0] in properties, f"{path} is no column"
        assert not kinds(properties[path[0]]) & {"object", "array", "null"}
    if name in INCREMENTAL:
        assert stream.default_cursor_field == [cursor_of(name)]
        assert cursor_of(name) in properties


@pytest.mark.parametrize("name", NAMES)
def test_no_documented_row_lacks_a_part_of_its_key_or_shares_it(built: dict[str, TwilioStream], name: str) -> None:
    found = answered(built[name].retriever, name, rows(name))
    assert found
    keys = [tuple(row.get(column) for column in streams()[name]["primary_key"]) for row in found]
    assert not [key for key in keys if None in key or "" in key]
    if name in INCREMENTAL:
        assert not [row for row in found if row.get(cursor_of(name)) is None]
    assert len(set(keys)) == len(keys)


def test_an_edge_that_twilio_does_not_tell_is_the_one_it_calls_unknown(built: dict[str, TwilioStream]) -> None:
    found = answered(built["call_insight_events"].retriever, "call_insight_events", rows("call_insight_events"))
    assert [row["edge"] for row in found] == ["sdk_edge", "unknown_edge", "unknown_edge", "unknown_edge"]
    metric = {"timestamp": "2026-11-20T10:00:00Z", "call_sid": "CA1", "direction": "both", "edge": None}
    (row,) = answered(built["call_insight_metrics"].retriever, "call_insight_metrics", [metric])
    assert row["edge"] == "unknown_edge"


@pytest.mark.parametrize("name", SPANS)
def test_spans_become_columns_beside_what_twilio_sent(twilio: Twilio, name: str) -> None:
    """A row that says nothing of its span sums up what was asked for; usage of no SIM has a word for it in the key."""
    url, first, last = SPANS[name]
    day = {first: "2026-11-20T00:00:00Z", last: "2026-11-21T00:00:00Z"}
    page = {"usage_records": [{"account_sid": MAIN, "period": day}, {"account_sid": MAIN, "period": {}}]}
    state = {"states": [{"partition": {"account_sid": MAIN}, "cursor": {"period_start": "2026-11-20T10:00:00Z"}}]}
    with requests_mock.Mocker() as mocker:
        mount(twilio, mocker)
        mocker.get(url, json={**page, "meta": {"key": "usage_records", "next_page_url": None}})
        output = read(name, ConfigBuilder().put(lookback_window=0).build(), {name: state})
    assert output.failure is None
    told, untold = output.records(name)
    assert told["period"] == day and untold["period"] == {}
    assert (told["period_start"], told["period_end"]) == ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")
    assert (untold["period_start"], untold["period_end"]) == ("2026-11-19T00:00:00Z", "2026-11-22T00:00:00Z")
    assert {row.get("sim_sid") for row in (told, untold)} == {"unknown_sim" if name.startswith("super") else None}
