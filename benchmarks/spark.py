"""The plain read beside Spark: CPU a row of the Python side, and wall time with one and two executors.

    .environment-spark/bin/python -m benchmarks.spark            the tables of docs/spark.md (half an hour)
    .environment-spark/bin/python -m benchmarks.spark --quick    small and once

`./test.sh spark` makes that environment. The plain read prints its rows into a pipe, Spark's are thrown away. A session
reads once before it is measured, since its first query imports the connector and starts Python.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.answers import TOKEN
from benchmarks.measure import run
from benchmarks.report import table
from benchmarks.scenarios import LATENCY
from benchmarks.server_process import ROOT, Server, serving
from benchmarks.world import World, sid

EXECUTORS = {1: "local-cluster[1,1,1024]", 2: "local-cluster[2,1,1024]"}
WORKERS = 16  # requests in flight, of each reader
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sizes:
    """How large a measurement is."""

    rows: tuple[int, int]  # of one account, whose difference tells what a row costs
    quiet: int
    busy: int
    rows_of_busy: int
    rows_of_one: int
    rounds: int


FULL = Sizes((30_000, 300_000), 1_000, 50, 4_000, 100_000, 3)
QUICK = Sizes((10_000, 70_000), 1_000, 50, 1_000, 20_000, 1)


def configuration(world: World) -> dict[str, Any]:
    """The configuration of the page server's main account."""
    credentials = {"auth_type": "auth_token", "auth_token": TOKEN}
    return {"account_sid": sid("AC", 0), "credentials": credentials, "start_date": world.start_date,
            "num_workers": WORKERS}


def answering(server: Server) -> dict[str, str]:
    """Variables of a process that the server is to answer."""
    trust = {name: str(server.ca) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")}
    return {"HTTPS_PROXY": server.address, "PYTHONPATH": str(ROOT), **trust}


def plain(server: Server, folder: Path) -> dict[str, float]:
    """One read of messages by the command."""
    stream = {"name": "messages", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    catalog = {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}
    paths = folder / "config.json", folder / "catalog.json"
    for path, value in zip(paths, (configuration(server.world), catalog), strict=True):
        path.write_text(json.dumps(value))
    command = [sys.executable, "-m", "source_twilio", "read", "--config", str(paths[0]), "--catalog", str(paths[1])]
    done = run(command, answering(server), folder)
    if done.exit_code:
        raise RuntimeError(f"the plain read failed: {done.note}")
    return {"cpu": done.cpu, "wall": done.wall, "rows": done.rows}


def spark(server: Server, folder: Path, executors: int) -> dict[str, float]:
    """One read of messages by a session of its own, in a process of its own."""
    config = folder / "config.json"
    config.write_text(json.dumps(configuration(server.world)))
    env = {**os.environ, **answering(server), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-m", "benchmarks.spark", "--session", EXECUTORS[executors], "--config", str(config)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"Spark failed: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


# ------------------------------------------------------------------------------------ in the process of the session
def python_cpu() -> float:
    """CPU seconds of all Python processes that this one's JVM and its executors have started, ended ones too."""
    known: dict[int, tuple[int, float, bool]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                is_python = "python" in (folder / "cmdline").read_text().partition("\0")[0]
            except OSError:  # it has ended meanwhile
                continue
            known[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICK, is_python
    ours = {os.getpid()}
    while more := {pid for pid, (parent, _, _) in known.items() if parent in ours} - ours:
        ours |= more
    return sum(cpu for pid, (_, cpu, is_python) in known.items() if is_python and pid in ours - {os.getpid()})


def session(master: str, config: str) -> None:
    """Read once, then once more and print what that cost."""
    from pyspark.sql import Observation, SparkSession
    from pyspark.sql.functions import count, lit

    builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
    builder = builder.config("spark.python.authenticate.socketTimeout", "120s")
    started = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    found: dict[str, float] = {}
    tasks = master.split("[")[1].split(",")[0]
    for _ in range(2):
        rows = Observation()
        frame = started.read.format("twilio").options(stream="messages", config=config, tasks=tasks).load()
        cpu, wall = python_cpu(), time.perf_counter()
        frame.observe(rows, count(lit(1)).alias("rows")).write.format("noop").mode("overwrite").save()
        found = {"cpu": python_cpu() - cpu, "wall": time.perf_counter() - wall, "rows": rows.get["rows"]}
    started.stop()
    print(json.dumps(found))


# -------------------------------------------------------------------------------------------------------- the tables
def measured(world: World, rounds: int, executors: tuple[int, ...], latency: float) -> dict[str, dict[str, float]]:
    """The best of some rounds of each reader; they take turns. Raises RuntimeError where rows are missing."""
    best: dict[str, dict[str, float]] = {}
    with serving(Path(sys.executable), world, latency=latency) as server, tempfile.TemporaryDirectory() as name:
        for _ in range(rounds):
            runs = {"plain": plain(server, Path(name))}
            runs |= {f"Spark, {count} executors": spark(server, Path(name), count) for count in executors}
            for reader, cost in runs.items():
                if cost["rows"] != world.rows("messages"):
                    raise RuntimeError(f"{reader} read {cost['rows']} rows of {world.rows('messages')}")
                known = best.setdefault(reader, cost)
                best[reader] = {what: min(value, known[what]) for what, value in cost.items()}
            print(f"  {runs}", flush=True)
    return best


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and once")
    parser.add_argument("--session", help=argparse.SUPPRESS)
    parser.add_argument("--config", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.session:
        session(asked.session, asked.config)
        return
    sizes = QUICK if asked.quick else FULL
    print(f"{os.cpu_count()} cores, load average up to {max(os.getloadavg()):.1f}", flush=True)

    few, many = (measured(World(main={"messages": rows}), sizes.rounds, (1,), 0) for rows in sizes.rows)
    each = {name: (many[name]["cpu"] - few[name]["cpu"]) / (sizes.rows[1] - sizes.rows[0]) * 1e6 for name in few}
    ratio = each["Spark, 1 executors"] / each["plain"]
    rows = [[name, f"{cost:.1f}", f"{cost / each['plain']:.2f}"] for name, cost in each.items()]
    print(table(["reader", "CPU of Python, µs a further row", "ratio"], rows), f"\nratio {ratio:.2f}\n")

    worlds = {
        f"{sizes.quiet:,} quiet accounts, 20 messages each": World({"messages": 20}, {"messages": 20}, sizes.quiet - 1),
        f"{sizes.busy} accounts of {sizes.rows_of_busy:,}": World(
            {"messages": sizes.rows_of_busy}, {"messages": sizes.rows_of_busy}, sizes.busy - 1
        ),
        f"one account of {sizes.rows_of_one:,}": World({"messages": sizes.rows_of_one}),
    }
    lines = []
    for what, world in worlds.items():
        best = measured(world, sizes.rounds, (1, 2), LATENCY)
        lines.append([what, *(f"{cost['wall']:.1f}" for cost in best.values())])
    print(table([f"wall s, 150 ms, {WORKERS} in flight", "plain", "1 executor", "2 executors"], lines))


if __name__ == "__main__":
    main()
