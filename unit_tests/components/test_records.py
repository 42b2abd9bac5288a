"""Values of the API as the schema declares them: dates, numbers, texts, nested ones."""

from __future__ import annotations

import math
from typing import Any

import pytest

from source_twilio.components.records import (
    Normaliser,
    Page,
    to_boolean,
    to_date,
    to_integer,
    to_number,
    to_rfc3339,
    to_text,
)


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("Fri, 24 May 2019 17:44:46 +0000", "2019-05-24T17:44:46Z"),  # 2010 API
        ("Sat, 29 Feb 2020 23:59:59 +0000", "2020-02-29T23:59:59Z"),
        ("Fri, 24 May 2019 17:44:46 -0800", "2019-05-25T01:44:46Z"),
        ("Fri, 24 May 2019 17:44:46 GMT", "2019-05-24T17:44:46Z"),
        ("2019-05-24T17:44:46Z", "2019-05-24T17:44:46Z"),  # product hosts
        ("2019-05-24T17:44:46.123Z", "2019-05-24T17:44:46.123Z"),
        ("2019-05-24T17:44:46.5+02:00", "2019-05-24T15:44:46.500000Z"),
        ("2019-05-24T17:44:46+00:00", "2019-05-24T17:44:46Z"),
        ("2019-05-24 17:44:46", "2019-05-24T17:44:46Z"),
        ("2019-05-24", "2019-05-24T00:00:00Z"),
    ],
)
def test_a_date_time_leaves_as_rfc_3339_in_utc(sent: str, left: str) -> None:
    assert to_rfc3339(sent) == left


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "soon",
        5,
        True,
        [],
        {},
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:61:00Z",
        "Fri, 99 May 2019 17:44:46 +0000",
        "Fri, 24 May 2019 99:44:46 +0000",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+05:00",
        "2026-01-01T\nZ",
        "²026-01-01T00:00:00Z",
        "2026-01-01T00:00:00 and more Z",
    ],
)
def test_what_is_no_date_time_is_null(sent: Any) -> None:
    assert to_rfc3339(sent) is None


def test_a_leap_second_costs_no_row() -> None:
    assert to_rfc3339("2016-12-31T23:59:60Z") in (None, "2016-12-31T23:59:59Z")


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("2026-02-28", "2026-02-28"),
        ("2024-02-29", "2024-02-29"),
        ("2026-02-28T10:00:00Z", "2026-02-28"),
        ("Fri, 24 May 2019 23:44:46 +0000", "2019-05-24"),
        ("2026-02-29", None),
        ("2026-13-45", None),
        ("abcd-ef-gh", None),
        ("", None),
        (20260101, None),
    ],
)
def test_a_day_leaves_as_a_day(sent: Any, left: str | None) -> None:
    assert to_date(sent) == left


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("-0.0075", -0.0075),
        ("12", 12),
        ("0", 0),
        (3, 3),
        (2.5, 2.5),
        ("1e3", 1000.0),
        ("-1.", -1.0),
        ("", None),
        ("n/a", None),
        ("nan", None),
        ("Infinity", None),
        ("-inf", None),
        ("1e999", None),
        ("1,5", None),
        (math.inf, None),
        (math.nan, None),
        ([1], None),
        ({}, None),
        ("0x1f", None),
    ],
)
def test_numbers_that_come_as_text_leave_as_numbers(sent: Any, left: Any) -> None:
    assert to_number(sent) == left
    assert type(to_number(sent)) is type(left)


@pytest.mark.parametrize("sent", ["9" * 400, 10**400, "9" * 5000, "-" + "9" * 400, 2**70, -(2**70)])
def test_a_number_beyond_64_bits_is_a_float_or_null(sent: Any) -> None:
    assert to_number(sent) is None or type(to_number(sent)) is float
    assert to_integer(sent) is None or type(to_integer(sent)) is float


@pytest.mark.parametrize("convert", [to_number, to_integer])
def test_a_truth_value_is_no_number(convert: Any) -> None:
    assert type(convert(True)) is not bool
    assert type(convert(False)) is not bool


@pytest.mark.parametrize(("sent", "left"), [("3.0", 3), (3.0, 3), ("3", 3), (7, 7), ("", None)])
def test_whole_numbers_leave_as_integers(sent: Any, left: Any) -> None:
    assert to_integer(sent) == left
    assert type(to_integer(sent)) is type(left)


