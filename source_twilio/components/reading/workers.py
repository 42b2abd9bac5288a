"""The threads that send requests, and the work they share.

A `Work` is one account of one stream: the steps of its plan (`steps.py`) and what they brought back.

Steps of one work run last in, first out: children of a page run before the next page of parents is asked for, so a
million parents need no more memory than a page of them. Works take turns, so a long chain of pages is never held up
behind thousands of short ones. What may turn out to be needless waits until no work has anything else to do.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from source_twilio.components.reading.steps import Part, Spawn, Steps, Stopped
from source_twilio.components.rows.records import Page

# A page that waits for the output counts as so many requests in flight: where the output is slower than Twilio, more
# requests would only fill the memory; where Twilio is slower, no page waits for long.
PAGE_WEIGHT = 2
SPARE = 4  # for so many requests in flight, one more thread turns answers into rows


class Work:
    """The steps of one account of one stream that wait or run, and what they brought back, in order."""

    def __init__(self) -> None:
        self.stack: list[tuple[Part, Steps]] = []
        self.later: list[tuple[Part, Steps]] = []
        self.running = 0
        self.queue: deque[Work] | None = None
        self.abandoned = False
        self.failure: BaseException | None = None
        self.results: SimpleQueue[Page | Part | None] = SimpleQueue()

    def add(self, spawn: Spawn) -> None:
        """Put steps on the stack; the first of them runs first."""
        for part, _ in (*spawn.steps, *spawn.later):
            part.steps += 1
        self.stack.extend(reversed(spawn.steps))
        self.later.extend(reversed(spawn.later))

    def take(self) -> tuple[Part, Steps]:
        """The step that runs next."""
        return (self.stack or self.later).pop()

    def drop_pages(self) -> None:
        """Let go of what nobody will read, so that its pages hold up no thread."""
        while not self.results.empty():
            result = self.results.get()
            if isinstance(result, Page):
                result.release()

    def end_step(self, part: Part) -> None:
        """Note that a step has ended; report its part when it was the last one."""
        part.steps -= 1
        if part.steps == 0:
            self.results.put(part)


class Workers:
    """Daemon threads that take turns at all works, with hardly more pages in memory than there are threads.

    count: requests in flight, which the gate of `Api` bounds.
    """

    def __init__(self, count: int) -> None:
        self._count = count + count // SPARE
        self._ready: deque[Work] = deque()
        self._idle: deque[Work] = deque()  # works whose steps can wait
        self._lock = threading.Condition()  # guards all works: their stacks, counts and the parts' counts
        self._started = False
        self._ending = False  # no step is begun any more
        self._stopped = False  # nor does anybody wait for one
        self._flow = threading.Condition()  # guards the two counts below
        self._in_flight = 0
        self._waiting = 0

    def results(self, part: Part, steps: Steps) -> Iterator[Page | Part | None]:
        """Run steps and all they spawn; yield pages, and each part once it is complete, after its pages.

        Yields None about once a second while nothing arrives. Raises what a step raised, after everything that had
        been read before; Stopped when the process ends.
        """
        work = Work()
        with self._lock:
            work.add(Spawn([(part, steps)]))
            self._queue(work)
        try:
            while True:
                try:
                    result = work.results.get(timeout=1)
                except Empty:
                    if self._stopped:
                        raise Stopped("the connector was stopped") from None
                    yield None
                    continue
                if result is None:
                    break
                yield result
        finally:
            self._abandon(work)
        if work.failure:
            raise work.failure

    def is_stopped(self) -> bool:
        """Whether the process is ending."""
        return self._stopped

    def stop(self) -> None:
        """End all threads and whoever waits for them."""
        self._stopped = True
        self._begin_no_more()

    def wind_down(self, seconds: float) -> None:
        """Begin no step any more; wait until what was begun is over and its pages have left, or some seconds.

        Whoever waits for results goes on to wait: an account that is cut short has not failed.
        """
        self._begin_no_more()
        with self._flow:
            self._flow.wait_for(lambda: not self._in_flight and not self._waiting, seconds)

    def _begin_no_more(self) -> None:
        self._ending = True
        for condition in (self._lock, self._flow):
            with condition:
                condition.notify_all()

    def _queue(self, work: Work) -> None:
        """Let the threads know of a work that has steps; the lock is held."""
        if not self._started:
            self._started = True
            for number in range(self._count):
                threading.Thread(target=self._run, name=f"worker-{number}", daemon=True).start()
        if work.stack and work.queue is self._idle:
            self._unqueue(work)
        if (work.stack or work.later) and work.queue is None:
            work.queue = self._ready if work.stack else self._idle
            work.queue.append(work)
        self._lock.notify(len(work.stack) + len(work.later))

    def _run(self) -> None:
        while True:
            with self._lock:
                while not (self._ready or self._idle or self._ending):
                    self._lock.wait()
                if self._ending:
                    return
                work = (self._ready or self._idle).popleft()
                work.queue = None
                part, steps = work.take()
                work.running += 1
                self._queue(work)
            if not self._may_go_on():
                return
            result, failure = self._resume(work, steps)
            with self._lock:
                work.running -= 1
                self._settle(work, part, steps, result, failure)

    def _may_go_on(self) -> bool:
        """Wait until there is room for one more request in flight; False where no step is begun any more."""
        with self._flow:
            while not self._ending and self._in_flight + PAGE_WEIGHT * self._waiting > self._count:
                self._flow.wait(timeout=1)
            self._in_flight += not self._ending
            return not self._ending

    def _resume(self, work: Work, steps: Steps) -> tuple[Page | Spawn | None, BaseException | None]:
        """Run a step, in the calling thread; a page goes to the reader of the work."""
        result: Page | Spawn | None = None
        failure: BaseException | None = None
        try:
            result = next(steps, None)
        except BaseException as error:  # whatever it is, the reader of this account has to hear of it
            failure = error
        with self._flow:
            self._in_flight -= 1
            self._waiting += isinstance(result, Page)
            self._flow.notify()
        if isinstance(result, Page):
            result.release = self._page_has_left
            work.results.put(result)
        return result, failure

    def _page_has_left(self) -> None:
        with self._flow:
            self._waiting -= 1
            self._flow.notify_all()

    def _settle(
        self, work: Work, part: Part, steps: Steps, result: Page | Spawn | None, failure: BaseException | None
    ) -> None:
        work.failure = work.failure or failure
        if work.failure or work.abandoned:
            self._forget(work)
        elif result is None:
            work.end_step(part)
        else:
            if not result.last:
                work.stack.append((part, steps))
            if isinstance(result, Spawn):
                work.add(result)
            if result.last:
                work.end_step(part)
        if work.stack or work.later:
            self._queue(work)
        elif not work.running:
            work.results.put(None)
        if work.abandoned:
            work.drop_pages()

    def _abandon(self, work: Work) -> None:
        """End a work whose reader has gone."""
        with self._lock:
            self._forget(work)
            work.abandoned = True
            work.drop_pages()

    def _forget(self, work: Work) -> None:
        """Drop the steps of a work, and its turn; the lock is held."""
        work.stack.clear()
        work.later.clear()
        self._unqueue(work)

    def _unqueue(self, work: Work) -> None:
        if work.queue is not None:
            work.queue.remove(work)
            work.queue = None
