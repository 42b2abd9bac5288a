"""Verification attempts; their conversion and price come later."""

from __future__ import annotations

from typing import Any

from .. import times
from .scene import Scene

STREAMS = ("verification_attempts", "verification_attempts_summary")
A_DAY = 1.5


def static(scene: Scene) -> None:
    """Attempts are made day by day."""


def day(scene: Scene, day_: float) -> None:
    """The attempts of a day."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(A_DAY, "attempts", int(day_)), "attempts")):
        rng = scene.chance("attempt", int(day_), n)
        row = scene.make(
            "verification_attempts", f"{int(day_)}-{n}", moment, moment, conversion_status="unconverted", price=None
        )
        done = moment + rng.randrange(10, 600)
        later: list[tuple[float, dict[str, Any]]] = (
            [(done, {"conversion_status": "converted", "date_updated": times.iso(done)})] if rng.random() < 0.7 else []
        )
        later.append((moment + 7200, {"price": {"value": "0.05", "currency": "usd"}}))
        scene.put("verification_attempts", row, since=moment, until=moment + 30 * times.DAY, later=later)
