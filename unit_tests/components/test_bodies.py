"""Response bodies as Python values, odd ones too."""

from __future__ import annotations

from typing import Any

import pytest

from source_twilio.components.rows.bodies import decode


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1.5}', {"a": 1.5}),
        (b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1}', {"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 1}),
        (b'{"a": 1e999, "b": 2}', {"a": "1e999", "b": 2}),
        (b'{"a": "x\\ud800y", "b": 2}', {"a": "x?y", "b": 2}),
        (b'{"a": "x\x01y", "b": 2}', {"a": "x\x01y", "b": 2}),
        (b'{"a": "\xff", "b": 2}', {"a": "\N{REPLACEMENT CHARACTER}", "b": 2}),
        (b'{"a": ' + b"9" * 5000 + b', "b": 2}', {"a": "9" * 5000, "b": 2}),
        (b'{"a": ' + b"9" * 350 + b', "b": 2}', {"a": "9" * 350, "b": 2}),
        (b'{"a": ' + b"9" * 30 + b', "b": NaN}', {"a": 1e30, "b": "NaN"}),
        (b"[]", []),
    ],
)
def test_a_body_is_read_with_its_odd_values_replaced(body: bytes, value: Any) -> None:
    assert decode(body) == value


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_a_body_is_read_in_every_encoding_that_json_ever_allowed(encoding: str) -> None:
    assert decode('{"a": "Grüße 🎉", "b": [1.5, null]}'.encode(encoding)) == {"a": "Grüße 🎉", "b": [1.5, None]}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1', b'{"a": 1} extra', b"{'a': 1}", b"[" * 200_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode(body)
