"""How many requests may be in flight: down at once, up again slowly."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twilio.components.twilio.gate import Gate, Health


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_refusal_takes_a_quarter_away_and_a_burst_of_them_counts_once() -> None:
    clock = Clock()
    gate = Gate(16, clock)
    clock.now = 10.0
    with gate.request():
        pass
    for sent_at in (9.0, 9.5, 9.9):  # sent before the first refusal arrived
        gate._in_flight = 16
        gate.refused(sent_at)
    gate._in_flight = 0
    assert gate.allowed == 12
    clock.now = 11.0
    gate._in_flight = 12
    gate.refused(10.5)
    gate._in_flight = 0
    assert gate.allowed == 9


def test_it_never_closes() -> None:
    clock = Clock()
    gate = Gate(3, clock)
    for second in range(1, 50):
        clock.now = float(second)
        gate.refused(second - 0.5)
    assert gate.allowed == 1
    with gate.request():
        pass


def test_quiet_opens_it_again_but_slowly_and_never_beyond_its_limit() -> None:
    clock = Clock()
    gate = Gate(8, clock)
    for second in range(1, 20):
        clock.now = float(second)
        gate.refused(second - 0.5)
    rounds = 0
    while gate.allowed < 8:
        before = gate.allowed
        for _ in range(before):  # a full round of answers
            gate.answered()
        assert gate.allowed <= before + 1
        rounds += 1
        assert rounds < 100
    assert rounds >= 4 * 6, "at least a few full rounds for each request more"
    for _ in range(1000):
        gate.answered()
    assert gate.allowed == 8


@given(limit=st.integers(1, 50), answers=st.lists(st.booleans(), max_size=200))
def test_it_stays_within_its_limits_whatever_comes(limit: int, answers: list[bool]) -> None:
    clock = Clock()
    gate = Gate(limit, clock)
    for refused in answers:
        clock.now += 1
        if refused:
            gate.refused(clock.now - 0.5)
        else:
            gate.answered()
        assert 1 <= gate.allowed <= limit


@pytest.mark.parametrize("limit", [1, 4])
def test_no_more_than_the_limit_pass_at_a_time_and_all_pass_in_the_end(limit: int) -> None:
    gate, lock, inside, most, done = Gate(limit), threading.Lock(), 0, 0, 0

    def call(number: int) -> None:
        nonlocal inside, most, done
        with gate.request():
            with lock:
                inside += 1
                most = max(most, inside)
            sent_at = time.monotonic()
            time.sleep(0.002)
            with lock:
                inside -= 1
                done += 1
        if number % 7 == 0:
            gate.refused(sent_at)
        else:
            gate.answered()

    threads = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert done == 60
    assert most <= limit


def test_a_place_is_given_back_when_a_request_fails() -> None:
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(ValueError), gate.request():
            raise ValueError
    with gate.request():
        pass


def test_a_host_that_answers_nothing_for_too_long_is_down_until_it_answers() -> None:
    clock = Clock()
    hosts = Health(180, clock)
    hosts.bad("api.twilio.com")
    clock.now = 100.0
    hosts.bad("api.twilio.com")
    clock.now = 179.0
    assert not hosts.is_down("api.twilio.com")
    clock.now = 181.0
    assert hosts.is_down("api.twilio.com")
    assert not hosts.is_down("studio.twilio.com")
    hosts.good("api.twilio.com")
    assert not hosts.is_down("api.twilio.com")


def test_a_host_that_answers_now_and_then_is_not_down() -> None:
    clock = Clock()
    hosts = Health(180, clock)
    for _ in range(10):
        hosts.bad("api.twilio.com")
        clock.now += 170
        assert not hosts.is_down("api.twilio.com")
        hosts.good("api.twilio.com")
