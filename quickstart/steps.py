"""What the quick start does once PyAirbyte can be imported: check, discover, read, and say what there is."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from integration_tests.sandbox import Sandbox, times
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN
from quickstart.connector import Connector
from quickstart.database import Database
from quickstart.report import Failure, answer_queries, say, show_streams


def run(asked: argparse.Namespace, folder: Path) -> None:
    """All steps. asked: the command line; folder: for temporary files. Raises Failure where one cannot be done."""
    began = time.monotonic()
    with _target(asked) as (config, path):
        connector = Connector(config)
        connector.check()
        say("Check: the credentials are right")
        available = connector.discover()
        streams = chosen(asked.streams, sorted(available))
        say(f"Discover: {len(available)} streams" + (f", {len(streams)} of them chosen" if asked.streams else ""))
        with Database(path, folder) as database:
            for stream in database.forget_later_starts(streams, str(config.get("start_date"))):
                say(f"{stream}: the start date is earlier than before, so it is read again from there")
            again = [name for name in database.streams_with_state() if name in streams and available[name]]
            say(f"Read: {len(streams)} streams into {path}" + (f", {len(again)} incrementally" if again else ""))
            before = database.count(streams)
            read = connector.read(streams, database)
            after = database.count(streams)
    show_streams(streams, before, after, read)
    answer_queries(path)
    say(f"\nDone in {time.monotonic() - began:.0f} seconds. The rows are in {path}")
    say("Run the same again to read what is new.")
    if connector.errors:
        raise Failure("\n".join(["What could be read is in the database. This could not:", *connector.errors]))


@contextlib.contextmanager
def _target(asked: argparse.Namespace) -> Iterator[tuple[dict[str, Any], Path]]:
    """The configuration and the database file of a real account, or of the sandbox while it runs."""
    if asked.config:
        say(f"The account of {asked.config}")
        yield (
            with_start(read_config(asked.config), asked.start_date),
            (asked.database or Path("twilio.duckdb")).absolute(),
        )
        return
    # The sandbox's clock stands at the last midnight, so that the same sums come out all day, however often the command
    # is stopped; and what Twilio keeps for 30 days only begins before these four weeks, whatever the time of day.
    midnight = times.midnight(time.time())
    config = {
        "account_sid": MAIN,
        "credentials": {"auth_type": "auth_token", "auth_token": MAIN_TOKEN},
        "start_date": times.iso(midnight - 28 * times.DAY),
    }
    with Sandbox() as sandbox:
        if not asked.live:
            sandbox.control.freeze(midnight)
        now = sandbox.control.status()["now"]
        say(f"The sandbox, a local stand-in for Twilio, as of {now} (--config FILE reads your account)")
        os.environ.update(sandbox.env)  # the connector is a child of this process
        yield with_start(config, asked.start_date), (asked.database or Path("sandbox.duckdb")).absolute()


def read_config(path: Path) -> dict[str, Any]:
    """The configuration in a file. Raises Failure for what is no JSON object."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise Failure(f"{path} is no JSON: {error}.") from error
    if not isinstance(config, dict):
        raise Failure(f"{path} holds no JSON object: give the connector's configuration, as README.md shows it.")
    return config


def with_start(config: dict[str, Any], start: str | None) -> dict[str, Any]:
    """The configuration with another start date, a day or an instant; None leaves its own."""
    if start is None:
        return config
    with contextlib.suppress(ValueError):
        start = datetime.strptime(start, "%Y-%m-%d").replace(tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**config, "start_date": start}


def chosen(text: str | None, available: list[str]) -> list[str]:
    """The streams that a text names, separated by commas; None names all. Raises Failure for one that is not there."""
    if text is None:
        return available
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in available]
    if not names:
        raise Failure("--streams names no stream: give names from docs/streams.md, separated by commas.")
    if unknown:
        close = difflib.get_close_matches(unknown[0], available, n=5)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise Failure(f"There is no stream {', '.join(unknown)}: {hint}docs/streams.md lists all of them.")
    return names
