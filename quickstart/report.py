"""What the user of the quick start sees: lines, tables, and queries with their answers."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

QUERIES = Path(__file__).parent / "queries"
LOGS = Path(__file__).resolve().parent.parent / ".quickstart" / "logs"
OUTPUT = sys.stdout


class Failure(Exception):
    """What keeps the quick start from going on, in words for its user."""


def say(text: str) -> None:
    """Print a line at once, also where the output is a file."""
    print(text, file=OUTPUT, flush=True)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what PyAirbyte prints in a log file."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / "pyairbyte.log", "a") as log, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        yield


def show_streams(
    streams: Iterable[str], before: Mapping[str, int], after: Mapping[str, int], read: Mapping[str, int]
) -> None:
    """The table of streams: rows there are, rows that were not there before, rows read; and what was new in words."""
    lines = [(name, after[name], after[name] - before[name], read[name]) for name in streams]
    total, new, rows_read = (sum(line[column] for line in lines) for column in (1, 2, 3))
    say("")
    show(("stream", "rows", "new", "read"), [*lines, ("total", total, new, rows_read)])
    if not any(before.values()):
        say(f"\nThe first read: {total:,} rows.")
        return
    found = ", ".join(f"{line[2]:,} {line[0]}" for line in lines if line[2])
    say(f"\nNew since the last read: {found or 'nothing'}.")
    say(
        f"{rows_read - new:,} rows came once more: prices and statuses arrive late, so recent days are read again, and "
        "lists without a date are read whole."
    )


def answer_queries(path: Path) -> None:
    """Each query of the folder `queries` with its answer from the database."""
    with duckdb.connect(str(path), read_only=True) as connection:
        for file in sorted(QUERIES.glob("*.sql")):
            title, _, query = file.read_text(encoding="utf-8").partition("\n")
            say(f"\n{title.removeprefix('-- ')}\nquickstart/queries/{file.name}\n")
            try:
                answer = connection.execute(query)
            except duckdb.CatalogException as missing:
                found = re.search(r"Table with name (\w+)", str(missing))
                say(f"  needs the stream {found[1]}, which was not read" if found else f"  {missing}")
                continue
            names = [column[0] for column in answer.description or ()]
            rows = answer.fetchall()
            if rows:
                show(names, rows)
            else:
                say("  none")


def show(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table: text to the left, numbers to the right."""
    cells = [[_text(value) for value in row] for row in rows]
    numbers = [all(isinstance(row[n], (int, Decimal)) for row in rows) for n in range(len(names))]
    widths = [max(len(line[n]) for line in (names, *cells)) for n in range(len(names))]
    for line in (names, ["-" * width for width in widths], *cells):
        padded = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, numbers, strict=True)
        ]
        say("  " + "  ".join(padded).rstrip())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)
