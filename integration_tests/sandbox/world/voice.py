"""Calls, conferences, recordings and what hangs on them, Voice Insights included."""

from __future__ import annotations

from typing import Any

from .. import times
from .conferences import OPEN_DAYS, conference, standing
from .recordings import recording
from .scene import Scene

STREAMS = (
    "calls",
    "call_events",
    "call_notifications",
    "notifications",
    "conferences",
    "conference_participants",
    "recordings",
    "recording_add_on_results",
    "transcriptions",
    "call_summaries",
    "call_insight_events",
    "call_insight_metrics",
    "call_annotations",
    "conference_summaries",
    "conference_participant_summaries",
    "queues",
    "queue_members",
)
CALLS, CONFERENCES, NOTES = 3.6, 0.9, 0.4
KINDS = ("completed",) * 12 + ("busy", "failed", "no-answer", "canceled", "queued", "ringing", "long", "never-ends")


def static(scene: Scene) -> None:
    """Queues, of which the first has callers waiting."""
    for n in range(max(1, int(3 * scene.scale)) if scene.scale else 0):
        waiting = 2 if n == 0 else 0
        queue = scene.add("queues", n, scene.account.created + n, friendly_name=f"Line {n}", current_size=waiting)
        for place in range(waiting):
            call = scene.sid("CA", "waiting", n, place)
            scene.add(
                "queue_members",
                f"{n}-{place}",
                scene.account.created,
                queue_sid=queue["sid"],
                call_sid=call,
                position=place + 1,
                uri=f"/2010-04-01/Accounts/{scene.account.sid}/Queues/{queue['sid']}/Members/{call}.json",
            )


def day(scene: Scene, day_: float) -> None:
    """Calls and conferences of a day."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(CALLS, "calls", int(day_)), "calls")):
        rng = scene.chance("call", int(day_), n)
        _call(scene, f"{int(day_)}-{n}", moment, rng.choice(KINDS), rng)
    for n, moment in enumerate(scene.moments(day_, scene.some(CONFERENCES, "conf", int(day_)), "conferences")):
        conference(scene, f"{int(day_)}-{n}", moment, scene.chance("conference", int(day_), n))
    standing(scene, day_)
    for n, moment in enumerate(scene.moments(day_, scene.some(NOTES, "notes", int(day_)), "notifications")):
        scene.add("notifications", f"{int(day_)}-{n}", moment, message_date=times.rfc(moment), call_sid=None)


def _call(scene: Scene, tag: str, born: int, kind: str, rng: Any) -> None:
    start, length = born + rng.randrange(1, 20), rng.randrange(5, 900)
    end = start + (times.DAY * OPEN_DAYS if kind == "long" else length)
    row = scene.make(
        "calls",
        tag,
        born,
        born,
        status="queued",
        start_time=None,
        end_time="" if rng.random() < 0.3 else None,
        duration=None if rng.random() < 0.5 else "",
        price=None,
        price_unit="USD",
        answered_by=None,
        queue_time="0",
        direction=rng.choice(("inbound", "outbound-api")),
        annotation=None,
    )
    sid = row["sid"]
    later: list[tuple[float, dict[str, Any]]] = []
    if kind in ("queued", "ringing"):  # not dialled, and never will be
        row["status"] = kind
    elif kind == "canceled":
        later = [(start, {"status": "canceled", "date_updated": times.rfc(start)})]
    elif kind in ("busy", "failed", "no-answer"):
        later = [
            (start, {"status": "ringing", "start_time": times.rfc(start)}),
            (
                start + 30,
                {
                    "status": kind,
                    "end_time": times.rfc(start + 30),
                    "duration": "0",
                    "date_updated": times.rfc(start + 30),
                },
            ),
        ]
    else:
        later = [(start, {"status": "in-progress", "start_time": times.rfc(start), "date_updated": times.rfc(start)})]
        if kind != "never-ends":
            later += [
                (
                    end,
                    {
                        "status": "completed",
                        "end_time": times.rfc(end),
                        "duration": str(end - start),
                        "date_updated": times.rfc(end),
                    },
                ),
                (end + rng.randrange(60, 5 * 3600), {"price": f"-{0.013 * (1 + (end - start) // 60):.5f}"}),
            ]
    scene.put("calls", row, since=born, later=later)
    for n in range(rng.randrange(0, 3)):
        scene.put("call_events", scene.make("call_events", f"{tag}-{n}", call_sid=sid, position=n), since=born + n)
    if rng.random() < 0.05:
        scene.add("call_notifications", tag, born + 5, message_date=times.rfc(born + 5), call_sid=sid)
    if kind == "completed":
        if rng.random() < 0.25:
            recording(scene, tag, start, sid, None, rng)
        _insights(scene, tag, sid, born, start, end)


def _insights(scene: Scene, tag: str, call: str, born: int, start: int, end: int) -> None:
    row = scene.make(
        "call_summaries",
        tag,
        end,
        call_sid=call,
        created_time=times.iso(end + 60),
        start_time=times.iso(start),
        end_time=times.iso(end),
        call_state="completed",
        processing_state="partial",
        url=f"https://insights.twilio.com/v1/Voice/{call}/Summary",
    )
    scene.put("call_summaries", row, since=end + 600, later=[(end + 1800, {"processing_state": "complete"})])
    for n, stream in enumerate(("call_insight_events", "call_insight_metrics")):
        for turn in range(2):
            scene.put(
                stream,
                scene.make(stream, f"{tag}-{turn}", call_sid=call, timestamp=times.iso(start + turn + 0.25 + n / 2)),
                since=end + 600,
            )
    scene.put("call_annotations", scene.make("call_annotations", tag, call_sid=call), since=end + 600)
