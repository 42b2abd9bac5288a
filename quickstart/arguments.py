"""The command line of the quick start, checked with nothing but Python: before anything is installed or imported."""

from __future__ import annotations

import argparse
import difflib
import json
import shlex
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
STREAMS = tuple(sorted(path.stem for path in (ROOT / "source_twilio" / "schemas").glob("*.json")))
HELP_SHOWN = 10  # the exit code by which quickstart.sh knows that there is nothing to do


@dataclass(frozen=True)
class Asked:
    """What the user wants. config: of the connector, None for the stand-in; streams: names; live: the stand-in's clock
    runs; again: the command that asks for the same once more."""

    config: dict[str, Any] | None
    source: str
    streams: tuple[str, ...]
    database: Path
    start_date: str | None
    live: bool
    again: str = "./quickstart.sh"

    @property
    def report(self) -> Path:
        """Where the report goes: beside the database."""
        return self.database.with_name("report.html")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with 1, as on any failure, and one sentence."""
        self.exit(1, f"{self.prog}: {message}\n{self.prog} --help says what can be chosen.\n")


def parsed(arguments: list[str] | None = None) -> Asked:
    """The command line. Exits with 1 and one sentence where something in it cannot be right."""
    parser = _Parser(
        prog="quickstart.sh",
        description="Reads Twilio into a DuckDB file and draws a report. Without --config it reads a local stand-in, "
        "which it starts. Run it again, and it reads what is new. Ctrl-C writes what has been read.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="JSON file with the connector's configuration")
    parser.add_argument("--streams", metavar="A,B", help="streams to read, separated by commas (default: all)")
    parser.add_argument(
        "--database", type=Path, metavar="FILE", help="default: sandbox.duckdb, or twilio.duckdb with --config"
    )
    parser.add_argument("--start-date", metavar="DATE", help="YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, not the file's")
    parser.add_argument(
        "--live", action="store_true", help="the stand-in is read as of now; without, its clock moves on a day a run"
    )
    asked = parser.parse_args(arguments)
    try:
        if asked.live and asked.config:
            raise ValueError("--live is for the stand-in: an account is always read as of now.")
        return Asked(
            read_config(asked.config) if asked.config else None,
            str(asked.config or ""),
            chosen(asked.streams),
            database_file(asked.database or Path("twilio.duckdb" if asked.config else "sandbox.duckdb")),
            instant(asked.start_date),
            asked.live,
            shlex.join(["./quickstart.sh", *(sys.argv[1:] if arguments is None else arguments)]),
        )
    except ValueError as error:
        parser.error(str(error))


def read_config(path: Path) -> dict[str, Any]:
    """The configuration in a file. Raises ValueError for what is no JSON object."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"--config {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ValueError(f"--config {path} is no JSON: {error}.") from error
    if not isinstance(config, dict):
        raise ValueError(f"--config {path} holds no JSON object: give the configuration that README.md shows.")
    return config


def chosen(names: str | None) -> tuple[str, ...]:
    """The streams that a text names, separated by commas; None names all. Raises ValueError for one that is not
    there."""
    if names is None:
        return STREAMS
    found = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    unknown = [name for name in found if name not in STREAMS]
    if not found:
        raise ValueError("--streams names no stream: give names from docs/streams.md, separated by commas.")
    if unknown:
        close = difflib.get_close_matches(unknown[0], STREAMS, n=3)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise ValueError(f"--streams: there is no stream {', '.join(unknown)}: {hint}docs/streams.md lists them.")
    return found


def instant(start: str | None) -> str | None:
    """A day or an instant as the connector takes it, `YYYY-MM-DDTHH:MM:SSZ`. Raises ValueError for what is neither."""
    if start is None:
        return None
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(start, form).replace(tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            continue
    raise ValueError(f"--start-date {start} is no date: write 2026-01-31 or 2026-01-31T00:00:00Z.")


def database_file(path: Path) -> Path:
    """The database's path. Raises ValueError for a folder and for a file that is no DuckDB database."""
    if path.is_dir():
        raise ValueError(f"--database {path} is a folder: name a file in it.")
    if path.exists():
        with open(path, "rb") as file:
            start = file.read(12)
        if start and start[8:] != b"DUCK":  # after a checksum: https://duckdb.org/docs/stable/internals/storage
            raise ValueError(f"--database {path} is no DuckDB database: name another file.")
    return path.absolute()


def main() -> None:
    """Check the command line alone; exits with 10 where it only asks for help."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        try:
            parsed()
        except SystemExit as end:
            sys.exit(end.code or HELP_SHOWN)
    parsed()


if __name__ == "__main__":
    main()
