"""Any sequence of syncs, whatever the rows, the answers to Twilio's open questions, faults and kills in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from time_machine import Traveller, travel

from integration_tests.sandbox import EmptyWorld, Twilio
from integration_tests.sandbox.accounts import CLOSED, MAIN, SUPPORT
from unit_tests.property.model import SHAPES, Checker, Item
from unit_tests.support import ConfigBuilder, Syncs, iso
from unit_tests.support.patches import cap, chain_pages, page_size, states_at_every_page, walk_pages

DAY0 = datetime(2024, 2, 24, tzinfo=timezone.utc)  # a leap day, two month ends and a Sunday in the range
START = DAY0
DAYS = 12
SECONDS = st.sampled_from([0, 1, 2, 43_199, 43_200, 86_398, 86_399]) | st.integers(0, 86_399)
MOMENTS = st.builds(lambda day, second: DAY0 + timedelta(days=day, seconds=second), st.integers(-3, DAYS), SECONDS)
DELAYS = st.sampled_from([0, 1, 59, 3600, 86_399, 86_400]).map(lambda seconds: timedelta(seconds=seconds))
ORDERS = ["created", "dated", "undated_first", "undated_last"]
SWITCHES = st.fixed_dictionaries(
    {
        "upper_bound": st.sampled_from(["documented", "before", "at"]),
        "date_compare": st.sampled_from(["instant", "date"]),
        "list_order": st.sampled_from(["newest", "oldest", "unordered"]),
        "messages_order": st.sampled_from(ORDERS),
        "calls_order": st.sampled_from(ORDERS),
        "page_token": st.sampled_from(["opaque", "sid"]),
        "alert_cap": st.sampled_from(["silent", "error"]),
        "cap_rows": st.sampled_from([0, 8]),
        "foreign_page_token": st.sampled_from(["position", "offset", "filters", "refuse"]),
    }
)


@pytest.fixture(scope="module")
def frozen() -> Iterator[Traveller]:
    """One clock for all examples: starting one takes longer than a sync."""
    with travel(DAY0, tick=False) as clock:
        yield clock


@dataclass(frozen=True)
class Sync:
    """One sync: when, of which accounts, and what ends it early."""

    at: datetime
    everyone: bool
    stop_after: int | None
    fault: int | None  # which request of the list fails for good


@st.composite
def items(draw: st.DrawFn, stream: str) -> list[Item]:
    """Rows of a stream."""
    shape = SHAPES[stream]
    found = []
    bursts = draw(st.lists(st.tuples(MOMENTS, st.integers(1, 12), st.sampled_from([1, 60, 3600, 20_000])), max_size=3))
    moments = [at + timedelta(seconds=number * gap) for at, count, gap in bursts for number in range(count)]
    moments += draw(st.lists(MOMENTS, max_size=8))
    for number, moment in enumerate(moments):
        fraction = draw(st.sampled_from([0, 0, 1, 999])) if shape.wire is iso else 0
        dated = moment + timedelta(milliseconds=fraction)
        ahead = draw(DELAYS | st.just(timedelta(days=9))) if shape.undated else timedelta(0)
        kind = draw(st.sampled_from(["dated", "dated", "dated", "never", "late"]))
        created = dated - (min(ahead, timedelta(days=1)) if stream == "calls" else ahead)
        changes = tuple(
            sorted({created + draw(DELAYS) * draw(st.integers(1, 4)) for _ in range(draw(st.integers(0, 2)))})
        )
        found.append(
            Item(
                number,
                draw(st.sampled_from([MAIN, MAIN, SUPPORT])),
                created,
                None if kind == "never" and shape.undated else dated,
                changes,
                created + draw(DELAYS) / 30 if kind == "late" and not shape.moves and not shape.undated else None,
                draw(
                    st.sampled_from(
                        [
                            "queued",
                            "canceled",
                            "failed",
                            "busy",
                            "in-progress" if stream == "conferences" else "ringing",
                        ]
                    )
                )
                if shape.undated
                else draw(st.sampled_from(["init", "in-progress", "completed"])),
            )
        )
    return found


SYNCS = st.lists(
    st.builds(
        Sync,
        MOMENTS.map(lambda at: at + timedelta(days=3, seconds=1)),
        st.booleans(),
        st.none() | st.integers(0, 40),
        st.none() | st.integers(1, 8),
    ),
    min_size=1,
    max_size=4,
).map(lambda syncs: sorted(syncs, key=lambda sync: sync.at))


@pytest.mark.parametrize("stream", list(SHAPES))
@given(
    data=st.data(),
    switches=SWITCHES,
    syncs=SYNCS,
    lookback=st.sampled_from([0, 1440, 4000]),
    workers=st.integers(1, 3),
    size=st.integers(1, 4),
    walk=st.sampled_from([0, 3, 50]),
    chain=st.sampled_from([1, 2, 8]),
    step=st.sampled_from(["P1D", "P1W", "P1M"]),
)
def test_nothing_is_lost_doubled_or_passed_over(
    frozen: Traveller,
    stream: str,
    data: Any,
    switches: dict[str, Any],
    syncs: list[Sync],
    lookback: int,
    workers: int,
    size: int,
    walk: int,
    chain: int,
    step: str,
) -> None:
    shape, rows = SHAPES[stream], data.draw(items(stream))
    twilio = Twilio(EmptyWorld(), **switches)
    twilio.directory.accounts = {
        sid: account for sid, account in twilio.directory.accounts.items() if sid in (MAIN, SUPPORT, CLOSED)
    }
    for account in twilio.directory.accounts.values():
        account.created = (START - timedelta(days=900)).timestamp()
    frozen.move_to(START - timedelta(days=30))
    for row in rows:
        row.put(twilio, shape)
    config = (
        ConfigBuilder().start(iso(START)).put(lookback_window=lookback, num_workers=workers, slice_step_duration=step)
    )
    runs = Syncs(twilio, config.build())
    checker = Checker(shape, rows, START)
    with pytest.MonkeyPatch.context() as patch:
        # That a list is not sorted shows within a page, so a page of it has to be long enough to show it.
        page_size(patch, size if switches["list_order"] == "newest" else 8)
        cap(patch, switches["cap_rows"] or 10_000)
        states_at_every_page(patch)
        walk_pages(patch, walk)
        chain_pages(patch, chain)
        everyone = False
        for number, sync in enumerate(syncs):
            frozen.move_to(sync.at)
            everyone = everyone or sync.everyone
            runs.config["subaccounts"] = {"mode": "all" if everyone else "none"}
            last = number == len(syncs) - 1
            if sync.fault and not last:
                twilio.add_fault("status", url=f"/{stream.title()}", nth=sync.fault, status=400, code=12345)
            saved = runs.state
            output = runs.run(stream, stop_after=None if last else sync.stop_after)
            twilio.clear_faults()
            note(f"{sync}: {len(output.records(stream))} rows, {output.statuses(stream)}, {runs.state}")
            for line in output.errors():
                note(str(line.message))
            checker.follow(output, saved, sync.at, lookback, {MAIN, SUPPORT} if everyone else {MAIN})
        assert output.statuses(stream)[-1] == "COMPLETE", output.errors()
