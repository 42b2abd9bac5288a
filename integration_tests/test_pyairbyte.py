"""PyAirbyte reads the sandbox into DuckDB: the tables hold what Twilio holds, and a second read takes what is new."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from integration_tests.helpers import START_DATE, begin_of_a_day, configuration
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN

if TYPE_CHECKING:  # it takes seconds, in every process that collects the tests
    from airbyte.caches import DuckDBCache

pytestmark = pytest.mark.filterwarnings("ignore")  # PyAirbyte's own
EXECUTABLE = Path(sys.executable).with_name("source-twilio")
STREAMS = ["accounts", "calls", "conversations", "messages", "usage_records"]
# Their keys and cursors stand inside objects at Twilio, or are null in some rows: PyAirbyte refuses nested keys, and
# its MERGE stores a row with a null in its key again with every read.
MADE_WHOLE = ["call_insight_events", "call_insight_metrics", "supersim_usage_records", "wireless_sim_usage_records",
              "wireless_usage_records"]
READ = [*STREAMS, *MADE_WHOLE]
NEW = "SM" + "9" * 32


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A world of its own, since a message is sent in it; PyAirbyte leaves its files in a folder of the test."""
    monkeypatch.chdir(tmp_path)
    begin_of_a_day()
    with Sandbox(small=True) as started:
        for name, value in {**started.env, "HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        yield started


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[DuckDBCache]:
    """A DuckDB file."""
    from airbyte.caches import DuckDBCache

    made = DuckDBCache(db_path=tmp_path / "twilio.duckdb", cache_dir=tmp_path / "cache")
    yield made
    made.close()
    gc.collect()  # files that PyAirbyte leaves open, here and not in the next test


def read(cache: DuckDBCache) -> int:
    """Read the streams as a user of PyAirbyte does; gives how many records came."""
    import airbyte

    source = airbyte.get_source("source-twilio", configuration(), local_executable=EXECUTABLE)
    source.check()
    source.select_streams(READ)
    return source.read(cache).processed_records


def table(cache: DuckDBCache, query: str) -> dict[Any, Any]:
    """A query of two columns as a mapping."""
    return dict(tuple(row.values()) for row in cache.run_sql_query(query))


def assert_equal_to_twilio(cache: DuckDBCache, twilio: Sandbox) -> None:
    """Row counts, and the sums a user would build, against what a right connector emits."""
    expected = {name: twilio.control.expected(name, START_DATE) for name in READ}
    for name in READ:
        assert expected[name], name
        assert table(cache, f"select 1, count(*) from {name}") == {1: len(expected[name])}, name
    statuses = Counter(row["status"] for row in expected["messages"])
    assert table(cache, "select status, count(*) from messages group by 1") == statuses
    spent: Counter[str] = Counter()
    for row in expected["usage_records"]:
        spent[row["category"]] += row["price"] or 0
    found = table(cache, "select category, sum(coalesce(price, 0)) from usage_records group by 1")
    assert {name: float(price) for name, price in found.items()} == pytest.approx(spent)
    assert sum(spent.values()) > 0


def test_tables_equal_twilio_and_a_second_read_is_incremental(cache: DuckDBCache, twilio: Sandbox) -> None:
    first = read(cache)
    assert_equal_to_twilio(cache, twilio)
    assert first == sum(len(twilio.control.expected(name, START_DATE)) for name in READ)

    (pattern, *_) = twilio.control.rows("messages", MAIN)
    sent = format_datetime(datetime.now(timezone.utc))
    dates = {"date_created": sent, "date_updated": sent, "date_sent": sent}
    twilio.control.clear_requests()
    twilio.control.put("messages", MAIN, {**pattern, **dates, "sid": NEW})
    second = read(cache)
    assert_equal_to_twilio(cache, twilio)
    assert table(cache, f"select account_sid, count(*) from messages where sid = '{NEW}' group by 1") == {MAIN: 1}
    assert second < first / 2
    usage = [ask for ask in twilio.control.requests() if "/Usage/Records/Daily.json" in ask["path"]]
    assert usage and not [ask for ask in usage if f"StartDate={START_DATE[:10]}" in ask["query"]]
