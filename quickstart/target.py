"""What is read: an account, or the stand-in, whose days go by from run to run."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration_tests.sandbox import Sandbox, times
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN
from quickstart.arguments import Asked
from quickstart.database import Run

DAYS_TO_COME = 8  # the first run finds the stand-in as of so many days ago; each run moves it on by one, up to today
DAYS_BEFORE = 21  # with the days to come fewer than 30, so that what Twilio keeps for 30 days is read from the start


@dataclass(frozen=True)
class Target:
    """config: of the connector; environment: its variables; name: for the user; file: where the
    configuration stands as it is; now: the stand-in's time, empty for an
    account; moves: whether its clock will move on with the next run."""

    config: Mapping[str, Any]
    environment: Mapping[str, str]
    name: str
    file: Path | None = None
    now: str = ""
    moves: bool = False


@contextlib.contextmanager
def target(asked: Asked, last: Run | None) -> Iterator[Target]:
    """What the command line names, while the block runs. last: the database's newest run."""
    changes = {"start_date": asked.start_date} if asked.start_date else {}
    if asked.config is not None:
        file = None if changes else Path(asked.source)
        yield Target({**asked.config, **changes}, os.environ, asked.source, file)
        return
    moment = stand_in_time(last, time.time(), asked.live)
    start = last.start_date if last else times.iso(times.midnight(moment) - DAYS_BEFORE * times.DAY)
    config = {
        "account_sid": MAIN,
        "credentials": {"auth_type": "auth_token", "auth_token": MAIN_TOKEN},
        "start_date": start,
        **changes,
    }
    with Sandbox() as sandbox:
        if asked.live:
            sandbox.control.set_now(moment)
        else:
            sandbox.control.freeze(moment)
        yield Target(
            config,
            sandbox.environment(),
            "a local stand-in for Twilio",
            None,
            times.iso(moment),
            not asked.live and moment < times.midnight(time.time()),
        )


def stand_in_time(last: Run | None, clock: float, live: bool) -> float:
    """The stand-in's time in this run, in seconds since the epoch.

    It stands at a midnight of the past, a day later than in the last run that was not cut short, and never behind the
    clock of this machine: the connector takes the earlier of that clock and of Twilio's `Date` header for what has
    passed, so nothing needs to be told to it. live: the clock's own time.
    """
    if live:
        return clock
    today = times.midnight(clock)
    if last is None or not last.now:
        return today - DAYS_TO_COME * times.DAY
    before = times.seconds(last.now)
    return max(before, min(before + times.DAY * last.complete, today))
