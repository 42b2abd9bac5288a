"""Columns: from the JSON schema of a stream to Spark's types, and from the connector's rows to Arrow batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
from pyspark.sql import types as t

UNDECLARED = "_undeclared"  # what Twilio sent and no column holds, as JSON; null nearly always
FINER = re.compile(r"(\.\d{6})\d+")  # digits of a second that Spark does not count
Row = dict[str, Any]


def _nothing(value: Any) -> Any:
    """What a column holds whole leaves nothing."""
    return None


@dataclass(frozen=True)
class Column:
    """A column. spark, arrow: its types; make: an array of values; rest: what of a value is not in it, None if all
    is."""

    spark: t.DataType
    arrow: pa.DataType
    make: Callable[[list[Any]], pa.Array]
    rest: Callable[[Any], Any] = _nothing


def _moments(values: list[Any]) -> pa.Array:
    kind = pa.timestamp("us", "UTC")
    try:
        return pa.array(values, pa.string()).cast(kind)
    except pa.ArrowInvalid:
        return pa.array([value and FINER.sub(r"\1", value) for value in values], pa.string()).cast(kind)


def _doubles(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.float64())
    except pa.ArrowInvalid:  # Arrow refuses an integer that a double does not hold to its last digit
        return pa.array([None if value is None else float(value) for value in values], pa.float64())


def _json(values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else orjson.dumps(value).decode() for value in values], pa.string())


JSON = Column(t.StringType(), pa.string(), _json)
SCALARS = {
    "string": Column(t.StringType(), pa.string(), lambda values: pa.array(values, pa.string())),
    "integer": Column(t.LongType(), pa.int64(), lambda values: pa.array(values, pa.int64())),
    "number": Column(t.DoubleType(), pa.float64(), _doubles),
    "boolean": Column(t.BooleanType(), pa.bool_(), lambda values: pa.array(values, pa.bool_())),
    "date-time": Column(t.TimestampType(), pa.timestamp("us", "UTC"), _moments),
    "date": Column(t.DateType(), pa.date32(), lambda values: pa.array(values, pa.string()).cast(pa.date32())),
}


def _column(schema: Mapping[str, Any]) -> Column:
    """The column of a declared value; JSON text where its shape is not declared."""
    declared = schema["type"]
    (kind,) = [declared] if isinstance(declared, str) else [one for one in declared if one != "null"]
    if kind == "object":
        names = schema.get("properties") or {}
        # Spark takes names that differ in capitals alone, as `SMS` and `sms`, for one.
        return _struct(_columns(schema)) if names and len({name.lower() for name in names}) == len(names) else JSON
    if kind == "array":
        return _list(_column(schema["items"])) if schema.get("items") else JSON
    return SCALARS.get(schema.get("format", "")) or SCALARS[kind]


def _columns(schema: Mapping[str, Any]) -> dict[str, Column]:
    return {name: _column(declared) for name, declared in schema["properties"].items()}


def _struct(columns: dict[str, Column]) -> Column:
    """An object with declared columns."""
    fields = [pa.field(name, column.arrow) for name, column in columns.items()]

    def make(values: list[Any]) -> pa.Array:
        arrays = [
            column.make([None if value is None else value.get(name) for value in values])
            for name, column in columns.items()
        ]
        absent = pa.array([value is None for value in values], pa.bool_())
        return pa.StructArray.from_arrays(arrays, fields=fields, mask=absent)

    spark = t.StructType([t.StructField(name, column.spark) for name, column in columns.items()])
    return Column(spark, pa.struct(fields), make, _rest_of(columns))


def _list(item: Column) -> Column:
    """A list of declared items."""
    kind = pa.list_(pa.field("element", item.arrow))

    def make(values: list[Any]) -> pa.Array:
        offsets: list[int | None] = []
        items: list[Any] = []
        for value in values:
            offsets.append(None if value is None else len(items))
            items += value or ()
        return pa.ListArray.from_arrays(pa.array([*offsets, len(items)], pa.int32()), item.make(items), type=kind)

    def rest(value: list[Any]) -> Any:
        left = [one and item.rest(one) for one in value]
        return left if any(left) else None

    return Column(t.ArrayType(item.spark), kind, make, _nothing if item.rest is _nothing else rest)


def _rest_of(columns: Mapping[str, Column]) -> Callable[[Row], Row | None]:
    """What gives the part of an object that has no column."""
    names = columns.keys()
    deep = [(name, column.rest) for name, column in columns.items() if column.rest is not _nothing]

    def rest(row: Row) -> Row | None:
        left = {} if row.keys() <= names else {name: row[name] for name in row if name not in names}
        for name, within in deep:
            value = row.get(name)
            if value and (lost := within(value)):
                left[name] = lost
        return left or None

    return rest


class Columns:
    """The columns of a stream. schema: its JSON schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._columns = _columns(schema)
        self._rest = _rest_of(self._columns)
        fields = [
            t.StructField(name, column.spark, True, _comment(schema["properties"][name]))
            for name, column in self._columns.items()
        ]
        self.spark = t.StructType([*fields, t.StructField(UNDECLARED, t.StringType())])
        arrow = [(name, column.arrow) for name, column in self._columns.items()]
        self._arrow = pa.schema([*arrow, (UNDECLARED, pa.string())])

    def batch(self, rows: list[Row]) -> pa.RecordBatch:
        """An Arrow batch of the connector's rows."""
        arrays = [column.make([row.get(name) for row in rows]) for name, column in self._columns.items()]
        rest = _json([self._rest(row) for row in rows])
        return pa.RecordBatch.from_arrays([*arrays, rest], schema=self._arrow)


def _comment(schema: Mapping[str, Any]) -> dict[str, str]:
    return {"comment": schema["description"]} if schema.get("description") else {}
