"""The targets table of the issue on performance: how each line is computed from the runs, and whether it is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from statistics import median

from benchmarks.measure import Run
from benchmarks.scenarios import FULL, LATENCY, LOOKBACK, WIDE, Scenario, Sizes, scenarios
from benchmarks.world import PAGE_SIZE, World

Results = Mapping[str, Mapping[str, list[Run]]]  # scenario → reader → runs


@dataclass(frozen=True)
class Pair:
    """Our cost and what it is held against, each as the minimum of the rounds and as their median."""

    ours: tuple[float, float]
    other: tuple[float, float]
    unit: str
    note: str = ""

    @property
    def ratios(self) -> tuple[float, float]:
        """Ours divided by the other, for the minimum and for the median."""
        return self.ours[0] / self.other[0], self.ours[1] / self.other[1]


@dataclass(frozen=True)
class Target:
    """One line of the table; `must` and `goal` bound our share of the other's cost."""

    what: str
    needs: tuple[tuple[str, str], ...]  # the scenarios and readers without which it cannot be computed
    pair: Callable[[Results], Pair]
    must: float | None
    goal: float | None


def cost(results: Results, scenario: str, reader: str, field: str) -> tuple[float, float]:
    """Minimum and median of one cost over the rounds."""
    values = [getattr(run, field) for run in results[scenario][reader]]
    return min(values), median(values)


def _against(scenario: str, field: str, unit: str) -> Callable[[Results], Pair]:
    """Ours and the peer's cost of the same scenario."""
    return lambda results: Pair(cost(results, scenario, "ours", field), cost(results, scenario, "peer", field), unit)


def _further(sizes: Sizes) -> Callable[[Results], Pair]:
    """CPU of one more row, in microseconds."""

    def slope(results: Results, reader: str) -> tuple[float, float]:
        few, many = (cost(results, name, reader, "cpu") for name in ("messages", "messages_many"))
        scale = 1e6 / (sizes.many - sizes.rows)
        return (many[0] - few[0]) * scale, (many[1] - few[1]) * scale

    return lambda results: Pair(slope(results, "ours"), slope(results, "peer"), "µs")


def _projected(sizes: Sizes, scenario: str) -> Callable[[Results], Pair]:
    """The peer is measured at two small sizes and its wall time is projected, for it would need the better part of
    an hour a round; ours is measured in full."""

    def pair(results: Results) -> Pair:
        few, more = (cost(results, f"quiet_peer_{name}", "peer", "wall") for name in ("few", "more"))
        accounts = sizes.peer_quiet
        projected = [
            low + (high - low) / (accounts[1] - accounts[0]) * (sizes.quiet - accounts[0])
            for low, high in zip(few, more, strict=True)
        ]
        note = f"peer projected from {accounts[0]} and {accounts[1]} subaccounts"
        return Pair(cost(results, scenario, "ours", "wall"), (projected[0], projected[1]), "s", note)

    return pair


def _floor(scenario: str, workers: int) -> Callable[[Results], Pair]:
    """Our wall time against what the requests alone must take."""

    def pair(results: Results) -> Pair:
        requests = [run.counts["requests"] * LATENCY / workers for run in results[scenario]["ours"]]
        return Pair(cost(results, scenario, "ours", "wall"), (min(requests), median(requests)), "s")

    return pair


def fewest_requests(world: World, streams: tuple[str, ...]) -> int:
    """The sum over accounts and streams of max(1, pages in the lookback), and the children that must be asked."""
    total = 0
    for account in world.accounts:
        for stream in streams:
            kind = {"message_media": "messages", "usage_records": "usage"}.get(stream, stream)
            rows = world.count(account, kind)
            if stream in LOOKBACK:
                rows = world.younger(account, kind, LOOKBACK[stream])
            elif stream == "usage_records":
                rows = min(rows, 4 * ceil(rows / (world.days - 1)))  # three days and today
            total += max(1, ceil(rows / PAGE_SIZE))
            if stream == "message_media":
                total += sum(world.num_media(account, index) > 0 for index in range(rows))
    return total


def _second(scenario: Scenario) -> Callable[[Results], Pair]:
    """Requests of a second sync against the fewest."""

    def pair(results: Results) -> Pair:
        fewest = float(fewest_requests(World(**scenario.world), scenario.streams))
        ours = [float(run.counts["requests"]) for run in results["second"]["ours"]]
        return Pair((min(ours), median(ours)), (fewest, fewest), "requests", "against the fewest possible")

    return pair


