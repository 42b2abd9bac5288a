"""Every stream has its row, its schema and its recorded page, and the three fit together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from source_twilio.components.rows.records import Normaliser
from source_twilio.components.rows.times import parse
from unit_tests.support.manifest import cursor_of, dated, streams
from unit_tests.support.pieces import complete
from unit_tests.support.rows import RECORDED, recorded

SCHEMAS = Path(__file__).parents[2] / "source_twilio" / "schemas"
INCREMENTAL = [name for name, row in complete().items() if row.get("incremental_sync")]
MADE = {"window_start", "deactivation_date", "position", "period_start"}  # columns that the connector makes
TEXT_CURSORS = {"port_in_requests"}  # documented as a plain text, with or without a time
TYPES = {"string", "integer", "number", "boolean", "object", "array", "null"}
SECRETS = ("auth_token", "secret", "password", "private_key", "verification_code", "activation_code")
FORMATS = FormatChecker([])


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: Any) -> bool:
    return not isinstance(value, str) or bool(value[10] == "T" and value.endswith("Z") and parse(value))


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or parse(value).strftime("%Y-%m-%d") == value


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def rows(name: str) -> list[dict[str, Any]]:
    """The recorded rows of a stream; of a list whose items are asked for one by one, the items."""
    stream = streams()[name]
    detail = RECORDED / "detail" / f"{name}.json"
    if stream.get("detail_url"):
        return [json.loads(detail.read_text(encoding="utf-8"))]
    page = recorded(name)
    return [page] if not stream["records"] else list(page[stream["records"]])


def kinds(declared: Any) -> set[str]:
    found = declared.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def declared_at(properties: dict[str, Any], path: str) -> dict[str, Any] | None:
    """What a schema says of a (nested) column."""
    first, _, rest = path.partition(".")
    found = properties.get(first)
    return found if found is None or not rest else declared_at(found.get("properties", {}), rest)


def test_nothing_is_left_over() -> None:
    """A schema or a page without a stream is one that somebody forgot."""
    assert {path.stem for path in SCHEMAS.glob("*.json")} <= set(streams())
    assert {path.stem for path in RECORDED.glob("*.json")} <= set(streams())


@pytest.mark.parametrize("name", complete())
def test_the_schema_is_one_that_destinations_understand(name: str) -> None:
    found = schema(name)
    Draft7Validator.check_schema(found)
    assert found["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert found["type"] == "object"
    assert found["additionalProperties"] is True, "columns that Twilio adds pass through"
    for column, declared in found["properties"].items():
        assert kinds(declared) <= TYPES and len(kinds(declared) - {"null"}) == 1, f"{column} has one type"
        if declared.get("format") == "date-time":
            assert declared.get("airbyte_type") == "timestamp_with_timezone"
        assert "null" in kinds(declared) or column in streams()[name]["primary_key"]


@pytest.mark.parametrize("name", INCREMENTAL)
def test_the_cursor_is_a_declared_date(name: str) -> None:
    declared = declared_at(schema(name)["properties"], cursor_of(name))
    assert declared, f"{cursor_of(name)} is no column"
    by_day = streams()[name]["incremental_sync"]["cursor_granularity"] != "PT1S"
    if name not in TEXT_CURSORS:
        assert declared.get("format") == ("date" if by_day else "date-time")


@pytest.mark.parametrize("name", complete())
def test_what_is_removed_is_not_declared_and_no_secret_is(name: str) -> None:
    properties = schema(name)["properties"]
    for path in streams()[name].get("drop") or []:
        assert declared_at(properties, path) is None
    assert not [column for column in properties if any(secret in column for secret in SECRETS)]


@pytest.mark.parametrize("name", complete())
def test_the_recorded_page_fits_the_schema(name: str) -> None:
    row, found = streams()[name], schema(name)
    if name == "messaging_deactivations":  # answers the address of a text file
        assert recorded(name)["redirect_to"].startswith("https://")
        return
    page = rows(name)
    assert page, "a recorded page shows at least one row"
    drop = list(row.get("drop") or [])
    sent = {column for one in page for column in one}
    undeclared = sent - set(found["properties"]) - {path.partition(".")[0] for path in drop}
    assert not undeclared, "every documented property is declared"
    normalised = Normaliser(found, drop)(page, {})
    validator = Draft7Validator(without_required(found), format_checker=FORMATS)
    for one in normalised:
        given = {
            column: value for column, value in one.items() if column not in row["primary_key"] or value is not None
        }
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(given)]
        assert not errors
    if row.get("incremental_sync") and cursor_of(name) not in MADE:
        values = [one[cursor_of(name)] for one in normalised]
        assert any(values), "a recorded row shows the cursor"
        assert all(parse(value) for value in values if value)


def without_required(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "required"}


@pytest.mark.parametrize("name", [name for name, row in complete().items() if row.get("parent")])
def test_a_child_s_path_is_filled_by_its_parents(name: str) -> None:
    row, filled = streams()[name], {"account_sid"}
    url = row.get("detail_url") or row["url"]
    needed = {part.split("}")[0] for part in url.split("{")[1:]}
    while row.get("parent"):
        parent = streams()[row["parent"]["stream"]]
        for key, path in row["parent"]["keys"].items():
            filled.add(key)
            assert declared_at(schema(parent["name"])["properties"], path.split(".")[0]), (
                f"{path} is no column of the parent"
            )
        filled |= set(row.get("among") or {})
        row = parent
    assert needed <= filled | set(schema(name)["properties"])


def test_minimum_lookbacks_are_those_of_the_design() -> None:
    """A price or status that comes later than this is caught by a longer `lookback_window` only."""
    least = {
        "messages": "P1D",
        "calls": "P1D",
        "recordings": "P1D",
        "notifications": "P1D",
        "conferences": "P1D",
        "message_media": "P1D",
        "usage_records": "P3D",
        "usage_records_monthly": "P1M",
        "usage_records_yearly": "P1Y",
        "executions": "P2D",
        "step": "P2D",
        "alerts": "PT1H",
        "monitor_events": "PT1H",
    }
    found = {name: streams()[name]["lookback_window"] for name in least}
    assert found == least
    for name in set(INCREMENTAL) - set(dated()):
        assert streams()[name]["incremental_sync"]["lookback_window"] == "PT1H"
