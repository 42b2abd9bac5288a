"""The edition and the connector read the same: the CDK's own engine is a second opinion on ours, and ours on it.

Of each kind of stream one is compared, with `--long` all are. Both read the same sandbox under the same clock, which
stands still, twice: from the start date on, and three days later from the states that the first syncs left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from time_machine import travel

from integration_tests.oracle import Oracle, Pair
from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.accounts import SUPPORT
from integration_tests.stock import StockSyncs
from tools.builder_edition import offered
from tools.docs_manifest import Stream, load
from tools.edition.notes import notes
from unit_tests.support import ConfigBuilder, Syncs
from unit_tests.support.patches import parsed_once

NOW = datetime(2026, 11, 21, 12)
LATER = timedelta(days=3)
USUAL = {"name", "url", "records", "page_size", "primary_key", "cursor_field", "lookback_window", "asked_by"}


def kind_of(stream: Stream) -> tuple[object, ...]:
    """What has an influence on how the edition reads a stream."""
    words = set(stream.row["$parameters"]) - USUAL
    sync = stream.unit, stream.by_change, stream.dated, stream.days_kept
    parent = {f"parent.{word}" for word in stream.row.get("parent") or ()}
    paginator = str(stream.row["retriever"]["paginator"])
    host = stream.host == "api.twilio.com"
    return stream.reader, sync, paginator, host, stream.main_only, frozenset(words | parent)


def sample() -> list[str]:
    """The first stream of each kind, and those with a reason in the table."""
    found = {kind_of(load().streams[name]): name for name in reversed(offered(load()))}
    return [name for name in offered(load()) if name in {*found.values(), *notes()["streams"]}]


@pytest.fixture(scope="module", autouse=True)
def _parsed_once() -> Iterator[None]:
    with parsed_once():
        yield


@pytest.fixture(scope="module")
def compared(pytestconfig: pytest.Config) -> tuple[Oracle, list[str]]:
    """Two syncs of both, and the streams that were read: of two accounts, in the long form of all."""
    is_long = pytestconfig.getoption("--long")
    names = offered(load()) if is_long else sample()
    accounts = ["all"] if is_long else ["selected", SUPPORT]
    config = ConfigBuilder().start("2026-09-10T00:00:00Z").subaccounts(*accounts).put(num_workers=4).build()
    pairs = []
    with travel(NOW, tick=False) as clock:
        twilio = Twilio(World(small=True))
        ours, stock = Syncs(twilio, config), StockSyncs(twilio, config)
        for _ in range(2):
            now = datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")
            pairs.append(Pair(ours.run(*names), stock.run(*names), now))
            clock.shift(LATER)
    return Oracle(*pairs), names


def test_both_end_well(compared: tuple[Oracle, list[str]]) -> None:
    oracle, names = compared
    for pair in (oracle.first, oracle.second):
        assert pair.ours.failure is None and pair.stock.failure is None
        assert {pair.stock.statuses(name)[-1] for name in names} == {"COMPLETE"}
        others = [line for line in pair.stock.warnings() if "CartesianProductStreamSlicer" not in line]
        assert [line for line in others if "Could not find cursor field" not in line] == []


def test_both_read_the_same_but_for_what_the_table_explains(compared: tuple[Oracle, list[str]]) -> None:
    oracle, names = compared
    found = {name: oracle.unexplained(name)[:3] for name in names}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_what_the_table_explains_is_so(compared: tuple[Oracle, list[str]]) -> None:
    oracle, names = compared
    tested = {name for name, note in notes()["streams"].items() if {"without", "held", "children_of"} & set(note)}
    assert tested <= set(names)
    assert {name for name in tested if not oracle.explained(name)} == set()


def test_a_row_that_one_of_them_misses_would_be_found(compared: tuple[Oracle, list[str]]) -> None:
    """Each side without a row, and with another value: the comparison can fail."""
    oracle, _ = compared
    for side in ("ours", "stock"):
        messages = getattr(oracle.first, side).messages
        place = next(n for n, one in enumerate(messages) if one.record and one.record.stream == "users")
        gone = messages.pop(place)
        assert len(oracle.unexplained("users")) == 1
        messages.insert(place, gone)
        kept = gone.record.data["friendly_name"]
        gone.record.data["friendly_name"] = "another"
        assert len([one for one in oracle.unexplained("users") if "another" in one]) == 1
        gone.record.data["friendly_name"] = kept
    assert oracle.unexplained("users") == []
