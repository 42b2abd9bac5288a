"""Response bodies as Python values, odd ones too."""

from __future__ import annotations

from typing import Any

import pytest

from source_twilio.components.bodies import decode


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1.5}', {"a": 1.5}),
        (b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1}', {"a": None, "b": None, "c": None, "d": 1}),
        (b'{"a": 1e999, "b": 2}', {"a": None, "b": 2}),
        (b'{"a": "x\\ud800y", "b": 2}', {"a": "x?y", "b": 2}),
        (b'{"a": "x\x01y", "b": 2}', {"a": "x\x01y", "b": 2}),
        (b'{"a": "\xff", "b": 2}', {"a": "\N{REPLACEMENT CHARACTER}", "b": 2}),
        (b'{"a": ' + b"9" * 5000 + b', "b": 2}', {"a": None, "b": 2}),
        (b'{"a": ' + b"9" * 30 + b', "b": NaN}', {"a": 1e30, "b": None}),
        (b"[]", []),
    ],
)
def test_a_body_is_read_with_its_odd_values_replaced(body: bytes, value: Any) -> None:
    assert decode(body) == value


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1', b'{"a": 1} extra', b"{'a': 1}", b"[" * 200_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode(body)
