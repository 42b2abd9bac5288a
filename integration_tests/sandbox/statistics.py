"""TaskRouter statistics and the summary of verification attempts: figures of a window, the same whenever asked."""

from __future__ import annotations

import hashlib
from typing import Any

from . import filters, times
from .answers import Refusal
from .pages import template
from .request import Request

DEFAULT_MINUTES = 15


def window(request: Request) -> tuple[float, float]:
    """The asked window, by default the last 15 minutes; one that starts too long ago is refused with 14241."""
    query, now = request.query, request.now
    end = filters.value_of(query, "EndDate", now)[0] if filters.first(query, "EndDate") else now
    if filters.first(query, "StartDate"):
        start = filters.value_of(query, "StartDate", now)[0]
    else:
        start = end - 60 * int(filters.first(query, "Minutes") or DEFAULT_MINUTES)
    if start < now - request.switches["statistics_days"] * times.DAY:
        raise Refusal(400, 14241, "StartDate is too far in the past")
    return start, end


def answer(request: Request, place: tuple[str, ...]) -> Any:
    """The object, or for the list of task queues its rows with their order."""
    name = request.resource.name
    if name == "verification_attempts_summary":
        return _summary(request)
    live = "real_time" in name
    start, end = (times.midnight(request.now), request.now) if live else window(request)
    if name == "task_queues_statistics":
        queues = request.table("task_queues", place).visible(request.now)
        return [
            (row.position[0], row.base["sid"], figures(name, request.account, (*place, row.base["sid"]), start, end))
            for row in queues
        ]
    return figures(name, request.account, place, start, end)


def figures(stream: str, account: str, ids: tuple[str, ...], start: float, end: float) -> dict[str, Any]:
    """The object of a stream for its identifiers and a window."""
    seed = f"{stream}{account}{ids}{times.iso(int(start))}"
    row: dict[str, Any] = _vary(template(stream), seed)
    row.update({"account_sid": account, "workspace_sid": ids[0]})
    if len(ids) > 1:
        column = (
            "worker_sid"
            if stream == "worker_statistics"
            else "workflow_sid"
            if "workflow" in stream
            else "task_queue_sid"
        )
        row[column] = ids[1]
    for part in (row, row.get("cumulative") or {}):
        if "start_time" in part:
            part["start_time"], part["end_time"] = times.iso(int(start)), times.iso(int(end))
    return row


def _vary(value: Any, seed: str) -> Any:
    """The template with figures that depend on the seed."""
    if isinstance(value, dict):
        return {key: _vary(part, seed + key) for key, part in value.items()}
    if isinstance(value, list):
        return [_vary(part, f"{seed}{n}") for n, part in enumerate(value)]
    if isinstance(value, int) and not isinstance(value, bool):
        return int(hashlib.md5(seed.encode()).hexdigest()[:4], 16) % 60
    return value


def _summary(request: Request) -> dict[str, Any]:
    query, now = request.query, request.now
    after, before = filters.first(query, "DateCreatedAfter"), filters.first(query, "DateCreatedBefore")
    start = filters.value_of(query, "DateCreatedAfter", now)[0] if after else now - 30 * times.DAY
    end = filters.value_of(query, "DateCreatedBefore", now)[0] if before else now
    return summary_of([row.at(now) for row in request.table("verification_attempts", ()).visible(now)], start, end)


def summary_of(attempts: list[dict[str, Any]], start: float, end: float) -> dict[str, Any]:
    """Counts of the attempts created in a window."""
    inside = [row for row in attempts if start <= filters.when(row, "date_created") < end]
    good = sum(1 for row in inside if row["conversion_status"] == "converted")
    rate = f"{100 * good / len(inside):.2f}" if inside else "0"
    return {
        "total_attempts": len(inside),
        "total_converted": good,
        "total_unconverted": len(inside) - good,
        "conversion_rate_percentage": rate,
        "url": "https://verify.twilio.com/v2/Attempts/Summary",
    }
