"""Page tokens: what a link to another page says, and where that page begins.

By default as recorded: ``PA`` and the SID of the last row (``PB`` and that of the first for the page before),
``AfterSid`` for accounts and conferences, ``DN`` and the country for prices, ``AP`` and the number of the page, in
base64, for usage. Lists whose rows have no SID, and all with the switch ``page_token``, get an opaque token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from . import orders
from .answers import Refusal
from .filters import PAGING, Query, first
from .request import Request
from .resources import Resource
from .rows import Position, Row

FORMS = {  # parameter, beginning for the page after and the page before, column
    "sid": ("PageToken", "PA", "PB", "sid"),
    "after_sid": ("AfterSid", "", None, "sid"),
    "country": ("PageToken", "DN", None, "iso_country"),
}
OPAQUE = {"token": "Token"}  # by envelope
Walk = Callable[[str, Any], Any]


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind a position (or in front of it), or after so many rows; by which filters.

    count: rows that the pages before have held, as far as it is known.
    """

    query: Query
    after: Position | None = None
    passed: int = 0
    before: Position | None = None
    count: int = 0


def place(request: Request, walk: Walk, page: int, size: int) -> Place:
    """Where the asked page begins. A dead, unknown or (by the switch) foreign token is refused, and so is none."""
    resource, switches, query = request.resource, request.switches, request.query
    token = token_of(resource, query)
    if token is None:
        if page and switches["page_without_token"] == "refuse" and resource.envelope in ("uri", "meta"):
            raise Refusal(400, 20001, "A page behind the first needs its PageToken")
        return Place(query, passed=page * size, count=page * size)
    if switches["page_token"] == "opaque" or not _named(resource, token):
        return _opened(token, request)
    if resource.token == "offset":
        number = _page_number(token)
        return Place(query, passed=number * size, count=number * size)
    position = _issued(request, token) or _found(request, walk, token)
    if token.startswith(str(FORMS[resource.token][2])):
        return Place(query, before=position, count=page * size)
    return Place(query, after=position, count=page * size)


def token_of(resource: Resource, query: Query) -> str | None:
    """The token in a query, whatever its parameter is called there."""
    return first(query, OPAQUE.get(resource.envelope, "PageToken")) or first(query, "AfterSid")


def own(request: Request) -> tuple[str, str] | None:
    """Parameter and token of the asked page itself, None for the first one."""
    return next(((name, value) for name, value in request.query if name in ("PageToken", "AfterSid")), None)


def following(request: Request, row: Row, page: int, count: int) -> tuple[str, str]:
    """Parameter and token of the page behind a row. page: the number of this page; count: rows up to there."""
    return _link(request, row, page + 1, count, forward=True)


def preceding(request: Request, row: Row, page: int) -> tuple[str, str] | None:
    """Parameter and token of the page in front of a row, None where no such link was recorded."""
    found = _link(request, row, page - 1, 0, forward=False)
    return None if found == ("", "") else found


def _link(request: Request, row: Row, page: int, count: int, forward: bool) -> tuple[str, str]:
    resource = request.resource
    if request.switches["page_token"] == "sid":
        if resource.token == "offset":
            return "PageToken", "AP" + base64.b64encode(str(page).encode()).decode()
        param, ahead, behind, column = FORMS[resource.token]
        value = row.base.get(column) if resource.envelope not in OPAQUE else None
        if value is not None:
            if not forward and behind is None:
                return "", ""
            token = f"{ahead if forward else behind}{value}"
            request.twilio.issued[_key(request, token)] = (orders.position(request, row), request.now)
            return param, token
    if not forward:
        return "", ""
    position = orders.position(request, row)
    return OPAQUE.get(resource.envelope, "PageToken"), token_for(position, count, request.now, request.query)


def _named(resource: Resource, token: str) -> bool:
    """Whether a token has the form that was recorded for its list."""
    if resource.token == "offset":
        return token.startswith("AP")
    return resource.envelope not in OPAQUE and not _is_sealed(token)


def _key(request: Request, token: str) -> tuple[str, ...]:
    return (request.region, request.account, request.resource.name, token)


def _issued(request: Request, token: str) -> Position | None:
    """The position of a token that was given; it holds although its row may be gone by now."""
    found = request.twilio.issued.get(_key(request, token))
    if found is None:
        return None
    position, issued = found
    life = request.switches["page_token_life"]
    if life and request.now - issued > life:
        raise Refusal(400, 20006, "Page token has expired")
    return position


def _found(request: Request, walk: Walk, token: str) -> Position:
    _, ahead, behind, column = FORMS[request.resource.token]
    for row in walk("newest", None):
        value = row.base.get(column)
        if token in (f"{ahead}{value}", f"{behind}{value}"):
            return orders.position(request, row)
    raise Refusal(400, 20006, "Page token is not valid")


def _page_number(token: str) -> int:
    try:
        return int(base64.b64decode(token[2:], validate=True))
    except (ValueError, binascii.Error):
        raise Refusal(400, 20006, "Page token is not valid") from None


def token_for(position: Position, count: int, now: float, query: Query) -> str:
    """An opaque token that pins a position in a list, wherever new rows appear. count: rows up to there."""
    raw = base64.urlsafe_b64encode(orjson.dumps([*position, int(now), count, _filters(query)])).decode().rstrip("=")
    return f"PA{raw}{_check(raw)}"


def _is_sealed(token: str) -> bool:
    return token.startswith("PA") and token[-6:] == _check(token[2:-6])


def _opened(token: str, request: Request) -> Place:
    query, switches = request.query, request.switches
    raw = token[2:-6]
    try:
        if not _is_sealed(token):
            raise ValueError(token)
        instant, tie, issued, count, filters = orjson.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    except (ValueError, binascii.Error):
        raise Refusal(400, 20006, "Page token is not valid") from None
    if switches["page_token_life"] and request.now - issued > switches["page_token_life"]:
        raise Refusal(400, 20006, "Page token has expired")
    if filters != _filters(query):
        if switches["foreign_page_token"] == "refuse":
            raise Refusal(400, 20006, "Page token is not valid")
        if switches["foreign_page_token"] == "offset":
            return Place(query, passed=count, count=count)
        if switches["foreign_page_token"] == "filters":
            query = [(name, value) for name, value in filters]
    return Place(query, after=(instant, tie), count=count)


def _filters(query: Query) -> list[list[str]]:
    return sorted([name, value] for name, value in query if name not in PAGING)


def _check(raw: str) -> str:
    return hashlib.md5(raw.encode()).hexdigest()[:6]
