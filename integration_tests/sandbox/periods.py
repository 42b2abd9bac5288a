"""Usage of SIM cards: rows by day, or one total unless a granularity is asked for."""

from __future__ import annotations

import copy
from typing import Any

from . import filters, times
from .request import Request
from .resources import dig

GROUPS = {"sim": "sim_sid", "fleet": "fleet_sid", "network": "network_sid", "isocountry": "iso_country"}
GROUPED = tuple(GROUPS.values())


def rows(request: Request, place: tuple[str, ...]) -> list[tuple[float, str, dict[str, Any]]]:
    """The rows of a query, each with its place in the order."""
    resource, query = request.resource, request.query
    supersim = resource.host == "supersim"
    tests = filters.tests(resource, query, request.now, request.switches)
    found = [row.at(request.now) for row in request.table(resource.name, place).visible(request.now)]
    found = [row for row in found if all(test(row) for test in tests)]
    fine = (filters.first(query, "Granularity") or "all").lower() != "all"
    group = GROUPS.get((filters.first(query, "Group") or "").lower(), "") if supersim else "sim_sid"
    return totals(found, fine, group, supersim)


def totals(
    found: list[dict[str, Any]], fine: bool, group: str, supersim: bool
) -> list[tuple[float, str, dict[str, Any]]]:
    """Rows summed over what is not asked apart: days when not ``fine``, and everything but the ``group`` column."""
    first, last = ("start_time", "end_time") if supersim else ("start", "end")
    sums: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in sorted(found, key=lambda r: str(r["period"][first])):
        key = (row["period"][first] if fine else None, row.get(group))
        if key not in sums:
            sums[key] = copy.deepcopy(row)
            if supersim:
                sums[key].update({name: None for name in GROUPED if name != group})
        else:
            total = sums[key]
            total["period"] = {**total["period"], last: row["period"][last]}
            for name, value in row.items():
                if name != "period":
                    total[name] = _add(total[name], value)
    return [(times.seconds(dig(row, f"period.{first}")), str(row.get(group) or ""), row) for row in sums.values()]


def _add(total: Any, value: Any) -> Any:
    if isinstance(total, dict) and isinstance(value, dict):
        return {name: _add(total.get(name), part) for name, part in value.items()}
    if isinstance(total, (int, float)) and isinstance(value, (int, float)) and not isinstance(total, bool):
        return total + value
    return total
