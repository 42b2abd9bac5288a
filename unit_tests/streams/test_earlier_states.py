"""A user's first sync after an earlier connector: with the states that its versions wrote, all streams or one."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN
from source_twilio.components.rows.times import parse
from unit_tests.support import ConfigBuilder, Output, Syncs, iso, rfc
from unit_tests.support.manifest import cursor_of

FILES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parents[1] / "resource" / "states").glob("*.json")
}
STATUSES = ("init", "in-progress", "completed")


def of_1_0() -> list[dict[str, Any]]:
    """The states of 0.16.0 as Airbyte's 1.0 goes on with them: it asks for conferences status by status, each in a
    partition of its own, and keeps the states of parents beside them."""
    states = copy.deepcopy(FILES["airbyte-0.16.0"])
    for entry in states:
        state = entry["stream"]["stream_state"]
        if entry["stream"]["stream_descriptor"]["name"] == "conferences":
            state["states"] = [
                {**one, "partition": {"conference_status": status, **one["partition"]}}
                for one in state["states"]
                for status in STATUSES
            ]
        if "states" in state:
            state["parent_state"] = {"accounts": {}}
    return states


FILES["airbyte-1.0"] = of_1_0()
STREAMS = ("alerts", "calls", "conferences", "message_media", "messages", "recordings", "usage_records")
START = "2026-01-01T00:00:00Z"
NEW = "AC" + "9" * 32


def accounts() -> list[str]:
    """The accounts of the files: those that a partition of messages names."""
    (messages,) = [one for one in FILES["airbyte-0.16.0"] if one["stream"]["stream_descriptor"]["name"] == "messages"]
    paths = [one["partition"]["subresource_uri"] for one in messages["stream"]["stream_state"]["states"]]
    return [path.split("/")[3] for path in paths]


def saved(version: str, *names: str) -> dict[str, Any]:
    """The states of some streams in a file."""
    found = {one["stream"]["stream_descriptor"]["name"]: one["stream"]["stream_state"] for one in FILES[version]}
    return {name: found[name] for name in names or STREAMS}


def oldest(state: dict[str, Any], account: str) -> datetime | None:
    """How far an account had been read at the least; None if the state does not say."""
    found = [
        next(iter(one["cursor"].values()))
        for one in state.get("states", [])
        if account in json.dumps(one["partition"]) or not one["partition"]
    ]
    flat = [value for value in state.values() if isinstance(value, str)]
    return min(map(parse, found or flat), default=None)


@pytest.fixture
def syncs(twilio: Twilio) -> Syncs:
    """The accounts of the files but for the last, which is gone, and one that is new; a row a day in each list."""
    first, *others, _ = accounts()
    twilio.directory.accounts.clear()
    twilio.add_account(first, MAIN_TOKEN, owner=first)
    for sid in [*others, NEW]:
        twilio.add_account(sid, f"token-{sid}", owner=first)
    number = 0
    for account in twilio.directory.accounts:
        twilio.directory.accounts[account].created = parse("2025-01-01").timestamp()
        for day in range(1, 320, 3):
            at = datetime(2026, 11, 21, 11, tzinfo=timezone.utc) - timedelta(days=day)
            number += 1
            base = {"account_sid": account, "date_created": rfc(at), "date_updated": rfc(at), "status": "completed"}
            media = {"num_media": "1"} if day % 9 == 1 else {"num_media": "0"}
            twilio.put("messages", account, {**base, "sid": f"SM{number:032x}", "date_sent": rfc(at), **media})
            if day % 9 == 1:
                twilio.put(
                    "message_media", account, {**base, "sid": f"ME{number:032x}", "parent_sid": f"SM{number:032x}"}
                )
            twilio.put("calls", account, {**base, "sid": f"CA{number:032x}", "start_time": rfc(at)})
            twilio.put("recordings", account, {**base, "sid": f"RE{number:032x}"})
            twilio.put("conferences", account, {**base, "sid": f"CF{number:032x}"})
            twilio.put(
                "alerts",
                account,
                {**base, "sid": f"NO{number:032x}", "date_created": iso(at), "date_generated": iso(at)},
            )
            date = at.strftime("%Y-%m-%d")
            twilio.put(
                "usage_records",
                account,
                {
                    "account_sid": account,
                    "category": "sms",
                    "start_date": date,
                    "count": "1",
                    "end_date": date,
                    "usage": "1",
                    "price": "1",
                },
                since=at,
            )
    return Syncs(twilio, ConfigBuilder().start(START).subaccounts("all").put(account_sid=first, num_workers=4).build())


def read_since(syncs: Syncs, output: Output, stream: str, state: dict[str, Any], account: str) -> None:
    """Every row from the saved point on is emitted, and it is not all of them where there was one."""
    rows = [
        row
        for row in syncs.twilio.expected(stream, START, main=syncs.config["account_sid"])
        if row["account_sid"] == account
    ]
    point = oldest(state, account)
    alien = stream == "alerts" and account != syncs.config["account_sid"]
    if point is None or alien or (account == NEW and "states" in state):
        point = parse(START)
    key = "date_created" if stream == "message_media" else cursor_of(stream)
    wanted = {row.get("sid") or row["start_date"] for row in rows if parse(row[key]) >= point}
    got = {row.get("sid") or row["start_date"] for row in output.records(stream) if row["account_sid"] == account}
    assert wanted <= got, f"{stream} of {account} from {point} on"
    if point > parse("2026-06-01"):
        assert len(got) < len(rows) or not rows, "what had been read is not read again"


@pytest.mark.parametrize("version", sorted(FILES))
def test_all_streams_at_once(syncs: Syncs, version: str) -> None:
    states = syncs.state = saved(version)
    output = syncs.run(*STREAMS)
    assert output.failure is None
    for stream in STREAMS:
        for account in syncs.twilio.directory.accounts:
            read_since(syncs, output, stream, states[stream], account)
    flat = [line for line in output.warnings() if "one cursor for all accounts" in line]
    assert len(flat) == (6 if version == "airbyte-0.10.2" else 0), "one warning a stream with a flat state"
    after = syncs.state
    second = syncs.run(*STREAMS)
    for stream in STREAMS:
        for account in syncs.twilio.directory.accounts:
            emitted = [row for row in second.records(stream) if row["account_sid"] == account]
            assert len(emitted) <= 35, "the second sync reads the lookback only"
    assert second.warnings() == []
    assert json.dumps(after["messages"]["states"]) == json.dumps(syncs.state["messages"]["states"])


@pytest.mark.parametrize("stream", STREAMS)
def test_one_stream_at_a_time(syncs: Syncs, stream: str) -> None:
    for version in sorted(FILES):
        states = syncs.state = saved(version, stream)
        output = syncs.run(stream)
        assert output.failure is None
        for account in syncs.twilio.directory.accounts:
            read_since(syncs, output, stream, states[stream], account)


def test_accounts_that_are_gone_do_not_hurt_and_stay_in_the_state(syncs: Syncs) -> None:
    gone = accounts()[-1]
    syncs.state = saved("airbyte-0.16.0", "calls")
    output = syncs.run("calls")
    assert output.failure is None and output.warnings() == []
    assert gone in json.dumps(syncs.state), "a reactivated account goes on from where it was"


@pytest.mark.parametrize("state", [{}, {"states": []}, {"states": [{"partition": {}}, {"cursor": {}}, {}]}])
def test_a_state_that_says_nothing_reads_everything(syncs: Syncs, state: dict[str, Any]) -> None:
    syncs.state = {"calls": state}
    output = syncs.run("calls")
    assert len(output.records("calls")) == len(syncs.twilio.expected("calls", START, main=syncs.config["account_sid"]))


def test_a_flat_state_is_kept_by_a_sync_that_fails(syncs: Syncs) -> None:
    """The accounts that could not be read go on from it as well."""
    refused = accounts()[1]
    syncs.state = {"calls": {"end_time": "2026-11-14T07:45:46Z"}}
    syncs.twilio.add_fault("status", url="/Calls.json", account=refused, status=400, code=12345)
    assert syncs.run("calls").failure is not None
    syncs.twilio.clear_faults()
    output = syncs.run("calls")
    found = [row["start_time"] for row in output.records("calls") if row["account_sid"] == refused]
    assert found and min(found) >= "2026-11-12"


def test_the_main_account_alone_reads_alerts_from_an_earlier_state(syncs: Syncs) -> None:
    syncs.state = saved("airbyte-0.12.1", "alerts")
    output = syncs.run("alerts")
    main = [
        row["date_generated"] for row in output.records("alerts") if row["account_sid"] == syncs.config["account_sid"]
    ]
    others = [
        row["date_generated"] for row in output.records("alerts") if row["account_sid"] != syncs.config["account_sid"]
    ]
    assert all(value >= "2026-11-19T11:47:33Z" for value in main)
    assert min(others) < "2026-10-25", "their alerts were never read: the whole 30 days"
    assert MAIN not in json.dumps(syncs.state)
