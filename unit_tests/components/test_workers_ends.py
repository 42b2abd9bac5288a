"""Works that fail, readers that go away, a process that ends: no thread is lost, nobody waits for ever."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from source_twilio.components.reading.steps import Part, Spawn, Steps, Stopped
from source_twilio.components.rows.records import Page
from unit_tests.support.threads import PATIENCE, collect, page, pages, within


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


def test_winding_down_begins_no_step_and_lets_out_what_was_read(workers_of: Any) -> None:
    """The pages that were read come out, the account has not failed, and nothing more is asked for."""
    workers, begun, hold, results = workers_of(1), [], threading.Event(), []

    def steps() -> Steps:
        for number in range(5):
            begun.append(number)
            if number == 1:
                hold.wait(PATIENCE)
            yield page(number)

    reader = workers.results(Part(), steps())
    results.append(next(reader))
    results[0].release()
    while begun != [0, 1]:  # the second one is on its way
        time.sleep(0.01)
    winding = threading.Thread(target=workers.wind_down, args=(PATIENCE,), daemon=True)
    winding.start()
    while not workers._ending:
        time.sleep(0.01)
    hold.set()
    results.append(within(lambda: next(result for result in reader if result is not None)))
    assert winding.is_alive()  # until the page has left
    results[1].release()
    winding.join(PATIENCE)
    assert not winding.is_alive()
    assert next(reader) is None  # it goes on to wait
    assert [one.rows for one in results] == [page(0).rows, page(1).rows]
    assert begun == [0, 1]
    workers.stop()
    with pytest.raises(Stopped):
        within(lambda: list(reader))
