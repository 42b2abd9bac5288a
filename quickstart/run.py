"""The steps of a run: start, check, discover, read, report, and what it came to."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import duckdb
from rich.console import Console

from quickstart.arguments import Asked
from quickstart.connector import Connector, incremental
from quickstart.database import Database
from quickstart.display import Display
from quickstart.products import products
from quickstart.report.page import write_report
from quickstart.summary import Summary
from quickstart.sync import Sync
from quickstart.tables import StreamTable
from quickstart.target import Target, target

STOPPED = 130


def run(asked: Asked, folder: Path) -> int:
    """All steps; the exit code. folder: for temporary files. Raises Failure where one cannot be done."""
    console = Console(highlight=False)
    made_here = not asked.database.exists()
    database: Database | None = None
    try:
        database = Database(asked.database)
        return _steps(asked, folder, console, database)
    except KeyboardInterrupt:
        if not (database and database.run):
            raise
        console.print(f"\nStopped. {database.news.written:,} rows of this run are in the database.")
        return STOPPED
    finally:
        if database:
            database.connection.close()
        if made_here and not (database and database.run):  # an empty file would only be in the way
            for path in (asked.database, Path(f"{asked.database}.wal")):
                with contextlib.suppress(OSError):
                    path.unlink()


def _steps(asked: Asked, folder: Path, console: Console, database: Database) -> int:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        with console.status("Starting the stand-in ..." if asked.config is None else "Starting ..."):
            goal = stack.enter_context(target(asked, database.last_run()))
        console.print(f"Reading {described(goal)}", style="bold")
        connector = Connector(goal.config, goal.file, folder, goal.environment)
        with console.status("Checking the credentials ..."):
            found = {stream["name"]: stream for stream in connector.check_and_discover()}
        streams, home = [found[name] for name in asked.streams], products()
        tables = [StreamTable(one, home[one["name"]], not incremental(one)) for one in streams]
        database.begin(goal.config, goal.now, tables)
        for stream in database.forget_later_starts(asked.streams, str(goal.config.get("start_date"))):
            console.print(f"{stream}: the start date is earlier than before, so it is read again from there")
        sync = Sync(connector, database, streams, folder)
        with Display(console, sync.progress, lambda: sync.stopped):
            outcome = sync.run()
        database.end(outcome, sync.progress.requests)
    rows, first = database.count(asked.streams), database.first_read()
    database.connection.close()  # the report only reads
    facts = _report(asked, goal, console)
    seconds = time.monotonic() - began
    Summary(asked, goal, sync.progress, database.news, first, rows, facts, outcome, seconds).show(console)
    return STOPPED if outcome == "stopped" else int(outcome == "failed")


def described(goal: Target) -> str:
    """What is read, in words."""
    return f"{goal.name}, as of {goal.now[:10]}" if goal.now else goal.name


def _report(asked: Asked, goal: Target, console: Console) -> list[tuple[str, str]]:
    """Write the report; the answers for the screen. A report that cannot be written takes nothing from the rows."""
    try:
        return write_report(asked.database, asked.report, described(goal))
    except (duckdb.Error, OSError, ValueError) as error:
        console.print(f"! There is no report: {error}", style="yellow", soft_wrap=True)
        return []
