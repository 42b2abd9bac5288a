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
STREAMS_SHOWN = 6
CHANGES_SHOWN = 8
COLUMNS_SHOWN = 3
WIDTH = 80


@dataclass(frozen=True)
class Summary:
    """What is known at the end. run: its number in the file; rows: there are now, by stream; facts: the answers of
    `sql/answers`; outcome: complete, failed or stopped; seconds: since the start."""

    asked: Asked
    target: Target
    progress: Progress
    news: News
    run: int
    rows: Mapping[str, int]
    facts: list[tuple[str, str]]
    outcome: str
    seconds: float

    def show(self, console: Console) -> None:
        """Print it."""
        console.print(Text(f"\n{self._headline()}", "bold"))
        if self.run == 1 or not self.news.changes:
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
        if self.run == 1:
            return f"{rows:,} rows of {of} streams: {took}."
        return f"{self.news.written:,} rows came of {of} streams, {rows:,} are there now: {took}."

    def _show_products(self, console: Console) -> None:
        home = products()
        counted: Counter[str] = Counter()
        for stream, rows in self.rows.items():
            counted[home.get(stream, "other")] += rows
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
        again = "./quickstart.sh" + (f" --config {self.asked.source}" if self.asked.source else "")
        if self.outcome == "stopped":
            what = "goes on from here"
        elif self.asked.source or self.asked.live:
            what = "reads what is new"
        elif self.target.moves:
            what = "the stand-in is a day further by then"
        else:
            what = "the stand-in has come to today: nothing is new until tomorrow"
        steps = [("Look at", report)] if self.asked.report.exists() else []
        ask = f"duckdb {database}" if shutil.which("duckdb") else f"uvx --from duckdb-cli duckdb {database}"
        return [
            *steps,
            ("Ask", f"{ask}   (with -ui: in a browser)"),
            ("Notebook", f'import duckdb; duckdb.connect("{database}").sql("FROM calls").df()'),
            ("Again", f"{again}   ({what})"),
        ]


def _new(changes: Mapping[str, Change]) -> str:
    found = sorted(((one.new, name) for name, one in changes.items() if one.new), key=lambda pair: (-pair[0], pair[1]))
    if not found:
        return "nothing"
    rest = len(found) - STREAMS_SHOWN
    named = ", ".join(f"{rows:,} {name}" for rows, name in found[:STREAMS_SHOWN])
    return named + (f" and rows of {rest} more streams" if rest > 0 else "")


def _changed(changes: Mapping[str, Change]) -> list[tuple[str, str]]:
    """Lines of what changed: the streams that a user looks at first, with the columns that changed in most rows."""
    order = {name: place for place, name in enumerate(products())}
    found = sorted((name for name, one in changes.items() if one.changed), key=lambda name: order.get(name, 0))
    first = [name for name in ("messages", "calls", "usage_records") if name in found]
    found = first + [name for name in found if name not in first]
    lines = [("Changed", _columns(name, changes[name])) for name in found[:CHANGES_SHOWN]]
    rest = len(found) - CHANGES_SHOWN
    if rest > 0:
        rows = sum(changes[name].changed for name in found[CHANGES_SHOWN:])
        lines.append(("", f"{rows:,} rows of {rest} more streams"))
    gone = {name: one.gone for name, one in changes.items() if one.gone}
    if gone:
        lines.append(("Gone", ", ".join(f"{rows:,} {name}" for name, rows in gone.items())))
    again = sum(one.read - one.new - one.changed for one in changes.values())
    lines.append(("As before", f"{again:,} rows: the lookback, and lists without a date"))
    return [(title if n == 0 or title != "Changed" else "", text) for n, (title, text) in enumerate(lines)]


def _columns(name: str, change: Change) -> str:
    columns = sorted(change.columns.items(), key=lambda pair: (-pair[1], pair[0]))
    named = ", ".join(f"{column} {rows:,}" for column, rows in columns[:COLUMNS_SHOWN])
    return f"{change.changed:,} {name} ({named}{' …' if len(columns) > COLUMNS_SHOWN else ''})"


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
