"""Whether a list still brings something new: rows that come again, pages that bring nothing, lists that do not end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twilio.components.twilio import progress
from source_twilio.components.twilio.progress import IN_VAIN, Endless, Progress

Row = dict[str, Any]


def rows(*keys: Any) -> list[Row]:
    return [{"sid": key, "list": "L"} for key in keys]


def read(pages: list[list[Row]], key: tuple[str, ...] = ("sid",), *, ends: bool = True) -> list[Row]:
    """The rows of a list of some pages, of which the last one names no next page if the list ends."""
    shown = Progress(key)
    last = len(pages) - 1
    return [row for number, page in enumerate(pages) for row in shown.fresh(page, not ends or number < last)]


def test_a_row_that_comes_again_on_a_later_page_leaves_once_and_as_it_was_first() -> None:
    changed = {"sid": "2", "list": "L", "status": "moved"}
    assert read([rows("1", "2"), [changed, *rows("3")], rows("1", "4")]) == rows("1", "2", "3", "4")


def test_rows_of_one_page_are_left_alone() -> None:
    assert read([rows("1", "1")]) == rows("1", "1")
    assert read([rows("1", "1"), rows("2")]) == rows("1", "1", "2")


def test_all_columns_of_a_key_count() -> None:
    pages = [[{"a": 1, "b": "x"}], [{"a": 1, "b": "y"}], [{"a": -1, "b": "x"}], [{"a": -2, "b": "x"}]]
    assert read(pages, ("a", "b")) == [page[0] for page in pages]
    nested = [[{"period": {"start": day}}] for day in ("1", "2", "1")]
    assert read(nested, ("period.start",)) == [nested[0][0], nested[1][0]]


@pytest.mark.parametrize("value", [["list"], {"an": "object"}, 7, True, 0.5])
def test_a_key_of_any_kind_can_be_looked_up(value: Any) -> None:
    assert read([rows(value, "2"), rows(value, "3")]) == rows(value, "2", "3")


def test_rows_without_a_key_may_be_alike_but_not_whole_pages() -> None:
    one, two, other = {"event": "a"}, {"event": "b"}, {"event": "c"}
    assert read([[one, two], [one, other]], ()) == [one, two, one, other]
    assert read([[one, two], [one, two], [other]], ()) == [one, two, other]
    assert read([rows(None, "1"), rows(None, "2")]) == rows(None, "1", None, "2")


def test_empty_pages_with_rows_behind_them_are_read_on() -> None:
    empty: list[list[Row]] = [[] for _ in range(IN_VAIN - 1)]
    assert read([*empty, rows("1"), *empty, rows("2"), *empty, []]) == rows("1", "2")


@pytest.mark.parametrize("round_of", [[[]], [["1", "2"]], [["1"], ["2"]], [["1"], [], ["2", "3"], []]])
@pytest.mark.parametrize("key", [("sid",), ()])
def test_a_list_without_an_end_is_given_up_after_a_few_pages(round_of: list[list[str]], key: tuple[str, ...]) -> None:
    shown, found = Progress(key), []
    pages = 0
    with pytest.raises(Endless, match="no new row"):
        while pages < 1000:
            pages += 1
            found += shown.fresh(rows(*round_of[(pages - 1) % len(round_of)]), True)
    assert [row["sid"] for row in found] == [sid for page in round_of for sid in page]
    assert pages <= len(round_of) + IN_VAIN


def test_a_list_that_comes_round_is_known_after_more_rows_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REMEMBERED", 10)
    pages = [rows(*range(start, start + 4)) for start in range(0, 400, 4)]
    shown, found = Progress(["sid"]), []
    with pytest.raises(Endless):
        for page in pages * 3:
            found += shown.fresh(page, True)
    assert found == [row for page in pages for row in page]


def test_memory_is_bounded() -> None:
    shown = Progress(["sid"])
    for start in range(0, 100_000, 500):
        shown.fresh(rows(*map(str, range(start, start + 500))), True)
    assert len(shown._recent) + len(shown._older) <= 2 * progress.REMEMBERED + 500


KEYS = st.lists(st.integers(0, 30).map(str), max_size=5, unique=True)


@given(st.lists(KEYS, max_size=40), st.booleans())
def test_every_key_leaves_once_and_the_reading_ends(pages: list[list[str]], ends: bool) -> None:
    """Pages with repeats, overlaps and empty ones; one that does not end goes round for ever."""
    wanted: list[str] = []
    shown, found = Progress(["sid"]), []
    asked = 0
    try:
        while pages and (asked < len(pages) if ends else asked < 10_000):
            page = pages[asked % len(pages)]
            asked += 1
            found += [row["sid"] for row in shown.fresh(rows(*page), not ends or asked < len(pages))]
            wanted += [key for key in page if key not in wanted]
    except Endless:
        assert all(set(pages[number % len(pages)]) <= set(found) for number in range(asked - IN_VAIN, asked))
    assert asked <= len(pages) + IN_VAIN
    assert found == wanted
