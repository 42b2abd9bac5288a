"""What the user sees while it reads and at the end."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from rich.console import Console

from quickstart import display
from quickstart.arguments import Asked
from quickstart.batches import Ended, Progress
from quickstart.database import News
from quickstart.display import Display, counts, frame, rest, slow
from quickstart.summary import Summary
from quickstart.tables import Change
from quickstart.target import Target

MESSAGES = Change(900, 48, 31, 0, {"price": 12, "status": 9, "date_sent": 9, "date_updated": 30})


def printed(*things: object, terminal: bool = False) -> str:
    """What a console of 80 columns shows of them."""
    console = Console(file=io.StringIO(), width=80, force_terminal=terminal, color_system=None, highlight=False)
    for thing in things:
        console.print(thing)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def reading() -> Progress:
    """A read of ten streams, two of which have ended."""
    done = {"keys": Ended(True, 3, 5), "roles": Ended(True, 0, 1)}
    rows = {"keys": 3, "roles": 0, "messages": 12_000, "calls": 40, **{f"stream_{n}": n for n in range(4)}}
    return Progress(10, rows, done)


def test_how_far_it_is() -> None:
    progress = reading()
    assert counts(progress, 7.4) == "2 of 10 streams, 12,049 rows, 6 requests, 7 s"
    assert rest(progress, 10) == "about 40 s to go" and rest(progress, 60) == "about 4 min to go"
    assert rest(Progress(100, {}, {"keys": Ended(True, 1, 1)}), 10) == "", "one of a hundred tells nothing"
    assert slow(progress) == "still reading messages (12,000), calls (40), stream_3 (3), stream_2 (2) and 2 more"
    shown = printed(frame(progress, 10, stopped=False)).splitlines()
    assert len(shown) == 3 and all(len(line) <= 80 for line in shown) and "about 40 s to go" in shown[1]
    assert printed(frame(progress, 10, stopped=True)).startswith("Stopping: what has been read is being written")


def test_without_a_terminal_lines_come_from_time_to_time_and_warnings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SECONDS_BETWEEN_FRAMES", 0.001)
    monkeypatch.setattr(display, "SECONDS_BETWEEN_LINES", 0.0)
    told = threading.Event()

    class File(io.StringIO):
        def write(self, text: str) -> int:
            if "requests" in text:
                told.set()
            return super().write(text)

    file, progress = File(), reading()
    progress.warnings.append("AC2 is [suspended]: its rows are not read")
    with Display(Console(file=file, width=80), progress, lambda: False):
        assert told.wait(60)
        progress.warnings.append("at the end")
    lines = file.getvalue().splitlines()
    assert lines[0] == "! AC2 is [suspended]: its rows are not read" and lines[-1] == "! at the end"
    assert set(lines[1:-1]) == {"2 of 10 streams, 12,049 rows, 6 requests, 0 s"}


def summary(tmp_path: Path, outcome: str, run: int, news: News, **more: str) -> str:
    """The last screen of a run of the stand-in."""
    asked = Asked(None, "", (), tmp_path / "sandbox.duckdb", None, False)
    goal = Target({}, {}, "a stand-in", now="2026-11-18T00:00:00Z", moves=more.get("moves", "yes") == "yes")
    rows = {"messages": 1000, "calls": 100, "keys": 1, "roles": 0}
    facts = [("Delivered", "88.0 % of 715 outbound messages"), ("Adds up", "yes, on all 64 days of an account")]
    progress = Progress(4, dict(rows), {name: Ended(True, 1, 10) for name in rows})
    asked.report.write_text("")
    console = Console(file=io.StringIO(), width=80, color_system=None, highlight=False)
    first = (2000, 77) if run > 1 else None
    Summary(asked, goal, progress, news, first, rows, facts, outcome, 12.3).show(console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) <= 24
    return "\n".join(line.rstrip() for line in lines)


def test_the_first_run_says_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    complete = {"messages", "calls", "keys", "roles"}
    text = summary(tmp_path, "complete", 1, News({"messages": MESSAGES}, complete))
    assert "1,101 rows of 4 streams: 40 requests, 12 s." in text
    assert "Messaging    1,000  Account, keys, usage        1\nVoice          100\n\n" in text
    assert "Delivered  88.0 %" in text and "Look at   report.html" in text and "sandbox.duckdb" in text
    assert "./quickstart.sh   (the stand-in is a day further by then)" in text
    assert "go on tomorrow" in summary(tmp_path, "complete", 1, News({}, complete), moves="no")


def test_a_later_run_says_what_came_and_what_changed(tmp_path: Path) -> None:
    changes = {"keys": Change(1, 0, 0, 2), "usage_records": Change(9, 0, 9, 0, {"price": 9}), "messages": MESSAGES}
    text = summary(tmp_path, "complete", 2, News(changes, {"messages", "keys"}))
    assert "910 rows came of 2 streams, 1,101 are there now: 40 requests, 12 s.\n" in text
    assert "The first read took 77 requests for 2,000 rows." in text
    assert "New        48 messages\n" in text
    assert "Changed    31 messages (date_updated 30, price 12, …)\n           9 usage_records (price 9)\n" in text
    assert "Gone       2 keys\n" in text
    assert "As before  822: recent days are read again" in text


def test_a_run_that_was_stopped_says_no_more_than_is_true(tmp_path: Path) -> None:
    text = summary(tmp_path, "stopped", 1, News({"messages": MESSAGES}, {"keys"}))
    assert "Stopped. 900 rows came and are in the database; 1 of 4 streams are" in text
    assert "(goes on from here)" in text
