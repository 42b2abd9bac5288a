"""Daily usage by category: it grows during the day and is restated two days later."""

from __future__ import annotations

from .. import times
from .scene import Scene

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
CATEGORIES = (
    ("sms", "messages", 0.0075, 40),
    ("sms-inbound", "messages", 0.0075, 9),
    ("sms-outbound", "messages", 0.0079, 31),
    ("mms", "messages", 0.02, 2),
    ("calls", "calls", 0.013, 6),
    ("recordings", "recordings", 0.0025, 2),
    ("totalprice", "usd", 1.0, 3),
)
HOURS = (0, 6, 12, 18, 24)


def static(scene: Scene) -> None:
    """Usage is made day by day."""


def day(scene: Scene, day_: float) -> None:
    """One row a category; quiet accounts have fewer categories."""
    if scene.asleep(day_):
        return
    date, wide = times.day(day_), 7 if scene.main else 2
    for name, unit, price, rate in CATEGORIES[:wide]:
        rng = scene.chance("usage", name, date)
        total = int(rate * scene.scale * (0.7 + 0.6 * rng.random()) + 0.5)
        row = scene.make(
            "usage_records",
            name,
            category=name,
            description=name.replace("-", " ").title(),
            start_date=date,
            end_date=date,
            count_unit=unit,
            usage_unit=unit,
            price_unit="usd",
            as_of=None,
        )
        row.update(_figures(total, 0.0, price))
        later = [(day_ + hour * 3600, _figures(total, hour / 24, price)) for hour in HOURS[1:]]
        later.append((day_ + 3 * times.DAY, _figures(total + (rng.random() < 0.3), 1.0, price)))
        scene.put("usage_records", row, since=day_, later=later)


def _figures(total: int, share: float, price: float) -> dict[str, str]:
    count = int(total * share)
    return {"count": str(count), "usage": str(count), "price": f"{count * price:.4f}"}
