"""What a run came to, on one screen of 80 columns."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quickstart.arguments import Asked
from quickstart.batches import Progress
from quickstart.database import News
from quickstart.products import products
from quickstart.tables import Change
from quickstart.target import Target

PRODUCTS_SHOWN = 10
STREAMS_SHOWN = 4
CHANGES_SHOWN = 4
COLUMNS_SHOWN = 2
GONE_SHOWN = 1
FIRST = ("messages", "calls", "conversations", "usage_records")  # what a user looks at first


@dataclass(frozen=True)
class Summary:
    """What is known at the end. first: rows and requests of the first run before it that came to its end; rows: there
    are now, by stream; facts: the answers of `sql/answers`; outcome: complete, failed or stopped; seconds: since the
    start."""

    asked: Asked
    target: Target
    progress: Progress
    news: News
    first: tuple[int, int] | None
    rows: Mapping[str, int]
    facts: list[tuple[str, str]]
    outcome: str
    seconds: float

    def show(self, console: Console) -> None:
        """Print it."""
        console.print(Text(f"\n{self._headline()}", "bold"))
        if self.first is None or not self.news.changes:
            self._show_products(console)
        else:
            self._show_news(console)
        if self.facts:
            console.print(_pairs(self.facts, "bold"))
            console.print()
        console.print(_pairs(self._next_steps(), "cyan"))
        for error in self.progress.errors:
            console.print(Text(f"\nNot read: {error}", "red"), soft_wrap=True)

    def _headline(self) -> str:
        rows, done = sum(self.rows.values()), len(self.news.complete)
        took = f"{self.progress.requests:,} requests, {self.seconds:.0f} s"
        if self.outcome == "stopped":
            return (
                f"Stopped. {self.news.written:,} rows came and are in the database; {done} of {self.progress.total} "
                "streams are\ncomplete, the others go on from there."
            )
        of = f"{done} of {self.progress.total}" if self.outcome == "failed" else f"{done}"
        if self.first is None:
            return f"{rows:,} rows of {of} streams: {took}."
        return (
            f"{self.news.written:,} rows came of {of} streams, {rows:,} are there now: {took}.\n"
            f"The first read took {self.first[1]:,} requests for {self.first[0]:,} rows."
        )

    def _show_products(self, console: Console) -> None:
        home = products()
        counted: Counter[str] = Counter()
        for stream, rows in self.rows.items():
            if rows:
                counted[home[stream]] += rows
        shown = counted.most_common(PRODUCTS_SHOWN)
        half = -(-len(shown) // 2)
        grid = Table.grid(padding=(0, 2))
        for n in range(half):
            line = [*shown[n], *(shown[half + n] if half + n < len(shown) else ("", ""))]
            grid.add_row(*(f"{one:>7,}" if isinstance(one, int) else str(one)[:30] for one in line))
        console.print(grid)
        rest = len(counted) - len(shown)
        if rest > 0:
            left = sum(counted.values()) - sum(rows for _, rows in shown)
            console.print(f"and {left:,} of {rest} other products", style="dim")
        console.print()

    def _show_news(self, console: Console) -> None:
        changes = self.news.changes
        console.print(_pairs([("New", _new(changes)), *_changed(changes)], "bold"))
        console.print()

    def _next_steps(self) -> list[tuple[str, str]]:
        database, report = _near(self.asked.database), _near(self.asked.report)
        if self.outcome == "stopped":
            what = "goes on from here"
        elif self.asked.source or self.asked.live:
            what = "reads what is new"
        elif self.target.moves:
            what = "the stand-in is a day further by then"
        else:
            what = "the stand-in has come to today: go on tomorrow"
        steps = [("Look at", report)] if self.asked.report.exists() else []
        return [
            *steps,
            ("Ask", f"{_duckdb()} {database}   (with -ui: in a browser)"),
            ("Notebook", f'import duckdb; duckdb.connect("{database}").sql("FROM calls")'),
            ("Again", f"{self.asked.again}   ({what})"),
        ]


def _duckdb() -> str:
    """How DuckDB's command line can be had here."""
    if shutil.which("duckdb"):
        return "duckdb"
    return "uvx --from duckdb-cli duckdb" if shutil.which("uvx") else "pip install duckdb-cli && duckdb"


def _new(changes: Mapping[str, Change]) -> str:
    order = [*FIRST, *sorted(changes, key=lambda name: -changes[name].new)]
    found = {name: changes[name].new for name in order if name in changes and changes[name].new}
    named = [f"{rows:,} {name}" for name, rows in found.items()]
    rest = sum(list(found.values())[STREAMS_SHOWN:])
    return _joined(named, STREAMS_SHOWN, f"{rest:,} of {len(found) - STREAMS_SHOWN} more streams") or "nothing"


def _changed(changes: Mapping[str, Change]) -> list[tuple[str, str]]:
    """Lines of what changed: the streams that a user looks at first, with the columns that changed in most rows."""
    found = {name: one for name in [*FIRST, *changes] if (one := changes.get(name)) and one.changed}
    lines = [_columns(name, one) for name, one in list(found.items())[:CHANGES_SHOWN]]
    if len(found) > CHANGES_SHOWN:
        rows = sum(one.changed for one in list(found.values())[CHANGES_SHOWN:])
        lines.append(f"{rows:,} of {len(found) - CHANGES_SHOWN} more streams")
    told = [("Changed" if n == 0 else "", line) for n, line in enumerate(lines)]
    gone = [f"{one.gone:,} {name}" for name, one in changes.items() if one.gone]
    if gone:
        told.append(("Gone", _joined(gone, GONE_SHOWN, f"rows of {len(gone) - GONE_SHOWN} more lists")))
    again = sum(one.read - one.new - one.changed for one in changes.values())
    return [*told, ("As before", f"{again:,}: recent days are read again, lists without dates whole")]


def _columns(name: str, change: Change) -> str:
    columns = sorted((-rows, column) for column, rows in change.columns.items())
    named = _joined([f"{column} {-rows:,}" for rows, column in columns], COLUMNS_SHOWN, "…")
    return f"{change.changed:,} {name} ({named})"


def _joined(parts: list[str], most: int, rest: str) -> str:
    return ", ".join([*parts[:most], rest] if len(parts) > most else parts)


def _pairs(lines: list[tuple[str, str]], style: str) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=style, no_wrap=True)
    grid.add_column(overflow="fold")
    for title, text in lines:
        grid.add_row(title, Text(text))
    return grid


def _near(path: Path) -> str:
    """A path from where the user stands, if it is below."""
    near = os.path.relpath(path)
    return str(path) if near.startswith("..") else near
