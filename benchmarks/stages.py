"""Where the CPU of a row goes: microseconds by stage, and what is left for the CDK, queues and threads.

    python -m benchmarks.stages                      messages
    python -m benchmarks.stages --stream calls       another stream (messages, calls, usage_records, recordings)

The stages are the connector's own functions (`stage_hooks.py` names them), run alone on a page of the page server in
the connector's environment. The whole is the cost of one more row between two reads of different size; the rest is
the difference, so that it also holds what the stages do not show: caches that are cold, threads that take turns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

from benchmarks import environments
from benchmarks.compare import once, prepare, scratch
from benchmarks.measure import failures
from benchmarks.readers import Reader, install
from benchmarks.report import heading, table
from benchmarks.scenarios import Scenario
from benchmarks.server_process import serving
from benchmarks.world import World, sid

SMALL = (10_000, 40_000)
LARGE = (100_000, 200_000)  # busy accounts, which keep all workers busy
STREAMS = {  # stream → kind of rows, address below the account
    "messages": ("messages", "Messages"),
    "calls": ("calls", "Calls"),
    "usage_records": ("usage", "Usage/Records/Daily"),
    "recordings": ("recordings", "Recordings"),
}


def stages(ours: Reader, python: Path, stream: str) -> dict[str, float | str]:
    """Microseconds a row of each stage, or why a stage could not be run."""
    kind, path = STREAMS[stream]
    url = f"https://api.twilio.com/2010-04-01/Accounts/{sid('AC', 0)}/{path}.json?PageSize=1000"
    script = Path(__file__).with_name("stage_hooks.py")
    with serving(python, World({kind: SMALL[0]})) as server, scratch() as folder:
        result = folder / "costs.json"
        command = [str(ours.environment.bin / "python"), str(script), stream, url, str(result)]
        variables = {"HOME": str(folder), **server.answering(ours.environment)}
        subprocess.run(command, env=variables, stdout=subprocess.DEVNULL, check=True, cwd=folder)
        measured: dict[str, float | str] = json.loads(result.read_text())
    return measured


def whole(ours: Reader, python: Path, stream: str, sizes: tuple[int, int], rounds: int) -> float:
    """Microseconds of CPU for one more row of a complete read."""
    kind = STREAMS[stream][0]
    lowest = []
    for rows in sizes:
        scenario = Scenario(f"{rows:,} {stream}", {"main": {kind: rows}}, (stream,))
        with serving(python, World(**scenario.world)) as server:
            runs = [once(server, scenario, ours, (stream,)) for _ in range(rounds)]
        if flaws := failures(runs):
            raise SystemExit(f"{scenario.what}: {flaws}")
        lowest.append(min(run.cpu for run in runs))
    return (lowest[1] - lowest[0]) / (sizes[1] - sizes[0]) * 1e6


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stream", choices=STREAMS, default="messages")
    parser.add_argument("--rounds", type=int, default=3, help="reads of each size; the best one counts")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table to a file too")
    arguments = parser.parse_args()
    try:
        python = environments.server().bin / "python"
    except environments.Unavailable as reason:
        raise SystemExit(f"the benchmark cannot run here: {reason}") from None
    readers, notes = install(["ours"])
    notes += prepare(readers, python)
    if notes:
        raise SystemExit("\n".join(notes))
    measured = stages(readers["ours"], python, arguments.stream)
    total = whole(readers["ours"], python, arguments.stream, SMALL, arguments.rounds)
    busy = whole(readers["ours"], python, arguments.stream, LARGE, arguments.rounds)
    known = sum(value for value in measured.values() if isinstance(value, float))
    rows = [[name, f"{value:.2f}" if isinstance(value, float) else value] for name, value in measured.items()]
    rows += [["the rest: CDK, queue, threads", f"{total - known:.2f}"], ["**a further row in all**", f"{total:.2f}"]]
    rows.append([f"a further row of a busy account ({LARGE[0]:,} to {LARGE[1]:,})", f"{busy:.2f}"])
    title = f"{arguments.stream}, microseconds of CPU a row"
    text = f"{heading(readers, notes, False)}\n\n{table([title, 'µs'], rows)}"
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
