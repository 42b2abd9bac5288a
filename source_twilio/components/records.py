"""From the rows of a response to those that match the stream's schema: one `Page` a response."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import orjson

from source_twilio.components.bodies import LARGEST_INTEGER, as_float

Row = dict[str, Any]
Converter = Callable[[Any], Any]

LOGGER = logging.getLogger("airbyte")
MONTHS = {name: f"{number:02}" for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1)}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z", re.ASCII)
FRACTION = re.compile(r"\.(\d+)")
TIME = re.compile(r" ([01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?|[+-]?\.\d+", re.ASCII)


class Page:
    """The rows of one response on their way to the output.

    rows: the rows, normalised; release: called once the rows have left the process, so that a worker may read on;
    last: the step that brought the page has nothing more to bring.
    """

    __slots__ = ("last", "release", "rows")

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.release: Callable[[], None] = _nothing
        self.last = False


def _nothing() -> None:
    """A page that no worker waits for."""


def to_rfc3339(value: Any) -> str | None:
    """A date-time of the API as RFC 3339 UTC: RFC 2822 (2010 API), ISO 8601 with or without offset (product hosts).

    None for an empty or unreadable value, so that the declared format always holds.
    """
    if not isinstance(value, str):
        return None
    text: str = value
    if len(text) == 31 and text.endswith(" +0000"):  # Fri, 24 May 2019 17:44:46 +0000
        day = _day(text[5:16])
        return f"{day}T{text[17:25]}Z" if day and TIME.fullmatch(text, 16, 25) else _parsed(text)
    if RFC_3339.fullmatch(text):
        return text if _day(text[:10]) else None
    return _parsed(text)


@lru_cache(maxsize=4096)  # rows come by the thousand for each day
def _day(text: str) -> str | None:
    """`24 May 2019` or `2019-05-24` as the latter; None if there is no such day."""
    if text[3:6] in MONTHS:
        text = f"{text[7:]}-{MONTHS[text[3:6]]}-{text[:2]}"
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else None
    except ValueError:
        return None


def _parsed(value: str) -> str | None:
    iso = FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", value.replace("Z", "+00:00"))  # as Python 3.10 reads it
    for parse, text in ((datetime.fromisoformat, iso), (parsedate_to_datetime, value)):
        try:
            moment = parse(text)
            moment = moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        text = moment.isoformat(sep="T").removesuffix("+00:00")
        return f"{text}Z"
    return None


def to_date(value: Any) -> str | None:
    """A calendar day as `YYYY-MM-DD`, None for an empty or unreadable value."""
    moment = to_rfc3339(f"{value}T00:00:00Z" if isinstance(value, str) and len(value) == 10 else value)
    return moment[:10] if moment else None


def to_number(value: Any) -> int | float | None:
    """A number, also where the API sends it as text; None for an empty or unreadable one."""
    if value.__class__ is str:
        value = _number(value)
    if value.__class__ is int:
        return int(value) if abs(value) <= LARGEST_INTEGER else as_float(value)
    return float(value) if value.__class__ is float and math.isfinite(value) else None


@lru_cache(maxsize=16384)  # prices and counts repeat
def _number(text: str) -> int | float | None:
    if not NUMBER.fullmatch(text):
        return None
    return int(text) if len(text) < 19 and text.lstrip("+-").isdigit() else float(text)


def to_integer(value: Any) -> int | None:
    """As `to_number`; a whole number written with decimals becomes an integer, one with a fraction is none."""
    number = to_number(value)
    if isinstance(number, float):
        return int(number) if number.is_integer() and abs(number) <= LARGEST_INTEGER else None
    return number


def to_boolean(value: Any) -> bool | None:
    """A boolean, also from the texts true and false; None for anything else."""
    if value.__class__ is bool:
        return bool(value)
    return {"true": True, "false": False}.get(str(value).lower())


def to_text(value: Any) -> str:
    """Text for a column that is declared as text while the API sends a number or a structure."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # nested more deeply than orjson writes
        return json.dumps(value)


def _converter(schema: Mapping[str, Any]) -> Converter | None:
    declared = schema.get("type")
    kinds = [declared] if isinstance(declared, str) else [kind for kind in declared or () if kind != "null"]
    kind = kinds[0] if len(kinds) == 1 else None
    if kind == "string":
        texts: dict[str, Converter] = {"date-time": to_rfc3339, "date": to_date}
        convert: Converter = texts.get(str(schema.get("format")), to_text)
        return convert
    if kind == "object" and schema.get("properties"):
        return _nested(compile_converters(schema))
    if kind == "array" and (item := _converter(schema.get("items") or {})) and item is not to_text:
        each = item
        return lambda values: [each(value) for value in values] if isinstance(values, list) else values
    scalars: dict[str, Converter] = {"number": to_number, "integer": to_integer, "boolean": to_boolean}
    return scalars.get(kind or "")


def _nested(converters: list[tuple[str, Converter]]) -> Converter | None:
    if not any(convert is not to_text for _, convert in converters):
        return None

    def convert_object(value: Any) -> Any:
        if isinstance(value, dict):
            _apply(converters, value)
        return value

    return convert_object


def compile_converters(schema: Mapping[str, Any]) -> list[tuple[str, Converter]]:
    """The (field, converter) pairs of a schema's properties; fields that pass through unchanged are left out."""
    pairs = ((name, _converter(declared)) for name, declared in schema.get("properties", {}).items())
    return [(name, convert) for name, convert in pairs if convert]


def _apply(converters: list[tuple[str, Converter]], row: Row) -> None:
    for name, convert in converters:
        value = row.get(name)
        if value is not None:
            row[name] = convert(value)


def _without(name: str) -> Converter:
    return lambda value: {key: part for key, part in value.items() if key != name} if isinstance(value, dict) else value


class Normaliser:
    """Turns the API's rows into the declared ones, in place; built once a stream, since it runs once a row.

    schema: the stream's JSON schema; drop: columns that are removed by name (secrets, values that change on every
    request), because a column that is only missing in the schema would pass through; a dot leads into an object.
    """

    def __init__(self, schema: Mapping[str, Any], drop: list[str]) -> None:
        converters = compile_converters(schema)
        self._texts = [name for name, convert in converters if convert is to_text]
        self._others = [(name, convert) for name, convert in converters if convert is not to_text]
        self._drop = drop
        self._others += [(column, _without(name)) for column, _, name in (path.partition(".") for path in drop) if name]

    def __call__(self, rows: list[Row], inject: Mapping[str, Any]) -> list[Row]:
        """The same rows, normalised, with the keys of `inject` (from the slice) where the record lacks them."""
        for row in rows:
            for name in self._drop:
                row.pop(name, None)
            _apply(self._others, row)
            for name in self._texts:
                value = row.get(name)
                if value.__class__ is not str and value is not None:
                    row[name] = to_text(value)
            for name, value in inject.items():
                if row.get(name) is None:
                    row[name] = value
        return rows
