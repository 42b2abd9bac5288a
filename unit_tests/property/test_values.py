"""Any JSON in any column of any stream: every row that leaves is valid, and no value has vanished without a word."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

from source_twilio.components.rows.bodies import decode
from source_twilio.components.rows.changes import meta_of
from source_twilio.components.rows.records import ChangedRow, Normaliser
from source_twilio.components.rows.times import parse
from unit_tests.support.manifest import streams

SCHEMAS = Path(__file__).parents[2] / "source_twilio" / "schemas"
FORMATS = FormatChecker([])
ODD = st.sampled_from(
    ["", " ", "n/a", "1,234.50", "$0.0075", "-0", "1,5", "true", "2026-02-30", "Fri, 24 May 2019 17:44:46 +0000",
     "2019-05-24T17:44:46+0000", "{}", "[]", '{"a": [1]}', "[null, 1]", "NaN", 2**63, 2**70, -0.0, 1.5, 3.0, 1e300,
     float("nan"), float("inf"), [], {}, [[]], [{}], [None], True, False, 0, 1]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: Any) -> bool:
    return not isinstance(value, str) or bool(value[10] == "T" and value.endswith("Z") and parse(value))


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and parse(value).isoformat()[:10] == value)


@cache
def made_of(stream: str) -> tuple[dict[str, Any], st.SearchStrategy[Any], Normaliser, Draft7Validator]:
    """A stream's schema, and what is made of it: lists of rows, what reads them and what checks them."""
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))
    rows = st.lists(rows_of(schema), min_size=1, max_size=2)
    return schema, rows, Normaliser(schema, []), Draft7Validator(schema, format_checker=FORMATS)


def values_for(declared: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Anything, and for a structure also one of the declared shape with anything in it."""
    if "items" in declared:
        return JSON | st.lists(values_for(declared["items"]), max_size=3)
    if "properties" in declared:
        return JSON | rows_of(declared)
    return JSON


def rows_of(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with a few of the declared columns, and one that is not."""
    columns = {name: values_for(declared) for name, declared in schema["properties"].items()}
    some = st.lists(st.sampled_from(sorted(columns)), max_size=5, unique=True)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: columns[name] for name in names})).flatmap(
        lambda row: st.just(row) | JSON.map(lambda value: {**row, "never_documented": value})
    )


def vanished(sent: Any, left: Any, path: str = "") -> set[str]:
    """The paths at which something was sent and null left, or nothing did."""
    if isinstance(sent, str) and isinstance(left, (dict, list)):
        sent = decode(sent.encode())
    if isinstance(sent, dict) and isinstance(left, dict):
        return set().union(*(vanished(value, left.get(name), f"{path}.{name}") for name, value in sent.items()))
    if isinstance(sent, list) and isinstance(left, list):
        assert len(sent) == len(left)
        return set().union(*(vanished(*pair, path) for pair in zip(sent, left, strict=True)))
    is_empty = sent is None or (isinstance(sent, str) and not sent.strip())
    return {path.lstrip(".")} if left is None and not is_empty else set()


@pytest.mark.parametrize("stream", streams())
@settings(max_examples=12)
@given(data=st.data())
def test_every_row_is_valid_and_says_what_could_not_be_read(stream: str, data: st.DataObject) -> None:
    schema, rows, normaliser, validator = made_of(stream)
    sent = decode(json.dumps(data.draw(rows)).encode())
    left = normaliser(copy.deepcopy(sent), {})
    assert len(left) == len(sent)
    for before, row in zip(sent, left, strict=True):
        named = {change.field for change in meta_of(row).changes} if isinstance(row, ChangedRow) else set()
        assert [error.message for error in validator.iter_errors(dict(row))] == []
        assert vanished(before, row) <= named
        needed = {name for name, declared in schema["properties"].items() if isinstance(declared["type"], str)}
        assert needed - row.keys() <= named
        assert row.get("never_documented") == before.get("never_documented")
        assert orjson.loads(orjson.dumps(row)) == row
