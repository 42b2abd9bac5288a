"""Where the chains of one list begin and end, and what each of them holds up."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from source_twilio.components.reading.chains import Chains
from source_twilio.components.reading.steps import Part, Stopped
from source_twilio.components.reading.windows import Window
from unit_tests.support import iso

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
Row = dict[str, Any]


def row(day: float) -> Row:
    """A message that was created so many days after the start."""
    return {"sid": f"SM{day}", "date_created": iso(START + day * DAY)}


@pytest.fixture
def parts() -> list[Part]:
    """What is read of three days, and at last the rest."""
    return [Part(start=START) for _ in range(4)]


@pytest.fixture
def chains(parts: list[Part]) -> Chains:
    """Three pieces of a day each."""
    pieces = [Window(START + day * DAY, START + (day + 1) * DAY - timedelta(seconds=1)) for day in range(3)]
    return Chains(pieces, parts[:3], parts[3])


def starts(parts: list[Part]) -> list[float | None]:
    """How many days after the start each part begins."""
    return [None if part.start is None else (part.start - START) / DAY for part in parts]


def test_only_the_rest_holds_the_cursor_before_anything_began(chains: Chains, parts: list[Part]) -> None:
    assert starts(parts) == [None, None, None, 0]


def test_each_chain_takes_over_what_lies_above_the_next_older_one(chains: Chains, parts: list[Part]) -> None:
    assert chains.begin(0, [row(0.75), row(0.5)])
    assert starts(parts) == [0, None, None, 0.75]
    assert chains.begin(1, [row(1.5)])
    assert starts(parts) == [0, 0.75, None, 1.5]
    assert chains.begin(2, [row(2.25)])
    assert starts(parts) == [0, 0.75, 1.5, 2.25]


@pytest.mark.parametrize("rows", [[], [row(0.75)], [row(2)], [{"sid": "SM", "date_created": None}]])
def test_a_page_that_lies_elsewhere_begins_no_chain(chains: Chains, parts: list[Part], rows: list[Row]) -> None:
    assert chains.begin(0, [row(0.5)])
    assert not chains.begin(1, rows)
    assert chains.begin(2, [row(2.5)])
    assert starts(parts) == [0, None, 0.5, 2.5]
    assert chains.own([row(2.75), *rows, row(2.5)]) == ([row(2.75), *rows], True)


def test_a_chain_ends_where_another_begins(chains: Chains) -> None:
    for number in range(3):
        assert chains.begin(number, [row(number + 0.5)])
    assert chains.own([row(1.5), row(1.25), row(0.5), row(0.25)], 1) == ([row(1.5), row(1.25)], True)
    assert chains.own([row(1.25), row(1)], 1) == ([row(1.25), row(1)], False)
    assert chains.own([row(2.5)]) == ([], True)


def test_a_chain_waits_until_it_is_known_where_older_ones_begin(chains: Chains, parts: list[Part]) -> None:
    """It could read past the beginning of one else, so that rows would come twice."""
    ended: list[str] = []
    waiting = [
        threading.Thread(target=lambda: ended.append(f"third {chains.begin(2, [row(2.5)])}")),
        threading.Thread(target=lambda: ended.append(f"top {chains.wait()}")),
    ]
    for thread in waiting:
        thread.start()
    assert chains.begin(0, [row(0.5)])
    waiting[0].join(0.1)
    assert (ended, starts(parts)) == ([], [0, None, None, 0.5])
    assert not chains.begin(1, [])
    for thread in waiting:
        thread.join(10)
    assert sorted(ended) == ["third True", "top None"]
    assert starts(parts) == [0, None, 0.5, 2.5]


def test_nobody_waits_for_a_chain_that_will_not_begin(parts: list[Part]) -> None:
    """The step that would begin it was dropped when the process was told to end."""
    pieces = [Window(START + day * DAY, START + (day + 1) * DAY - timedelta(seconds=1)) for day in range(3)]
    chains = Chains(pieces, parts[:3], parts[3], stopped=lambda: True)
    with pytest.raises(Stopped):
        chains.begin(1, [row(1.5)])
    with pytest.raises(Stopped):
        chains.wait()
    assert starts(parts) == [None, None, None, 0], "the rest holds the cursor"
