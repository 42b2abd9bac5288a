"""The states that earlier versions wrote, and states that nobody wrote: none crashes, none is ahead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_twilio.components.rows.times import parse
from unit_tests.support.states import AC1, AC2, DAY1, MAIN, migration, uri

SAVED = sorted((Path(__file__).parents[1] / "resource" / "states").glob("*.json"))


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_the_files_that_earlier_versions_wrote(path: Path) -> None:
    """Never ahead of what was read: no entry lies behind the oldest that the file has for its account."""
    assert len(SAVED) == 3
    for message in json.loads(path.read_text(encoding="utf-8")):
        stream, before = message["stream"]["stream_descriptor"]["name"], message["stream"]["stream_state"]
        after = migration(stream).migrate(before)
        assert migration(stream).migrate(after) == after
        oldest: dict[str, Any] = {}
        for one in before.get("states", []):
            (value,) = one["cursor"].values()
            sid = next((sid for sid in _sids(one["partition"])), MAIN)
            oldest[sid] = min(oldest.get(sid, parse(value)), parse(value))
        if "states" not in before and stream == "alerts":
            oldest[MAIN] = parse(before["date_generated"])
        found = {one["partition"]["account_sid"]: one["cursor"] for one in after["states"]}
        assert set(found) == set(oldest), "an entry for each account that was read"
        for sid, cursor in found.items():
            assert list(cursor) == [migration(stream).cursor_field]
            assert parse(next(iter(cursor.values()))) <= oldest[sid]
        flat = {name: value for name, value in after.items() if name != "states"}
        if "states" in before or stream == "alerts":
            assert flat == {}, "`state` beside `states` is the newest of all accounts: no account starts there"
        else:
            assert parse(flat[migration(stream).cursor_field]) <= parse(next(iter(before.values())))


def _sids(partition: dict[str, Any]) -> list[str]:
    """The accounts that a partition of theirs names: in an address, or as it is (usage)."""
    path = str(partition.get("subresource_uri") or partition.get("account_sid", ""))
    return [part.removesuffix(".json") for part in path.split("/") if part.startswith("AC")]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.sampled_from([AC1, DAY1, uri(AC2), "2026-99-99T99:99:99Z", "9999-12-31T23:59:59-01:00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "states",
                    "state",
                    "partition",
                    "cursor",
                    "date_sent",
                    "account_sid",
                    "subresource_uri",
                    "use_global_cursor",
                    "lookback_window",
                    "rows",
                    "read_since",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
STATES = st.dictionaries(
    st.sampled_from(["states", "state", "date_sent", "use_global_cursor", "lookback_window", "read_since"]),
    JSON,
    max_size=4,
)


@given(
    stream=st.sampled_from(["messages", "calls", "alerts", "conferences"]),
    state=STATES,
    entries=st.lists(st.fixed_dictionaries({"partition": JSON, "cursor": JSON}), max_size=3),
)
@settings(max_examples=100)
def test_no_state_crashes_and_migrating_twice_changes_nothing(stream: str, state: Any, entries: Any) -> None:
    once = migration(stream).migrate({**state, "states": state.get("states") or entries})
    assert migration(stream).migrate(once) == once
    for one in once["states"]:
        assert parse(one["cursor"][migration(stream).cursor_field])
