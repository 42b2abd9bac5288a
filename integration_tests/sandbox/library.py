"""What Twilio's official Python library lists, stream by stream: the stand-in's proof that it is no mirror of ours.

The library is used as it is. Every account is read with its own token, the parameters that override hiding defaults are
stated in ``PARAMETERS``, and parents are listed with the library too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from twilio.rest import Client

from . import times
from .accounts import Account
from .official_names import NOT_LISTED, SPELLED
from .resources import Resource, dig, load, snake

__all__ = ["NOT_LISTED", "client", "disagreements", "list_rows", "parameters", "places", "windows"]
RESOURCES = load()


def parameters(stream: str, now: datetime, account: str) -> list[dict[str, Any]]:
    """The stated parameters: one listing for each dictionary, their rows together."""
    month = {"start_date": now - timedelta(days=31), "end_date": now + timedelta(hours=1)}
    if stream.startswith("usage_records"):
        return [{"include_subaccounts": False}]
    if stream in ("conferences", "video_rooms"):
        return [
            {"status": status} for status in ("completed", "in-progress", {"conferences": "init"}.get(stream, "failed"))
        ]
    special: dict[str, list[dict[str, Any]]] = {
        "recordings": [{"include_soft_deleted": True}],
        "taskrouter_events": [month],
        "serverless_logs": [month],
        "call_summaries": [{"processing_state": "all", "start_time": "30d"}],
        "iam_keys": [{"account_sid": account}],
        "wireless_usage_records": [{"granularity": "daily", "start": now - timedelta(days=400)}],
        "wireless_sim_usage_records": [{"granularity": "daily", "start": now - timedelta(days=400)}],
        "supersim_usage_records": [{"granularity": "day", "group": "sim", "start_time": now - timedelta(days=400)}],
        "messaging_channel_senders": [{"channel": name} for name in ("whatsapp", "rcs")],
        "video_compositions": [{}, {"status": "deleted"}],
        "video_room_participants": [{}, {"status": "disconnected"}],
    }
    return special.get(stream, [{}])


def windows(now: datetime, days: int = 30) -> list[tuple[datetime, datetime]]:
    """The whole days of the last ``days``, and today so far."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = (now - timedelta(days=days) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [first + timedelta(days=n) for n in range((today - first).days)]
    return [(day, day + timedelta(days=1)) for day in found] + [(today, now)]


def client(account: Account) -> Client:
    """The library's client with an account's own token; proxy and CA come from the environment."""
    return Client(account.sid, account.token)


def list_rows(library: Client, stream: str, account: str, now: datetime | None = None) -> list[dict[str, Any]]:
    """Every row of a stream of an account, as the library's attributes, dates as RFC 3339 text, unique by primary key.

    ``library`` signs in as the account, or as its parent for the 2010 API. Columns of the path are filled in.
    """
    resource, now = RESOURCES[stream], now or datetime.now(timezone.utc)
    found: dict[Any, dict[str, Any]] = {}
    for place in places(library, resource, account, now):
        target = _target(library, resource, account, place)
        known = {resource.column(name): value for name, value in zip(resource.params, place, strict=True)}
        for n, row in enumerate(_rows(target, resource, now, account, place)):
            row = {**known, **{k: v for k, v in row.items() if v is not None or k not in known}}
            if "position" in resource.hidden:
                row["position"] = n
            if not (
                resource.once and None in resource.key_of(row)
            ):  # countries without numbers, samples without a country
                found[tuple(map(str, resource.key_of(row)))] = row
    return list(found.values())


def places(library: Client, resource: Resource, account: str, now: datetime) -> Iterator[tuple[str, ...]]:
    """The values of the path's parameters, from the rows of the parent streams."""
    if not resource.params:
        yield ()
        return
    where = resource.parents[resource.params[-1]]
    if not isinstance(where, str):
        yield from ((value,) for value in where)
        return
    stream, _, column = where.partition(".")
    parent = RESOURCES[stream]
    for row in list_rows(library, stream, account, now):
        if (
            stream == "available_phone_number_countries"
            and snake(resource.path.rpartition("/")[2][:-5]) not in row["subresource_uris"]
        ):
            continue
        value = json.loads(row["attributes"])["flexInteractionSid"] if column == "interaction_sid" else dig(row, column)
        before = parent.place(row)
        yield (*(before if len(before) == len(resource.params) - 1 else ()), str(value))


