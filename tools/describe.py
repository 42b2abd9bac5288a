#!/usr/bin/env python3
"""Describe the columns that a schema file leaves without a word, where their name means the same in every stream.

    python -m tools.describe [STREAM...]

The sentences are those of tools/column_notes.yaml, the values of enumerations those of tools/documented_values.yaml.
A description that is there already stays; what only one stream means by a column is written into its schema by hand.
Prints the columns that are left without a description.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.docs_manifest import SCHEMAS
from tools.make_schema import render

HERE = Path(__file__).parent
VALUES = HERE / "documented_values.yaml"
COLUMNS = HERE / "column_notes.yaml"


@lru_cache(maxsize=1)
def documented() -> Mapping[str, Mapping[str, list[str]]]:
    """The values that Twilio documents, by stream and column."""
    found: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def notes() -> Mapping[str, Mapping[str, Any]]:
    """`columns`: the sentence of a column's name; `references`: the stream whose key such a column holds."""
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(COLUMNS.read_text(encoding="utf-8"))
    return found


def sentence(text: str, values: Sequence[str]) -> str:
    """A description that ends with a full stop and names the values, as `a, b or c`."""
    if not values:
        return f"{text.removesuffix('.')}."
    listed = f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else values[0]
    return f"{text.removesuffix('.')}: {listed}."


def fill(stream: str, schema: dict[str, Any], sentences: Mapping[str, str]) -> list[str]:
    """Describe what is not described yet, in place. Gives the columns for whose names there is no sentence."""
    left = []
    for name, column in schema["properties"].items():
        if "description" in column:
            continue
        if name not in sentences:
            left.append(name)
            continue
        nested = {key: column.pop(key) for key in ("items", "properties") if key in column}
        column["description"] = sentence(sentences[name], documented().get(stream, {}).get(name, ()))
        column.update(nested)
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("streams", nargs="*", metavar="STREAM")
    for stream in parser.parse_args().streams or sorted(path.stem for path in SCHEMAS.glob("*.json")):
        path = SCHEMAS / f"{stream}.json"
        before = path.read_text(encoding="utf-8")
        schema = json.loads(before)
        for name in fill(stream, schema, notes()["columns"]):
            print(f"{stream}.{name}")
        if schema != json.loads(before):
            path.write_text(f"{render(schema)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
