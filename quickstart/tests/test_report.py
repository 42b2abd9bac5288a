"""The report: what it says of a database, whether it adds up, and how a browser shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from quickstart.report import queries
from quickstart.report.charts import draw
from quickstart.report.page import cell, write_report
from quickstart.report.queries import FOLDER, Answer, Asker, Question, questions
from quickstart.tests import browser
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


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "twilio.duckdb"
    tables = [table(name, default_cursor_field=["date_sent"] if name == "messages" else []) for name in NAMES]
    run(path, tables, lines())
    return path


def change(path: Path, statement: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)


def answer(path: Path, file: str) -> Answer:
    with Asker(path) as asker:
        return asker.ask(Question.of(FOLDER / file))


def named(path: Path) -> tuple[str, list[tuple[Any, ...]]]:
    """Whether it adds up, in words, and the days that do not: day, account, kind, counted, read, why."""
    found = answer(path, "09_does_it_add_up.sql")
    assert not found.error
    return found.lead, [(str(row[0]), *row[1:5], row[6]) for row in found.rows if row[5]]


def test_it_adds_up(database: Path) -> None:
    assert named(database) == ("yes, on all 10 days of an account: as many rows as Twilio counted", [])
    assert len(answer(database, "09_does_it_add_up.sql").rows) == 2 * 5 * 3


def test_rows_that_are_taken_away_are_named(database: Path) -> None:
    change(database, f"DELETE FROM messages WHERE sid = 'SM1{DAYS[1]}1'")
    change(database, f"DELETE FROM calls WHERE sid = 'CA2{DAYS[3]}0'")
    change(database, f"DELETE FROM messages WHERE num_media = 1 AND sid LIKE 'SM2{DAYS[0]}%'")
    lead, differences = named(database)
    missing = "deleted at Twilio before they were read, or missing here: read again from that day"
    assert lead == "no, on 3 of 10 days of an account: report.html names them"
    assert differences == [
        (DAYS[3], "Owl & Support", "calls", 1, 0, missing),
        (DAYS[1], "Owl <Telecom>", "sms", 2, 1, missing),
        (DAYS[0], "Owl & Support", "mms", 1, 0, missing),
    ]


def test_why_a_day_may_differ(database: Path) -> None:
    change(database, f"UPDATE usage_records SET count = 1 WHERE category = 'sms' AND start_date = '{DAYS[1]}'")
    change(database, f"UPDATE usage_records SET count = 3 WHERE category = 'sms' AND start_date = '{DAYS[2]}'")
    change(database, f"UPDATE usage_records SET count = 0 WHERE category = 'calls' AND start_date = '{DAYS[4]}'")
    why = {(row[0], row[2]): row[5].split(":")[0] for row in named(database)[1]}
    assert why == {
        (DAYS[1], "sms"): "the day beside it differs the other way",
        (DAYS[2], "sms"): "the day beside it differs the other way",
        (DAYS[4], "calls"): "Twilio does not count these rows, or counts them elsewhere",
    }
    change(database, f"UPDATE sync.runs SET twilio_now = '{DAYS[4]}T12:00:00Z'")
    assert {row[5] for row in named(database)[1]} == {
        "Twilio still corrects the counts of the last three days; look again then"
    }
    assert named(database)[0] == "yes, on 4 days of an account; recent ones that are not final: 4"
    assert DAYS[4] not in {row[0] for row in named(database)[1]}, "a day that has not ended"
    change(database, "UPDATE sync.runs SET start_date = '2026-11-02T00:00:01Z'")
    assert {row[0] for row in named(database)[1]} == {DAYS[2]}, "a day that was read in part"


def test_what_the_questions_say(database: Path) -> None:
    assert answer(database, "01_messages_by_day.sql").rows[0] == (date(2026, 11, 1), "delivered", 2)
    assert answer(database, "02_delivery_by_sender.sql").rows == [("+15550100", 50.0, 40, 10, 10)]
    assert [row[:3] for row in answer(database, "03_errors.sql").rows] == [
        ("30007", "The carrier or Twilio took it for spam", 10), ("none", "Twilio gave no code", 10),
    ]  # fmt: skip
    assert answer(database, "04_spend_by_month.sql").rows == [
        ("2026-11", "MMS", 0.1), ("2026-11", "SMS", 0.2), ("2026-11", "calls", 5.0), ("2026-11", "other", 4.7),
    ]  # fmt: skip
    assert [row[1:3] for row in answer(database, "05_spend_by_account.sql").rows] == [
        ("Owl & Support", 5.0), ("Owl <Telecom>", 5.0),
    ]  # fmt: skip
    hours = answer(database, "06_calls_by_hour.sql").rows
    assert [row for row in hours if row[2]] == [("00", "completed", 10), ("01", "no-answer", 10)] and len(hours) == 24
    assert answer(database, "07_conversations.sql").rows == [("2026-11", "active", 2, 0, 0.0)]
    assert [row[0] for row in answer(database, "08_numbers_without_traffic.sql").rows] == ["+15550111"]
    fresh = {row[1]: row[2:4] for row in answer(database, "10_freshness.sql").rows}
    assert fresh["messages"] == (40, "2026-11-05 23:59:59+00") and fresh["accounts"] == (2, None)
    assert answer(database, "11_not_read.sql").rows == []


def test_values_of_the_first_lines(database: Path) -> None:
    with Asker(database) as asker:
        facts = {question.path.name: asker.value(question) for question in questions(FOLDER / "answers")}
    assert facts == {
        "1_delivery.sql": "50.0 % of 40 outbound messages; most often error 30007, 10 times",
        "2_spend.sql": "5.30 USD on messages and calls since 2026-11-01",
        "3_calls.sql": "20, 10 of them completed, 20 minutes in all",
        "4_adds_up.sql": "yes, on all 10 days of an account: as many rows as Twilio counted",
    }


@pytest.mark.parametrize("names", [["messages", "calls", "accounts"], ["usage_records"], ["keys", "queues", "roles"]])
def test_an_account_of_a_few_streams_and_without_rows(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "twilio.duckdb"
    run(path, [table(name) for name in names], [status(name) for name in names])
    facts = write_report(path, tmp_path / "report.html", "an account")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert facts == [] and 'class="error"' not in html
    for question in questions(FOLDER):
        wanted = filter(None, question.head.get("needs", "").split(","))
        there = all(set(one.strip().split("|")) & set(names) for one in wanted)
        section = html.partition(f'<section id="{question.path.stem}">')[2].partition("</section>")[0]
        assert ("which was not read" in section) != there, question.path.name


def test_a_mistake_in_a_file_of_the_user_is_shown_in_its_place(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sql"
    (folder / "answers").mkdir(parents=True)
    (folder / "1_mine.sql").write_text("-- title: Mine <b>\n-- needs: messages\nSELECT no_column FROM messages")
    (folder / "2_mine.sql").write_text("-- title: Bodies\nSELECT '<script>alert(1)</script>' AS body")
    (folder / "answers" / "1.sql").write_text("-- title: Sum\nSELECT 1 +")
    monkeypatch.setattr("quickstart.report.page.FOLDER", folder)
    monkeypatch.setattr(queries, "FOLDER", folder)
    facts = write_report(database, tmp_path / "report.html", "an account")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "no_column" in html and "Mine &lt;b&gt;" in html and "<script>" not in html and "&lt;script&gt;" in html
    assert [title for title, _ in facts] == ["Sum"] and facts[0][1].startswith("1.sql: ")


def test_one_file_that_needs_nothing_else(database: Path, tmp_path: Path) -> None:
    write_report(database, tmp_path / "report.html", "an account")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    loaded = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\'\s>)]+)', html)
    assert [one for one in loaded if not one.startswith(("data:", "https://www.twilio.com/docs/"))] == []
    assert "<script" not in html and "@import" not in html
    assert [one.name for one in tmp_path.glob("report*")] == ["report.html"]


@pytest.mark.parametrize("series", range(1, 25))
def test_every_name_of_a_legend_is_inside_the_picture(series: int) -> None:
    html = draw("stacked", [("2026-11-01", f"status {n:02}", n + 1) for n in range(series)])
    pictures = [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", html, re.S)]
    assert len(pictures) == 2
    for picture in pictures:
        height = float(picture.attrib["viewBox"].split()[3])
        found = [(place, one) for place in picture.iter() for one in place if "legend" in one.get("class", "").split()]
        assert len(found) == series
        for place, one in found:
            top = float(re.findall(r"[\d.]+", place.attrib["transform"])[1])
            assert top + max(float(part.get("y", 0)) for part in one.iter()) + 1 <= height, "the letters' base line"


def test_cells() -> None:
    values = {None: "", 1234: "1,234", 0.5: "0.50", 3.0: "3", "x": "x", True: "true", date(2026, 1, 2): "2026-01-02"}
    assert {value: cell(value) for value in values} == values


@pytest.mark.skipif(not browser.CHROMIUM, reason="no Chromium here; Debian has it as chromium")
@pytest.mark.parametrize(("width", "dark"), [(1000, False), (1000, True), (390, False)])
def test_how_a_browser_shows_it(database: Path, tmp_path: Path, width: int, dark: bool) -> None:
    write_report(database, tmp_path / "report.html", "an account")
    seen = browser.measure(tmp_path / "report.html", tmp_path, width, dark=dark)
    assert seen["console"] == [] and seen["resources"] == []
    assert seen["width"] == width and seen["overflow"] <= 0
    assert _light(seen["page"]) != dark and _light(seen["ink"]) == dark
    charts = {section["id"]: section["charts"] for section in seen["sections"] if section["charts"]}
    wanted = {question.path.stem for question in questions(FOLDER) if "chart" in question.head}
    assert set(charts) == wanted and all(len(found) == 1 for found in charts.values()), "wide or narrow, not both"
    for section in seen["sections"]:
        assert section["words"] > 20 and section["errors"] == 0
        for chart in section["charts"]:
            assert chart["fills"] and section["card"] not in chart["fills"] and chart["letters"] > 9
    assert len(set(charts["01_messages_by_day"][0]["fills"])) == 4, "a colour for each status"
    assert seen["picture"].stat().st_size > 20_000


def _light(colour: str) -> bool:
    return sum(map(int, re.findall(r"\d+", colour)[:3])) > 384
