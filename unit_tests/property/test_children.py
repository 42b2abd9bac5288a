"""Children of dated parents: killed anywhere and resumed, each child of each parent in the range has been emitted, and
no state says so before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airbyte_cdk.models import Type
from hypothesis import given, note, settings
from hypothesis import strategies as st
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.sandbox.accounts import MAIN
from source_twilio.components.rows.times import parse
from unit_tests.support import ConfigBuilder, Output, Syncs, iso, rfc
from unit_tests.support.patches import chain_pages, page_size, states_at_every_page, walk_pages
from unit_tests.support.reading import plain

START = datetime(2024, 2, 24, tzinfo=timezone.utc)
MOMENTS = st.builds(
    lambda day, second: START + timedelta(days=day, seconds=second),
    st.integers(-2, 10),
    st.sampled_from([0, 1, 43_200, 86_399]) | st.integers(0, 86_399),
)


@dataclass(frozen=True)
class Parent:
    """A message or an execution with some children. dated: None for a message that is never sent; ends: when an
    execution does, after which it has one child more."""

    number: int
    created: datetime
    dated: datetime | None
    children: int
    ends: datetime


@pytest.fixture(scope="module")
def frozen() -> Iterator[Traveller]:
    """One clock for all examples."""
    with travel(START, tick=False) as clock:
        yield clock


PARENTS = st.lists(
    st.builds(
        lambda created, ahead, sent, children, runs: Parent(
            0, created, created + ahead if sent else None, children, created + runs
        ),
        MOMENTS,
        st.sampled_from([timedelta(0), timedelta(seconds=30), timedelta(days=2)]),
        st.sampled_from([True, True, False]),
        st.integers(0, 3),
        st.sampled_from([timedelta(seconds=5), timedelta(days=1), timedelta(days=6)]),
    ),
    max_size=14,
)
SYNCS = st.lists(
    st.tuples(
        MOMENTS.map(lambda at: at + timedelta(days=2)), st.none() | st.integers(0, 30), st.none() | st.integers(1, 12)
    ),
    min_size=1,
    max_size=3,
).map(lambda syncs: sorted(syncs, key=lambda sync: sync[0]))


def media(twilio: Twilio, parent: Parent) -> None:
    sid = f"SM{parent.number:032x}"
    row = {
        "sid": sid,
        "account_sid": MAIN,
        "date_created": rfc(parent.created),
        "date_sent": None,
        "num_media": str(parent.children),
        "status": "queued",
    }
    later = [(parent.dated, {"date_sent": rfc(parent.dated)})] if parent.dated else []
    twilio.put("messages", MAIN, row, since=parent.created, later=later)
    for part in range(parent.children):
        twilio.put(
            "message_media",
            MAIN,
            {
                "sid": f"ME{parent.number:030x}{part:02x}",
                "account_sid": MAIN,
                "parent_sid": sid,
                "date_created": rfc(parent.created),
            },
        )


def steps(twilio: Twilio, parent: Parent) -> None:
    sid = f"FN{parent.number:032x}"
    twilio.put(
        "flows", MAIN, {"sid": "FW1", "account_sid": MAIN, "date_created": iso(START), "date_updated": iso(START)}
    )
    row = {"sid": sid, "account_sid": MAIN, "flow_sid": "FW1", "date_created": iso(parent.created), "status": "active"}
    twilio.put("executions", MAIN, row, since=parent.created, later=[(parent.ends, {"status": "ended"})])
    for part in range(parent.children + 1):
        at = parent.ends if part == parent.children else parent.created
        twilio.put(
            "step",
            MAIN,
            {
                "sid": f"FT{parent.number:030x}{part:02x}",
                "account_sid": MAIN,
                "flow_sid": "FW1",
                "execution_sid": sid,
                "date_created": iso(at),
            },
            since=at,
        )


def owed(stream: str, parent: Parent, now: datetime) -> list[str]:
    """The children that exist at a moment."""
    if stream == "message_media":
        return [f"ME{parent.number:030x}{part:02x}" for part in range(parent.children)]
    count = parent.children + (parent.ends <= now)
    last = [f"FT{parent.number:030x}{parent.children:02x}"] if parent.ends <= now else []
    return [f"FT{parent.number:030x}{part:02x}" for part in range(count - len(last))] + last


def place(stream: str, parent: Parent, now: datetime) -> tuple[str, datetime]:
    """Which cursor of the account a parent lies under, and where."""
    if stream == "message_media" and (parent.dated is None or parent.dated > now):
        return "undated", parent.created
    return "", parent.created if stream == "step" or parent.dated is None else parent.dated


def check(stream: str, output: Output, parents: list[Parent], seen: set[str], now: datetime) -> None:
    """No state of a sync is ahead of the children that came before it."""
    for message in output.messages:
        if message.type == Type.RECORD and message.record:
            seen.add(message.record.data["sid"])
        elif message.type == Type.STATE and message.state and message.state.stream:
            for entry in plain(message.state.stream.stream_state).get("states", []):
                kind, value = entry["partition"].get("rows", ""), parse(next(iter(entry["cursor"].values())))
                for parent in parents:
                    if parent.created <= now and place(stream, parent, now)[0] == kind:
                        at = place(stream, parent, now)[1]
                        if START <= at <= value and not (stream == "step" and at == value):
                            missing = set(owed(stream, parent, now)) - seen
                            assert not missing, f"{missing} of {at} are passed over by {value}"


@pytest.mark.parametrize("stream", ["message_media", "step"])
@settings(max_examples=30)
@given(
    parents=PARENTS,
    syncs=SYNCS,
    size=st.integers(1, 4),
    walk=st.sampled_from([0, 50]),
    chain=st.sampled_from([1, 8]),
    workers=st.integers(1, 3),
    gone=st.none() | st.integers(0, 5),
)
def test_every_child_comes_before_the_state_that_says_so(
    frozen: Traveller,
    stream: str,
    parents: list[Parent],
    syncs: list[Any],
    size: int,
    walk: int,
    chain: int,
    workers: int,
    gone: int | None,
) -> None:
    parents = [Parent(n, one.created, one.dated, one.children, one.ends) for n, one in enumerate(parents)]
    frozen.move_to(START - timedelta(days=20))
    twilio = Twilio(EmptyWorld())
    twilio.directory.accounts[MAIN].created = (START - timedelta(days=900)).timestamp()
    for parent in parents:
        (media if stream == "message_media" else steps)(twilio, parent)
    if gone is not None:  # deleted between the two requests
        twilio.add_fault("status", url=f"{gone:032x}/", status=404, code=20404)
        parents = [parent for parent in parents if parent.number != gone]
    runs = Syncs(twilio, ConfigBuilder().start(iso(START)).put(lookback_window=0, num_workers=workers).build())
    seen: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        page_size(patch, size)
        states_at_every_page(patch)
        walk_pages(patch, walk)
        chain_pages(patch, chain)
        for number, (at, stop_after, fault) in enumerate(syncs):
            frozen.move_to(at)
            last = number == len(syncs) - 1
            if fault and not last:
                twilio.add_fault("status", url="Media|Steps", nth=fault, status=400, code=12345)
            output = runs.run(stream, stop_after=None if last else stop_after)
            twilio.faults.rules = [rule for rule in twilio.faults.rules if rule.status == 404]
            note(f"{at} {stop_after} {fault}: {output.statuses(stream)} {runs.state}")
            check(stream, output, parents, seen, at)
    assert output.statuses(stream)[-1] == "COMPLETE", output.errors()
    for parent in parents:
        kind, moment = place(stream, parent, at)
        if parent.created <= at and moment >= START:
            assert set(owed(stream, parent, at)) <= seen
