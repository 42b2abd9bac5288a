"""The recorded answers of the connector's unit tests, which serve as templates for rows."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from .resources import load

FOLDER = Path(__file__).parents[2] / "unit_tests" / "resource" / "http" / "response"


@cache
def recorded(stream: str) -> list[dict[str, Any]]:
    """The rows of a recorded page, the object of a one-object stream, or the detail of one that is fetched singly."""
    detail = FOLDER / "detail" / f"{stream}.json"
    if detail.exists():
        return [orjson.loads(detail.read_bytes())]
    body = orjson.loads((FOLDER / f"{stream}.json").read_bytes())
    data = load()[stream].data
    rows: list[dict[str, Any]] = body[data] if data else [body]
    return rows


def template(stream: str, n: int = 0) -> dict[str, Any]:
    """A copy of a recorded row."""
    rows = recorded(stream)
    return copy.deepcopy(rows[n % len(rows)])
