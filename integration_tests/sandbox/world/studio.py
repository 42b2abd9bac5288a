"""Flows, their revisions, executions (some active for days) and steps."""

from __future__ import annotations

from .. import times
from .scene import Scene

STREAMS = ("flows", "flow_revisions", "executions", "step")
A_DAY = 2.2


def _flows(scene: Scene) -> int:
    return 2 if scene.main else 1


def static(scene: Scene) -> None:
    """Flows with three revisions each."""
    if scene.account.status == "closed":
        return
    for n in range(_flows(scene)):
        born = scene.account.created + n * times.DAY
        edited = born + 200 * times.DAY
        flow = scene.add(
            "flows",
            n,
            born,
            edited,
            revision=3,
            friendly_name=f"Flow {n}",
            definition={"states": [{"name": "Trigger"}]},
        )
        for revision in (1, 2, 3):
            moment = born + (revision - 1) * 100 * times.DAY
            scene.add(
                "flow_revisions",
                f"{n}-{revision}",
                moment,
                moment,
                sid=flow["sid"],
                revision=revision,
                friendly_name=flow["friendly_name"],
            )


def day(scene: Scene, day_: float) -> None:
    """Executions that begin on a day."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(A_DAY, "executions", int(day_)), "executions")):
        tag, rng = f"{int(day_)}-{n}", scene.chance("execution", int(day_), n)
        flow = scene.sid("FW", "flows", rng.randrange(_flows(scene)))
        end = moment + rng.choice((20, 90, 600, 600, 3600, 3 * times.DAY, 6 * times.DAY))
        row = scene.make(
            "executions",
            tag,
            moment,
            None,
            flow_sid=flow,
            status="active",
            date_updated=None,
            context={},
            contact_channel_address=f"+1415555{rng.randrange(10000):04d}",
        )
        scene.put(
            "executions",
            row,
            since=moment,
            until=moment + 30 * times.DAY,
            later=[(end, {"status": "ended", "date_updated": times.iso(end)})],
        )
        for turn in range(3):
            at = moment if turn == 0 else moment + (end - moment) * turn / 2
            scene.put(
                "step",
                scene.make(
                    "step",
                    f"{tag}-{turn}",
                    int(at),
                    None,
                    flow_sid=flow,
                    execution_sid=row["sid"],
                    date_updated=None,
                    parent_step_sid=None,
                    name=f"step_{turn}",
                ),
                since=at,
                until=moment + 30 * times.DAY,
            )
