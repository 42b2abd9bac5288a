"""What is killed in the middle of a task is done again by Spark: no row is missing, none is there twice."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN, SUPPORT
from spark_tests.sessions import MASTERS, read, session

ROWS = 5_000  # of each of two accounts
PAGE = 5  # that of each account comes late, so its task is in the middle: it has handed out rows and will hand out more
LATE = 15  # seconds


@pytest.fixture(scope="module")
def busy(sandbox: Sandbox, half_past: datetime) -> Sandbox:
    """Two accounts with many messages."""
    form = "%a, %d %b %Y %H:%M:%S +0000"
    for start, sid in enumerate((MAIN, SUPPORT)):
        moments = [(half_past - timedelta(minutes=10 + 7 * number)).strftime(form) for number in range(ROWS)]
        rows = [
            {"sid": f"SM{start + 1}{number:031x}", "account_sid": sid, "status": "sent", "date_sent": moment,
             "date_created": moment}
            for number, moment in enumerate(moments)
        ]
        sandbox.control.put_many("messages", sid, rows)
    return sandbox


@pytest.fixture(scope="module")
def cluster(busy: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session with two executors, processes of their own."""
    with session(MASTERS[1], tmp_path_factory.mktemp("spark")) as started:
        yield started


def processes() -> dict[int, tuple[int, str]]:
    """All processes: parent and command line by process ID."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(folder.name)] = parent, (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:  # it has ended meanwhile
                continue
    return found


def at_work(spark: Any) -> list[int]:
    """The executors that have a task, by what the scheduler knows; what the UI shows may be late. One that has none,
    done or not yet begun, would be killed in vain."""
    context = spark.sparkContext
    running = context._jsc.sc().taskScheduler().runningTasksByExecutors()
    found = []
    for pid, (_, line) in processes().items():
        name = re.search(rf" --executor-id (\S+) .*--app-id {context.applicationId} ", line)
        if name and "java" in line.split(" ")[0] and running.contains(name[1]) and running.apply(name[1]):
            found.append(pid)
    return found


def python_workers(executor: int) -> list[int]:
    """The Python processes that an executor's daemon has forked."""
    known = processes()
    daemons = [pid for pid, (parent, line) in known.items() if parent == executor and "pyspark.daemon" in line]
    return [pid for pid, (parent, _) in known.items() if parent in daemons]


@pytest.mark.parametrize("victim", ["executor", "Python worker"])
def test_killed_in_the_middle(cluster: Any, busy: Sandbox, config: Path, tmp_path: Path, victim: str) -> None:
    frame = read(cluster, "messages", config, num_workers=2, tasks=2, start_date="2024-01-01T00:00:00Z",
                 end_date="2099-01-01T00:00:00Z")
    failures: list[BaseException] = []

    def write() -> None:
        try:
            frame.write.parquet(str(tmp_path / "rows"))
        except BaseException as error:
            failures.append(error)

    busy.control.clear_requests()
    for sid in (MAIN, SUPPORT):
        busy.control.add_fault("stall", url=r"/Messages\.json", account=sid, nth=PAGE, times=1, seconds=LATE)
    writing = threading.Thread(target=write)
    writing.start()
    while sum(request["fault"] == "stall" for request in busy.control.requests()) < 2:
        assert writing.is_alive(), failures
        time.sleep(0.1)
    working = at_work(cluster)[0]
    os.kill(working if victim == "executor" else python_workers(working)[0], signal.SIGKILL)
    writing.join()
    busy.control.clear_faults()
    assert not failures

    found = [row.sid for row in cluster.read.parquet(str(tmp_path / "rows")).select("sid").collect()]
    assert len(found) == len(set(found))
    assert {sid for sid in found if len(sid.lstrip("SM12").lstrip("0")) < 6} >= {
        f"SM{start}{number:031x}" for start in (1, 2) for number in range(ROWS)
    }
    answered = [request for request in busy.control.requests() if request["stream"] == "messages"]
    pages = {request["query"] + request["account"] for request in answered}
    assert len(answered) > len(pages), "nothing was asked for twice, so nothing was killed in the middle"
