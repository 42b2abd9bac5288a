"""A history read in pieces: streams with a date end before `end_date`, and pieces neither overlap nor leave a gap."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from urllib.parse import unquote

import pytest
from time_machine import Traveller

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Output, Syncs, iso
from unit_tests.support.dated_rows import CURSOR, DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import chain_pages, page_size, walk_pages

MIDNIGHT = NOW.replace(hour=0)
EDGES = [MIDNIGHT - 60 * DAY, MIDNIGHT - 40 * DAY, MIDNIGHT - 39 * DAY - HOUR, MIDNIGHT - 10 * DAY, MIDNIGHT + 2 * DAY]
ORDERS = ("created", "dated", "undated_first", "undated_last", "unordered")


def pieces(syncs: Syncs, stream: str) -> list[Output]:
    """A sync of its own for each piece of the history, each with a state of its own."""
    outputs = []
    for start, end in pairwise(EDGES):
        syncs.config |= {"start_date": iso(start), "end_date": iso(end)}
        syncs.state = {}
        outputs.append(syncs.run(stream))
        assert outputs[-1].statuses(stream)[-1] == "COMPLETE"
    return outputs


def rows_at_edges(syncs: Syncs, stream: str, undated: bool) -> list[str]:
    """A row every ten hours, and some in the seconds around the edges; those from the first edge on are given."""
    moments = [NOW - 10 * HOUR * number - HOUR for number in range(160)]
    moments += [edge + second for edge in EDGES[:-1] for second in (timedelta(seconds=-1), timedelta(0))]
    wanted = []
    for number, moment in enumerate(moments):
        at = None if undated and number % 4 == 0 else moment
        sid = put(syncs, stream, number, moment, at, status="completed" if at else "canceled")
        wanted += [sid] if moment >= EDGES[0] else []
    return sorted(wanted)


@pytest.mark.parametrize("size", [1000, 5])
@pytest.mark.parametrize("stream", ["calls", "recordings", "conferences"])
def test_pieces_are_the_whole(syncs: Syncs, monkeypatch: pytest.MonkeyPatch, stream: str, size: int) -> None:
    page_size(monkeypatch, size)
    wanted = rows_at_edges(syncs, stream, undated=stream == "calls")
    assert sorted(sid for output in pieces(syncs, stream) for sid in sids(output, stream)) == wanted


@pytest.mark.parametrize("size", [1000, 5])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("walked", [0, 3000], ids=["windows", "walk"])
def test_pieces_of_messages_are_the_whole_in_every_order(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, order: str, size: int, walked: int
) -> None:
    page_size(monkeypatch, size)
    chain_pages(monkeypatch, 1)
    walk_pages(monkeypatch, walked)
    syncs.twilio.set_switch(*(("list_order", order) if order == "unordered" else ("messages_order", order)))
    wanted = rows_at_edges(syncs, "messages", undated=True)
    for number in range(8):  # sent nine days after they were created, some in another piece
        created = EDGES[2] - (number + 1) * 30 * HOUR
        wanted += [put(syncs, "messages", 900 + number, created, created + 9 * DAY)]
    assert sorted(sid for output in pieces(syncs, "messages") for sid in sids(output, "messages")) == sorted(wanted)


@pytest.mark.parametrize("order", ORDERS[:4])
@pytest.mark.parametrize("days", [1, 3, 7])
def test_a_sparse_history_is_not_begun_too_far_down(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, order: str, days: int
) -> None:
    """The newest message before a moment may be one of the piece itself."""
    page_size(monkeypatch, 5)
    syncs.twilio.set_switch("messages_order", order)
    moments = [NOW - days * DAY * number - HOUR for number in range(70 // days)]
    wanted = [put(syncs, "messages", n, at) for n, at in enumerate(moments) if at >= EDGES[0]]
    wanted += [put(syncs, "messages", 500 + n, at + HOUR / 2, None) for n, at in enumerate(moments) if at >= EDGES[0]]
    assert sorted(sid for output in pieces(syncs, "messages") for sid in sids(output, "messages")) == sorted(wanted)


def test_a_piece_of_long_ago_costs_no_walk_from_today(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    page_size(monkeypatch, 5)
    for number in range(600):
        put(syncs, "messages", number, NOW - 2 * HOUR * number, None if number % 9 == 0 else ...)
    syncs.config |= {"start_date": iso(MIDNIGHT - 40 * DAY), "end_date": iso(MIDNIGHT - 38 * DAY)}
    rows = syncs.run("messages").records("messages")
    assert len(rows) == 24
    assert len(syncs.asked("/Messages.json")) <= 25, "of 120 pages"


@pytest.mark.parametrize("stream", ["messages", "calls", "alerts", "usage_records"])
def test_the_state_covers_what_was_read_and_goes_on_without_the_end(
    syncs: Syncs, clock: Traveller, stream: str
) -> None:
    end = MIDNIGHT - 5 * DAY
    numbers = range(0, 12)
    for number in numbers:
        if stream == "usage_records":
            day = iso(MIDNIGHT - number * DAY)[:10]
            days = {"start_date": day, "end_date": day}
            row = {"account_sid": MAIN, "category": "sms", **days, "count": "1", "usage": "1", "price": "0.1"}
            syncs.twilio.put(stream, MAIN, row, since=MIDNIGHT - 30 * DAY)
        else:
            put(syncs, stream, number, NOW - number * DAY, None if stream == "messages" and number == 8 else ...)
    syncs.config |= {"start_date": iso(MIDNIGHT - 20 * DAY), "end_date": iso(end)}
    first = syncs.run(stream)
    field = "start_date" if stream == "usage_records" else CURSOR[stream]
    expected = [n for n in numbers if NOW.replace(hour=0 if stream == "usage_records" else 12) - n * DAY < end]
    assert len(first.records(stream)) == len(expected)
    cursors = {entry["cursor"][field] for entry in syncs.state[stream]["states"]}
    assert cursors == {iso(end - timedelta(seconds=1)) if stream != "usage_records" else iso(end - DAY)[:10]}

    again = syncs.run(stream)  # the lookback window once more, and nothing behind the end
    assert all(row in first.records(stream) for row in again.records(stream))
    assert syncs.state[stream]["states"] == first.last_states()[stream]["states"]

    del syncs.config["end_date"]
    rest = syncs.run(stream)
    seen = {str(row.get("sid") or row.get("start_date")) for one in (first, rest) for row in one.records(stream)}
    assert len(seen) == len(numbers)


def test_a_state_beyond_the_end_has_nothing_left(syncs: Syncs) -> None:
    put(syncs, "messages", 1, NOW - 3 * DAY)
    syncs.run("messages")
    before = syncs.state["messages"]["states"]
    syncs.config["end_date"] = iso(MIDNIGHT - 9 * DAY)
    output = syncs.run("messages")
    assert (output.records("messages"), syncs.asked("/Messages")) == ([], [])
    assert output.statuses("messages")[-1] == "COMPLETE"
    assert syncs.state["messages"]["states"] == before


def test_children_end_with_their_parents(syncs: Syncs) -> None:
    for number, day in enumerate((2, 8, 9)):
        sid = put(syncs, "messages", number, NOW - day * DAY, num_media="1")
        row = {"sid": f"ME{number:032x}", "parent_sid": sid, "message_sid": sid, "account_sid": MAIN}
        syncs.twilio.put("message_media", MAIN, row, since=NOW - day * DAY)
    syncs.config["end_date"] = iso(NOW - 7 * DAY)
    media = syncs.run("message_media").records("message_media")  # in no order: they are asked for at the same time
    assert sorted(row["sid"] for row in media) == [f"ME{1:032x}", f"ME{2:032x}"]
    assert not [one for one in syncs.asked("/Media.json") if f"SM{0:032x}" in one]


def test_lists_that_no_date_cuts_are_read_whole(syncs: Syncs) -> None:
    for day in (1, 9):
        row = {"sid": f"PN{day:032x}", "account_sid": MAIN, "date_updated": "Fri, 20 Nov 2026 10:00:00 +0000"}
        syncs.twilio.put("incoming_phone_numbers", MAIN, row, since=NOW - day * DAY)
    syncs.config["end_date"] = iso(NOW - 7 * DAY)
    assert len(syncs.run("incoming_phone_numbers").records("incoming_phone_numbers")) == 2
    (entry,) = syncs.state["incoming_phone_numbers"]["states"]
    assert entry["cursor"]["date_updated"] == iso(NOW), "its cursor is no part of a piece"


def test_the_requests_end_there(syncs: Syncs) -> None:
    end = MIDNIGHT - 7 * DAY
    syncs.config["end_date"] = iso(end)
    syncs.run("alerts")
    (asked,) = [unquote(one) for one in syncs.asked("/Alerts")]
    assert f"EndDate={iso(end)}" in asked
