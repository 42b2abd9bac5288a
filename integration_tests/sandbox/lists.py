"""Lists and single objects: parents, filters, what is hidden by default, pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from . import computed, filters, orders, paging, times, tokens
from .answers import Answer, Refusal, document, not_found
from .request import Request
from .resources import Resource
from .rows import Row, Table, before, skip, take
from .views import hidden_by_default, needs_view, redact, view

FILES_HOST = "deactivations.example.com"


def retry_after(switches: dict[str, Any], now: float) -> dict[str, str]:
    """The header of a 429, where the switch wants one."""
    if switches["retry_after"] == "none":
        return {}
    return {"Retry-After": "1" if switches["retry_after"] == "seconds" else times.rfc(now + 2).replace("+0000", "GMT")}


def asked_account(resource: Resource, query: filters.Query, owner: str) -> str:
    """The account that ``Subaccount`` of the Insights lists names, else the owner."""
    return filters.first(query, "Subaccount") or owner if resource.host == "insights" else owner


def file(path: str, headers: dict[str, str], now: float) -> Answer:
    """The text file a redirect points to; it refuses whoever sends credentials along."""
    if "authorization" in headers:
        return Answer(400, {"Content-Type": "application/xml"}, b"<Error><Code>InvalidArgument</Code></Error>")
    return computed.deactivated_numbers(path, now)


def listing(request: Request) -> Answer:
    """A list, or the object of a resource that has one object only."""
    resource, switches = request.resource, request.switches
    if resource.host == "insights" and switches["insights"] == "refuse":
        raise Refusal(403, 20006, "Voice Insights Advanced Features are not enabled for this account")
    place = request.place()
    _parent_exists(request, place)
    missing = [name for name in resource.required if filters.first(request.query, name) is None]
    if resource.required and len(missing) == len(resource.required):
        raise Refusal(400, 20001, f"Parameter {' or '.join(missing)} is required")
    answer = computed.answer(request, place)
    if answer is not None:
        return answer
    if resource.envelope == "object":
        row = next(iter(request.table(resource.name, place).visible(request.now)), None)
        if row is None:
            raise not_found(request.path)
        return Answer(200, {"Content-Type": "application/json"}, row.text(request.now))
    return _page(request, _rows(request, place))


def _rows(request: Request, place: tuple[str, ...]) -> Callable[[str, Any], Any]:
    """A function that walks the rows of a place in an order from behind a position."""
    resource = request.resource
    tables = [request.table(resource.name, place)]
    if resource.name == "tollfree_verifications" and filters.flag(request.query, "IncludeSubAccounts"):
        tables = [
            request.table(resource.name, place, a.sid) for a in request.twilio.directory.children(request.account)
        ]
    if len(tables) == 1:
        by = orders.place(resource, request.switches)
        return lambda order, after: tables[0].walk(request.now, order, after, by)
    merged = Table()
    for table in tables:
        for row in table.visible(request.now):
            merged.put(resource.key_of(row.base), row, sort=False)
    return lambda order, after: merged.walk(request.now, order, after)


def _page(request: Request, walk: Callable[[str, Any], Any]) -> Answer:
    resource, switches = request.resource, request.switches
    size = paging.size_of(resource, request.query, switches)
    page = paging.number(filters.first(request.query, "Page") or "0")
    token = tokens.token_of(resource, request.query)
    place = tokens.place(request, walk, page, size)
    cap = (switches["cap_rows"] or resource.cap) if resource.cap else 0
    if cap and page * size >= cap and switches["alert_cap"] == "error" and token:
        raise Refusal(400, 20001, f"No more than {cap} rows can be listed")
    if cap and page * size >= cap and switches["alert_cap"] == "plain" and token:
        raise Refusal(400, None, f"This page lies behind the {cap} results that can be listed")
    wanted = _wanted(replace(request, query=place.query))
    rows = walk(_order(request), place.after)
    if place.passed:  # a page by its number: the position is counted off
        rows = skip(rows, wanted, place.passed)
    if place.before is not None:
        rows = before(rows, wanted, lambda row: orders.position(request, row) == place.before, size)
    room = min(size, max(0, cap - page * size)) if cap else size
    found, more = (
        ([], False) if switches["insights"] == "empty" and resource.host == "insights" else take(rows, wanted, room)
    )
    last = bool(cap) and (page + 1) * size >= cap and switches["alert_cap"] == "silent"
    if (
        last
        or resource.sample
        or (resource.name == "taskrouter_events" and switches["taskrouter_events"] == "one_page")
    ):
        more = False
    if place.before is not None:
        more = True
    shown = 0 if token and resource.later_pages == "restart" and switches["later_pages"] == "recorded" else page
    following = tokens.following(request, found[-1], shown, place.count + len(found)) if more and found else None
    total = sum(1 for row in walk("oldest", None) if wanted(row)) if resource.envelope == "pages" else 0
    return paging.wrap(
        resource,
        request.origin,
        request.path,
        request.query,
        [text(request, row) for row in found],
        size,
        shown,
        following,
        total,
        tokens.own(request),
        tokens.preceding(request, found[0], page) if page and found else None,
    )


def _order(request: Request) -> str:
    if request.resource.sample:
        return "unordered"
    if request.resource.order_param:
        return "newest" if (filters.first(request.query, "Order") or "asc").lower() == "desc" else "oldest"
    return str(request.switches["list_order"])


def _wanted(request: Request) -> Callable[[Row], bool]:
    resource, now = request.resource, request.now
    tests = filters.tests(resource, request.query, now, request.switches)
    tests += hidden_by_default(request)
    if resource.retention_days and resource.created:
        oldest, column = now - resource.retention_days * times.DAY, resource.created
        tests.append(lambda row: not filters.NEVER < filters.when(row, column) < oldest)
    looks = needs_view(resource, request.switches)

    def wanted(row: Row) -> bool:
        shown = row.at(now)
        if looks:
            shown = view(request.twilio, resource, shown, request.account, now)
        return all(test(shown) for test in tests)

    return wanted


def text(request: Request, row: Row) -> bytes:
    """A row of a list as JSON."""
    resource = request.resource
    looks = needs_view(resource, request.switches) or resource.list_columns or "redacted" in resource.hidden
    if not looks:
        return row.text(request.now)
    shown = redact(request, view(request.twilio, resource, row.at(request.now), request.account, request.now))
    if resource.list_columns:
        return orjson.dumps({name: shown.get(name) for name in resource.list_columns})
    return orjson.dumps({k: v for k, v in shown.items() if k not in resource.hidden})


def item(request: Request) -> Answer:
    """One object by its key: the last part of the path is the sid, or the last column of the key."""
    resource, now = request.resource, request.now
    key = request.values.pop("_key")
    if resource.name == "accounts":
        return computed.account(request, key)
    place = request.place()
    _parent_exists(request, place)
    column = "sid" if "sid" in resource.key else resource.key[-1]
    for row in request.table(resource.name, place).visible(now):
        if str(row.base.get(column)) == key or row.base.get("unique_name") == key:
            shown = redact(request, view(request.twilio, resource, row.at(now), request.account, now))
            if shown.get("answers_null"):  # a country without numbers: 200, and every column null
                shown = dict.fromkeys(shown)
            return document({k: v for k, v in shown.items() if k not in resource.hidden})
    raise not_found(request.path)


def _parent_exists(request: Request, place: tuple[str, ...]) -> None:
    """404 below a parent that is not there (any more)."""
    if not place:
        return
    where = request.resource.parents[request.resource.params[-1]]
    if not isinstance(where, str):
        if place[-1] not in where:
            raise not_found(request.path)
        return
    stream, _, column = where.partition(".")
    parent = request.twilio.resources.get(stream)
    if parent is None or len(parent.params) != len(place) - 1:
        return
    table = request.table(stream, place[:-1])
    row = (
        table.keys.get((place[-1],))
        if parent.key == (column,)
        else next((r for r in table.visible(request.now) if str(r.base.get(column)) == place[-1]), None)
    )
    if row is None or not row.since <= request.now < row.until:
        raise not_found(request.path)
