"""Hostile values: whatever stands in one row, its neighbours leave as they should, and nothing crashes."""

from __future__ import annotations

import json
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from source_twilio.components.rows.bodies import decode
from source_twilio.components.rows.records import Normaliser
from source_twilio.components.rows.times import parse
from source_twilio.components.rows.values import to_date, to_integer, to_number, to_rfc3339
from unit_tests.components.test_records import SCHEMA

GOOD_SENT = {"sid": "SM-good", "price": "1.5", "date_sent": "Fri, 24 May 2019 17:44:46 +0000", "day": "2019-05-24"}
GOOD_LEFT = {"sid": "SM-good", "price": 1.5, "date_sent": "2019-05-24T17:44:46Z", "day": "2019-05-24"}
DATES = st.one_of(
    st.text("0123456789-:TZ.+ ,FrijanMayFeb", max_size=32),
    st.from_regex(
        r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
    ),
    st.from_regex(r"\A(Mon|Fri), [0-9]{2} (Jan|Feb|Xyz) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}\Z"),
)
NUMBERS = st.one_of(
    st.text("0123456789.eE+-_ naifty", max_size=12), st.integers(), st.floats(), st.integers(2**60).map(str)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | DATES | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
HOSTILE_ROW = st.fixed_dictionaries({}, optional={name: JSON for name in SCHEMA["properties"]})


@given(rows=st.lists(HOSTILE_ROW, min_size=1, max_size=3), place=st.integers(0, 3))
@settings(max_examples=150)
def test_a_hostile_row_never_changes_its_neighbour_and_every_type_holds(rows: list[Any], place: int) -> None:
    rows = [*rows[:place], dict(GOOD_SENT), *rows[place:]]
    body = json.dumps({"rows": rows}).encode()  # writes NaN and lone surrogates as they are
    left = Normaliser(SCHEMA, [])(decode(body)["rows"], {})
    assert len(left) == len(rows)
    assert left[min(place, len(rows) - 1)] == GOOD_LEFT
    for row in left:
        assert row.get("price") is None or type(row["price"]) in (int, float)
        assert row.get("sid") is None or type(row["sid"]) is str
        assert row.get("date_sent") is None or parse(row["date_sent"]).tzinfo
        assert row.get("day") is None or parse(row["day"]).strftime("%Y-%m-%d") == row["day"]
    assert orjson.loads(orjson.dumps(left)) == left


@given(DATES)
@settings(max_examples=300)
def test_a_date_that_leaves_can_be_read_and_compares_as_text(value: str) -> None:
    left = to_rfc3339(value)
    if left is not None:
        assert parse(left).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") == left[:19]
        assert left.endswith("Z")
    day = to_date(value)
    assert day is None or parse(day).strftime("%Y-%m-%d").rjust(10, "0") == day


@given(NUMBERS | JSON)
@settings(max_examples=300)
def test_a_number_that_leaves_is_one_that_json_can_hold(value: Any) -> None:
    for convert in (to_number, to_integer):
        left = convert(value)
        assert left is None or (type(left) in (int, float) and orjson.loads(orjson.dumps(left)) == left)


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_value_or_a_value_error(body: bytes) -> None:
    try:
        value = decode(body)
    except ValueError:
        return
    orjson.dumps(value)
