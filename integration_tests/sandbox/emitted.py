"""A row as a right connector emits it, and how emitted rows differ from expected ones."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from . import times, usage
from .resources import Resource, dig

REMOVED = {
    **{name: ("as_of",) for name in usage.NAMES},
    "accounts": ("auth_token",),
    "conversation_bindings": ("endpoint",),
    "event_sinks": ("sink_configuration",),
    "flex_configuration": (
        "attributes",
        "crm_attributes",
        "integrations",
        "plugin_service_attributes",
        "ui_attributes",
    ),
    "hosted_number_orders": ("verification_code",),
    "supersim_esim_profiles": ("activation_code", "matching_id"),
    "verify_factors": ("config",),
}
SECRETS_INSIDE = {"messaging_channel_senders": ("configuration", "verification_code")}
TEXTS = {"messages": ("error_code",), "step": ("context",)}  # columns that hold a structure or a number as text
PRICES = ("base_price", "current_price")  # numbers wherever they stand inside a country's prices
MADE = {  # columns of a key or cursor, from values that stand deeper
    "wireless_usage_records": {"period_start": "period.start", "period_end": "period.end"},
    "wireless_sim_usage_records": {"period_start": "period.start", "period_end": "period.end"},
    "supersim_usage_records": {"period_start": "period.start_time", "period_end": "period.end_time"},
}
ABSENT = {  # what stands in a column of a key where Twilio sends null
    "call_insight_events": {"edge": "unknown_edge"},
    "call_insight_metrics": {"edge": "unknown_edge"},
    "supersim_usage_records": {"sim_sid": "unknown_sim"},
}
VOLATILE = {
    "tasks": ("age",),
    "account_balance": ("balance",),
    "task_queues_statistics": ("cumulative", "realtime"),
    "usage_records_all_time": ("end_date",),
    "worker_statistics": ("cumulative",),
    **{  # today's end is the moment of asking
        f"{name}_cumulative_statistics": ("end_time",) for name in ("workspace", "workers", "workflow", "task_queue")
    },
}


def normalised(resource: Resource, row: dict[str, Any], account: str) -> dict[str, Any]:
    """A row as it leaves: RFC 3339 dates, numbers as numbers, injected keys, without what is never emitted."""
    hidden = set(resource.hidden) - set(resource.inject)
    gone = hidden | set(REMOVED.get(resource.name, ()))
    found = {name: value for name, value in row.items() if name not in gone}
    if resource.name in SECRETS_INSIDE:
        column, secret = SECRETS_INSIDE[resource.name]
        found[column] = {name: value for name, value in (found.get(column) or {}).items() if name != secret}
    for name in resource.inject:
        if name == "account_sid":
            found.setdefault(name, account)
    for name in resource.dates:
        if name in found:
            found[name] = _date(found[name])
    for name in (*resource.days, *resource.booleans):
        if name in found and found[name] == "":
            found[name] = None
    for name in resource.numbers:
        column, _, inside = name.partition(".")
        if inside and isinstance(found.get(column), dict):
            found[column] = {**found[column], inside: _number(found[column].get(inside))}
        if name in found:
            found[name] = _number(found[name])
    for name, path in MADE.get(resource.name, {}).items():
        found[name] = dig(found, path)
    for name, value in ABSENT.get(resource.name, {}).items():
        found[name] = found.get(name) or value
    for name in TEXTS.get(resource.name, ()):
        if found.get(name) is not None and not isinstance(found[name], str):
            found[name] = orjson.dumps(found[name]).decode()
    return _priced(found) if resource.host == "pricing" else found


def _priced(value: Any) -> Any:
    if isinstance(value, list):
        return [_priced(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _number(item) if name in PRICES else _priced(item) for name, item in value.items()}


def _date(value: Any) -> Any:
    if value in (None, ""):
        return None
    at = times.parse(value)
    return value if at is None or str(value).endswith("Z") else times.iso(at)


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None if value == "" else value
    return int(number) if number == number.to_integral_value() and "." not in value else float(number)


def differences(resource: Resource, want: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[str]:
    """One line for each row that is missing, doubled or too many and each column that differs (volatile ones aside).

    Rows of two accounts are never taken for the same, even where the catalogue's key would do so.
    """
    skip = set(VOLATILE.get(resource.name, ()))

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return (row.get("account_sid"), *resource.key_of(row))

    left = {key(row): row for row in want}
    lines = [] if len(left) == len(want) else [f"{resource.name}: the expected rows repeat a key"]
    seen = set()
    for row in got:
        if key(row) in seen:
            lines.append(f"{resource.name} {key(row)}: emitted twice")
        seen.add(key(row))
        if key(row) not in left:
            lines.append(f"{resource.name} {key(row)}: not expected")
            continue
        for name, value in left[key(row)].items():
            if name not in skip and row.get(name) != value:
                lines.append(f"{resource.name} {key(row)}.{name}: {row.get(name)!r}, not {value!r}")
    return lines + [f"{resource.name} {one}: missing" for one in left if one not in seen]
