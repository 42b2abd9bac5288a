"""Driver processes that end and go on: a table that a nightly job feeds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from integration_tests.helpers import ROOT, configuration, write
from integration_tests.helpers import read as run_read
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN, SUPPORT
from spark_tests.sessions import MASTERS, text, variables

NEW = "AC" + "6" * 32


@pytest.fixture
def moving(half_past: datetime) -> Iterator[Sandbox]:
    """A world of its own, whose clock the test moves."""
    with Sandbox(small=True) as one:
        one.control.freeze(half_past.isoformat())
        yield one


@pytest.fixture
def start(moving: Sandbox, tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Starts the nightly job as a process group of its own."""
    config = write(tmp_path / "config.json", configuration())

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "spark_tests.job", "nightly", MASTERS[0], str(config), str(tmp_path)]
        env = {**os.environ, **variables(moving)}
        return subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, stderr=subprocess.PIPE, text=True)

    return begin


def message(number: int, sid: str, sent: datetime | None, created: datetime) -> dict[str, Any]:
    """A message as Twilio keeps it."""
    form = "%a, %d %b %Y %H:%M:%S +0000"
    return {
        "sid": f"SM{number:032x}", "account_sid": sid, "date_created": created.strftime(form), "price": None,
        "date_sent": sent.strftime(form) if sent else None, "status": "sent" if sent else "canceled",
    }


def test_a_nightly_table_misses_nothing(
    moving: Sandbox, start: Callable[[], subprocess.Popen[str]], half_past: datetime, tmp_path: Path
) -> None:
    """Four nights: the first; one with late changes; one whose driver is killed in the middle; the one after."""
    put, form = moving.control.put, "%a, %d %b %Y %H:%M:%S +0000"
    late = message(1, MAIN, half_past - timedelta(hours=2), half_past - timedelta(hours=2))
    put("messages", MAIN, late)

    def night() -> dict[str, Any]:
        job = start()
        _, errors = job.communicate(timeout=300)
        assert job.returncode == 0, errors[-3000:]
        rows = DeltaTable(tmp_path / "table").to_pyarrow_table().to_pylist()
        assert len({row["sid"] for row in rows}) == len(rows)
        return {row["sid"]: row for row in rows}

    def all_of_it(until: datetime) -> set[str]:
        folder = tmp_path / "plain"
        folder.mkdir(exist_ok=True)
        run = run_read(["messages"], moving.environment(), folder, config=configuration(end_date=text(until)))
        return {row["sid"] for row in run.records("messages")}

    def nothing_is_missing(rows: dict[str, Any], before: dict[str, Any], until: datetime) -> bool:
        there = all_of_it(until)  # one that was waiting may have been sent since, behind the end of the range
        return there <= rows.keys() and all(before[sid]["date_sent"] is None for sid in rows.keys() - there)

    first = night()
    assert first.keys() == all_of_it(half_past.replace(minute=0))
    assert first[late["sid"]]["price"] is None

    moving.control.set_now((half_past + timedelta(hours=5)).isoformat())
    put("messages", MAIN, {**late, "price": "-0.00750", "price_unit": "USD",
                           "date_updated": (half_past + timedelta(hours=1)).strftime(form)})
    put("messages", SUPPORT, message(2, SUPPORT, half_past + timedelta(hours=1), half_past + timedelta(hours=1)))
    put("messages", MAIN, message(3, MAIN, None, half_past + timedelta(hours=2)))
    moving.control.add_account(NEW, "new-token-0123456789abcdef012345")
    put("messages", NEW, message(4, NEW, half_past - timedelta(days=40), half_past - timedelta(days=40)))
    second = night()
    assert nothing_is_missing(second, first, half_past.replace(minute=0) + timedelta(hours=5))
    assert {f"SM{number:032x}" for number in (2, 3, 4)} <= second.keys() - first.keys()
    assert second[late["sid"]]["price"] == -0.0075

    moving.control.set_now((half_past + timedelta(hours=29)).isoformat())
    moment = half_past + timedelta(hours=6)
    moving.control.put_many("messages", MAIN, [message(number, MAIN, moment, moment) for number in range(100, 6100)])
    moving.control.clear_requests()
    moving.control.latency(0.5)
    job = start()
    while sum(request["stream"] == "messages" for request in moving.control.requests()) < 3:
        assert job.poll() is None
        time.sleep(0.2)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate()
    moving.control.latency(0)
    third = night()
    assert nothing_is_missing(third, second, half_past.replace(minute=0) + timedelta(hours=29))
    assert len(third) >= len(second) + 6000
