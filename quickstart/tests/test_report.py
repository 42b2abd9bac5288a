"""The report: what it says of a database, and how a browser shows it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from quickstart.report import queries
from quickstart.report.charts import draw
from quickstart.report.page import cell, write_report
from quickstart.report.queries import FOLDER, Asker, questions
from quickstart.tests import browser
from quickstart.tests.example import answer
from quickstart.tests.rows import run, status, table


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
