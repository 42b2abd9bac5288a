"""What rows tell of the order of their list, and where a reading may end."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twilio.components.reading.order import CREATED, FIRST, LAST, SENT, Goal, Order
from source_twilio.components.rows.records import ChangedRow
from unit_tests.support import iso

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
Row = dict[str, Any]


def row(created: float | None, sent: float | None = None) -> Row:
    """A message that was created and sent so many days after the start."""
    moments = {"date_created": created, "date_sent": sent}
    return {name: None if day is None else iso(START + day * DAY) for name, day in moments.items()}


def order_of(*rows: Row) -> Order:
    order = Order("date_sent")
    order.see(list(rows))
    return order


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        ([], {CREATED, SENT, FIRST, LAST}),
        ([row(3, 3)], {CREATED, SENT, FIRST, LAST}),
        ([row(3, 3), row(2, 2)], {CREATED, SENT, FIRST, LAST}),
        ([row(3, 3), row(2), row(1, 1)], {CREATED, SENT}),
        ([row(3), row(2, 2)], {CREATED, SENT, FIRST}),
        ([row(3, 3), row(2)], {CREATED, SENT, LAST}),
        ([row(1), row(2, 2)], {FIRST}),
        ([row(2, 2), row(3)], {LAST}),
        ([row(0, 3), row(2, 2), row(1), row(1, 1)], {SENT}),
        ([row(3, 3), row(2, 9), row(1)], {CREATED}),
        ([row(3, 3), row(3, 3)], {CREATED, SENT, FIRST, LAST}),
        ([row(1, 1), row(2, 2)], set()),
        ([row(2), row(3), row(2, 2)], {FIRST}),
        ([row(None), row(None)], {FIRST, LAST}),
    ],
)
def test_what_does_not_fit_is_ruled_out(rows: list[Row], possible: set[str]) -> None:
    assert order_of(*rows).possible == possible


def test_pages_are_seen_together() -> None:
    order = order_of(row(5, 5), row(4, 4))
    order.see([row(3), row(2, 2)], before=row(4, 4))
    assert order.possible == {CREATED, SENT}
    order.see([row(4, 4)], before=row(2, 2))
    assert not order.possible


def test_what_stands_last_is_learned_for_other_accounts() -> None:
    learned: set[str] = set()
    Order("date_sent", learned).see([row(3), row(2, 2)])
    assert Order("date_sent", learned).possible == {CREATED, SENT, FIRST}
    learned = set()
    Order("date_sent", learned).see([row(1, 1), row(2), row(3, 3)])
    assert Order("date_sent", learned).possible == {CREATED, SENT, FIRST, LAST}, "a list in no order teaches nothing"


BOTH = Goal(START + 2 * DAY, START + 3 * DAY, timedelta(days=10))
ALONE = Goal(START + 2 * DAY)


@pytest.mark.parametrize(
    ("seen", "goal", "ends"),
    [
        ([row(9), row(1, 1)], ALONE, True),
        ([row(9), row(1, 1)], BOTH, False),  # by creation, a message may have been scheduled
        ([row(9), row(-8, -8)], BOTH, True),
        ([row(9, 9), row(2.5)], ALONE, False),
        ([row(1), row(9, 9)], ALONE, True),  # those without a date stand first
        ([row(1), row(9, 9)], BOTH, False),
        ([row(1), row(9, 9), row(2, 2.9)], BOTH, True),
        ([row(9, 9), row(1, 1)], ALONE, True),  # down to the dated ones; those behind are another matter
        ([row(1, 9), row(5)], ALONE, False),
        ([row(0, 9), row(9), row(1)], ALONE, True),
        ([row(0, 9), row(1), row(9), row(1)], ALONE, False),  # unsorted among themselves
        ([row(3), row(1)], ALONE, True),
        ([row(3), row(1)], BOTH, False),  # all dated ones may follow
        ([row(1, 1), row(2), row(1, 3)], ALONE, False),  # in no order
    ],
)
def test_a_reading_ends_where_it_may_under_every_order(seen: list[Row], goal: Goal, ends: bool) -> None:
    assert order_of(*seen).ends(seen[-1], goal) is ends


DAYS = st.integers(-20, 20)
ROWS = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 9)), max_size=30)
KEYS = {
    CREATED: lambda one: (one[0],),
    SENT: lambda one: (one[0] if one[1] is None else one[0] + one[1],),
    FIRST: lambda one: (one[1] is None, one[0] + (one[1] or 0)),
    LAST: lambda one: (one[1] is not None, one[0] + (one[1] or 0)),
}


@given(name=st.sampled_from([CREATED, SENT, FIRST, LAST]), rows=ROWS, size=st.integers(1, 5), dated=st.booleans())
def test_nothing_wanted_follows_the_end(name: str, rows: list[tuple[int, int | None]], size: int, dated: bool) -> None:
    """Of any list in one of the orders, whatever its pages; under LAST rows without a date are left to another."""
    listed = [
        row(created, None if ahead is None else created + ahead)
        for created, ahead in sorted(rows, key=KEYS[name], reverse=True)
    ]
    goal = Goal(START, START if dated else None, timedelta(days=9))
    order, before = Order("date_sent"), None
    for at in range(0, len(listed), size):
        page = listed[at : at + size]
        order.see(page, before)
        before = page[-1]
        assert name in order.possible
        if order.ends(before, goal):
            rest = listed[at + size :]
            undated = [one for one in rest if not one["date_sent"] and one["date_created"] >= iso(START)]
            assert not undated or (name == LAST and before["date_sent"])
            assert not dated or not [one for one in rest if (one["date_sent"] or "") >= iso(START)]
            return


@pytest.mark.parametrize("column", ["date_sent", "date_created"])
def test_a_date_that_cannot_be_read_tells_nothing(column: str) -> None:
    """Twilio knows it: the row does not show that one without a date stands above others."""
    order = Order("date_sent")
    assert order.see([row(5, 5), ChangedRow(row(4), {column: "text"}), row(3, 3)]) == row(3, 3)
    assert order.possible == {CREATED, SENT, FIRST, LAST}
    order.see([row(5, 5), ChangedRow(row(4), {"price": "text"}), row(3, 3)])
    assert order.possible == {CREATED, SENT}
