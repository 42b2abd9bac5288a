"""Where the oldest dated row of a list is looked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from source_twilio.components.reading.far_end import KEPT, Rest, Search
from source_twilio.components.twilio.requester import Answer

NOW = datetime(2026, 11, 21, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def test_the_first_look_is_half_a_page_behind_the_guess() -> None:
    search = Search(NOW - 100 * DAY, NOW, 10 * DAY)
    assert search.moment() == NOW - 95 * DAY
    search.nothing_by(NOW - 95 * DAY)
    assert search.moment() == NOW - 47.5 * DAY
    search.rows_at(NOW - 55 * DAY)
    assert search.moment() == NOW - 75 * DAY


def test_rows_older_than_the_guess_widen_the_search() -> None:
    search = Search(NOW - 100 * DAY, NOW, 10 * DAY)
    search.rows_at(NOW - 120 * DAY)
    assert search.left == KEPT


@given(oldest=st.integers(0, 395), guess=st.integers(1, 400), page=st.integers(1, 60))
def test_it_ends_close_to_the_oldest_row(oldest: int, guess: int, page: int) -> None:
    oldest_row = NOW - oldest * DAY
    search = Search(NOW - guess * DAY, NOW, page * DAY)
    looks = 0
    while (moment := search.moment()) is not None:
        looks += 1
        assert looks <= 40
        if moment < oldest_row:
            search.nothing_by(moment)
        else:
            search.rows_at(moment)
    assert search.left <= timedelta(hours=1)


def test_what_was_left_is_given_once() -> None:
    rest = Rest(iter([Answer([], None)]))
    assert len(list(rest.take())) == 1
    assert list(rest.take()) == []
