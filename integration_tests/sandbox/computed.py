"""Answers that are computed instead of listed: accounts, balances, usage, statistics, deactivated numbers."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from . import filters, paging, periods, statistics, times, tokens, usage
from .accounts import regional
from .answers import Answer, Refusal, document, not_found
from .request import Request
from .rows import Row, Table, skip, take

CLOSED_DAYS = 30


def answer(request: Request, place: tuple[str, ...]) -> Answer | None:
    """The answer of a resource with a behaviour of its own; None for plain ones."""
    special = request.resource.special
    if special is None:
        return None
    if special == "accounts":
        return page(request, [(account.created, account.sid, row) for account, row in _accounts(request)])
    if special == "balance":
        return _balance(request)
    if special == "usage":
        return page(request, usage.rows(request))
    if special == "periods":
        return page(request, periods.rows(request, place))
    if special == "deactivations":
        return _deactivations(request)
    found = statistics.answer(request, place)
    return page(request, found) if isinstance(found, list) else document(found)


def page(request: Request, rows: list[tuple[float, str, dict[str, Any]]]) -> Answer:
    """One page of computed rows, each with its place in the order."""
    resource, now = request.resource, request.now
    table = Table()
    for n, (order, tie, row) in enumerate(rows):
        table.put((n,), Row(row, position=(order, tie), hidden=resource.hidden), sort=False)
    size = paging.size_of(resource, request.query, request.switches)
    number = paging.number(filters.first(request.query, "Page") or "0")
    place = tokens.place(request, lambda order, after: table.walk(now, order, after), number, size)
    walk = skip(table.walk(now, "newest", place.after), lambda row: True, place.passed)
    found, more = take(walk, lambda row: True, size)
    return paging.wrap(
        resource,
        request.origin,
        request.path,
        request.query,
        [row.text(now) for row in found],
        size,
        number,
        tokens.following(request, found[-1], number, place.count + len(found)) if more else None,
        len(rows),
        tokens.own(request),
        tokens.preceding(request, found[0], number) if number and found else None,
    )


def _accounts(request: Request) -> list[tuple[Any, dict[str, Any]]]:
    tests = filters.tests(request.resource, request.query, request.now, request.switches)
    found = []
    for account in request.twilio.directory.children(request.account):
        if account.created > request.now:
            continue
        if account.closed_at is not None and request.now - account.closed_at > CLOSED_DAYS * times.DAY:
            continue
        row = {**account.row(), "auth_token": regional(account.token, request.region)}
        if all(test(row) for test in tests):
            found.append((account, row))
    return found


def account(request: Request, sid: str) -> Answer:
    """One account: the caller's own, or one of its subaccounts."""
    request.query = []
    for found, row in _accounts(request):
        if found.sid == sid:
            return document(row)
    raise not_found(request.path)


def _balance(request: Request) -> Answer:
    owner = request.twilio.directory.accounts[request.account]
    if owner.owner != owner.sid:
        raise not_found(request.path)
    spent = int(request.now // times.DAY) % 400
    return document(
        {"account_sid": owner.sid, "balance": f"{500 - spent}.{int(request.now // 3600) % 100:02d}", "currency": "USD"}
    )


def _deactivations(request: Request) -> Answer:
    text = filters.first(request.query, "Date") or ""
    moment = filters.value_of(request.query, "Date", request.now)[0]
    if moment >= times.midnight(request.now):
        raise Refusal(404, 20404, f"No deactivations are known for {text}")
    digest = hashlib.sha256(f"{request.account}{times.day(moment)}".encode()).hexdigest()[:24]
    place = f"https://deactivations.example.com/{times.day(moment)}.txt?X-Amz-Signature={digest}"
    found = document({"redirect_to": place}, 307)
    found.headers["Location"] = place
    return found


def deactivated_numbers(path: str, now: float) -> Answer:
    """The file of one day: one number a line."""
    return Answer(200, {"Content-Type": "text/plain"}, "".join(f"{n}\n" for n in numbers_of(path)).encode())


def numbers_of(path: str) -> list[str]:
    """The numbers of ``/{day}.txt``: the same for every account."""
    rng = random.Random(f"deactivated {path}")
    return sorted({f"+1{rng.randrange(2_010_000_000, 9_899_999_999)}" for _ in range(rng.randrange(0, 4))})
