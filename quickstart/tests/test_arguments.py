"""The command line: what cannot be right is said in one sentence, before anything is installed or imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from quickstart.arguments import HELP_SHOWN, ROOT, chosen, database_file, instant, parsed, read_config


def test_streams_by_name() -> None:
    assert chosen("messages, calls,messages") == ("messages", "calls")
    assert len(chosen(None)) > 200 and "messages" in chosen(None)
    with pytest.raises(ValueError, match="there is no stream mesages: did you mean messages"):
        chosen("calls, mesages")
    with pytest.raises(ValueError, match="names no stream"):
        chosen(" , ")


def test_a_configuration_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="missing.json cannot be read: No such file"):
        read_config(tmp_path / "missing.json")
    for text, reason in (("{", "is no JSON: Expecting"), ("[]", "holds no JSON object")):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(ValueError, match=reason):
            read_config(tmp_path / "config.json")


def test_a_start_date_is_a_day_or_an_instant() -> None:
    assert instant(None) is None
    assert instant("2026-02-03") == "2026-02-03T00:00:00Z"
    assert instant("2026-02-03T04:05:06Z") == "2026-02-03T04:05:06Z"
    with pytest.raises(ValueError, match="yesterday is no date"):
        instant("yesterday")


def test_a_database_is_a_file_of_duckdb(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is a folder"):
        database_file(tmp_path)
    (tmp_path / "notes.txt").write_text("no database at all")
    with pytest.raises(ValueError, match="is no DuckDB database"):
        database_file(tmp_path / "notes.txt")
    duckdb.connect(str(tmp_path / "mine.duckdb")).close()
    assert database_file(tmp_path / "mine.duckdb") == tmp_path / "mine.duckdb"
    assert database_file(tmp_path / "new.duckdb") == tmp_path / "new.duckdb"


def test_defaults() -> None:
    asked = parsed([])
    assert (asked.config, asked.database.name, asked.report.name) == (None, "sandbox.duckdb", "report.html")
    assert asked.report.parent == asked.database.parent


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--sterams", "calls"], 1, "unrecognized arguments: --sterams"),
        (["--streams", "nothing_like_it"], 1, "there is no stream nothing_like_it"),
        (["--config", "gone.json"], 1, "gone.json cannot be read"),
        (["--help"], HELP_SHOWN, ""),
        ([], 0, ""),
    ],
)
def test_it_needs_nothing_but_python(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(ROOT / "quickstart" / "arguments.py"), *arguments]  # no packages
    ended = subprocess.run(command, cwd=tmp_path, env={**os.environ}, capture_output=True, text=True)
    assert ended.returncode == code and words in ended.stderr and "Traceback" not in ended.stderr
    assert ("usage: quickstart.sh" in ended.stdout) == (arguments == ["--help"])
