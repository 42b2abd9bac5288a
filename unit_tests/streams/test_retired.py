"""Streams of the catalog that there are not, or not any more: all others are read, and the sync ends with an error."""

from __future__ import annotations

import pytest

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Syncs
from unit_tests.support.dated_rows import HOUR, NOW, put, sids


@pytest.mark.parametrize("names", [("gone", "calls"), ("calls", "gone"), ("gone", "calls", "lost")])
def test_a_retired_stream_stops_no_other(syncs: Syncs, names: tuple[str, ...]) -> None:
    wanted = put(syncs, "calls", 1, NOW - HOUR)
    output = syncs.run(*names)
    assert output.failure is not None
    error = output.failure
    assert error.failure_type.value == "config_error"
    retired = sorted(set(names) - {"calls"})
    assert f"The catalog selects {', '.join(retired)}, which this connector does not have" in error.message
    assert "Refresh" in error.message and "docs/migration.md" in error.message
    assert [output.statuses(name) for name in retired] == [["INCOMPLETE"]] * len(retired)
    assert sids(output, "calls") == [wanted]
    assert output.statuses("calls")[-1] == "COMPLETE"
    assert {entry["partition"]["account_sid"] for entry in syncs.state["calls"]["states"]} == {MAIN}


def test_a_stream_that_fails_beside_it_keeps_its_own_error(syncs: Syncs) -> None:
    syncs.twilio.add_fault("status", url="/Calls", status=404, code=20404)
    output = syncs.run("gone", "calls")
    assert output.failure is not None
    own, retired = output.errors()
    assert "Stream calls" in own.message and "The catalog selects gone" in retired.message
    assert (output.statuses("calls")[-1], output.statuses("gone")) == ("INCOMPLETE", ["INCOMPLETE"])


def test_its_state_is_left_alone(syncs: Syncs) -> None:
    syncs.state = {"gone": {"states": []}}
    syncs.run("gone", "calls")
    assert syncs.state["gone"] == {"states": []}
