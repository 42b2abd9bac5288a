"""Conferences in every status, who is in them, and their Insights summaries."""

from __future__ import annotations

from typing import Any

from .. import times
from ..rows import FOREVER
from .recordings import recording
from .scene import Scene

OPEN_DAYS = 4
STANDING_DAYS = 3  # apart begin the conferences that overlap, so that somebody is in one at any hour


def standing(scene: Scene, day: float) -> None:
    """The conference that begins on some days of the main account and ends after the next one has begun."""
    if scene.main and int(day // times.DAY) % STANDING_DAYS == 0:
        conference(scene, f"standing{int(day)}", int(day), scene.chance("standing", int(day)), "long")


def conference(scene: Scene, tag: str, born: int, rng: Any, kind: str | None = None) -> None:
    """One conference; some stay open for days, some never begin, with one who waits for it."""
    if kind is None:
        kind = rng.choice(("completed",) * 5 + ("long", "long", "init"))
    begin, end = (
        born + rng.randrange(1, 30),
        born + (times.DAY * OPEN_DAYS if kind == "long" else rng.randrange(300, 4000)),
    )
    row = scene.make(
        "conferences",
        tag,
        born,
        born,
        status="init",
        reason_conference_ended=None,
        call_sid_ending_conference=None,
        friendly_name=f"Room {tag}",
        region="us1",
    )
    later: list[tuple[float, dict[str, Any]]] = []
    caller = scene.sid("CA", "conference", tag, 0)
    if kind != "init":
        later = [
            (begin, {"status": "in-progress", "date_updated": times.rfc(begin)}),
            (
                end,
                {
                    "status": "completed",
                    "date_updated": times.rfc(end),
                    "call_sid_ending_conference": caller,
                    "reason_conference_ended": "last-participant-left",
                },
            ),
        ]
    scene.put("conferences", row, since=born, later=later)
    waiting = kind == "init"
    for n in range(1 if waiting else 2):
        call = scene.sid("CA", "conference", tag, n)
        uri = f"/2010-04-01/Accounts/{scene.account.sid}/Conferences/{row['sid']}/Participants/{call}.json"
        scene.put(
            "conference_participants",
            scene.make(
                "conference_participants", f"{tag}-{n}", begin, begin, uri=uri, conference_sid=row["sid"], call_sid=call
            ),
            since=begin,
            until=FOREVER if waiting else end,
        )
    if waiting:
        return
    if rng.random() < 0.2:
        recording(scene, f"c{tag}", begin, caller, row["sid"], rng)
    if kind == "long":
        return
    summary = scene.make(
        "conference_summaries",
        tag,
        born,
        conference_sid=row["sid"],
        status="completed",
        create_time=times.iso(born),
        start_time=times.iso(begin),
        end_time=times.iso(end),
        friendly_name=row["friendly_name"],
    )
    scene.put("conference_summaries", summary, since=end + 1800)
    for n in range(2):
        scene.put(
            "conference_participant_summaries",
            scene.make(
                "conference_participant_summaries",
                f"{tag}-{n}",
                begin,
                conference_sid=row["sid"],
                participant_sid=scene.sid("CP", "summary", tag, n),
                call_sid=scene.sid("CA", "conference", tag, n),
            ),
            since=end + 1800,
        )
