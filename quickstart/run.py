"""The steps of a run: start, check, discover, read, report, and what it came to."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from quickstart.arguments import Asked
from quickstart.connector import Connector, incremental
from quickstart.database import Database
from quickstart.display import Display
from quickstart.products import products
from quickstart.summary import Summary
from quickstart.sync import Sync
from quickstart.tables import StreamTable
from quickstart.target import target

STOPPED = 130


def run(asked: Asked, folder: Path) -> int:
    """All steps; the exit code. folder: for temporary files. Raises Failure where one cannot be done."""
    began = time.monotonic()
    console = Console(highlight=False)
    made_here = not asked.database.exists()
    with Database(asked.database) as database:
        try:
            with target(asked, database.last_run()) as goal:
                console.print(f"Reading {goal.name}{f', as of {goal.now[:10]}' if goal.now else ''} ...", style="bold")
                connector = Connector(goal.config, folder, goal.environment)
                found = {stream["name"]: stream for stream in connector.check_and_discover()}
                streams = [found[name] for name in asked.streams if name in found]
                home = products()
                tables = [StreamTable(one, home[one["name"]], not incremental(one)) for one in streams]
                database.begin(goal.config, goal.now, tables)
                made_here = False
                for stream in database.forget_later_starts(asked.streams, str(goal.config.get("start_date"))):
                    console.print(f"{stream}: the start date is earlier than before, so it is read again from there")
                sync = Sync(connector, database, streams, folder)
                with Display(console, sync.progress, lambda: sync.stopped):
                    outcome = sync.run()
                database.end(outcome)
        finally:
            database.connection.close()
            if made_here:  # an empty file would only be in the way
                asked.database.unlink(missing_ok=True)
    summary = Summary(asked, goal, sync.progress, database.news, outcome, time.monotonic() - began)
    summary.show(console)
    return STOPPED if outcome == "stopped" else int(outcome == "failed")
