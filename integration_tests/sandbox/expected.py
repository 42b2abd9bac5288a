"""What a right connector emits from the world as it is now. Written from the documentation; it knows no connector."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from . import computed, filters, periods, statistics, times, usage
from .accounts import MAIN
from .emitted import normalised
from .request import Request, State
from .resources import Resource, dig
from .views import view

LIVE_PARENTS = {"conference_participants": ("conferences", "status", ("init", "in-progress"))}
ONE_ACCOUNT = ("standard", "restricted", "oauth")


def expected(
    twilio: State,
    stream: str,
    start_date: str,
    accounts: list[str] | None = None,
    *,
    kind: str = "auth_token",
    permissions: Iterable[str] | None = None,
    main: str = MAIN,
    region: str = "us1",
    window: float = times.DAY,
    raw: bool = False,
) -> list[dict[str, Any]]:
    """The rows of a first sync, normalised (unless ``raw``), in no particular order.

    ``accounts`` is which subaccounts are selected (with the main one; default all); ``kind`` is auth_token, main_key,
    standard, restricted or oauth; ``permissions`` are the families of the last two; ``window`` is the length in seconds
    of the windows of statistics streams, aligned to it.
    """
    resource, now = twilio.resources[stream], twilio.now()
    if resource.needs == "main" and kind in ("standard", "restricted"):
        return []
    if permissions is not None and resource.family not in tuple(permissions):
        return []
    wanted = readable(twilio, main, kind, accounts)
    if resource.once or stream == "accounts":
        wanted = [main]
    start = times.seconds(start_date)
    found = []
    for sid in wanted:
        for row in _rows(twilio, resource, sid, region, start, now, window):
            found.append(row if raw else normalised(resource, row, sid))
    return found


def readable(twilio: State, main: str, kind: str = "auth_token", accounts: list[str] | None = None) -> list[str]:
    """The accounts whose rows are emitted: the main one and its subaccounts, closed ones never."""
    directory, skip = twilio.directory, {"closed"}
    if twilio.switches["suspended_account"] == "refuse":
        skip.add("suspended")
    found = (
        [main]
        if kind in ONE_ACCOUNT
        else [a.sid for a in directory.children(main) if a.sid == main or accounts is None or a.sid in accounts]
    )
    return [
        sid
        for sid in found
        if directory.accounts[sid].status not in skip and directory.accounts[sid].created <= twilio.now()
    ]


def _rows(
    twilio: State, resource: Resource, sid: str, region: str, start: float, now: float, window: float
) -> Iterator[dict[str, Any]]:
    if resource.host == "insights" and twilio.switches["insights"] != "on":
        return
    special = resource.special
    request = Request(twilio, resource, region, sid, {}, [], "https://x", "", now)
    if special == "accounts":
        yield from (row for _, row in computed._accounts(request))
    elif special == "balance":
        if twilio.directory.accounts[sid].owner == sid:
            yield computed._balance(request).json()
    elif special == "usage":
        yield from _usage(request, start)
    elif special == "periods":
        yield from _periods(request, start)
    elif special == "deactivations":
        day = times.midnight(start)
        while day < times.midnight(now):
            date = times.day(day)
            yield from ({"deactivation_date": date, "phone_number": n} for n in computed.numbers_of(f"/{date}.txt"))
            day += times.DAY
    elif special == "statistics":
        yield from _statistics(request, start, window)
    else:
        yield from _listed(request, start)


def _listed(request: Request, start: float) -> Iterator[dict[str, Any]]:
    twilio, resource, now = request.twilio, request.resource, request.now
    alive = _parents(request, start)
    for row in twilio.store.visible(request.region, request.account, resource.name, now):
        shown = view(twilio, resource, row.at(now), request.account, now)
        if redaction := shown.get("redacted"):
            shown = {**shown, **redaction}
        if resource.sample and shown.get("iso_country") is None or shown.get("answers_null"):
            continue
        if alive is not None and resource.place(shown)[-1] not in alive:
            continue
        if _in_range(resource, shown, start, now):
            yield shown


def _in_range(resource: Resource, row: dict[str, Any], start: float, now: float) -> bool:
    """Retention cuts every stream that has one; the start date those with a server-side date filter of their own."""
    created = filters.when(row, resource.created) if resource.created else now
    if resource.retention_days and filters.NEVER < created < now - resource.retention_days * times.DAY:
        return False
    if resource.name == "port_in_requests":  # its filter sees the creation, its cursor is a later change: read whole
        return True
    child_of_window = resource.name in ("message_media", "step", "call_notifications", "video_room_participants")
    if resource.sync != "INC-S" or not resource.cursor or child_of_window:
        return True
    at = times.parse(dig(row, "created_on" if "created_on" in resource.hidden else resource.cursor))
    return (created if at is None else at) >= start


def _parents(request: Request, start: float) -> set[str] | None:
    """The last path values under which rows are read; None for lists without parents."""
    resource, twilio = request.resource, request.twilio
    if not resource.params:
        return None
    where = resource.parents[resource.params[-1]]
    if not isinstance(where, str):
        return set(where)
    stream, _, column = where.partition(".")
    parent = twilio.resources[stream]
    above = Request(twilio, parent, request.region, request.account, {}, [], request.origin, "", request.now)
    if resource.name in LIVE_PARENTS:
        _, name, values = LIVE_PARENTS[resource.name]
        rows = [r.at(request.now) for r in twilio.store.visible(request.region, request.account, stream, request.now)]
        return {row[column] for row in rows if row[name] in values}
    if column == "interaction_sid":
        return {json.loads(row["attributes"])["flexInteractionSid"] for row in _listed(above, start)}
    return {
        str(dig(row, column))
        for row in _listed(above, start)
        if resource.name != "queue_members" or int(row.get("current_size") or 0) > 0
    }


def _usage(request: Request, start: float) -> Iterator[dict[str, Any]]:
    first = times.day(start)
    if request.resource.name == "usage_records_monthly":
        first = first[:8] + "01"
    elif request.resource.name == "usage_records_yearly":
        first = first[:4] + "-01-01"
    query = [("IncludeSubaccounts", "false")]
    if request.resource.sync == "INC-S":
        query.append(("StartDate", first))
    request.query = query
    switches, request.twilio.switches = request.twilio.switches, {**request.twilio.switches, "empty_usage": "empty"}
    try:
        yield from [row for _, _, row in usage.rows(request)]
    finally:
        request.twilio.switches = switches


def _periods(request: Request, start: float) -> Iterator[dict[str, Any]]:
    supersim, column = request.resource.host == "supersim", request.resource.cursor or ""
    alive = _parents(request, start)
    for row in request.twilio.store.visible(request.region, request.account, request.resource.name, request.now):
        shown = row.at(request.now)
        if alive is not None and request.resource.place(shown)[-1] not in alive:
            continue
        if (times.parse(dig(shown, column)) or 0) >= times.midnight(start):
            yield periods.totals([shown], True, "sim_sid", supersim)[0][2]


def _statistics(request: Request, start: float, window: float) -> Iterator[dict[str, Any]]:
    twilio, resource, now, sid = request.twilio, request.resource, request.now, request.account
    kept = now - request.switches["statistics_days"] * times.DAY  # one that began before is refused
    windows, at = [], max(start // window, -(-kept // window)) * window
    while at < now:
        windows.append((at, min(at + window, now)))
        at += window
    if resource.name == "verification_attempts_summary":
        attempts = [r.at(now) for r in twilio.store.visible(request.region, sid, "verification_attempts", now)]
        for low, high in windows:
            yield {**statistics.summary_of(attempts, low, high), "window_start": times.iso(low)}
        return
    live = resource.sync == "SNAP"
    for ids in _statistic_places(request):
        if live:
            yield statistics.figures(resource.name, sid, ids, times.midnight(now), now)
        else:
            yield from (
                {**statistics.figures(resource.name, sid, ids, low, high), "window_start": times.iso(low)}
                for low, high in windows
            )


def _statistic_places(request: Request) -> list[tuple[str, ...]]:
    def seen(stream: str) -> list[dict[str, Any]]:
        return [
            r.at(request.now)
            for r in request.twilio.store.visible(request.region, request.account, stream, request.now)
        ]

    name = request.resource.name
    if len(request.resource.params) < 2 and name != "task_queues_statistics":
        return [(row["sid"],) for row in seen("workspaces")]
    kind = "workers" if name == "worker_statistics" else "workflows" if name.startswith("workflow_") else "task_queues"
    return [(row["workspace_sid"], row["sid"]) for row in seen(kind)]