def _memory(results: Results) -> Pair:
    """Peak memory of the large read against the small one."""
    large, small = (cost(results, name, "ours", "memory") for name in ("messages_many", "messages"))
    return Pair(large, small, "MB", "against ours at the smaller size")


def _limit(results: Results) -> Pair:
    """Wall time under refusals against fewer workers and none."""
    limited, free = (cost(results, name, "ours", "wall") for name in ("limit", "limit_free"))
    return Pair(limited, free, "s", "against 10 workers without refusals")


def targets(sizes: Sizes, ours_workers: int) -> list[Target]:
    """All lines of the table."""
    every = scenarios(sizes)

    def line(name: str, field: str, unit: str, what: str, must: float | None, goal: float | None) -> Target:
        return Target(what, ((name, "ours"), (name, "peer")), _against(name, field, unit), must, goal)

    def ours_only(
        what: str, names: tuple[str, ...], pair: Callable[[Results], Pair], must: float | None, goal: float | None
    ) -> Target:
        return Target(what, tuple((name, "ours") for name in names), pair, must, goal)

    both = (("messages", "ours"), ("messages", "peer"), ("messages_many", "ours"), ("messages_many", "peer"))
    peer_quiet = (("quiet_peer_few", "peer"), ("quiet_peer_more", "peer"))
    floor = "…, against requests × latency ÷ workers"
    return [
        line("messages", "cpu", "s", f"CPU, {every['messages'].what}, latency 0", 1 / 10, 1 / 15),
        line("messages_scheduled", "cpu", "s", "…, one in 50 of them scheduled", 1 / 10, 1 / 15),
        Target(f"CPU a further row ({sizes.rows:,} to {sizes.many:,})", both, _further(sizes), 1 / 20, 1 / 35),
        line("calls", "cpu", "s", f"CPU, {every['calls'].what}", 1 / 10, 1 / 15),
        line("usage", "cpu", "s", f"CPU, {every['usage'].what}", 1 / 10, 1 / 15),
        line("wall_one", "wall", "s", "wall time, one account, 150 ms a request", 1 / 8, 1 / 12),
        line("wall_scheduled", "wall", "s", "…, one message in 50 scheduled", 1 / 8, 1 / 12),
        line("wall_accounts", "wall", "s", f"wall time, {sizes.subaccounts} subaccounts, 150 ms", 1 / 8, 1 / 13),
        Target(
            f"wall time, {every['quiet'].what}",
            (("quiet", "ours"), *peer_quiet),
            _projected(sizes, "quiet"),
            1 / 8,
            None,
        ),
        ours_only(floor, ("quiet",), _floor("quiet", ours_workers), None, 1.3),
        Target(
            f"…, ours with {WIDE} workers",
            (("quiet_wide", "ours"), *peer_quiet),
            _projected(sizes, "quiet_wide"),
            1 / 8,
            None,
        ),
        ours_only(floor, ("quiet_wide",), _floor("quiet_wide", WIDE), None, 1.3),
        line("media", "cpu", "s", f"CPU, {every['media'].what}", 1 / 3, 1 / 5),
        line("media_wall", "wall", "s", f"wall time, {every['media_wall'].what}", 1 / 4, None),
        ours_only(floor, ("media_wall",), _floor("media_wall", ours_workers), None, 1.3),
        ours_only("requests of a second sync one hour later", ("second",), _second(every["second"]), 1.5, 1.2),
        ours_only("limit of 10 in flight, 32 workers", ("limit", "limit_free"), _limit, 1.5, 1.2),
        ours_only(f"peak memory, {sizes.many:,} messages", ("messages", "messages_many"), _memory, 1.15, 1.05),
        line("messages_many", "memory", "MB", "…, against the peer's", 1.5, 1.1),
        line("spec", "cpu", "s", "CPU of spec", 1.0, 0.5),
        line("check", "cpu", "s", "CPU of check", 1.0, 0.5),
        line("discover", "cpu", "s", "CPU of discover", 1.0, 1.0),
        line("small", "cpu", "s", "CPU, one small stream, all streams in the manifest", 0.5, 0.4),
    ]


__all__ = ["FULL", "Pair", "Results", "Target", "cost", "fewest_requests", "targets"]
