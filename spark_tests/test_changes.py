"""A stream of changes has the rows of the connector's syncs, and goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from integration_tests.helpers import ROOT, Run, configuration, write
from integration_tests.helpers import read as run_read
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN, SUPPORT, SUSPENDED
from spark_tests.sessions import MASTERS, changes, key_of, read, schema_of, shown, variables, wanted

# A stream of each block whose cursor an offset can be.
KINDS = (
    "addresses", "usage_records", "usage_records_monthly", "usage_records_yearly", "calls", "conferences",
    "recordings", "message_media", "messages", "alerts", "taskrouter_events",
    "messaging_deactivations", "port_in_requests", "serverless_function_versions", "wireless_usage_records",
    "workspace_cumulative_statistics",
)
NEW = "AC" + "6" * 32


def text(moment: datetime) -> str:
    """A moment as the configuration takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def started(frame: Any, name: str, folder: Path) -> Any:
    """A query that brings the table of that name up to now."""
    query = frame.writeStream.format("memory").queryName(name).trigger(availableNow=True)
    return query.option("checkpointLocation", str(folder / name)).start()


def into_files(frame: Any, folder: Path) -> None:
    """Bring Parquet files up to now, from a checkpoint that outlives a failure."""
    query = frame.writeStream.format("parquet").trigger(availableNow=True).option("path", str(folder / "rows"))
    query.option("checkpointLocation", str(folder / "checkpoint")).start().awaitTermination()


@pytest.fixture(scope="module")
def connector(sandbox: Sandbox, half_past: datetime, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What the connector prints of the range that ends with the last full hour."""
    until = configuration(end_date=text(half_past.replace(minute=0)))
    run = run_read(KINDS, sandbox.environment(), tmp_path_factory.mktemp("plain"), config=until)
    assert run.exit_code == 0
    return run


@pytest.mark.parametrize("stream", KINDS)
def test_rows_are_those_of_the_connector(
    spark: Any, config: Path, connector: Run, tmp_path: Path, stream: str
) -> None:
    started(changes(spark, stream, config, every=3600), stream, tmp_path).awaitTermination()
    schema, key = schema_of(stream), key_of(stream)
    found = {tuple(map(str, map(row.__getitem__, key))): row for row in spark.table(stream).collect()}
    rows = connector.records(stream)
    assert rows and len(found) == len(rows)
    for row in rows:
        expected = wanted(row, schema)
        assert shown(found[tuple(str(expected[name]) for name in key)], schema) == expected


def test_an_account_that_refuses_fails_the_query(local: Any, config: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """Its rows would be passed over; a batch does that with a warning, and who leaves it out goes on."""
    sandbox.control.add_fault("status", url="monitor", account=SUSPENDED, status=403, code=20005)
    try:
        with pytest.raises(Exception, match=f"account {SUSPENDED} cannot be read .*`subaccounts` = except"):
            into_files(changes(local, "alerts", config, every=3600), tmp_path)
        into_files(changes(local, "alerts", config, every=3600, subaccounts="except", account_sids=SUSPENDED), tmp_path)
        batch = read(local, "alerts", config).count()
    finally:
        sandbox.control.clear_faults()
    assert batch and local.read.parquet(str(tmp_path / "rows")).count()


@pytest.mark.parametrize(
    ("stream", "why"), [("executions", "rows that change until they end"), ("accounts", "a list without a cursor")]
)
def test_what_no_offset_bounds_is_read_as_a_batch(
    local: Any, config: Path, sandbox: Sandbox, tmp_path: Path, stream: str, why: str
) -> None:
    sandbox.control.clear_requests()
    with pytest.raises(Exception, match=f"Stream {stream} .*{why}.*read it as a batch"):
        started(changes(local, stream, config), stream, tmp_path).awaitTermination()
    assert not sandbox.control.requests()


# ------------------------------------------------------------------------------- driver processes that end and go on
@pytest.fixture
def moving(half_past: datetime) -> Iterator[Sandbox]:
    """A world of its own, whose clock the test moves."""
    with Sandbox(small=True) as one:
        one.control.freeze(half_past.isoformat())
        yield one


@pytest.fixture
def start(moving: Sandbox, tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Starts the nightly job as a process group of its own."""
    config = write(tmp_path / "config.json", configuration())

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "spark_tests.job", "nightly", MASTERS[0], str(config), str(tmp_path)]
        env = {**os.environ, **variables(moving)}
        return subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, stderr=subprocess.PIPE, text=True)

    return begin


