"""The worker threads: order, turns, failures, and that nobody waits for ever."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from source_twilio.components.reading.steps import Part, Spawn, Steps
from unit_tests.support.threads import PATIENCE, collect, page, pages, side_by_side, within


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


def test_what_can_wait_runs_when_no_work_has_anything_else_to_do(workers_of: Any) -> None:
    order: list[str] = []

    def step(name: str) -> Steps:
        order.append(name)
        yield page(name)

    def plan(number: int) -> Steps:
        part = Part((f"part {number}",))
        order.append(f"plan {number}")
        yield Spawn([(part, step(f"now {number}"))], last=True, later=[(part, step(f"later {number}"))])

    side_by_side(workers_of(1), *(plan(number) for number in range(3)))
    assert order[:6] == ["plan 0", "plan 1", "plan 2", "now 0", "now 1", "now 2"]
    assert sorted(order[6:]) == ["later 0", "later 1", "later 2"]


def test_what_can_wait_holds_up_nothing_of_its_own_work(workers_of: Any) -> None:
    order: list[str] = []

    def steps(name: str) -> Steps:
        for _ in range(4):
            order.append(name)
            yield page(name)

    def plan() -> Steps:
        part = Part()
        yield Spawn([(part, steps("now"))], last=True, later=[(part, steps("later"))])

    side_by_side(workers_of(1), plan(), steps("other"))
    assert order == ["other", "now"] * 4 + ["later"] * 4


def test_a_part_waits_for_what_can_wait(workers_of: Any) -> None:
    root, late = Part(), Part()

    def plan() -> Steps:
        yield Spawn([(late, pages("now"))], last=True, later=[(late, pages("later"))])

    found = within(lambda: collect(workers_of(2), root, plan()))
    assert found == [root, ["now"], ["later"], late]


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
    for number in range(1, len(order)):
        done = [sum(one.startswith(name) for one in order[:number]) for name in "abc"]
        assert max(done) - min(done) <= 2 or max(done) == 5, "nobody is far ahead of the others"