def _target(library: Client, resource: Resource, account: str, place: tuple[str, ...]) -> Any:
    values = iter([account, *place] if "{AccountSid}" in resource.path else place)
    if resource.name in SPELLED:
        target: Any = library
        for name in SPELLED[resource.name].split("."):
            target = getattr(target, name.removesuffix("()"))
            target = target(next(values)) if name.endswith("()") else target
        return target
    segments = resource.path.removesuffix(".json").strip("/").split("/")
    target = getattr(library, resource.host.replace("-", "_"))
    target = getattr(target, "v2010" if resource.classic else segments[0])
    return _follow(target, segments[1:], values)


def _follow(target: Any, segments: list[str], values: Iterator[str]) -> Any:
    while segments:
        if segments[0].startswith("{"):
            target, segments = target(next(values)), segments[1:]
            continue
        for size in range(len(segments), 0, -1):
            name = "_".join(snake(part) for part in segments[:size])
            if "{" not in name and hasattr(target, name):
                target, segments = getattr(target, name), segments[size:]
                break
        else:
            raise LookupError(f"the library has no {segments}")
    return target


def _rows(
    target: Any, resource: Resource, now: datetime, account: str, place: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    if resource.envelope == "object":
        one = target if hasattr(target, "fetch") else target()
        if "window_start" not in resource.inject:
            yield plain(one.fetch())
            return
        names = (
            ("date_created_after", "date_created_before") if resource.host == "verify" else ("start_date", "end_date")
        )
        for low, high in windows(now):
            row = plain(one.fetch(**dict(zip(names, (low, high), strict=True))))
            yield {**row, "window_start": _value(low)}
        return
    if resource.name == "participant_conversations":
        given = [{"identity": identity} for identity in _identities(target, account, place)]
    else:
        given = parameters(resource.name, now, account)
    for stated in given:
        if (
            resource.page_max
            and resource.host != "verify"
            and "page_size" not in stated
            and resource.envelope not in ("pages", "token")
        ):
            stated = {**stated, "page_size": resource.page_max}
        for instance in target.list(**stated):
            if resource.list_columns:
                instance = target(instance.iso_country).fetch()
            yield plain(instance)


def _identities(target: Any, account: str, place: tuple[str, ...]) -> list[str]:
    library = target._version.domain.twilio
    return [row["identity"] for row in list_rows(library, "users", account) if row["chat_service_sid"] == place[0]]


def plain(instance: Any) -> dict[str, Any]:
    """An instance of the library as a row."""
    return {name.rstrip("_"): _value(value) for name, value in vars(instance).items() if not name.startswith("_")}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "value") and hasattr(value, "name"):
        return value.value
    return vars(value) if type(value).__module__.startswith("twilio.") and hasattr(value, "__dict__") else value


def disagreements(resource: Resource, want: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[str]:
    """One line for each row that only one side has and each column in which the library reads something else.

    The library converts as it likes, so values are compared as instants, numbers or text, and only columns it knows.
    """
    left = {tuple(map(str, resource.key_of(row))): row for row in want}
    right = {tuple(map(str, resource.key_of(row))): row for row in got}
    lines = [f"{key}: the library does not list it" for key in left if key not in right]
    lines += [f"{key}: listed, not expected" for key in right if key not in left]
    moving = {"age", "as_of", "balance"} | ({"cumulative", "realtime"} if resource.special == "statistics" else set())
    for key in left.keys() & right.keys():
        for name, value in right[key].items():
            if name in left[key] and name not in moving and _loose(value) != _loose(left[key][name]):
                lines.append(f"{key}.{name}: {value!r}, not {left[key][name]!r}")
    return lines


def _loose(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.rstrip("_"): _loose(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_loose(part) for part in value]
    if value == "":
        return None
    if isinstance(value, str):
        at = times.parse(value)
        if at is not None:
            return int(at)
        return value if not value.lstrip("-").replace(".", "", 1).isdigit() else float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value
