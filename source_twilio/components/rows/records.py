"""From the rows of a response to those that match the stream's schema: one `Page` a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from source_twilio.components.rows.values import (
    NOTHING,
    kind_of,
    to_boolean,
    to_date,
    to_integer,
    to_number,
    to_rfc3339,
    to_structure,
    to_text,
)

Row = dict[str, Any]
Converter = Callable[[Any], Any]

STRUCTURES = {"object": dict, "array": list}
SCALARS: dict[str, Converter] = {"number": to_number, "integer": to_integer, "boolean": to_boolean}
FORMATS: dict[str, Converter] = {"date-time": to_rfc3339, "date": to_date}


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


class ChangedRow(dict[str, Any]):
    """A row with columns that could not be read. changes: the path of each and what kind of value came instead."""

    __slots__ = ("changes",)

    def __init__(self, row: Row, changes: dict[str, str]) -> None:
        super().__init__(row)
        self.changes = changes


class Columns:
    """What an object's declared properties make of one, in place; compiled once, since it runs once a row.

    schema: of the object; path: of the object's columns in a row, with a dot behind it.
    """

    def __init__(self, schema: Mapping[str, Any], path: str = "") -> None:
        self._scalars: list[tuple[str, str, Converter]] = []
        self._structures: list[tuple[str, Callable[[Any, dict[str, str]], Any]]] = []
        self._texts: list[str] = []
        self._keys: list[tuple[str, str]] = []
        for name, declared in schema.get("properties", {}).items():
            kind, is_nullable = _kind(declared)
            place = f"{path}{name}"
            if kind in STRUCTURES:
                self._structures.append((name, _structure(declared, place)))
            elif convert := _converter(declared):
                self._scalars.append((name, place, convert))
            else:
                self._texts.append(name)
            if not is_nullable:
                self._keys.append((name, place))

    def apply(self, row: Row, changes: dict[str, str]) -> None:
        """Convert an object's columns. changes: gets the path of each that became null, and the kind of its value."""
        get = row.get
        for name, place, convert in self._scalars:
            value = get(name)
            if value is not None:
                row[name] = converted = convert(value)
                if converted is None:
                    note(changes, place, value)
        for name, structure in self._structures:
            value = get(name)
            if value is not None:
                row[name] = structure(value, changes)
        for name in self._texts:
            value = get(name)
            if value.__class__ is not str and value is not None:
                row[name] = to_text(value)
        for name, place in self._keys:
            if get(name) is None:  # no null is valid here, but a column that is not there is
                row.pop(name, None)
                changes.setdefault(place, NOTHING)


def note(changes: dict[str, str], place: str, value: Any) -> None:
    """Name a value that becomes null; an empty text is how the API says that there is none."""
    if value.__class__ is not str or value.strip():
        changes[place] = kind_of(value)


def _kind(schema: Mapping[str, Any]) -> tuple[str, bool]:
    """The declared type of a column, and whether it may be null; a column has one type, which a test holds up."""
    declared = schema["type"]
    kinds = [declared] if isinstance(declared, str) else declared
    return next(kind for kind in kinds if kind != "null"), "null" in kinds


def _converter(schema: Mapping[str, Any]) -> Converter | None:
    """What makes a scalar of a value, None for plain text, which is made of anything."""
    kind, _ = _kind(schema)
    return FORMATS.get(schema.get("format", "")) if kind == "string" else SCALARS[kind]


def _structure(schema: Mapping[str, Any], place: str) -> Callable[[Any, dict[str, str]], Any]:
    """What makes an object or a list of a value, and of what is in it; None where it is none."""
    kind = STRUCTURES[_kind(schema)[0]]
    within = _items(schema["items"], place) if kind is list else _properties(schema, place)

    def convert(value: Any, changes: dict[str, str]) -> Any:
        found = value if value.__class__ is kind else to_structure(value, kind)
        if found is None:
            note(changes, place, value)
        elif within:
            within(found, changes)
        return found

    return convert


def _properties(schema: Mapping[str, Any], place: str) -> Callable[[Row, dict[str, str]], None] | None:
    """What converts an object's columns in place; None where none is declared."""
    properties = schema.get("properties")
    if not properties:
        return None
    columns = Columns(schema, f"{place}.")
    if any(_kind(declared)[0] != "string" or "format" in declared for declared in properties.values()):
        return columns.apply

    def apply_to_texts(row: Row, changes: dict[str, str]) -> None:
        for value in row.values():  # a third of the time that it takes to look each of them up
            if value.__class__ is not str:
                columns.apply(row, changes)
                return

    return apply_to_texts


def _items(schema: Mapping[str, Any], place: str) -> Callable[[list[Any], dict[str, str]], None]:
    """What converts a list's items in place."""
    if _kind(schema)[0] in STRUCTURES:
        convert = _structure(schema, place)
    else:
        scalar = _converter(schema) or to_text

        def convert(value: Any, changes: dict[str, str]) -> Any:
            converted = scalar(value)
            if converted is None:
                note(changes, place, value)
            return converted

    def convert_items(values: list[Any], changes: dict[str, str]) -> None:
        values[:] = [None if value is None else convert(value, changes) for value in values]

    return convert_items


class Normaliser:
    """Turns the API's rows into the declared ones, in place; built once a stream, since it runs once a row.

    schema: the stream's JSON schema; drop: columns that are removed by name (secrets, values that change on every
    request), because a column that is only missing in the schema would pass through; a dot leads into an object.
    """

    def __init__(self, schema: Mapping[str, Any], drop: list[str]) -> None:
        self._columns = Columns(schema)
        self._drop = [path for path in drop if "." not in path]
        self._drop_within = [(column, name) for column, _, name in (path.partition(".") for path in drop) if name]

    def __call__(self, rows: list[Row], inject: Mapping[str, Any]) -> list[Row]:
        """The same rows, normalised, with the keys of `inject` (from the slice) where the record lacks them.

        Every row is valid against the schema. What cannot be read as declared is null, or not there where no null may
        be; a row with such columns is a `ChangedRow`.
        """
        changes: dict[str, str] = {}
        for number, row in enumerate(rows):
            for name in self._drop:
                row.pop(name, None)
            for name, value in inject.items():
                if row.get(name) is None:
                    row[name] = value
            self._columns.apply(row, changes)
            for column, name in self._drop_within:
                if isinstance(within := row.get(column), dict):
                    within.pop(name, None)
            if changes:
                rows[number] = ChangedRow(row, changes)
                changes = {}
        return rows
