"""The body of a response as Python values, whatever it holds and in whatever encoding of JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import orjson

LONGEST_INTEGER = 400  # digits; Python refuses to read thousands of them
LARGEST_INTEGER = 2**63 - 1  # what JSON writers and warehouse columns hold
LARGEST_FLOAT = sys.float_info.max


def decode(body: bytes) -> Any:
    """A response body as Python values. Raises ValueError when it is no JSON at all.

    orjson refuses what the JSON grammar refuses (NaN, lone surrogates) and every encoding but UTF-8 without a byte
    order mark, where RFC 4627 allowed UTF-16 and UTF-32 too. Such a body is read again with the standard library, and
    only the offending values are replaced: one odd value must not cost its neighbours. A number that no JSON can hold
    becomes the text that it was written as, so that it is not lost before its column's type is known.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            text = body.decode(json.detect_encoding(body), errors="replace")
            return _printable(
                json.loads(text, parse_constant=str, parse_int=_integer, parse_float=_float, strict=False)
            )
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _integer(digits: str) -> int | float | str:
    number = int(digits) if len(digits) < LONGEST_INTEGER else None
    if number is None or abs(number) > LARGEST_FLOAT:
        return digits
    return number if abs(number) <= LARGEST_INTEGER else float(number)


def _float(text: str) -> float | str:
    number = float(text)
    return number if abs(number) <= LARGEST_FLOAT else text


def _printable(value: Any) -> Any:
    """The value with lone surrogates replaced, which no output can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    return value


def as_float(value: int) -> float | None:
    """An integer that is too large for 64 bits as the nearest float, None where there is none."""
    try:
        return float(value)
    except OverflowError:
        return None
