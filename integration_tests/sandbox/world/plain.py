"""Streams without a life of their own, made from their recorded pages: a row a day where a list is asked for by when
its rows were created, else a few rows, some changing now and then."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from .. import times
from ..resources import Resource
from .scene import Scene

COUNTRIES = (
    ("US", "United States"),
    ("DE", "Germany"),
    ("GB", "United Kingdom"),
    ("FR", "France"),
    ("SE", "Sweden"),
    ("BR", "Brazil"),
    ("JP", "Japan"),
    ("AU", "Australia"),
    ("NO", "Norway"),
    ("IE", "Ireland"),
)
NO_NUMBERS = "NO"  # the country whose phone number prices are all null
KINDS = {"local": "Local", "mobile": "Mobile", "toll_free": "TollFree"}
COUNTS = {
    "incoming_phone_numbers": 9,
    "addresses": 3,
    "applications": 4,
    "outgoing_caller_ids": 3,
    "keys": 3,
    "iam_keys": 3,
    "conversation_webhooks": 1,
    "event_types": 6,
    "regulations": 4,
    "verify_entities": 3,
    "sync_list_items": 3,
    "sync_map_items": 3,
    "messaging_service_phone_numbers": 3,
    "supersim_networks": 3,
    "us_a2p_brand_vettings": 1,
}
COUNTRY_COLUMNS = ("iso_country", "country_code", "iso_code", "country")
SPREAD, CHILD_SPREAD, CHANGES_UNTIL = 1000, 300, times.seconds("2028-01-01")


class Plain:
    """The plain streams of a host. owned: streams that have a life of their own."""

    def __init__(self, host: str, owned: Collection[str]) -> None:
        self._host, self._owned = host, owned

    def static(self, scene: Scene) -> None:
        """All rows that do not come day by day, parents before children."""
        if scene.account.status == "closed":
            return
        for resource in sorted(self._resources(scene), key=lambda r: len(r.params)):
            if not _is_dated(resource):
                _fill(scene, resource)

    def day(self, scene: Scene, day_: float) -> None:
        """A row of a day in each list that is asked for by date."""
        if scene.asleep(day_):
            return
        for resource in filter(_is_dated, self._resources(scene)):
            for moment in scene.moments(day_, 1, resource.name):
                scene.add(resource.name, int(day_), moment, moment)

    def _resources(self, scene: Scene) -> list[Resource]:
        every = scene.store.resources.values()
        return [r for r in every if r.host == self._host and r.name not in self._owned and r.special is None]


def _is_dated(resource: Resource) -> bool:
    return not resource.params and any(one.column == resource.created for one in resource.ranges)


def _fill(scene: Scene, resource: Resource) -> None:
    if resource.sample:
        _samples(scene, resource)
    elif any(name in COUNTRY_COLUMNS for name in resource.key) and not resource.params:
        for n, (code, name) in enumerate(COUNTRIES):
            _country(scene, resource, n, code, name)
    elif not resource.params:
        for n in range(1 if resource.envelope == "object" else _count(scene, resource)):
            _one(scene, resource, n, {}, scene.account.created)
    else:
        param = resource.params[-1]
        where = resource.parents[param]
        if not isinstance(where, str):
            for value in where:
                for n in range(_count(scene, resource)):
                    _one(scene, resource, n, {resource.column(param): value}, scene.account.created, value)
            return
        stream, _, column = where.partition(".")
        parent = scene.store.resources[stream]
        for base in scene.bases(stream):
            values = {
                resource.column(p): base[parent.column(q)] for p, q in zip(resource.params, parent.params, strict=False)
            }
            values[resource.column(param)] = base[column]
            born = times.parse(base.get(parent.created or "")) or scene.account.created
            for n in range(1 if resource.envelope == "object" else _count(scene, resource)):
                _one(scene, resource, n, values, born, *values.values())


def _count(scene: Scene, resource: Resource) -> int:
    wanted = COUNTS.get(resource.name, 2)
    return wanted if scene.main or resource.once else max(1, wanted // 2)


def _one(scene: Scene, resource: Resource, n: int, values: dict[str, Any], after: float, *where: Any) -> None:
    tag = "-".join(map(str, (*where, n)))
    extra: dict[str, Any] = dict(values)
    digest = hashlib.md5(f"{resource.name}{tag}".encode()).hexdigest()
    if resource.once and resource.sid:
        extra["sid"] = resource.sid + digest
    for column in resource.key:
        if column not in extra and column != "sid":
            extra[column] = _distinct(scene, resource, column, n, tag)
    if resource.name == "messaging_channel_senders":
        extra["sender_id"] = f"{('whatsapp', 'rcs')[n % 2]}:+1555000{n:04d}"
    rng = scene.chance("plain", resource.name, tag)
    spread = (CHILD_SPREAD if where else SPREAD) if n else 100
    born = after + rng.randrange(spread * times.DAY)
    row = scene.make(resource.name, tag, born, born + rng.randrange(20 * times.DAY), **extra)
    if "unique_name" in row and row["unique_name"]:
        row["unique_name"] = f"{row['unique_name']}-{digest[:6]}"
    if "identity" in row and "identity" not in extra:
        row["identity"] = f"{resource.name}-{digest[:6]}"
    if n == 1 and rng.random() < 0.2:
        row["beta_column"] = {"added": "without notice"}  # a column nobody has documented
    if "account_sid" in row:
        row["account_sid"] = scene.account.sid
    scene.put(resource.name, row, later=_edits(scene, resource, row, born) if n == 0 else ())


def _edits(scene: Scene, resource: Resource, row: dict[str, Any], born: float) -> list[tuple[float, dict[str, Any]]]:
    """Changes now and then, each moving ``date_updated``."""
    if "date_updated" not in resource.dates or resource.once:
        return []
    rng = scene.chance("edits", resource.name, row.get("sid"))
    at, found = born + rng.randrange(40 * times.DAY), []
    while at < CHANGES_UNTIL:
        at += rng.randrange(20 * times.DAY, 70 * times.DAY)
        changes: dict[str, Any] = {"date_updated": scene.date(resource.name, at)}
        if isinstance(row.get("friendly_name"), str):
            changes["friendly_name"] = f"{row['friendly_name']} {times.day(at)}"
        found.append((at, changes))
    return found


def _distinct(scene: Scene, resource: Resource, column: str, n: int, tag: str) -> Any:
    if column in COUNTRY_COLUMNS:
        return COUNTRIES[n % len(COUNTRIES)][0]
    if column in ("index", "position", "revision"):
        return n
    if column.endswith("_sid"):
        prefix = resource.sid or {
            "port_in_request_sid": "KW",
            "job_sid": "JS",
            "operator_sid": "LY",
            "brand_vetting_sid": "VT",
        }.get(column, "XX")
        return scene.sid(prefix, resource.name, column, tag)
    if column == "day":
        return times.day(scene.account.created + (300 + n) * times.DAY)
    if column == "type":
        return f"com.twilio.sandbox.event-{n}"
    return f"{column}-{n}"


def _country(scene: Scene, resource: Resource, n: int, code: str, name: str) -> None:
    row = scene.make(resource.name, n)
    row.update({column: code for column in ("iso_country", "country_code", "iso_code") if column in row})
    for column in ("country", "name", "friendly_name"):
        if column in row:
            row[column] = name
    if resource.name == "available_phone_number_countries":
        uri = f"/2010-04-01/Accounts/{scene.account.sid}/AvailablePhoneNumbers/{code}"
        row.update(uri=f"{uri}.json", beta=n == 4, subresource_uris={k: f"{uri}/{KINDS[k]}.json" for k in _kinds(n)})
    elif isinstance(row.get("url"), str):
        row["url"] = f"https://{resource.host}.twilio.com{resource.path}/{code}"
    if resource.name == "phone_number_pricing_countries" and code == NO_NUMBERS:
        row["answers_null"] = True
    scene.put(resource.name, row)


def _kinds(n: int) -> list[str]:
    """The number types that a country offers."""
    return [kind for i, kind in enumerate(KINDS) if i == 0 or (n + i) % 2]


def _samples(scene: Scene, resource: Resource) -> None:
    kind = resource.name.removeprefix("available_phone_numbers_")
    for n, (code, _) in enumerate(COUNTRIES):
        if kind not in _kinds(n):
            continue
        for turn in range(3):
            number = f"+{n + 1}555{turn:03d}{n:04d}"
            nameless = code == "US" and turn == 2 and kind == "local"
            row = scene.make(
                resource.name,
                f"{code}{turn}",
                phone_number=number,
                iso_country=None if nameless else code,
                country_code=code,
                friendly_name=number,
            )
            scene.put(resource.name, row)
