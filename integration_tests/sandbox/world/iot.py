"""SIM cards: their usage by day."""

from __future__ import annotations

from .. import times
from .scene import Scene

STREAMS = ("wireless_usage_records", "wireless_sim_usage_records", "supersim_usage_records")


def static(scene: Scene) -> None:
    """Usage is made day by day."""


def day(scene: Scene, day_: float) -> None:
    """Usage of a day; it grows until the day is over."""
    if not scene.main or scene.region != "us1":
        return
    end = day_ + times.DAY
    period = {"start": times.iso(day_), "end": times.iso(end)}
    scene.put("wireless_usage_records", scene.make("wireless_usage_records", 0, period=period), since=day_)
    for sim in scene.bases("wireless_sims")[:1]:
        scene.put(
            "wireless_sim_usage_records",
            scene.make("wireless_sim_usage_records", 0, period=period, sim_sid=sim["sid"]),
            since=day_,
        )
    for sim in scene.bases("supersim_sims")[:2]:
        upload = scene.chance("supersim", sim["sid"], int(day_)).randrange(1000, 900_000)
        row = scene.make(
            "supersim_usage_records",
            0,
            period={"start_time": period["start"], "end_time": period["end"]},
            sim_sid=sim["sid"],
            fleet_sid=sim.get("fleet_sid"),
            network_sid=None,
            iso_country=None,
            data_upload=upload,
            data_download=upload * 3,
            data_total=upload * 4,
            data_total_billed="0.03",
            account_sid=scene.account.sid,
        )
        scene.put(
            "supersim_usage_records",
            row,
            since=day_,
            later=[(end, {"data_download": upload * 4, "data_total": upload * 5})],
        )
