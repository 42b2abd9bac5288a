"""A stream of changes has the rows of the connector's syncs, and goes on where it was."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import Run, configuration
from integration_tests.helpers import read as run_read
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import SUSPENDED
from spark_tests.sessions import changes, key_of, read, schema_of, shown, text, to_the_end, wanted

# A stream of each block whose cursor an offset can be.
KINDS = (
    "addresses", "usage_records", "usage_records_monthly", "usage_records_yearly", "calls", "conferences",
    "recordings", "message_media", "messages", "alerts", "taskrouter_events",
    "messaging_deactivations", "port_in_requests", "serverless_function_versions", "wireless_usage_records",
    "workspace_cumulative_statistics",
)


def into_memory(frame: Any, name: str, folder: Path) -> None:
    """Bring the table of that name up to now. Its checkpoint is new: such a table cannot go on at one."""

    def start() -> Any:
        query = frame.writeStream.format("memory").queryName(name).trigger(availableNow=True)
        return query.option("checkpointLocation", tempfile.mkdtemp(dir=folder)).start()

    to_the_end(start)


def into_files(frame: Any, folder: Path) -> None:
    """Bring Parquet files up to now, from a checkpoint that outlives a failure."""
    query = frame.writeStream.format("parquet").trigger(availableNow=True).option("path", str(folder / "rows"))
    to_the_end(query.option("checkpointLocation", str(folder / "checkpoint")).start)


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
    into_memory(changes(spark, stream, config, every=3600), stream, tmp_path)
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
        into_memory(changes(local, stream, config), stream, tmp_path)
    assert not sandbox.control.requests()
