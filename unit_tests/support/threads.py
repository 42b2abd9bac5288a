"""Works for the worker threads, and a limit to how long a test waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from source_twilio.components.reading.steps import Part, Steps
from source_twilio.components.reading.workers import Workers
from source_twilio.components.rows.records import Page

PATIENCE = 20  # seconds after which a test says that somebody waits for ever


def collect(workers: Workers, part: Part, steps: Steps) -> list[Any]:
    """What a work brings: the rows of its pages, and its parts; pages are released at once."""
    found: list[Any] = []
    for result in workers.results(part, steps):
        if isinstance(result, Page):
            found.append(result.rows)
            result.release()
        elif result is not None:
            found.append(result)
    return found


def within(call: Callable[[], Any]) -> Any:
    """The result of a call that must not hang; its exception is raised here."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((call(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert outcome, "somebody waits for ever"
    value, error = outcome[0]
    if error:
        raise error
    return value


def side_by_side(workers: Workers, *plans: Steps) -> None:
    """Run works that have queued in order before the first of their steps runs, as long as there is one thread."""
    hold = threading.Event()

    def first() -> Steps:
        hold.wait(PATIENCE)
        yield page("first")

    threads = [threading.Thread(target=collect, args=(workers, Part(), steps)) for steps in (first(), *plans)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)  # so that they queue in order
    hold.set()
    for thread in threads:
        thread.join(PATIENCE)


def page(*rows: Any) -> Page:
    return Page(list(rows))


def pages(*names: Any) -> Steps:
    for name in names:
        yield page(name)
