"""Daily usage by category, counted from what the account did: it grows by the hour and is complete after three days.

Totals are the sum of their parts: `sms` of `sms-inbound` and `sms-outbound`, `totalprice` of all that stand below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from .. import times
from ..accounts import MARKETING
from .scene import Scene
from .traffic import Event, by_day, numbers

STREAMS = (
    "usage_records",
    "usage_records_monthly",
    "usage_records_yearly",
    "usage_records_all_time",
    "usage_records_today",
    "usage_records_yesterday",
    "usage_records_this_month",
    "usage_records_last_month",
)
TREE = {  # category: the total it belongs to, count_unit, usage_unit
    "totalprice": (None, "", "usd"),
    "sms": ("totalprice", "messages", ""),
    "sms-inbound": ("sms", "messages", "segments"),
    "sms-outbound": ("sms", "messages", "segments"),
    "mms": ("totalprice", "messages", "messages"),
    "mms-inbound": ("mms", "messages", "messages"),
    "mms-outbound": ("mms", "messages", "messages"),
    "failed-message-processing-fee": ("totalprice", "messages", "messages"),
    "calls": ("totalprice", "calls", "minutes"),
    "calls-inbound": ("calls", "calls", "minutes"),
    "calls-outbound": ("calls", "calls", "minutes"),
    "recordings": ("totalprice", "recordings", "recorded-minutes"),
    "calls-recordings": ("recordings", "recordings", "recorded-minutes"),
    "phonenumbers": ("totalprice", "numbers", "numbers"),
    "phonenumbers-local": ("phonenumbers", "numbers", "numbers"),
}
PRODUCTS = (
    "agents",
    "chat",
    "emails",
    "fleet",
    "flows",
    "forms",
    "lookups",
    "maps",
    "pushes",
    "queues",
    "rooms",
    "sims",
)
PARTS = ("checks", "days", "events", "exports", "fees", "fetches", "imports", "minutes", "months", "plans")
WHERE = ("", "-local", "-national", "-abroad")
# Listed although they are all zero.
UNUSED = tuple(f"{product}-{part}{where}" for product in PRODUCTS for part in PARTS for where in WHERE)
HOURS = (6, 12, 18, 24, 30, 36)
COMPLETE = 72  # hours after the day began
Figures = tuple[int, int, Decimal]


def static(scene: Scene) -> None:
    """Usage is made day by day."""


def day(scene: Scene, day_: float) -> None:
    """One row a category. The main account lists all that it ever uses, others what they used that day."""
    date = times.day(day_)
    happened = [*by_day(scene).get(date, ()), *numbers(scene, day_)]
    rng = scene.chance("usage", date)
    late = rng.choice(happened) if len(happened) > 1 and rng.random() < 0.3 else None
    in_time = [event for event in happened if event is not late]
    shown = [(day_ + hour * 3600, _totals(in_time, day_ + hour * 3600)) for hour in HOURS]
    shown.append((day_ + COMPLETE * 3600, _totals(happened, day_ + COMPLETE * 3600)))
    for name, (_, count_unit, usage_unit) in TREE.items():
        if scene.main or name in shown[-1][1]:
            _put(scene, date, name, count_unit, usage_unit, [(at, totals.get(name)) for at, totals in shown])
    if scene.account.sid == MARKETING and day_ == scene.first:  # once is enough: more makes full reads longer
        for n, name in enumerate(UNUSED):
            unit = None if n in (77, 78) else "" if n % 13 == 0 else "units"
            _put(scene, date, name, unit, unit, [])


def _totals(events: Iterable[Event], until: float) -> dict[str, Figures]:
    """Count, usage and price of every category that something happened in, as far as it is known at an instant."""
    found: dict[str, Figures] = {}
    for event in events:
        known = [known for known in event.known if known[0] <= until]
        name: str | None = event.category
        while name is not None:
            count, usage, price = found.get(name, (0, 0, Decimal(0)))
            for _, more, used, cost in known:
                count, usage, price = count + more, usage + used, price + cost
            found[name] = (count, usage, price)
            name = TREE[name][0]
    return found


def _put(
    scene: Scene,
    date: str,
    name: str,
    count_unit: str | None,
    usage_unit: str | None,
    shown: list[tuple[float, Figures | None]],
) -> None:
    row = scene.make(
        "usage_records",
        name,
        category=name,
        description=name.replace("-", " ").title(),
        start_date=date,
        end_date=date,
        count_unit=count_unit,
        usage_unit=usage_unit,
        price_unit="usd",
        as_of=None,
        **_figures(name, None),
    )
    later, before = [], _figures(name, None)
    for at, figures in shown:
        if (now := _figures(name, figures)) != before:
            later.append((at, now))
            before = now
    scene.put("usage_records", row, since=times.seconds(date), later=later)


def _figures(name: str, figures: Figures | None) -> dict[str, Any]:
    """The columns; the total of all prices has no count, and its usage is the price."""
    count, usage, price = figures or (0, 0, Decimal(0))
    text = f"{price.normalize():f}"
    if name == "totalprice":
        return {"count": None, "usage": text, "price": text}
    return {"count": str(count), "usage": str(usage), "price": text}
