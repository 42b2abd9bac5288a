"""A database of two accounts and five days, in which everything adds up, for the tests of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from quickstart.report.queries import FOLDER, Answer, Asker, Question
from quickstart.tests.rows import ACCOUNT, record, run, status, table

NAMES = ["accounts", "messages", "calls", "usage_records", "conversations", "incoming_phone_numbers"]
OTHER = "AC" + "2" * 32
DAYS = [f"2026-11-0{day}" for day in range(1, 6)]


def lines(days: int = 5) -> Iterator[bytes]:
    """Rows of two accounts on some days: three SMS (one failed), an MMS and two calls (one unanswered) a day."""
    for sid, name in ((ACCOUNT, "Owl <Telecom>"), (OTHER, "Owl & Support")):
        yield record("accounts", sid=sid, friendly_name=name, status="active")
        for day in DAYS[:days]:
            for n, (state, media) in enumerate((("delivered", 0), ("undelivered", 0), ("failed", 0), ("read", 1))):
                yield record(
                    "messages", sid=f"SM{sid[2]}{day}{n}", account_sid=sid, status=state, num_media=media, price=-0.01,
                    date_sent=f"{day}T{'00:00:00' if n else '23:59:59'}Z", date_created=f"{day}T00:00:00Z",
                    direction="outbound-api", error_code={"failed": "30007"}.get(state), **{"from": "+15550100"},
                )  # fmt: skip
            for n, state in enumerate(("completed", "no-answer")):
                yield record(
                    "calls", sid=f"CA{sid[2]}{day}{n}", account_sid=sid, status=state, start_time=f"{day}T0{n}:00:00Z",
                    date_created=f"{day}T00:00:00Z", duration=60, **{"from": "+15550100", "to": "+15550199"},
                )  # fmt: skip
            for category, count, price in (("sms", 2, 0.02), ("mms", 1, 0.01), ("calls", 1, 0.5), ("totalprice", 0, 1)):
                yield record(
                    "usage_records", account_sid=sid, category=category, start_date=day, end_date=day, count=count,
                    price=price, price_unit="usd",
                )  # fmt: skip
        yield record(
            "conversations", sid=f"CH{sid[2]}", account_sid=sid, state="active", date_created="2026-11-01T00:00:00Z"
        )
    yield record("incoming_phone_numbers", sid="PN1", account_sid=ACCOUNT, phone_number="+15550100")
    yield record("incoming_phone_numbers", sid="PN2", account_sid=ACCOUNT, phone_number="+15550111")
    for name in NAMES:
        yield status(name)


def make(path: Path) -> None:
    """Make the database."""
    tables = [table(name, default_cursor_field=["date_sent"] if name == "messages" else []) for name in NAMES]
    run(path, tables, lines())


def change(path: Path, statement: str) -> None:
    """Change something in it."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)


def answer(path: Path, file: str) -> Answer:
    """What a file of `quickstart/sql` says of it."""
    with Asker(path) as asker:
        return asker.ask(Question.of(FOLDER / file))