def message(number: int, sid: str, sent: datetime | None, created: datetime) -> dict[str, Any]:
    """A message as Twilio keeps it."""
    form = "%a, %d %b %Y %H:%M:%S +0000"
    return {
        "sid": f"SM{number:032x}", "account_sid": sid, "date_created": created.strftime(form), "price": None,
        "date_sent": sent.strftime(form) if sent else None, "status": "sent" if sent else "canceled",
    }


def test_a_nightly_table_misses_nothing(
    moving: Sandbox, start: Callable[[], subprocess.Popen[str]], half_past: datetime, tmp_path: Path
) -> None:
    """Four nights: the first; one with late changes; one whose driver is killed in the middle; the one after."""
    put, form = moving.control.put, "%a, %d %b %Y %H:%M:%S +0000"
    late = message(1, MAIN, half_past - timedelta(hours=2), half_past - timedelta(hours=2))
    put("messages", MAIN, late)

    def night() -> dict[str, Any]:
        job = start()
        _, errors = job.communicate(timeout=300)
        assert job.returncode == 0, errors[-3000:]
        rows = DeltaTable(tmp_path / "table").to_pyarrow_table().to_pylist()
        assert len({row["sid"] for row in rows}) == len(rows)
        return {row["sid"]: row for row in rows}

    def all_of_it(until: datetime) -> set[str]:
        folder = tmp_path / "plain"
        folder.mkdir(exist_ok=True)
        run = run_read(["messages"], moving.environment(), folder, config=configuration(end_date=text(until)))
        return {row["sid"] for row in run.records("messages")}

    first = night()
    assert first.keys() == all_of_it(half_past.replace(minute=0))
    assert first[late["sid"]]["price"] is None

    moving.control.set_now((half_past + timedelta(hours=5)).isoformat())
    put("messages", MAIN, {**late, "price": "-0.00750", "price_unit": "USD",
                           "date_updated": (half_past + timedelta(hours=1)).strftime(form)})
    put("messages", SUPPORT, message(2, SUPPORT, half_past + timedelta(hours=1), half_past + timedelta(hours=1)))
    put("messages", MAIN, message(3, MAIN, None, half_past + timedelta(hours=2)))
    moving.control.add_account(NEW, "new-token-0123456789abcdef012345")
    put("messages", NEW, message(4, NEW, half_past - timedelta(days=40), half_past - timedelta(days=40)))
    second = night()
    assert second.keys() == all_of_it(half_past.replace(minute=0) + timedelta(hours=5))
    assert {f"SM{number:032x}" for number in (2, 3, 4)} <= second.keys() - first.keys()
    assert second[late["sid"]]["price"] == -0.0075

    moving.control.set_now((half_past + timedelta(hours=29)).isoformat())
    moment = half_past + timedelta(hours=6)
    moving.control.put_many("messages", MAIN, [message(number, MAIN, moment, moment) for number in range(100, 6100)])
    moving.control.clear_requests()
    moving.control.latency(0.5)
    job = start()
    while sum(request["stream"] == "messages" for request in moving.control.requests()) < 3:
        assert job.poll() is None
        time.sleep(0.2)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate()
    moving.control.latency(0)
    third = night()
    there = all_of_it(half_past.replace(minute=0) + timedelta(hours=29))
    # One that was waiting may have been sent since, behind the end of the range.
    assert third.keys() >= there and third.keys() - there <= second.keys()
    assert len(third) >= len(second) + 6000