@pytest.mark.parametrize(
    ("sent", "left"), [(True, True), (False, False), ("true", True), ("False", False), ("", None), ("maybe", None)]
)
def test_truth_values(sent: Any, left: bool | None) -> None:
    assert to_boolean(sent) is left


def test_a_text_column_holds_text_whatever_comes() -> None:
    assert to_text("as it is") == "as it is"
    assert to_text(30007) == "30007"
    assert to_text({"a": [1, None]}) == '{"a":[1,null]}'
    deep: Any = 1
    for _ in range(400):  # orjson reads 1,024 levels but writes only 254
        deep = [deep]
    assert to_text(deep) == "[" * 400 + "1" + "]" * 400


SCHEMA = {
    "properties": {
        "sid": {"type": ["null", "string"]},
        "price": {"type": ["null", "number"]},
        "date_sent": {"type": ["null", "string"], "format": "date-time"},
        "day": {"type": ["null", "string"], "format": "date"},
        "capabilities": {
            "type": ["null", "object"],
            "properties": {
                "sms": {"type": ["null", "boolean"]},
                "since": {"type": ["null", "string"], "format": "date-time"},
            },
        },
        "attempts": {
            "type": ["null", "array"],
            "items": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}},
        },
        "tags": {"type": ["null", "array"], "items": {"type": "string"}},
        "open": {"type": ["null", "object"]},
        "account_sid": {"type": ["null", "string"]},
    }
}


def test_a_row_is_converted_by_its_schema_at_any_depth() -> None:
    row = {
        "sid": "SM1",
        "price": "-0.0075",
        "date_sent": "Fri, 24 May 2019 17:44:46 +0000",
        "day": "2019-05-24T00:00:00Z",
        "capabilities": {"sms": "true", "since": "Fri, 24 May 2019 17:44:46 +0000", "fax": "kept"},
        "attempts": [{"at": "2019-05-24 17:44:46"}, None, {"at": ""}],
        "tags": ["a", "b"],
        "open": {"date": "Fri, 24 May 2019 17:44:46 +0000"},
        "never_documented": "Fri, 24 May 2019 17:44:46 +0000",
    }
    assert Normaliser(SCHEMA, [])([row], {"account_sid": "AC1"}) == [
        {
            "sid": "SM1",
            "price": -0.0075,
            "date_sent": "2019-05-24T17:44:46Z",
            "day": "2019-05-24",
            "capabilities": {"sms": True, "since": "2019-05-24T17:44:46Z", "fax": "kept"},
            "attempts": [{"at": "2019-05-24T17:44:46Z"}, None, {"at": None}],
            "tags": ["a", "b"],
            "open": {"date": "Fri, 24 May 2019 17:44:46 +0000"},
            "never_documented": "Fri, 24 May 2019 17:44:46 +0000",
            "account_sid": "AC1",
        }
    ]


def test_an_object_where_a_text_came_before_is_left_alone() -> None:
    assert Normaliser(SCHEMA, [])([{"capabilities": "none", "attempts": "none"}], {}) == [
        {"capabilities": "none", "attempts": "none"}
    ]


def test_keys_of_the_slice_fill_what_a_row_lacks_and_nothing_else() -> None:
    rows = Normaliser(SCHEMA, [])([{"account_sid": "AC-own"}, {"account_sid": None}, {}], {"account_sid": "AC-slice"})
    assert [row["account_sid"] for row in rows] == ["AC-own", "AC-slice", "AC-slice"]


def test_dropped_columns_leave_the_rows_by_name() -> None:
    assert Normaliser(SCHEMA, ["auth_token", "as_of"])([{"sid": "AC1", "auth_token": "secret"}], {}) == [{"sid": "AC1"}]


def test_null_stays_null_and_empty_text_stays_where_the_type_is_text() -> None:
    row = {"sid": "", "price": "", "date_sent": "", "day": None, "open": None}
    assert Normaliser(SCHEMA, [])([row], {}) == [
        {"sid": "", "price": None, "date_sent": None, "day": None, "open": None}
    ]


def test_a_page_that_no_worker_waits_for_can_be_released() -> None:
    page = Page([{"sid": "SM1"}])
    page.release()
    assert page.rows == [{"sid": "SM1"}]
