"""The questions: a SQL file each, with a head of `-- name: value` lines, and their answers from the database.

Names of the head: `title`; `note`, a sentence for the reader; `needs`, the streams without which there is no answer
(`a, b` both, `a|b` one of them); `chart`, `stacked` (columns: place, series, value) or `bars` (label, value); `of`,
another file whose rows are the table `answer`; `lead`, a file whose one value stands above the rows; `empty`, what to
say where no row comes; `fold: yes`, rows that are shown on demand. Streams that were not read and are not needed are
empty tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from quickstart.columns import OWN, column_types, quoted, text

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SCHEMAS = Path(__file__).resolve().parent.parent.parent / "source_twilio" / "schemas"
HEAD = re.compile(r"-- (\w+): (.*)")


@dataclass(frozen=True)
class Question:
    """A SQL file. Raises ValueError where it has no title."""

    path: Path
    head: dict[str, str]
    query: str

    @classmethod
    def of(cls, path: Path) -> Question:
        """The question in a file."""
        head: dict[str, str] = {}
        lines = path.read_text(encoding="utf-8").splitlines()
        while lines and (found := HEAD.fullmatch(lines[0])):
            head[found[1]] = f"{head.get(found[1], '')} {found[2]}".strip()
            del lines[0]
        if "title" not in head:
            raise ValueError(f"{path} does not begin with a line `-- title: ...`")
        return cls(path, head, "\n".join(lines))


@dataclass(frozen=True)
class Answer:
    """The rows of a question, or the streams that it lacks, or what is wrong with its SQL."""

    question: Question
    names: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    lacks: Sequence[str] = ()
    error: str = ""
    lead: str = ""


class Asker:
    """Answers questions from a database file, which it only reads. streams: those with a table."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path), read_only=True)
        self._connection.execute("SET TimeZone = 'UTC'")
        query = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
        self.streams = {name for (name,) in self._connection.execute(query).fetchall()}
        self._find_rows()
        for file in sorted(SCHEMAS.glob("*.json")):
            if file.stem not in self.streams:
                self._make_empty(file)

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, question: Question) -> Answer:
        """The answer of a question. A mistake in its SQL is part of the answer: users change these files."""
        lacks = [name for name in _needs(question) if not self.streams & set(name.split("|"))]
        if lacks:
            return Answer(question, lacks=[name.replace("|", " or ") for name in lacks])
        try:
            if other := question.head.get("of"):
                inner = Question.of(FOLDER / other).query
                self._connection.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {inner}")
            lead = self.value(Question.of(FOLDER / question.head["lead"])) if "lead" in question.head else ""
            result = self._connection.execute(question.query)
            return Answer(question, [one[0] for one in result.description or ()], result.fetchall(), lead=lead)
        except duckdb.Error as error:
            return Answer(question, error=str(error))

    def value(self, question: Question) -> str:
        """The one value of a question; empty where there is none."""
        answer = self.ask(question)
        if answer.error:
            return f"{question.path.name}: {answer.error.splitlines()[0]}"
        return str(answer.rows[0][0]) if answer.rows else ""

    def _find_rows(self) -> None:
        """The table `found`: rows of each stream, and the newest value of its cursor column where it has one."""
        query = "SELECT stream, cursor_field FROM sync.streams"
        cursors = dict(self._connection.execute(query).fetchall())
        parts = []
        for name in sorted(self.streams):
            column = ".".join(quoted(part) for part in (cursors.get(name) or "").split("."))
            newest = f"CAST(max({column}) AS VARCHAR)" if cursors.get(name) else "NULL"
            parts.append(f"SELECT {text(name)}, count(*), {newest} FROM {quoted(name)}")
        self._connection.execute("CREATE TEMP TABLE found (stream VARCHAR, rows BIGINT, newest VARCHAR)")
        if parts:
            self._connection.execute(f"INSERT INTO found {' UNION ALL '.join(parts)}")

    def _make_empty(self, file: Path) -> None:
        types = {**column_types(json.loads(file.read_text(encoding="utf-8"))), **OWN}
        columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
        self._connection.execute(f"CREATE TEMP TABLE {quoted(file.stem)} ({columns})")


def questions(folder: Path) -> list[Question]:
    """The questions of a folder, in the order of their file names."""
    return [Question.of(path) for path in sorted(folder.glob("*.sql"))]


def _needs(question: Question) -> Iterable[str]:
    return filter(None, (name.strip() for name in question.head.get("needs", "").split(",")))
