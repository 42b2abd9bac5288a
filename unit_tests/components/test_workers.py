"""The worker threads: order, turns, failures, and that nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from source_twilio.components.records import Page
from source_twilio.components.workers import Part, Spawn, Steps, Stopped, Workers

PATIENCE = 20  # seconds after which a test says that somebody waits for ever


@pytest.fixture
def workers_of() -> Iterator[Callable[[int], Workers]]:
    """Makes workers that end with the test."""
    made: list[Workers] = []

    def make(count: int) -> Workers:
        made.append(Workers(count))
        return made[-1]

    yield make
    for workers in made:
        workers.stop()
    deadline = time.monotonic() + PATIENCE
    for thread in threading.enumerate():
        if thread.name.startswith("worker-"):
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"{thread.name} did not end"


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


def page(*rows: Any) -> Page:
    return Page(list(rows))


def pages(*names: Any) -> Steps:
    for name in names:
        yield page(name)


@pytest.mark.parametrize("count", [1, 2, 8])
def test_a_part_is_reported_once_and_after_all_of_its_pages(workers_of: Any, count: int) -> None:
    root, early, late = Part("root"), Part("early"), Part("late")

    def plan() -> Steps:
        yield page("first")
        yield Spawn([(early, pages("e1", "e2")), (late, pages("l1")), (early, pages("e3"))])
        yield page("last")

    for _ in range(30):
        root.steps = early.steps = late.steps = 0
        found = within(lambda: collect(workers_of(count), root, plan()))
        for part, rows in ((root, ["first", "last"]), (early, ["e1", "e2", "e3"]), (late, ["l1"])):
            assert found.count(part) == 1
            assert all(found.index([row]) < found.index(part) for row in rows)
        assert sum(isinstance(one, list) for one in found) == 6


def test_children_run_before_the_next_page_of_parents(workers_of: Any) -> None:
    """Otherwise a million parents wait in memory for their children."""
    part, order = Part(), []

    def child(name: str) -> Steps:
        order.append(name)
        yield page(name)

    def parents() -> Steps:
        for number in range(3):
            order.append(f"parents {number}")
            yield Spawn([(part, child(f"child {number}{letter}")) for letter in "ab"])

    within(lambda: collect(workers_of(1), part, parents()))
    assert order == [
        "parents 0",
        "child 0a",
        "child 0b",
        "parents 1",
        "child 1a",
        "child 1b",
        "parents 2",
        "child 2a",
        "child 2b",
    ]


def test_few_steps_wait_however_many_parents_there_are(workers_of: Any) -> None:
    part, waiting, most = Part(), 0, 0

    def child() -> Steps:
        nonlocal waiting
        waiting -= 1
        yield page("child")

    def parents() -> Steps:
        nonlocal waiting, most
        for _ in range(300):
            waiting += 10
            most = max(most, waiting)
            yield Spawn([(part, child()) for _ in range(10)])

    found = within(lambda: collect(workers_of(4), part, parents()))
    assert len(found) == 3001
    assert most <= 60, "children of at most a few pages of parents wait at a time"


def test_works_take_turns(workers_of: Any) -> None:
    """A long chain of pages is not held up behind thousands of short ones, nor they behind it."""
    workers, order = workers_of(1), []
    gate = threading.Event()

    def steps(name: str, count: int) -> Steps:
        gate.wait(PATIENCE)
        for number in range(count):
            order.append(f"{name}{number}")
            yield page(name)

    threads = [threading.Thread(target=collect, args=(workers, Part(), steps(name, 5)), daemon=True) for name in "abc"]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    gate.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(order) == 15
    for number in range(4):  # nobody is more than a round behind
        last = max(order.index(f"{name}{number}") for name in "abc")
        assert last < min(order.index(f"{name}{min(number + 2, 4)}") for name in "abc") or number == 3


def test_a_failure_is_raised_after_what_was_read_and_closes_no_part(workers_of: Any) -> None:
    part, other, found = Part(), Part("other"), []

    def broken() -> Steps:
        yield page("before")
        raise ValueError("broken")

    def plan() -> Steps:
        yield Spawn([(part, broken()), (other, pages("never closed 1", "never closed 2"))])

    def read() -> None:
        for result in workers_of(1).results(part, plan()):
            if isinstance(result, Page):
                found.append(result.rows[0])
                result.release()
            elif result:
                found.append(result)

    with pytest.raises(ValueError, match="broken"):
        within(read)
    assert "before" in found
    assert part not in found and other not in found


@pytest.mark.parametrize("count", [1, 2, 4])
def test_failures_cost_no_thread(workers_of: Any, count: int) -> None:
    """A work that fails while others of its steps wait must not take a worker along."""
    workers = workers_of(count)

    def broken() -> Steps:
        raise ValueError("broken")
        yield page()

    def plan(part: Part) -> Steps:
        yield Spawn([(part, broken()), (part, pages("a", "b")), (part, broken()), (part, pages("c"))])

    def many() -> None:
        for _ in range(200):
            part = Part()
            with pytest.raises(ValueError, match="broken"):
                collect(workers, part, plan(part))

    within(many)
    part = Part()
    assert within(lambda: collect(workers, part, pages("still alive"))) == [["still alive"], part]


def test_one_failing_work_does_not_touch_the_others(workers_of: Any) -> None:
    workers = workers_of(3)

    def run(number: int) -> list[Any]:
        part = Part()

        def plan() -> Steps:
            yield page(number)
            if number % 2:
                raise ValueError(str(number))
            yield Spawn([(part, pages(number, number))])

        try:
            return collect(workers, part, plan())
        except ValueError:
            return []

    results: dict[int, list[Any]] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: run(n)}), daemon=True) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert {number: len(found) for number, found in results.items()} == {n: 0 if n % 2 else 4 for n in range(20)}


@pytest.mark.parametrize("count", [1, 3])
def test_a_reader_that_goes_away_frees_its_workers(workers_of: Any, count: int) -> None:
    workers = workers_of(count)

    def endless() -> Steps:
        while True:
            yield page("more")

    for _ in range(5):
        reader = workers.results(Part(), endless())
        first = next(reader)
        assert isinstance(first, Page)
        first.release()
        reader.close()
    part = Part()
    assert within(lambda: collect(workers, part, pages(*range(50))))[-1] is part


def test_pages_wait_for_the_output_and_only_so_many(workers_of: Any) -> None:
    workers, read = workers_of(3), []

    def endless() -> Steps:
        for number in range(1000):
            read.append(number)
            yield page(number)

    results = workers.results(Part(), endless())
    held = [next(results)]
    time.sleep(0.5)
    assert len(read) <= 2 * 3 + 3, "at most two pages a worker wait, and one is in each hand"
    for one in held:
        assert isinstance(one, Page)
        one.release()
    results.close()


def test_who_waits_hears_of_the_end(workers_of: Any) -> None:
    workers, started = workers_of(1), threading.Event()

    def slow() -> Steps:
        started.set()
        time.sleep(0.2)
        yield page("late")
        time.sleep(0.2)

    def read() -> list[Any]:
        return [result for result in workers.results(Part(), slow()) if result is not None and started.is_set()]

    threading.Timer(0.1, workers.stop).start()
    with pytest.raises(Stopped):
        within(read)
