"""Types and values, without a JVM: every stream's schema, and values that are none too easy."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timezone
from typing import Any

import pytest
from pyspark.sql import types as t

from integration_tests.helpers import ROOT
from pyspark_twilio.columns import UNDECLARED, Columns
from spark_tests.sessions import schema_of

STREAMS = sorted(path.stem for path in (ROOT / "source_twilio" / "schemas").glob("*.json"))
SCHEMA = {
    "properties": {
        "sid": {"type": "string"},
        "at": {"type": ["null", "string"], "format": "date-time"},
        "day": {"type": ["null", "string"], "format": "date"},
        "price": {"type": ["null", "number"]},
        "count": {"type": ["null", "integer"]},
        "done": {"type": ["null", "boolean"]},
        "links": {"type": ["null", "object"]},
        "tags": {"type": ["null", "array"]},
        "media": {"type": ["null", "object"], "properties": {"SMS": {"type": "boolean"}, "sms": {"type": "boolean"}}},
        "sizes": {"type": ["null", "array"], "items": {"type": "integer"}},
        "parts": {
            "type": ["null", "array"],
            "items": {"type": "object", "properties": {"name": {"type": ["null", "string"]}}},
        },
        "place": {
            "type": ["null", "object"],
            "properties": {
                "since": {"type": ["null", "string"], "format": "date-time"},
                "inner": {"type": ["null", "object"], "properties": {"count": {"type": ["null", "integer"]}}},
            },
        },
    }
}


def batch(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows as an Arrow batch has them."""
    found: list[dict[str, Any]] = Columns(SCHEMA).batch(list(rows)).to_pylist()
    return found


def value(stream_schema: Any) -> Any:
    """A value of a declared type."""
    declared = stream_schema["type"]
    (kind,) = [declared] if isinstance(declared, str) else [one for one in declared if one != "null"]
    if kind == "object":
        return {name: value(one) for name, one in stream_schema.get("properties", {"any": {"type": "string"}}).items()}
    if kind == "array":
        return [value(stream_schema.get("items") or {"type": "integer"})]
    texts = {"date-time": "2026-03-04T05:06:07Z", "date": "2026-03-04"}
    text = texts.get(stream_schema.get("format"), "text")
    return {"string": text, "integer": 7, "number": 0.5, "boolean": True}[kind]


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_has_columns_that_spark_tells_apart(stream: str) -> None:
    schema = schema_of(stream)
    columns = Columns(schema)
    assert columns.spark.names == [*schema["properties"], UNDECLARED]
    assert len({name.lower() for name in columns.spark.names}) == len(columns.spark.names)
    full, empty = {name: value(one) for name, one in schema["properties"].items()}, {"sid": None}
    found, nothing = columns.batch([full, {name: None for name in full}]).to_pylist()
    assert found[UNDECLARED] is None and None not in [found[name] for name in full]
    assert set(nothing.values()) == {None} and columns.batch([]).num_rows == 0 and empty


def test_types() -> None:
    spark = Columns(SCHEMA).spark
    found = {one.name: one.dataType for one in spark}
    moment = t.TimestampType()
    assert found == {
        "sid": t.StringType(), "at": moment, "day": t.DateType(), "price": t.DoubleType(), "count": t.LongType(),
        "done": t.BooleanType(), "links": t.StringType(), "tags": t.StringType(), "media": t.StringType(),
        "sizes": t.ArrayType(t.LongType()),
        "parts": t.ArrayType(t.StructType([t.StructField("name", t.StringType())])),
        "place": t.StructType([
            t.StructField("since", moment),
            t.StructField("inner", t.StructType([t.StructField("count", t.LongType())])),
        ]),
        UNDECLARED: t.StringType(),
    }
    assert all(one.nullable for one in spark)


def test_values() -> None:
    (row,) = batch({
        "sid": "SM1", "at": "2026-03-04T05:06:07.123456789Z", "day": "2026-03-04", "price": 2**63 + 1, "count": -5,
        "done": False, "links": {"a": None, "b": [1]}, "tags": [], "media": {"SMS": True, "sms": False},
        "sizes": [1, None, 3], "parts": [{"name": "a"}, None, {}], "place": {"since": None, "inner": {"count": 2}},
    })
    assert row.pop("at") == datetime(2026, 3, 4, 5, 6, 7, 123456, timezone.utc)
    assert json.loads(row.pop("links")) == {"a": None, "b": [1]}
    assert json.loads(row.pop("media")) == {"SMS": True, "sms": False}
    assert row == {
        "sid": "SM1", "day": date(2026, 3, 4), "price": float(2**63), "count": -5, "done": False, "tags": "[]",
        "sizes": [1, None, 3], "parts": [{"name": "a"}, None, {"name": None}],
        "place": {"since": None, "inner": {"count": 2}}, UNDECLARED: None,
    }


def test_what_is_not_declared_is_kept_at_every_depth() -> None:
    rows = batch(
        {"sid": "1", "new": {"x": 1}, "place": {"inner": {"count": 1, "deep": "d"}}},
        {"sid": "2", "place": {}, "parts": [{"name": "n"}, {"more": None, "else": 2}]},
        {"sid": "3", "place": None, "parts": []},
    )
    assert [row[UNDECLARED] and json.loads(row[UNDECLARED]) for row in rows] == [
        {"new": {"x": 1}, "place": {"inner": {"deep": "d"}}}, {"parts": [None, {"more": None, "else": 2}]}, None
    ]
    assert rows[1]["place"] == {"since": None, "inner": None} and rows[2]["place"] is None


@pytest.mark.parametrize("missing", [("pyarrow", "orjson", "airbyte_cdk", "source_twilio")])
def test_a_session_imports_nothing_but_spark(missing: tuple[str, ...]) -> None:
    """Spark imports the package in each session, also where nobody reads Twilio."""
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({missing!r}))\n"
        "import pyspark_twilio\n"
        "assert pyspark_twilio.DefaultSource.name() == 'twilio'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
