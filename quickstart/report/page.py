"""The page: one file that needs nothing but itself."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from quickstart.report.charts import draw
from quickstart.report.queries import FOLDER, Answer, Asker, questions

STYLE = Path(__file__).with_name("page.css")
MONTH = re.compile(r"\d{4}-\d\d")
SHOWN = 12  # rows of a table that are seen at once


def write_report(database: Path, path: Path, source: str) -> list[tuple[str, str]]:
    """Write the report on a database; gives its first lines, the answers of `sql/answers`. source: what was read, for
    the reader. The file takes the place of an earlier one at once, so that nobody sees half of it."""
    with Asker(database) as asker:
        sections = [_section(asker.ask(question)) for question in questions(FOLDER)]
        answers = [(question.head["title"], asker.value(question)) for question in questions(FOLDER / "answers")]
    facts = [(title, value) for title, value in answers if value]
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    style = STYLE.read_text(encoding="utf-8")
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Twilio: what there is</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<header>
<h1>Twilio: what there is</h1>
<p>{escape(source)} · {escape(database.name)} · {escape(made)}</p>
<dl>{"".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)}</dl>
</header>
<main>
{"".join(sections)}</main>
<footer><p>Each part is a query of <code>quickstart/sql</code>: change it and run the quick start again.</p></footer>
</body>
</html>
"""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(html, encoding="utf-8")
    draft.replace(path)
    return facts


def _section(answer: Answer) -> str:
    head = answer.question.head
    note = f'<p class="note">{_linked(head["note"])}</p>' if "note" in head else ""
    lead = f'<p class="lead">{escape(answer.lead[:1].upper() + answer.lead[1:])}</p>' if answer.lead else ""
    return (
        f'<section id="{answer.question.path.stem}">\n<h2>{escape(head["title"])}</h2>\n{lead}{_body(answer)}{note}'
        f'<p class="file"><code>quickstart/sql/{answer.question.path.name}</code></p>\n</section>\n'
    )


def _body(answer: Answer) -> str:
    head = answer.question.head
    if answer.lacks:
        return f'<p class="none">Needs the stream {escape(", ".join(answer.lacks))}, which was not read.</p>'
    if answer.error:
        return f'<pre class="error">{escape(answer.error)}</pre>'
    if not answer.rows:
        return f'<p class="none">{escape(head.get("empty", "No rows."))}</p>'
    if chart := head.get("chart"):
        return draw(chart, answer.rows) + _fold("The figures", _table(answer.names, answer.rows))
    if head.get("fold") == "yes":
        return _fold(f"{len(answer.rows)} rows", _table(answer.names, answer.rows))
    table = _table(answer.names, answer.rows[:SHOWN])
    rest = answer.rows[SHOWN:]
    return table + (_fold(f"{len(rest)} more", _table(answer.names, rest)) if rest else "")


def _fold(title: str, inside: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    numbers = [all(isinstance(row[n], (int, float, Decimal, type(None))) for row in rows) for n in range(len(names))]
    dates = [all(isinstance(row[n], date) or MONTH.fullmatch(str(row[n])) for row in rows) for n in range(len(names))]
    classes = [
        ' class="number"' if number else ' class="date"' if day else ""
        for number, day in zip(numbers, dates, strict=True)
    ]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(names, classes, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{kind}>{escape(cell(value))}</td>' for value, kind in zip(row, classes, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def cell(value: Any) -> str:
    """A value as a reader takes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (float, Decimal)):
        return f"{value:,.2f}" if value != int(value) else f"{int(value):,}"
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _linked(words: str) -> str:
    return re.sub(r"https://\S+", lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(words))
