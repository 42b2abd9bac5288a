"""Writes the tables: the targets with their ratios, and every scenario with what each reader needed."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from benchmarks.measure import failures
from benchmarks.readers import Reader
from benchmarks.scenarios import Scenario
from benchmarks.targets import Results, Target, cost

EXPLANATION = (
    "CPU is that of the process and its children; each cell is minimum (median) of the rounds; a ratio is ours divided "
    "by the other's."
)


def heading(readers: Mapping[str, Reader], notes: Sequence[str], quick: bool) -> str:
    """Where and with what the numbers were measured, and how busy the machine was in the last quarter of an hour."""
    load = max(os.getloadavg())
    machine = f"{os.cpu_count()} cores, {platform.machine()} {platform.system()}, load average up to {load:.1f}"
    lines = [f"Measured {datetime.now(timezone.utc):%Y-%m-%d} on {machine}. {EXPLANATION}"]
    if quick:
        lines.append(
            "**Quick run: everything is small, so that starting dominates; these are not the table's ratios.**"
        )
    lines += [f"- {reader.describe()}" for reader in readers.values()]
    return "\n".join([*lines, *(f"- {note}" for note in notes)])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def share(ratio: float) -> str:
    """A ratio as people say it: 1/15 below a half, else a number."""
    return f"1/{1 / ratio:.1f}" if 0 < ratio < 0.5 else f"{ratio:.2f}"


def _bound(bound: float | None) -> str:
    return "" if bound is None else f"1/{1 / bound:.0f}" if bound < 0.4 else f"{bound:g}"


def _verdict(target: Target, ratio: float) -> str:
    """Which of the bounds are kept."""
    if ratio <= 0:
        return "**noise: more rounds are needed**"
    if target.goal is not None and ratio <= target.goal:
        return "goal"
    if target.must is None:
        return "goal missed"
    return "must" + ("" if target.goal is None else ", goal missed") if ratio <= target.must else "**must missed**"


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit in ("MB", "requests", "µs") else f"{value:.2f}"


def _range(value: tuple[float, float], unit: str) -> str:
    return f"{_number(value[0], unit)} ({_number(value[1], unit)}) {unit}"


def targets_table(targets: Sequence[Target], results: Results) -> str:
    """The targets whose scenarios were measured."""
    rows = []
    for target in targets:
        if not all(results.get(scenario, {}).get(reader) for scenario, reader in target.needs):
            continue
        pair = target.pair(results)
        lowest, middle = pair.ratios
        flawed = any(run.note for scenario, reader in target.needs for run in results[scenario][reader])
        rows.append(
            [
                target.what + (f" ({pair.note})" if pair.note else ""),
                _range(pair.ours, pair.unit),
                _range(pair.other, pair.unit),
                f"{share(lowest)} ({share(middle)})",
                _bound(target.must),
                _bound(target.goal),
                "**not valid, see the notes below**" if flawed else _verdict(target, lowest),
            ]
        )
    if not rows:
        return "No target can be computed from these runs."
    return table(["what", "ours", "the other", "ratio", "must", "goal", "reached"], rows)


def runs_table(scenarios: Mapping[str, Scenario], results: Results) -> str:
    """What every reader needed in every scenario."""
    rows = []
    for name, by_reader in results.items():
        for reader, runs in by_reader.items():
            last = runs[-1]
            rows.append(
                [
                    scenarios[name].what,
                    reader,
                    str(len(runs)),
                    _range(cost(results, name, reader, "cpu"), "s"),
                    _range(cost(results, name, reader, "wall"), "s"),
                    _range(cost(results, name, reader, "memory"), "MB"),
                    f"{last.rows:,}",
                    f"{last.counts['requests']:,}",
                    f"{last.counts['most_in_flight']}",
                    f"{last.counts['refused']:,}",
                    f"{last.counts['connections']:,}",
                    failures(runs),
                ]
            )
    head = ["scenario", "reader", "rounds", "CPU", "wall", "peak memory", "rows", "requests", "most in flight",
            "refused", "connections", "notes"]  # fmt: skip
    return table(head, rows)
