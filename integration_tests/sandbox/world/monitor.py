"""Alerts and the audit log."""

from __future__ import annotations

from .. import times
from .scene import Scene

STREAMS = ("alerts", "monitor_events")
ALERTS, EVENTS = 4, 1.2
CODES = ("11200", "30005", "21610", "12100", "63016")


def static(scene: Scene) -> None:
    """Both are made day by day."""


def day(scene: Scene, day_: float) -> None:
    """Alerts (some with fractions of a second) and events of a day."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(ALERTS, "alerts", int(day_)), "alerts")):
        rng = scene.chance("alert", int(day_), n)
        written = times.iso(moment + (0.25 if rng.random() < 0.2 else 0))
        code = rng.choice(CODES)
        scene.put(
            "alerts",
            scene.make(
                "alerts",
                f"{int(day_)}-{n}",
                moment,
                moment,
                date_generated=written,
                error_code=code,
                log_level=rng.choice(("error", "warning")),
                resource_sid=scene.sid("CA", "alert", n),
                more_info=f"https://www.twilio.com/docs/errors/{code}",
            ),
            since=moment + 1,
            until=moment + 30 * times.DAY,
        )
    for n, moment in enumerate(scene.moments(day_, scene.some(EVENTS, "events", int(day_)), "events")):
        scene.add("monitor_events", f"{int(day_)}-{n}", moment, moment, event_date=times.iso(moment))
