"""A batch is what the connector reads, value by value, in every kind of list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import Run, configuration
from integration_tests.helpers import read as run_read
from integration_tests.sandbox import Sandbox
from spark_tests.sessions import key_of, read, schema_of, shown, wanted

# A stream of each block of the manifest; conversations and subaccounts' hosts need tokens of their own.
KINDS = (
    "accounts", "addresses", "usage_records_this_month", "usage_records", "usage_records_monthly",
    "usage_records_yearly", "available_phone_numbers_local", "calls", "conferences", "recordings", "message_media",
    "messages", "executions", "step", "workspace_cumulative_statistics", "voice_pricing_countries",
    "taskrouter_events", "messaging_deactivations", "port_in_requests", "short_code_applications",
    "serverless_function_versions", "wireless_usage_records", "conversations", "bundle_evaluations",
)


@pytest.fixture(scope="module")
def midnight(half_past: datetime) -> str:
    """Before it each day has ended, so no figure of it depends on when it is asked for."""
    return half_past.strftime("%Y-%m-%dT00:00:00Z")


@pytest.fixture(scope="module")
def connector(sandbox: Sandbox, midnight: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What the connector's command prints."""
    folder, until = tmp_path_factory.mktemp("plain"), configuration(end_date=midnight)
    run = run_read(KINDS, sandbox.environment(), folder, config=until, full_refresh=True)
    assert run.exit_code == 0
    return run


def test_every_block_of_the_manifest_is_here() -> None:
    import yaml

    from integration_tests.helpers import ROOT

    rows = yaml.safe_load((ROOT / "source_twilio" / "manifest.yaml").read_text(encoding="utf-8"))["streams"]
    blocks = {row["$parameters"]["name"]: row["$ref"] for row in rows}
    assert set(blocks.values()) == {blocks[name] for name in KINDS}


@pytest.mark.parametrize("stream", KINDS)
def test_rows_are_those_of_the_connector(
    spark: Any, config: Path, connector: Run, midnight: str, stream: str
) -> None:
    schema, key = schema_of(stream), key_of(stream)
    read_now = read(spark, stream, config, tasks=2, end_date=midnight).collect()
    found = {tuple(map(str, map(row.__getitem__, key))): row for row in read_now}
    rows = connector.records(stream)
    assert rows and len(found) == len(rows)
    for row in rows:
        expected = wanted(row, schema)
        assert shown(found[tuple(str(expected[name]) for name in key)], schema) == expected


@pytest.fixture
def limited(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox counts requests in flight, and takes a while over each."""
    sandbox.control.latency(0.3)
    sandbox.control.limit_in_flight(50)
    yield sandbox
    sandbox.control.latency(0)
    sandbox.control.limit_in_flight(None)


@pytest.mark.parametrize("tasks", [1, 2, 3])
def test_requests_in_flight_over_all_tasks(spark: Any, config: Path, limited: Sandbox, tasks: int) -> None:
    options = {"num_workers": 4, "tasks": tasks, "slice_step_duration": "P1D"}
    assert read(spark, "recordings", config, **options).count()
    assert 1 < limited.control.status()["peak"] <= 4


def test_the_configuration_bounds_what_is_read(spark: Any, sandbox: Sandbox, config: Path, tmp_path: Path) -> None:
    """Its options are those of a sync, undated rows end with it too, and two ranges that meet share no row."""
    whole = read(spark, "messages", config)
    (row,) = whole.selectExpr("percentile_approx(date_created, 0.5) AS middle").collect()
    middle = row.middle.strftime("%Y-%m-%dT%H:%M:%SZ")
    first = read(spark, "messages", config, end_date=middle).select("sid").collect()
    second = read(spark, "messages", config, start_date=middle).select("sid").collect()
    assert first and second and not {*first} & {*second}
    plain = run_read(["messages"], sandbox.environment(), tmp_path, config=configuration(end_date=middle))
    assert {row.sid for row in first} == {row["sid"] for row in plain.records("messages")}
    main = configuration()["account_sid"]
    alone = read(spark, "messages", config, subaccounts="none").select("account_sid").distinct().collect()
    assert [row.account_sid for row in alone] == [main]
