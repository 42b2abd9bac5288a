"""Rows as Twilio sends them, made from the recorded pages, with the columns that a test is about."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "resource" / "http" / "response"


@cache
def _page(stream: str) -> str:
    return (RECORDED / f"{stream}.json").read_text(encoding="utf-8")


def recorded(stream: str) -> dict[str, Any]:
    """The recorded page of a stream."""
    page: dict[str, Any] = json.loads(_page(stream))
    return page


def row_of(stream: str, data_key: str, **columns: Any) -> dict[str, Any]:
    """The first recorded row of a stream, with other values in some columns; `data_key` is "" for a single object."""
    page = recorded(stream)
    return {**(page[data_key][0] if data_key else page), **columns}


def moment(text: str | datetime) -> datetime:
    """A moment, from its ISO 8601 text."""
    if isinstance(text, datetime):
        return text
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def rfc(text: str | datetime) -> str:
    """A moment as the 2010 API writes it: RFC 2822."""
    return format_datetime(moment(text))


def iso(text: str | datetime) -> str:
    """A moment as product hosts write it: ISO 8601, with milliseconds where there are any."""
    at = moment(text)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{at.microsecond // 1000:03}Z" if at.microsecond else "Z")
