"""Workspaces with workers, queues, live tasks and the events of the last days."""

from __future__ import annotations

import orjson

from .. import times
from .scene import Scene

STREAMS = (
    "workspaces",
    "workers",
    "workflows",
    "activities",
    "task_queues",
    "task_channels",
    "tasks",
    "task_reservations",
    "worker_reservations",
    "worker_channels",
    "taskrouter_events",
    "flex_interaction_channels",
)
EVENTS = 3


def _spaces(scene: Scene) -> int:
    return 2 if scene.main else 1


def static(scene: Scene) -> None:
    """Everything but the events. Interactions, which no list names, stand in the attributes of tasks."""
    if scene.account.status == "closed":
        return
    for n in range(_spaces(scene)):
        born = scene.account.created + n * times.DAY
        space = scene.add("workspaces", n, born, born + 900, friendly_name=f"Workspace {n}")["sid"]
        for stream in ("workflows", "activities", "task_queues", "task_channels"):
            for turn in range(2):
                scene.add(
                    stream,
                    f"{n}-{turn}",
                    born + turn,
                    born + 60 * turn,
                    workspace_sid=space,
                    friendly_name=f"{stream} {turn}",
                    unique_name=f"{stream}-{turn}",
                )
        for turn in range(3 if scene.main else 1):
            _worker(scene, space, f"{n}-{turn}", born + 50 * turn)
        for turn in range(2):
            _task(scene, space, f"{n}-{turn}", born + 100 * times.DAY + turn)


def _worker(scene: Scene, space: str, tag: str, born: float) -> None:
    worker = scene.add(
        "workers",
        tag,
        born,
        born + 30,
        workspace_sid=space,
        friendly_name=f"Worker {tag}",
        attributes='{"skills": []}',
        activity_sid=scene.sid("WA", "activities", f"{tag[0]}-0"),
    )["sid"]
    for n in range(2):
        scene.add(
            "worker_channels",
            f"{tag}-{n}",
            born + n,
            born + n,
            workspace_sid=space,
            worker_sid=worker,
            task_channel_sid=scene.sid("TC", "task_channels", f"{tag[0]}-{n}"),
        )
    scene.add(
        "worker_reservations",
        tag,
        born + 60,
        born + 90,
        workspace_sid=space,
        worker_sid=worker,
        task_sid=scene.sid("WT", "tasks", f"{tag[0]}-0"),
    )


def _task(scene: Scene, space: str, tag: str, born: float) -> None:
    interaction = scene.sid("KD", "interactions", tag)
    attributes = orjson.dumps({"type": "chat", "flexInteractionSid": interaction}).decode()
    row = scene.add(
        "tasks",
        tag,
        born,
        born + 5,
        workspace_sid=space,
        attributes=attributes,
        assignment_status="pending",
        workflow_sid=scene.sid("WW", "workflows", f"{tag[0]}-0"),
        addons="{}",
    )
    scene.add("task_reservations", tag, born + 9, born + 20, workspace_sid=space, task_sid=row["sid"])
    for n in range(2):
        scene.add("flex_interaction_channels", f"{tag}-{n}", interaction_sid=interaction)


def day(scene: Scene, day_: float) -> None:
    """The events of a day."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(EVENTS, "taskrouter", int(day_)), "taskrouter")):
        rng = scene.chance("taskrouter", int(day_), n)
        space = scene.sid("WS", "workspaces", rng.randrange(_spaces(scene)))
        row = scene.make(
            "taskrouter_events",
            f"{int(day_)}-{n}",
            moment,
            workspace_sid=space,
            event_date=times.iso(moment),
            event_date_ms=moment * 1000,
            event_type=rng.choice(("task.created", "reservation.accepted")),
        )
        scene.put("taskrouter_events", row, since=moment, until=moment + 30 * times.DAY)
