"""Page sizes, opaque page tokens and the four envelopes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any
from urllib.parse import quote_plus

import orjson

from .answers import JSON, Answer, Refusal
from .filters import PAGING, Query, first
from .resources import Resource
from .rows import Position

DEFAULT_SIZE = 50


def size_of(resource: Resource, query: Query, switches: dict[str, Any]) -> int:
    """The page size in force."""
    text = first(query, "Size" if resource.envelope == "token" else "PageSize")
    if resource.host == "verify" and text is not None:
        top = {"refuse": 0, "over_25": 25}.get(switches["verify_page_size"], resource.page_max)
        if number(text) > top:
            raise Refusal(400, 60373, "Invalid page size")
    if text is None:
        return min(DEFAULT_SIZE, resource.page_max or DEFAULT_SIZE)
    size, top = number(text), resource.page_max or 1000
    if size < 1 or (size > top and switches["page_size_over_max"] == "refuse"):
        raise Refusal(400, 20001, f"Page size must be between 1 and {top}")
    return min(size, top)


def number(text: str) -> int:
    """A whole number in a query; anything else is refused."""
    if not text.isdigit() or len(text) > 9:
        raise Refusal(400, 20001, f"Invalid number '{text}'")
    return int(text)


def token_for(position: Position, count: int, now: float, query: Query) -> str:
    """An opaque token that pins a position in a list, wherever new rows appear. count: rows up to there."""
    raw = base64.urlsafe_b64encode(orjson.dumps([*position, int(now), count, _filters(query)])).decode().rstrip("=")
    return f"PA{raw}{_check(raw)}"


def place_of(token: str, now: float, switches: dict[str, Any], query: Query) -> tuple[Position | None, int, Query]:
    """Where a token lets a page begin: behind a position, or after so many rows; and by which filters.

    A dead or foreign token is refused.
    """
    raw, check = token[2:-6], token[-6:]
    try:
        if not token.startswith("PA") or check != _check(raw):
            raise ValueError(token)
        instant, tie, issued, count, filters = orjson.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    except (ValueError, binascii.Error):
        raise Refusal(400, 20006, "Page token is not valid") from None
    if switches["page_token_life"] and now - issued > switches["page_token_life"]:
        raise Refusal(400, 20006, "Page token has expired")
    if filters != _filters(query):
        if switches["foreign_page_token"] == "refuse":
            raise Refusal(400, 20006, "Page token is not valid")
        if switches["foreign_page_token"] == "offset":
            return None, count, query
        if switches["foreign_page_token"] == "filters":
            return (instant, tie), 0, [(name, value) for name, value in filters]
    return (instant, tie), 0, query


def _filters(query: Query) -> list[list[str]]:
    return sorted([name, value] for name, value in query if name not in PAGING)


def _check(raw: str) -> str:
    return hashlib.md5(raw.encode()).hexdigest()[:6]


def repeat(query: Query, size: int, page: int, token: str | None = None) -> str:
    """The query of a link: every filter again, the page size, the page."""
    kept = [(k, v) for k, v in query if k not in PAGING] + [("PageSize", str(size)), ("Page", str(page))]
    if token:
        kept.append(("PageToken", token))
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in kept)


def wrap(
    resource: Resource,
    origin: str,
    path: str,
    query: Query,
    texts: list[bytes],
    size: int,
    page: int,
    next_token: str | None,
    total: int,
) -> Answer:
    """The list body of a page."""
    rows = b'"' + (resource.data or "").encode() + b'":[' + b",".join(texts) + b"]"
    base = path if resource.envelope == "uri" else origin + path
    more = f"{base}?{repeat(query, size, page + 1, next_token)}" if next_token else None
    rest: dict[str, Any]
    if resource.envelope == "bare":
        rest = {"uri": path}
    elif resource.envelope == "token":
        rest = {"meta": {"next_token": next_token, "previous_token": None}}
    elif resource.envelope == "pages":
        rest = {
            "current_page": page,
            "per_page": size,
            "has_next": bool(next_token),
            "has_prev": page > 0,
            "total_elements": total,
            "total_pages": max(1, -(-total // size)),
        }
    elif resource.envelope == "uri":
        rest = {
            "first_page_uri": f"{base}?{repeat(query, size, 0)}",
            "next_page_uri": more,
            "page": page,
            "page_size": size,
            "previous_page_uri": f"{base}?{repeat(query, size, page - 1)}" if page else None,
            "start": page * size,
            "end": page * size + max(0, len(texts) - 1),
            "uri": f"{base}?{repeat(query, size, page)}",
        }
    else:
        rest = {
            "meta": {
                "key": resource.data,
                "page": page,
                "page_size": size,
                "first_page_url": f"{base}?{repeat(query, size, 0)}",
                "previous_page_url": f"{base}?{repeat(query, size, page - 1)}" if page else None,
                "url": f"{base}?{repeat(query, size, page)}",
                "next_page_url": more,
            }
        }
    tail = orjson.dumps(rest)[1:]
    return Answer(200, {"Content-Type": JSON}, b"{" + rows + b"," + tail)
