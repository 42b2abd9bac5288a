"""Page sizes, links to other pages and the four envelopes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

import orjson

from .answers import JSON, Answer, Refusal
from .filters import PAGING, Query, first
from .resources import Resource

DEFAULT_SIZE = 50
Link = tuple[str, str]  # the parameter of a page token and the token


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


def repeat(query: Query, size: int, page: int, token: Link | None = None) -> str:
    """The query of a link: every filter again, the page size, the page and its token."""
    kept = [(k, v) for k, v in query if k not in PAGING] + [("PageSize", str(size)), ("Page", str(page))]
    if token:
        kept.append(token)
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in kept)


def wrap(
    resource: Resource,
    origin: str,
    path: str,
    query: Query,
    texts: list[bytes],
    size: int,
    page: int,
    following: Link | None,
    total: int,
    own: Link | None = None,
    preceding: Link | None = None,
) -> Answer:
    """The list body of a page. own, following, preceding: the tokens of this page, the next and the one before."""
    rows = b'"' + (resource.data or "").encode() + b'":[' + b",".join(texts) + b"]"
    base = path if resource.envelope == "uri" else origin + path
    this = f"{base}?{repeat(query, size, page, own)}"
    more = f"{base}?{repeat(query, size, page + 1, following)}" if following else None
    back = f"{base}?{repeat(query, size, page - 1, preceding)}" if preceding and page else None
    rest: dict[str, Any]
    if resource.envelope == "bare":
        rest = {"uri": path}
    elif resource.envelope == "token":
        rest = {"meta": {"next_token": following[1] if following else None, "previous_token": None}}
    elif resource.envelope == "pages":
        rest = {
            "current_page": page,
            "per_page": size,
            "has_next": bool(following),
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
            "previous_page_uri": back,
            "start": page * size,
            "end": page * size + max(0, len(texts) - 1),
            "uri": this,
        }
    else:
        rest = {
            "meta": {
                "key": resource.data,
                "page": page,
                "page_size": size,
                "first_page_url": f"{base}?{repeat(query, size, 0)}",
                "previous_page_url": back,
                "url": this,
                "next_page_url": more,
            }
        }
    tail = orjson.dumps(rest)[1:]
    return Answer(200, {"Content-Type": JSON}, b"{" + rows + b"," + tail)
