"""One value of the API as its column's declared type: what a person reads without doubt, None for anything else."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from source_twilio.components.rows.bodies import LARGEST_INTEGER, as_float, decode
from source_twilio.components.rows.times import moment_of, written

MONTHS = {name: f"{number:02}" for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1)}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z", re.ASCII)
# Looked up in half the time of a regular expression; a date-time is what rows have most of.
MINUTES = frozenset(f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60))
SECONDS = frozenset(f":{second:02}" for second in range(60))
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)  # `1,5` and `1.234,56` may mean either
CURRENCY = r"(?:(?:US|R)?[$\u00a3-\u00a5\u20a0-\u20c0]|USD|EUR|GBP|JPY)"  # no \u00a2: a cent is no whole
MONEY = re.compile(rf"([+-]?) ?(?:{CURRENCY} ?)?([+-]?[\d.,]+(?:[eE][+-]?\d+)?)(?: ?{CURRENCY})?", re.ASCII)
NOTHING = "nothing"  # the kind of a value that did not come
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def to_rfc3339(value: Any) -> str | None:
    """A date-time of the API as RFC 3339 UTC: RFC 2822 (2010 API), ISO 8601 with or without offset (product hosts).

    None for an empty or unreadable value, so that the declared format always holds.
    """
    if value.__class__ is not str:
        return None
    text: str = value
    if text[25:] == " +0000":  # Fri, 24 May 2019 17:44:46 +0000
        day = _day(text[5:16])
        if day and text[16] == " " and text[17:22] in MINUTES and text[22:25] in SECONDS:
            return f"{day}T{text[17:25]}Z"
    elif text[19:] == "Z" and text[10] == "T" and text[11:16] in MINUTES and text[16:19] in SECONDS:
        return text if _day(text[:10]) == text[:10] else None
    elif RFC_3339.fullmatch(text):
        return text if _day(text[:10]) else None
    moment = moment_of(text)
    return written(moment) if moment else None


@lru_cache(maxsize=4096)  # rows come by the thousand for each day
def _day(text: str) -> str | None:
    """`24 May 2019` or `2019-05-24` as the latter; None if there is no such day."""
    if text[3:6] in MONTHS:
        text = f"{text[7:]}-{MONTHS[text[3:6]]}-{text[:2]}"
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else None
    except ValueError:
        return None


def to_date(value: Any) -> str | None:
    """A calendar day as `YYYY-MM-DD`, None for an empty or unreadable value."""
    if value.__class__ is str and len(value) == 10 and value[4] == value[7] == "-" and (day := _day(value)):
        return day
    moment = to_rfc3339(value)
    return moment[:10] if moment else None


def to_number(value: Any) -> int | float | None:
    """A number, also where the API sends it as text; None for an empty or unreadable one. There is no negative zero."""
    if value.__class__ is str:
        value = _number(value)
    if value.__class__ is int:
        return int(value) if abs(value) <= LARGEST_INTEGER else as_float(value)
    return value + 0.0 if value.__class__ is float and math.isfinite(value) else None


@lru_cache(maxsize=16384)  # prices and counts repeat
def _number(text: str) -> int | float | None:
    if not NUMBER.fullmatch(text):
        plain = _plain(text)
        return _number(plain) if plain else None
    return int(text) if len(text) <= 20 and text.lstrip("+-").isdigit() else float(text)


def _plain(text: str) -> str | None:
    """A number without spaces around it, thousands separators and the sign of a currency; None where none is left."""
    found = MONEY.fullmatch(text.strip().replace("\u2212", "-"))
    bare = found[1] + found[2] if found else ""
    bare = bare.replace(",", "") if THOUSANDS.fullmatch(bare) else bare
    return bare if NUMBER.fullmatch(bare) else None


def to_integer(value: Any) -> int | None:
    """As `to_number`; a whole number written with decimals becomes an integer, one with a fraction is none."""
    number = to_number(value)
    if isinstance(number, float):
        return int(number) if number.is_integer() and abs(number) <= LARGEST_INTEGER else None
    return number


def to_boolean(value: Any) -> bool | None:
    """A boolean, also from the texts true and false and from 1 and 0; None for anything else."""
    if value.__class__ is bool:
        return bool(value)
    return BOOLEANS.get(str(value).strip().lower())


def to_text(value: Any) -> str:
    """Text for a column that is declared as text while the API sends a number or a structure."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # nested more deeply than orjson writes
        return json.dumps(value)


def to_structure(value: Any, kind: type) -> Any:
    """A list or an object (kind), also where it comes as JSON text; None for anything else."""
    if value.__class__ is str:
        try:
            value = decode(value.encode("utf-8", errors="replace"))
        except ValueError:
            return None
    return value if value.__class__ is kind else None


def kind_of(value: Any) -> str:
    """What a person calls a JSON value; never the value itself, which may be personal."""
    if value is None:
        return NOTHING
    names = {str: "text", bool: "boolean", int: "number", float: "number", dict: "object", list: "list"}
    return names.get(type(value), "another kind")


def value_at(row: dict[str, Any], path: str) -> Any:
    """The value at a path of field names with dots between them, None where there is none; attributes are JSON text."""
    value: Any = row
    for name in path.split("."):
        if isinstance(value, str):
            value = _decoded(value)
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
