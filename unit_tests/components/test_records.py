"""Values of the API as the schema declares them: dates, numbers, texts, nested ones."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from source_twilio.components.rows.records import ChangedRow, Normaliser, Page
from source_twilio.components.rows.values import to_boolean, to_date, to_integer, to_number, to_rfc3339, to_text


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
        # other ISO 8601, on every Python
        ("2019-05-24T17:44:46+0000", "2019-05-24T17:44:46Z"),
        ("2019-05-24T17:44:46+00", "2019-05-24T17:44:46Z"),
        ("2019-05-24T17:44:46-05:30", "2019-05-24T23:14:46Z"),
        ("2019-05-24T17:44:46-0530", "2019-05-24T23:14:46Z"),
        ("2019-05-24T17:44:46+01:00:30", "2019-05-24T16:44:16Z"),
        ("2019-05-24T17:44:46\u221205:00", "2019-05-24T22:44:46Z"),
        ("2019-05-24t17:44:46z", "2019-05-24T17:44:46Z"),
        ("  2019-05-24T17:44:46Z\n", "2019-05-24T17:44:46Z"),
        ("2019-05-24 17:44:46 +0000", "2019-05-24T17:44:46Z"),
        ("2019-05-24 17:44:46 UTC", "2019-05-24T17:44:46Z"),
        ("2019-05-24T17:44:46.1Z", "2019-05-24T17:44:46.1Z"),
        ("2019-05-24T17:44:46,25Z", "2019-05-24T17:44:46.250000Z"),
        ("2019-05-24T17:44:46.123456789123Z", "2019-05-24T17:44:46.123456Z"),
        ("2019-05-24T17:44Z", "2019-05-24T17:44:00Z"),
        ("2019-05-24T17", "2019-05-24T17:00:00Z"),
        ("20190524T174446Z", "2019-05-24T17:44:46Z"),
        ("20190524", "2019-05-24T00:00:00Z"),
        ("2019-12-31T24:00:00Z", "2020-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2016-12-31T18:59:60-05:00", "2016-12-31T23:59:59Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T05:00:00+05:00", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        # other RFC 5322
        ("24 May 2019 17:44 UT", "2019-05-24T17:44:00Z"),
        ("Fri,24 May 2019 17:44:46 +0000", "2019-05-24T17:44:46Z"),
        ("Friday, 24 May 2019 17:44:46 -0000", "2019-05-24T17:44:46Z"),
        ("fri, 24 may 2019 17:44:46 edt", "2019-05-24T21:44:46Z"),
        ("Fri, 24 May 2019 17:44:46 PST", "2019-05-25T01:44:46Z"),
        ("Sun, 1 Sep 2019 17:44:46 +0530 (IST)", "2019-09-01T12:14:46Z"),
        ("Fri, 24-May-2019 17:44:46 GMT", "2019-05-24T17:44:46Z"),
        ("Fri May 24 17:44:46 2019", "2019-05-24T17:44:46Z"),
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
        "05/24/2019",  # a person doubts
        "24.05.2019",
        "2019-W21-5",
        "2019-W21-5T00:00:00Z",
        "2019-W21-5T00:00:00.5Z",
        "2019-05",
        "2019-0524",
        "1558719886",
        1558719886,
        "2019-05-24T17:44:60Z",
        "2019-05-24T17:44:46+24:00",
        "2019-05-24T17:44:46+5",
        "2019-05-24T17:44:46 CET",
        "2019-05-24T24:00:01Z",
        "9999-12-31T24:00:00Z",
        "Fri, 24 May 2019 17:44:46 CET",
        "Fri, 24 May 2019 17:44:46 and more",
        "Fri, 24 May 19 17:44:46 GMT",
        "24 Maybe 2019 17:44:46 GMT",
        "\u0662\u0660\u0661\u0669-05-24",
    ],
)
def test_what_is_no_date_time_is_null(sent: Any) -> None:
    assert to_rfc3339(sent) is None


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
        (" 2026-02-28 ", "2026-02-28"),
        ("20260228", "2026-02-28"),
        ("28 Feb 2026", None),
        ("02/03/2026", None),
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
        (" 1.5 ", 1.5),
        ("\u00a03\n", 3),
        ("+5", 5),
        (".5e1", 5.0),
        ("1E-3", 0.001),
        ("\u22123", -3),
        ("-0", 0),
        ("1,234.50", 1234.5),
        ("-1,234,567", -1234567),
        ("$0.0075", 0.0075),
        ("-$1.00", -1.0),
        ("$-1.00", -1.0),
        ("$1,234.50", 1234.5),
        ("US$ 2", 2),
        ("\u20ac5.5", 5.5),
        ("5.5 \u20ac", 5.5),
        ("USD 1.00", 1.0),
        ("-1.00 USD", -1.0),
        ("9223372036854775807", 2**63 - 1),
        ("   ", None),
        ("1.234,56", None),  # a person doubts
        ("0,123", None),
        ("12,34", None),
        ("1,2345", None),
        ("1 234", None),
        ("1_000", None),
        ("1.2.3", None),
        ("--1", None),
        ("$", None),
        ("USD", None),
        ("5 \u00a2", None),
        ("5%", None),
        ("5 s", None),
        ("(1.00)", None),
        ("\u0663", None),
        (True, None),
    ],
)
def test_numbers_that_come_as_text_leave_as_numbers(sent: Any, left: Any) -> None:
    assert to_number(sent) == left
    assert type(to_number(sent)) is type(left)


@pytest.mark.parametrize("sent", [-0.0, "-0.0", "-0.00", "-$0.00", " -0 "])
def test_there_is_no_negative_zero(sent: Any) -> None:
    assert str(to_number(sent)).startswith("0") and to_integer(sent) == 0


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
    ("sent", "left"), [(True, True), (False, False), ("true", True), ("False", False), ("", None), ("maybe", None),
     (" TRUE\n", True), ("false ", False), (1, True), (0, False), ("1", True), ("0", False), (2, None), ("yes", None),
     (1.5, None), ([], None), ({}, None), ("truefalse", None)]
)  # fmt: skip
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
            "attempts": [{"at": "2019-05-24T17:44:46Z"}, None, {}],
            "tags": ["a", "b"],
            "open": {"date": "Fri, 24 May 2019 17:44:46 +0000"},
            "never_documented": "Fri, 24 May 2019 17:44:46 +0000",
            "account_sid": "AC1",
        }
    ]


def one_row(row: dict[str, Any], schema: Any = SCHEMA, drop: Any = ()) -> tuple[dict[str, Any], dict[str, str]]:
    """What leaves of a row, and the changes that it names."""
    (left,) = Normaliser(schema, list(drop))([row], {})
    return dict(left), left.changes if isinstance(left, ChangedRow) else {}


@pytest.mark.parametrize(
    ("sent", "left", "changes"),
    [
        ({"price": "n/a"}, {"price": None}, {"price": "text"}),
        ({"price": [1]}, {"price": None}, {"price": "list"}),
        ({"price": {}}, {"price": None}, {"price": "object"}),
        ({"price": False}, {"price": None}, {"price": "boolean"}),
        ({"date_sent": "soon"}, {"date_sent": None}, {"date_sent": "text"}),
        ({"date_sent": 0}, {"date_sent": None}, {"date_sent": "number"}),
        ({"day": "2026-02-30"}, {"day": None}, {"day": "text"}),
        ({"capabilities": "none"}, {"capabilities": None}, {"capabilities": "text"}),
        ({"capabilities": []}, {"capabilities": None}, {"capabilities": "list"}),
        ({"open": 7}, {"open": None}, {"open": "number"}),
        ({"tags": {"a": 1}}, {"tags": None}, {"tags": "object"}),
        ({"attempts": "none"}, {"attempts": None}, {"attempts": "text"}),
        ({"capabilities": {"sms": "maybe", "since": 5, "fax": "kept"}},
         {"capabilities": {"sms": None, "since": None, "fax": "kept"}},
         {"capabilities.sms": "text", "capabilities.since": "number"}),
        ({"attempts": [{"at": "never"}, 5, {"at": "2019-05-24"}, {"at": "never"}]},
         {"attempts": [{}, None, {"at": "2019-05-24T00:00:00Z"}, {}]},
         {"attempts.at": "text", "attempts": "number"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_null_and_named(sent: Any, left: Any, changes: Any) -> None:
    assert one_row(sent) == (left, changes)


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ({"capabilities": ' {"sms": "true"} '}, {"capabilities": {"sms": True}}),
        ({"attempts": '[{"at": "2019-05-24"}]'}, {"attempts": [{"at": "2019-05-24T00:00:00Z"}]}),
        ({"tags": ["a", 5, None, {"b": 1}]}, {"tags": ["a", "5", None, '{"b":1}']}),
        ({"price": "", "date_sent": " ", "capabilities": "", "tags": "", "open": "\n"},
         {"price": None, "date_sent": None, "capabilities": None, "tags": None, "open": None}),
        ({"sid": {"a": 1}, "unknown": "n/a"}, {"sid": '{"a":1}', "unknown": "n/a"}),
    ],
)  # fmt: skip
def test_what_can_be_read_and_what_is_empty_is_no_change(sent: Any, left: Any) -> None:
    assert one_row(sent) == (left, {})


KEYED = {
    "properties": {
        "sid": {"type": "string"},
        "start": {"type": "string", "format": "date"},
        "period": {"type": "object", "properties": {"end": {"type": "string", "format": "date-time"}}},
    }
}
KEYS = {"sid": "a", "start": "2026-01-01", "period": {"end": "2026-01-01T00:00:00Z"}}


@pytest.mark.parametrize(
    ("sent", "left", "changes"),
    [
        (KEYS, KEYS, {}),
        ({**KEYS, "sid": None}, {"start": KEYS["start"], "period": KEYS["period"]}, {"sid": "nothing"}),
        ({"start": "2026-01-01", "period": KEYS["period"]}, {"start": "2026-01-01", "period": KEYS["period"]},
         {"sid": "nothing"}),
        ({**KEYS, "start": "soon"}, {"sid": "a", "period": KEYS["period"]}, {"start": "text"}),
        ({**KEYS, "start": ""}, {"sid": "a", "period": KEYS["period"]}, {"start": "nothing"}),
        ({**KEYS, "period": {"end": "soon"}}, {**KEYS, "period": {}}, {"period.end": "text"}),
        ({**KEYS, "period": "soon"}, {"sid": "a", "start": "2026-01-01"}, {"period": "text"}),
    ],
)  # fmt: skip
def test_a_column_that_is_never_null_is_not_there_where_nothing_can_be_read(sent: Any, left: Any, changes: Any) -> None:
    """The row leaves all the same, and says so: nothing is dropped in silence."""
    assert one_row(copy.deepcopy(sent), KEYED) == (left, changes)


def test_a_key_of_the_slice_is_not_missing() -> None:
    (row,) = Normaliser(KEYED, [])([{**KEYS, "sid": None}], {"sid": "of-the-slice"})
    assert row == {**KEYS, "sid": "of-the-slice"} and type(row) is dict


def test_rows_beside_a_changed_one_are_plain() -> None:
    rows = Normaliser(SCHEMA, [])([{"price": "1"}, {"price": "?"}, {"price": "2"}], {})
    assert [type(row) for row in rows] == [dict, ChangedRow, dict]
    assert [row["price"] for row in rows] == [1, None, 2]


def test_a_column_that_is_dropped_leaves_in_whatever_form_it_comes() -> None:
    for sent in ({"pin": 1, "a": 2}, '{"pin": 1, "a": 2}'):
        assert one_row({"open": sent}, drop=["open.pin"]) == ({"open": {"a": 2}}, {})
    assert one_row({"open": "pin 1"}, drop=["open.pin"]) == ({"open": None}, {"open": "text"})


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
