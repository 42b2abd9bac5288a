"""Recordings of calls and conferences, some deleted later, and what is made from them."""

from __future__ import annotations

from typing import Any

from .. import times
from .scene import Scene


def recording(scene: Scene, tag: str, start: int, call: str | None, conference: str | None, rng: Any) -> None:
    """One recording and its price, transcription and add-on results."""
    length = rng.randrange(5, 600)
    row = scene.make(
        "recordings",
        tag,
        start,
        start,
        call_sid=call,
        conference_sid=conference,
        status="in-progress",
        duration=None,
        price=None,
        price_unit="USD",
        start_time=times.rfc(start),
        error_code=None,
        media_url=None,
    )
    end = start + length
    later: list[tuple[float, dict[str, Any]]] = [
        (end, {"status": "completed", "duration": str(length), "date_updated": times.rfc(end)}),
        (end + 1800, {"price": f"-{0.0025 * (1 + length // 60):.4f}"}),
    ]
    until = float("inf")
    if rng.random() < 0.15:
        gone = end + rng.choice((3600, times.DAY // 2, 3 * times.DAY))
        later.append((gone, {"status": "deleted", "date_updated": times.rfc(gone)}))
        until = gone + 40 * times.DAY  # metadata of deleted recordings stay that long
    elif rng.random() < 0.05:
        later = [(end, {"status": "absent", "duration": "-1", "date_updated": times.rfc(end)})]
    scene.put("recordings", row, since=start, until=until, later=later)
    if rng.random() < 0.2 and until == float("inf"):
        scene.put(
            "recording_add_on_results", scene.make("recording_add_on_results", tag, end, end, reference_sid=row["sid"])
        )
    if rng.random() < 0.3:
        scene.add(
            "transcriptions", tag, end, end + 60, recording_sid=row["sid"], duration=str(length), status="completed"
        )
