"""Cost against size: 1,000 to 1,000,000 rows of one account, and 1 to 1,000 accounts at 150 ms a request.

    python -m benchmarks.scale                    the table and the picture (about half an hour)
    python -m benchmarks.scale --quick            three small sizes of each
    python -m benchmarks.scale --picture FILE     where the picture (SVG) goes; --out FILE for the table

A reader stops where its own CPU would make a run last many minutes; the table says how far it went.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.compare import measure, prepare
from benchmarks.measure import Run, failures
from benchmarks.readers import READERS, Reader, install
from benchmarks.report import heading, table
from benchmarks.scenarios import LATENCY, Scenario
from benchmarks.world import QUIET

ROWS = (1_000, 10_000, 100_000, 1_000_000)
ACCOUNTS = (1, 10, 100, 1_000)
QUICK_ROWS = (1_000, 3_000, 9_000)
QUICK_ACCOUNTS = (1, 3, 9)
LAST_ROWS = {"peer": 100_000, "tap": 10_000}  # the largest sizes of the slow ones
LAST_ACCOUNTS = {"peer": 100}


def by_rows(rows: int) -> Scenario:
    """One account, latency 0."""
    taking_part = tuple(name for name in READERS if rows <= LAST_ROWS.get(name, rows))
    return Scenario(f"{rows:,} messages", {"main": {"messages": rows}}, readers=taking_part)


def by_accounts(accounts: int) -> Scenario:
    """Quiet accounts, the main one included, each with 20 messages."""
    taking_part = tuple(name for name in ("peer", "ours") if accounts <= LAST_ACCOUNTS.get(name, accounts))
    world: dict[str, Any] = {"main": QUIET, "sub": QUIET, "subaccounts": accounts - 1}
    return Scenario(f"{accounts:,} accounts, 150 ms", world, readers=taking_part, latency=LATENCY)


def best(runs: Sequence[Run], field: str) -> float:
    """The lowest cost of the rounds."""
    return float(min(getattr(run, field) for run in runs))


def point(axis: str, size: int, reader: Reader, runs: Sequence[Run]) -> dict[str, Any]:
    """One measured size of one reader, as the table and the picture need it."""
    return {
        "axis": axis,
        "size": size,
        "reader": reader.title,
        "cpu": best(runs, "cpu"),
        "wall": best(runs, "wall"),
        "memory": best(runs, "memory"),
        "rows": runs[-1].rows,
        "requests": runs[-1].counts["requests"],
        "note": failures(runs),
    }


def as_table(points: Sequence[dict[str, Any]]) -> str:
    """The table."""
    head = ["size", "reader", "CPU s", "CPU a row µs", "wall s", "peak memory MB", "rows", "requests", "notes"]
    return table(
        head,
        [
            [
                f"{one['size']:,} {one['axis']}",
                one["reader"],
                f"{one['cpu']:.2f}",
                f"{one['cpu'] / max(one['rows'], 1) * 1e6:,.0f}",
                f"{one['wall']:.2f}",
                f"{one['memory']:.0f}",
                f"{one['rows']:,}",
                f"{one['requests']:,}",
                one["note"],
            ]
            for one in points
        ],
    )


def draw(points: Sequence[dict[str, Any]], picture: Path) -> None:
    """Let matplotlib draw the picture, in an environment of its own."""
    python = environments.plot().bin / "python"
    script = Path(__file__).with_name("plot.py")
    subprocess.run([str(python), str(script), str(picture)], input=json.dumps(points), text=True, check=True)


def main() -> None:
    """Measure all sizes, print the table, draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--rounds", type=int, default=1, help="runs of each reader a size; the best one counts")
    parser.add_argument("--readers", default=",".join(READERS), help="who takes part (default: all)")
    parser.add_argument("--picture", type=Path, default=environments.CACHE / "scale.svg", metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table to a file too")
    arguments = parser.parse_args()
    try:
        python = environments.server().bin / "python"
    except environments.Unavailable as reason:
        raise SystemExit(f"the benchmark cannot run here: {reason}") from None
    readers, notes = install(arguments.readers.split(","))
    notes += prepare(readers, python)
    sizes = [("messages", size, by_rows(size)) for size in (QUICK_ROWS if arguments.quick else ROWS)]
    sizes += [("accounts", size, by_accounts(size)) for size in (QUICK_ACCOUNTS if arguments.quick else ACCOUNTS)]
    points = [
        point(axis, size, readers[name], runs)
        for axis, size, scenario in sizes
        for name, runs in measure(scenario, readers, python, arguments.rounds).items()
    ]
    text = f"{heading(readers, notes, arguments.quick)}\n\n{as_table(points)}"
    print("\n" + text)
    if arguments.out:
        arguments.out.write_text(text + "\n")
    draw(points, arguments.picture)
    print(f"\npicture: {arguments.picture}")


if __name__ == "__main__":
    main()
