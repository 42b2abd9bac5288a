"""A long list of messages, which is read as several chains of pages at once."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from unit_tests.support import Syncs, iso
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import chain_pages, page_size, states_at_every_page, walk_pages

PATH = "/Messages.json?"
BETWEEN = 6 * HOUR


@pytest.fixture
def many(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A message every six hours of forty days, every seventh never sent: 32 pages, chains of about 4."""
    page_size(monkeypatch, 5)
    chain_pages(monkeypatch, 4)
    return [
        put(syncs, "messages", number, NOW - number * BETWEEN, None if number % 7 == 0 else ...)
        for number in range(1, 161)
    ]


def test_chains_begin_behind_the_tokens_of_a_filtered_list(syncs: Syncs, many: list[str]) -> None:
    assert sids(syncs.run("messages"), "messages") == sorted(many)
    asked = [unquote(one).partition(PATH)[2] for one in syncs.asked(PATH)]
    ends = [one for one in asked if "DateSent" in one]
    assert all(one.startswith("DateSent<=2026-") and one.endswith("Z&PageSize=1") for one in ends)
    assert len(ends) == len(set(ends)) >= 8
    pages = [one for one in asked if one not in ends]
    assert all("PageSize=5" in one for one in pages)
    assert 32 <= len(pages) <= 32 + len(ends), "each page once, and what two chains share"


@pytest.mark.parametrize("answer", ["offset", "filters", "refuse"])
@pytest.mark.parametrize("workers", [1, 5])
def test_a_token_that_leads_elsewhere_loses_and_doubles_nothing(
    syncs: Syncs, many: list[str], answer: str, workers: int
) -> None:
    syncs.twilio.set_switch("foreign_page_token", answer)
    syncs.config["num_workers"] = workers
    assert sids(syncs.run("messages"), "messages") == sorted(many)


@pytest.mark.parametrize("token", ["opaque", "sid"])
def test_without_undated_messages_only_a_documented_token_is_trusted(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """A filtered list would look the same as the unfiltered one."""
    page_size(monkeypatch, 5)
    chain_pages(monkeypatch, 4)
    wanted = [put(syncs, "messages", number, NOW - number * BETWEEN) for number in range(1, 161)]
    syncs.twilio.set_switch("page_token", token)
    syncs.twilio.set_switch("later_pages", "counted")  # by default every later page of messages calls itself the first
    syncs.config["num_workers"] = 1
    assert sids(syncs.run("messages"), "messages") == sorted(wanted)
    pages = [int(page) for one in syncs.asked(PATH) if "PageSize=5" in one for page in re.findall(r"&Page=(\d+)", one)]
    assert (max(pages) == 31) == (token == "opaque"), "one chain of all pages"
    assert (max(pages) < 10) == (token == "sid"), "short chains"


def test_the_state_follows_the_oldest_chain(syncs: Syncs, many: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle, a sync goes on where the chains that had ended left no gap."""
    states_at_every_page(monkeypatch)
    syncs.config["num_workers"] = 1
    first = syncs.run("messages", stop_after=110)
    seen = set(sids(first, "messages"))
    assert len(seen) < 110
    cursors = {
        entry["partition"].get("rows", ""): entry["cursor"]["date_sent"] for entry in syncs.state["messages"]["states"]
    }
    start = iso(NOW - 161 * BETWEEN)
    assert start < cursors[""] == cursors["undated"] < iso(NOW - 40 * BETWEEN)
    older = {sid for number, sid in enumerate(many, start=1) if iso(NOW - number * BETWEEN) <= cursors[""]}
    assert older and older <= seen
    second = syncs.run("messages")
    again = set(sids(second, "messages"))
    assert seen | again == set(many)
    assert len(again) < len(many)


def test_a_chain_that_fails_holds_the_state_before_it(syncs: Syncs, many: list[str]) -> None:
    syncs.config["num_workers"] = 1
    syncs.twilio.add_fault("status", url="PageToken", nth=30, status=400, code=12345)
    output = syncs.run("messages")
    assert output.statuses("messages")[-1] == "INCOMPLETE"
    seen = set(sids(output, "messages"))
    syncs.twilio.clear_faults()
    again = set(sids(syncs.run("messages"), "messages"))
    assert seen | again == set(many) and seen and len(again) < len(many)


def test_undated_rows_are_walked_in_chains_beside_windows(
    syncs: Syncs, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    walk_pages(monkeypatch, 0)
    assert sids(syncs.run("messages"), "messages") == sorted(many)
    asked = [unquote(one).partition(PATH)[2] for one in syncs.asked(PATH)]
    assert any(one.startswith("DateSent>=") for one in asked), "windows"
    assert sum(one.startswith("DateSent<=") for one in asked) >= 8, "ends of chains"


def test_a_burst_and_long_silence(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page tells little of the rest: pieces without a row begin no chain."""
    page_size(monkeypatch, 5)
    chain_pages(monkeypatch, 4)
    wanted = [put(syncs, "messages", number, NOW - timedelta(minutes=number)) for number in range(1, 41)]
    wanted += [put(syncs, "messages", 100 + number, NOW - 30 * DAY - number * HOUR) for number in range(40)]
    wanted += [put(syncs, "messages", 200 + number, NOW - 45 * DAY - number * HOUR, None) for number in range(20)]
    assert sids(syncs.run("messages"), "messages") == sorted(wanted)
