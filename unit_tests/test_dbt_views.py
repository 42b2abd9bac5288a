"""docs/dbt: the views that give our tables the shape of Fivetran's, on rows of the sandbox in DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import requests_mock

from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.adapter import mount
from tools.docs_manifest import load
from tools.make_docs import DOCS
from unit_tests.support import ConfigBuilder, read

SCRIPT = DOCS / "dbt" / "fivetran_shape.sql"
SYNCED = "2026-11-20T10:00:00Z"
# The columns that the package reads of each table (fivetran/dbt_twilio, macros/staging and models/staging).
READ = {
    "account_history": "created_at friendly_name id owner_account_id status type updated_at",
    "address": "account_id city created_at customer_name emergency_enabled friendly_name id iso_country postal_code "
    "region street updated_at validated verified",
    "call": "account_id annotation answered_by caller_name created_at direction duration end_time forwarded_from from "
    "from_formatted group_id id outgoing_caller_id parent_call_id price price_unit queue_time start_time status to "
    "to_formatted trunk_id updated_at",
    "incoming_phone_number": "account_id address_id address_requirements beta capabilities_mms capabilities_sms "
    "capabilities_voice created_at emergency_address_id emergency_status friendly_name id origin phone_number trunk_id "
    "updated_at voice_caller_id_lookup voice_url",
    "message": "account_id body created_at date_sent direction error_code error_message from id messaging_service_sid "
    "num_media num_segments price price_unit status to updated_at",
    "messaging_service": "_fivetran_deleted account_id area_code_geomatch created_at fallback_method "
    "fallback_to_long_code fallback_url friendly_name id inbound_method inbound_request_url mms_converter "
    "scan_message_content smart_encoding status_callback sticky_sender synchronous_validation updated_at "
    "us_app_to_person_registered use_inbound_webhook_on_number usecase validity_period",
    "outgoing_caller_id": "created_at friendly_name id phone_number updated_at",
    "usage_record": "account_id as_of category count count_unit description end_date price price_unit start_date usage "
    "usage_unit",
}
TABLES = {
    "account_history": "accounts",
    "address": "addresses",
    "call": "calls",
    "incoming_phone_number": "incoming_phone_numbers",
    "message": "messages",
    "messaging_service": "messaging_services",
    "outgoing_caller_id": "outgoing_caller_ids",
    "usage_record": "usage_records",
}
TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "object": "JSON",
         "array": "JSON", "date": "DATE", "date-time": "TIMESTAMPTZ"}  # fmt: skip


def type_of(schema: dict[str, Any]) -> str:
    """The type of a column as Airbyte's destinations make it of a schema."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return TYPES[schema.get("format") or next(kind for kind in kinds if kind != "null")]


def value_of(value: Any, kind: str) -> Any:
    return json.dumps(value) if kind == "JSON" and value is not None else value


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, Any]]]:
    with requests_mock.Mocker() as mocker:
        mount(Twilio(World(small=True)), mocker)
        output = read(tuple(TABLES.values()), ConfigBuilder().build())
    return {stream: output.records(stream) for stream in TABLES.values()}


@pytest.fixture(scope="module")
def database(rows: dict[str, list[dict[str, Any]]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The rows as a destination writes them, and the views of the page."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA twilio")
        for stream, found in rows.items():
            kinds = {name: type_of(one) for name, one in load().streams[stream].schema["properties"].items()}
            columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
            connection.execute(f"CREATE TABLE twilio.{stream} (_airbyte_extracted_at TIMESTAMPTZ, {columns})")
            values = [[SYNCED, *(value_of(row.get(name), kind) for name, kind in kinds.items())] for row in found]
            marks = ", ".join("?" for _ in range(len(kinds) + 1))
            connection.executemany(f"INSERT INTO twilio.{stream} VALUES ({marks})", values)
        connection.execute(SCRIPT.read_text(encoding="utf-8"))
        yield connection


def test_the_views_have_the_columns_that_the_package_reads(database: duckdb.DuckDBPyConnection) -> None:
    shown: dict[str, set[str]] = {}
    query = "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'twilio_fivetran'"
    for view, column in database.execute(query).fetchall():
        shown.setdefault(view, set()).add(column)
    assert shown == {view: {"_fivetran_synced", *columns.split()} for view, columns in READ.items()}


@pytest.mark.parametrize("view", TABLES)
def test_a_view_has_every_row_once(
    view: str, rows: dict[str, list[dict[str, Any]]], database: duckdb.DuckDBPyConnection
) -> None:
    found = database.execute(f"SELECT count(*) FROM twilio_fivetran.{view}").fetchone()
    assert rows[TABLES[view]] and found == (len(rows[TABLES[view]]),)


def test_values_are_those_of_the_rows(
    rows: dict[str, list[dict[str, Any]]], database: duckdb.DuckDBPyConnection
) -> None:
    paid = next(row for row in rows["messages"] if row["price"])
    query = 'SELECT account_id, "from", "to", cast(price AS DOUBLE), num_segments FROM twilio_fivetran.message'
    assert database.execute(f"{query} WHERE id = ?", [paid["sid"]]).fetchone() == (
        paid["account_sid"], paid["from"], paid["to"], paid["price"], str(paid["num_segments"]),
    )  # fmt: skip
    number = rows["incoming_phone_numbers"][0]
    query = "SELECT capabilities_mms, capabilities_sms, capabilities_voice FROM twilio_fivetran.incoming_phone_number"
    said = number["capabilities"]
    found = database.execute(f"{query} WHERE id = ?", [number["sid"]]).fetchone()
    assert found == (said["mms"], said["sms"], said["voice"])
    call = next(row for row in rows["calls"] if row["phone_number_sid"])
    query = "SELECT outgoing_caller_id, status FROM twilio_fivetran.call WHERE id = ?"
    assert database.execute(query, [call["sid"]]).fetchone() == (call["phone_number_sid"], call["status"])


def test_the_package_finds_a_spend_for_each_day(database: duckdb.DuckDBPyConnection) -> None:
    """The join of its overview of accounts: usage of a day beside the messages of that day."""
    query = """
        SELECT count(*), count(usage.price) FROM twilio_fivetran.message AS message
        LEFT JOIN twilio_fivetran.usage_record AS usage
        ON message.account_id = usage.account_id AND cast(message.date_sent AS DATE) = usage.start_date
        LEFT JOIN twilio_fivetran.account_history AS account ON message.account_id = account.id
        WHERE account.status IS NOT NULL
    """
    joined, with_usage = database.execute(query).fetchone() or (0, 0)
    assert joined and with_usage
