"""Streams of smaller products that are made day by day: transcripts, serverless logs, bulk exports."""

from __future__ import annotations

from .. import times
from .scene import Scene

STREAMS = (
    "transcripts",
    "transcript_sentences",
    "transcript_operator_results",
    "serverless_logs",
    "bulk_export_days",
    "port_in_requests",
)
TRANSCRIPTS, LOGS = 0.5, 1.5


def static(scene: Scene) -> None:
    """All are made day by day."""


def day(scene: Scene, day_: float) -> None:
    """Transcripts, logs and the export files of a day."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(TRANSCRIPTS, "transcripts", int(day_)), "transcripts")):
        _transcript(scene, f"{int(day_)}-{n}", moment)
    environments = scene.bases("serverless_environments")
    for n, moment in enumerate(
        scene.moments(day_, scene.some(LOGS, "logs", int(day_)), "logs") if environments else ()
    ):
        place = scene.chance("log", int(day_), n).choice(environments)
        row = scene.make(
            "serverless_logs",
            f"{int(day_)}-{n}",
            moment,
            service_sid=place["service_sid"],
            environment_sid=place["sid"],
            level=("INFO", "WARN", "ERROR")[n % 3],
        )
        scene.put("serverless_logs", row, since=moment, until=moment + 30 * times.DAY)
    if times.day(day_)[8:] in (("05", "20") if scene.main else ("05",)):
        row = scene.make(
            "port_in_requests",
            int(day_),
            port_in_request_sid=scene.sid("KW", "port", int(day_)),
            created_on=times.day(day_),
            port_in_request_status="In Review",
            status_last_updated_timestamp=times.day(day_),
        )
        done = day_ + 4 * times.DAY
        scene.put(
            "port_in_requests",
            row,
            since=day_,
            later=[(done, {"port_in_request_status": "Completed", "status_last_updated_timestamp": times.day(done)})],
        )
    if scene.main:  # every day has its files, which go after a week
        for kind in ("Messages", "Calls", "Conferences", "Participants"):
            scene.put(
                "bulk_export_days",
                scene.make(
                    "bulk_export_days",
                    f"{kind}{int(day_)}",
                    resource_type=kind,
                    day=times.day(day_),
                    create_date=times.day(day_ + times.DAY),
                    size=int(day_) % 9000,
                ),
                since=day_ + times.DAY,
                until=day_ + 8 * times.DAY,
            )


def _transcript(scene: Scene, tag: str, born: int) -> None:
    row = scene.make(
        "transcripts",
        tag,
        born,
        born,
        status="queued",
        duration=None,
        redaction=True,
        media_start_time=times.iso(born - 300),
    )
    done = {"status": "completed", "duration": 120, "date_updated": times.iso(born + 400)}
    scene.put("transcripts", row, since=born, later=[(born + 90, {"status": "in-progress"}), (born + 400, done)])
    for n in range(2):
        scene.put(
            "transcript_sentences",
            scene.make(
                "transcript_sentences",
                f"{tag}-{n}",
                transcript_sid=row["sid"],
                sentence_index=n,
                transcript="My name is Ada",
                redacted={"transcript": "My name is [NAME]"},
            ),
            since=born + 400,
        )
    scene.put(
        "transcript_operator_results",
        scene.make(
            "transcript_operator_results", tag, transcript_sid=row["sid"], operator_sid=scene.sid("LY", "operators", 0)
        ),
        since=born + 400,
    )
