"""Starts the connector many times over: imports it once, parses what it parses at each start, and forks a process for
each run.

`python -m integration_tests.matrix.starter` reads orders, one JSON object a line, until its standard input closes:

    {"id": 1, "arguments": ["check", ...], "env": {...}, "folder": "...", "stdout": "path", "stderr": "path",
     "retry": {"retry_for": 2}, "page_size": 20, "constants": {"state.cursors.ROWS_BETWEEN_STATES": 9},
     "resolver": 20}

What is null stays as it is. `retry` replaces figures of the manifest's requester (`FIGURES`), so that a test need not
wait for minutes; `page_size` lowers that of every stream, so that a small world has many pages; `constants` are those
of modules in source_twilio.components; `resolver` is after how many seconds the look-up of a host name fails. It
answers `{"id": 0, "pid": 122}` once it is ready, `{"id": 1, "pid": 123}` for each run and `{"id": 1, "code": 0}` at its
end.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import signal
import socket
import sys
import time
from importlib import import_module
from typing import Any

from airbyte_cdk.sources.declarative import concurrent_declarative_source as cdk

from source_twilio import __main__ as command
from source_twilio import source

POLL = 0.01
FIGURES: dict[str, tuple[Any, ...]] = {
    "connect_timeout": ("connect_timeout_in_seconds",),
    "read_timeout": ("read_timeout_in_seconds",),
    "whole_timeout": ("whole_timeout_in_seconds",),
    "retry_for": ("retry_for_in_seconds",),
    "longest_wait": ("error_handler", "backoff_strategies", 0, "max_waiting_time_in_seconds"),
    "host_down": ("host_down_in_seconds",),
}


def main() -> None:
    """Serve orders; in the process of a run, become the connector."""
    import_module("source_twilio.run")  # the command imports it when it has begun
    source.SourceTwilio(None, None, None)  # imports what is imported late
    manifest, schema = source.load_manifest(), cdk.get_declarative_component_schema()
    gc.collect()
    gc.freeze()  # or each run's collector would copy all of it, page by page
    answers = os.dup(1)
    _answer(answers, id=0, pid=os.getpid())
    order = serve(answers)
    if order is not None:
        become(order)
        change(manifest, order["retry"] or {}, order["page_size"])
        source.load_manifest, cdk.get_declarative_component_schema = lambda: manifest, lambda: schema
        command.main()


def serve(answers: int) -> dict[str, Any] | None:
    """Answer orders until there are no more; gives the order back in the process that has to run it."""
    ids: dict[int, int] = {}
    waiting, pending = b"", True
    while pending:
        if select.select([0], [], [], POLL)[0]:
            piece = os.read(0, 1 << 16)
            pending, waiting = bool(piece), waiting + piece
        while b"\n" in waiting:
            line, _, waiting = waiting.partition(b"\n")
            order = json.loads(line)
            pid = os.fork()
            if not pid:
                os.close(answers)
                return dict(order)
            ids[pid] = order["id"]
            _answer(answers, id=order["id"], pid=pid)
        _reap(ids, answers)
    for pid in ids:
        os.kill(pid, signal.SIGKILL)
    return None


def _reap(ids: dict[int, int], answers: int) -> None:
    for pid in list(ids):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            _answer(answers, id=ids.pop(pid), code=os.waitstatus_to_exitcode(status))


def _answer(descriptor: int, **values: int) -> None:
    os.write(descriptor, json.dumps(values).encode() + b"\n")


def become(order: dict[str, Any]) -> None:
    """Take on the arguments, the environment, the files and the figures of an order."""
    os.setsid()
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["stdout"], os.O_WRONLY | os.O_CREAT),
        (2, order["stderr"], os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    random.seed()  # a fork repeats the random numbers of its siblings
    sys.argv = ["source-twilio", *order["arguments"]]
    for name, value in (order["constants"] or {}).items():
        module, _, constant = name.rpartition(".")
        changing = import_module(f"source_twilio.components.{module}")
        getattr(changing, constant)  # it has to be there
        setattr(changing, constant, value)
    if order["resolver"] is not None:
        lose_names(order["resolver"])


def change(manifest: dict[str, Any], retry: dict[str, Any], page_size: int | None) -> None:
    """Put other figures into the manifest."""
    for name, value in retry.items():
        *path, last = FIGURES[name]
        place = manifest["definitions"]["requester"]
        for step in path:
            place = place[step]
        if last not in place:
            raise ValueError(f"the manifest's requester has no {last}")
        place[last] = value
    for row in manifest["streams"] if page_size else ():
        parameters = row["$parameters"]
        parameters["page_size"] = min(parameters.get("page_size", 0), page_size)


def lose_names(seconds: float) -> None:
    """Let the look-up of every name fail after so long, as where the resolver is gone; addresses are no names."""
    quick = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host) != "127.0.0.1":
            time.sleep(seconds)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return quick(host, *rest, **more)

    socket.getaddrinfo = look_up


if __name__ == "__main__":
    main()
