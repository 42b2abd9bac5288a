"""Video rooms in every state with participants, recordings, compositions and their Insights summaries."""

from __future__ import annotations

from typing import Any

from .. import times
from .scene import Scene

STREAMS = (
    "video_rooms",
    "video_room_participants",
    "video_recordings",
    "video_compositions",
    "video_composition_hooks",
    "video_room_transcriptions",
    "video_room_summaries",
    "video_participant_summaries",
)
A_DAY = 0.35


def static(scene: Scene) -> None:
    """Rooms and hooks are made day by day."""


def day(scene: Scene, day_: float) -> None:
    """The rooms of a day; on the 10th of a month a hook."""
    if scene.asleep(day_):
        return
    if times.day(day_)[8:] == "10":
        scene.add("video_composition_hooks", int(day_), day_ + 3600, friendly_name=f"Hook {times.day(day_)}")
    for n, moment in enumerate(scene.moments(day_, scene.some(A_DAY, "rooms", int(day_)), "rooms")):
        _room(scene, f"{int(day_)}-{n}", moment, scene.chance("room", int(day_), n))


def _room(scene: Scene, tag: str, born: int, rng: Any) -> None:
    fate = rng.choice(("completed", "completed", "completed", "failed", "long"))
    end = born + (2 * times.DAY if fate == "long" else rng.randrange(60, 4000))
    room = scene.make(
        "video_rooms", tag, born, born, status="in-progress", end_time=None, duration=None, unique_name=f"room-{tag}"
    )
    last = "failed" if fate == "failed" else "completed"
    done = {"status": last, "end_time": times.iso(end), "duration": end - born, "date_updated": times.iso(end)}
    scene.put("video_rooms", room, since=born, later=[(end, done)])
    sid = room["sid"]
    for n in range(2):
        row = scene.make(
            "video_room_participants",
            f"{tag}-{n}",
            born + n,
            born + n,
            room_sid=sid,
            status="connected",
            end_time=None,
            identity=f"guest-{n}",
            start_time=times.iso(born + n),
        )
        left = end - 10 * n
        scene.put(
            "video_room_participants",
            row,
            since=born + n,
            later=[(left, {"status": "disconnected", "end_time": times.iso(left), "date_updated": times.iso(left)})],
        )
    for stream, deleted in (("video_recordings", 0.1), ("video_compositions", 0.4)):
        row = scene.make(
            stream,
            tag,
            end,
            status="processing" if stream == "video_recordings" else "enqueued",
            room_sid=sid,
            duration=None,
            size=None,
        )
        later: list[tuple[float, dict[str, Any]]] = [
            (end + 300, {"status": "completed", "duration": end - born, "size": 1000})
        ]
        if rng.random() < deleted:
            later.append((end + times.DAY, {"status": "deleted"}))
        scene.put(
            stream,
            {k: v for k, v in row.items() if k != "room_sid" or stream == "video_compositions"},
            since=end,
            later=later,
        )
    scene.put(
        "video_room_transcriptions",
        scene.make(
            "video_room_transcriptions",
            tag,
            born + 5,
            born + 5,
            room_sid=sid,
            ttid=scene.sid("video_transcriptions_", tag),
        ),
        since=born + 5,
    )
    if fate == "long":  # its summary would come days after its date of creation
        return
    summary = scene.make(
        "video_room_summaries",
        tag,
        born,
        room_sid=sid,
        create_time=times.iso(born),
        end_time=times.iso(end),
        room_status="completed",
        room_name=room["unique_name"],
    )
    scene.put("video_room_summaries", summary, since=end + 1800)
    for n in range(2):
        scene.put(
            "video_participant_summaries",
            scene.make(
                "video_participant_summaries",
                f"{tag}-{n}",
                born + n,
                room_sid=sid,
                participant_sid=scene.sid("PA", tag, n),
            ),
            since=end + 1800,
        )
