"""The body of a response as Python values, whatever it holds."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

LONGEST_INTEGER = 400  # digits; Python refuses to read thousands of them
LARGEST_INTEGER = 2**63 - 1  # what JSON writers and warehouse columns hold


def decode(body: bytes) -> Any:
    """A response body as Python values. Raises ValueError when it is no JSON at all.

    orjson refuses what the JSON grammar refuses (NaN, lone surrogates); such a body is read again with the standard
    library, and only the offending values are replaced: one odd value must not cost its neighbours.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            text = body.decode("utf-8", errors="replace")
            return _printable(json.loads(text, parse_constant=lambda _: None, parse_int=_integer, strict=False))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < LONGEST_INTEGER else None


def _printable(value: Any) -> Any:
    """The value with what JSON output cannot hold replaced: lone surrogates, integers beyond 64 bits, infinities."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return as_float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_float(value: int) -> float | None:
    """An integer that is too large for 64 bits as the nearest float, None where there is none."""
    try:
        return float(value)
    except OverflowError:
        return None
