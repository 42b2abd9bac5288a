"""Compares this connector with the published one, and with the Singer tap and the official library.

python -m benchmarks.compare                     everything, at least three rounds, about an hour and a half
python -m benchmarks.compare --quick             everything small and once, to see that it works
python -m benchmarks.compare --only messages     one scenario or several (--list names them)
python -m benchmarks.compare --out FILE          also write the tables to a file
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks import environments
from benchmarks.measure import Run, run
from benchmarks.readers import READERS, TABLE, Connector, Reader, install
from benchmarks.report import heading, runs_table, targets_table
from benchmarks.scenarios import FULL, QUICK, STREAMS_2010, Scenario, Sizes, scenarios
from benchmarks.server_process import Server, serving
from benchmarks.targets import targets
from benchmarks.world import World

TOLERANCE = 0.05  # of the rows: others cannot see undated ones or the last day of a window, or read an edge twice


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one run."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def streams_of(scenario: Scenario, readers: dict[str, Reader]) -> tuple[str, ...]:
    """The scenario's streams, or all of the 2010 API that every connector here offers."""
    connectors = [reader for reader in readers.values() if isinstance(reader, Connector)]
    return scenario.streams or tuple(
        name for name in STREAMS_2010 if all(name in connector.streams() for connector in connectors)
    )


def once(server: Server, scenario: Scenario, reader: Reader, streams: Sequence[str]) -> Run:
    """One run of one reader, checked against the rows that exist."""
    environment = server.answering(reader.environment)
    workers = scenario.workers or reader.asked_workers
    with scratch() as folder:
        if scenario.command != "read":
            assert isinstance(reader, Connector)
            command = reader.base(scenario.command, folder, server.world)
        else:
            state = None
            if scenario.hidden:
                server.counts(hidden=scenario.hidden)
                first = reader.read(folder, server.world, streams, workers)
                state = run(first, environment, folder).states
            command = reader.read(folder, server.world, streams, workers, state)
        server.counts(hidden=0)
        measured = run(command, environment, folder)
    measured.counts = server.counts()
    if scenario.command == "read":
        measured.note = "; ".join(
            filter(None, (missing(measured, server.world, scenario, reader, streams), measured.note))
        )
    return measured


def missing(measured: Run, world: World, scenario: Scenario, reader: Reader, streams: Sequence[str]) -> str:
    """What is wrong with the number of rows, if anything; some streams' rows the benchmark does not know."""
    if scenario.hidden:
        new = sum(world.younger(account, stream, scenario.hidden) for account in world.accounts for stream in streams)
        return f"{measured.rows:,} rows, {new:,} are new" if reader.name == "ours" and measured.rows < new else ""
    known = [world.rows(stream) for stream in streams]
    expected = sum(filter(None, known))
    allowed = 0 if reader.name == "ours" else expected * TOLERANCE
    if None in known or abs(measured.rows - expected) <= allowed:
        return ""
    return f"{measured.rows:,} of {expected:,} rows"


def measure(
    scenario: Scenario, readers: dict[str, Reader], python: Path, rounds: int, gzip: bool = False
) -> dict[str, list[Run]]:
    """All rounds of a scenario, the readers taking turns and the order turning each round."""
    streams = streams_of(scenario, readers)
    taking_part = [
        reader for name, reader in readers.items()
        if name in scenario.readers and (scenario.command != "read" or set(streams) <= reader.streams())
    ]  # fmt: skip
    results: dict[str, list[Run]] = {reader.name: [] for reader in taking_part}
    conditions = {"latency": scenario.latency, "limit": scenario.limit, "gzip": gzip}
    if not taking_part:
        return results
    with serving(python, World(**scenario.world), **conditions) as server:
        for number in range(rounds):
            for reader in taking_part if number % 2 == 0 else reversed(taking_part):
                measured = once(server, scenario, reader, streams)
                results[reader.name].append(measured)
                print(
                    f"  {scenario.what}: {reader.name} cpu {measured.cpu:.2f} s, wall {measured.wall:.2f} s, "
                    f"{measured.memory:.0f} MB, {measured.rows:,} rows, {measured.counts['requests']:,} requests "
                    f"{measured.note}".rstrip(),
                    flush=True,
                )
    return results


def prepare(readers: dict[str, Reader], python: Path) -> list[str]:
    """Let every reader learn its streams; a line for each that cannot run, which is then left out."""
    failed = []
    with serving(python, World({})) as server:
        for name, reader in list(readers.items()):
            with scratch() as folder:
                try:
                    reader.prepare(server.answering(reader.environment), folder)
                except Exception as reason:  # noqa: BLE001 – whatever a foreign program does, the others go on
                    failed.append(f"{reader.title} does not run here: {str(reason).splitlines()[0][:200]}")
                    del readers[name]
    return failed


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and once; the ratios are not the table's")
    parser.add_argument("--only", action="append", metavar="NAME", help="this scenario (may be repeated)")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    parser.add_argument("--rounds", type=int, help="runs of each reader a scenario")
    parser.add_argument("--readers", default=",".join(TABLE),
                        help=f"who takes part, of {', '.join(READERS)} (default: all but the edition)")
    parser.add_argument("--workers", type=int, help="workers of this connector, instead of its default")
    parser.add_argument("--peer-workers", type=int, help="workers of the published one, instead of its default")
    parser.add_argument("--gzip", action="store_true", help="compress the answers, as Twilio does")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the tables to a file too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single run to a file")
    return parser


def main() -> None:
    """Install, measure, print."""
    arguments = options().parse_args()
    sizes: Sizes = QUICK if arguments.quick else FULL
    every = scenarios(sizes)
    if arguments.list:
        print("\n".join(f"{name:18} {scenario.what}" for name, scenario in every.items()))
        return
    unknown = sorted(set(arguments.only or ()) - set(every))
    if unknown:
        raise SystemExit(f"no scenario {', '.join(unknown)}; --list names them")
    try:
        python = environments.server().bin / "python"
    except environments.Unavailable as reason:
        raise SystemExit(f"the benchmark cannot run here: {reason}") from None
    readers, notes = install(arguments.readers.split(","))
    notes += prepare(readers, python)
    for name, workers in (("ours", arguments.workers), ("peer", arguments.peer_workers)):
        if name in readers:
            readers[name].asked_workers = workers
    print("\n".join(notes), flush=True)
    results = {
        name: measure(scenario, readers, python, arguments.rounds or sizes.rounds, arguments.gzip)
        for name, scenario in every.items()
        if not arguments.only or name in arguments.only
    }
    ours = readers.get("ours")
    ours_workers = (ours.asked_workers or ours.workers or 1) if ours else 1
    text = "\n\n".join(
        [
            heading(readers, notes, arguments.quick),
            targets_table(targets(sizes, ours_workers), results),
            runs_table(every, results),
        ]
    )
    print("\n" + text)
    if arguments.out:
        arguments.out.write_text(text + "\n")
    if arguments.json:
        plain = {
            name: {reader: [asdict(one) | {"states": []} for one in runs] for reader, runs in by_reader.items()}
            for name, by_reader in results.items()
        }
        arguments.json.write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main()
