"""Lists below another list: which parents are asked, again in the next sync or not, and what a failing one costs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from time_machine import Traveller

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN, SUPPORT
from source_twilio.components.twilio import api
from source_twilio.components.twilio.gate import Health
from unit_tests.support import ConfigBuilder, Syncs, iso, rfc
from unit_tests.support.patches import page_size

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
OLD, DAY = "2020-01-01T00:00:00Z", timedelta(days=1)


def asked(syncs: Syncs, pattern: str) -> list[str]:
    """What a pattern finds in the paths of the last sync, each once for each request."""
    return sorted(found.group(1) for one in syncs.asked() if (found := re.search(pattern, one)))


def put(syncs: Syncs, stream: str, sid: str, updated: Any = OLD, **columns: Any) -> None:
    wire = rfc if stream in ("messages", "message_media", "queues", "conferences", "calls", "addresses") else iso
    dates = {"date_created": wire(columns.pop("created", updated)), "date_updated": wire(updated)}
    account = columns.pop("account", MAIN)
    syncs.twilio.put(stream, account, {"sid": sid, "account_sid": account, **dates, **columns})


def message(syncs: Syncs, number: int, at: Any, media: str, *, sent: bool = True, account: str = MAIN) -> None:
    sid = f"SM{number:032x}"
    put(
        syncs, "messages", sid, at, date_sent=rfc(at) if sent else None, num_media=media, status="sent", account=account
    )
    for part in range(int(media)):
        put(syncs, "message_media", f"ME{number:030x}{part:02x}", at, parent_sid=sid, account=account)


MEDIA = r"Messages/(SM\w+)/Media"


def test_media_are_asked_for_messages_of_the_window_that_have_some(syncs: Syncs, clock: Traveller) -> None:
    message(syncs, 1, NOW - 40 * DAY, "1")
    message(syncs, 2, NOW - 60 * DAY, "1")  # before the start date
    message(syncs, 3, NOW - 10 * DAY, "0")
    message(syncs, 4, NOW - 10 * DAY, "2", sent=False)
    first = syncs.run("message_media")
    assert asked(syncs, MEDIA) == [f"SM{1:032x}", f"SM{4:032x}"]
    assert len(first.records("message_media")) == 3
    clock.move_to(NOW + 5 * DAY)
    message(syncs, 5, NOW + 2 * DAY, "1")
    second = syncs.run("message_media")
    assert asked(syncs, MEDIA) == [f"SM{5:032x}"], "a night costs the day's media, not all of them"
    assert [row["parent_sid"] for row in second.records("message_media")] == [f"SM{5:032x}"]
    assert len(syncs.state["message_media"]["states"]) == 2, "one cursor an account, none a message"


def test_a_parent_that_is_gone_is_skipped_and_the_window_closes(syncs: Syncs) -> None:
    for number in (1, 2, 3):
        message(syncs, number, NOW - number * DAY, "1")
    syncs.twilio.add_fault("status", url=f"{2:032x}/Media", status=404, code=20404)
    output = syncs.run("message_media")
    assert output.statuses("message_media")[-1] == "COMPLETE"
    assert len(output.records("message_media")) == 2
    assert {one["cursor"]["date_created"] for one in syncs.state["message_media"]["states"]} == {iso(NOW)}


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        ("status", {"status": 400, "code": 20001}),
        ("not_json", {"status": 404}),
        ("status", {"status": 503}),
        ("empty", {}),
    ],
)
def test_a_parent_that_fails_leaves_the_cursor_of_its_account(
    syncs: Syncs, waits: list[float], monkeypatch: pytest.MonkeyPatch, action: str, rule: Any
) -> None:
    # The waits of one thread move the clock of all: ten minutes could pass before another one sends its first request.
    monkeypatch.setattr(api, "Health", lambda give_up: Health(float("inf")))
    syncs.config["subaccounts"] = {"mode": "selected", "account_sids": [SUPPORT]}
    for number, account in enumerate([MAIN, MAIN, SUPPORT]):
        message(syncs, number, NOW - 2 * DAY, "1", account=account)
    syncs.twilio.add_fault(action, url=f"{1:032x}/Media", **rule)
    output = syncs.run("message_media")
    assert output.statuses("message_media")[-1] == "INCOMPLETE"
    read = {
        (one["partition"]["account_sid"], one["partition"].get("rows"))
        for one in syncs.state["message_media"]["states"]
    }
    assert (SUPPORT, None) in read and (MAIN, None) not in read
    syncs.twilio.clear_faults()
    rows = [*output.records("message_media"), *syncs.run("message_media").records("message_media")]
    assert {row["parent_sid"] for row in rows} == {f"SM{number:032x}" for number in range(3)}


def conversation(syncs: Syncs, number: int, state: str, updated: Any = OLD, service: str = "IS1") -> str:
    sid = f"CH{number}"
    put(syncs, "services", service)
    put(syncs, "conversations", sid, updated, chat_service_sid=service, state=state)
    return sid


def note(syncs: Syncs, conversation_sid: str, number: int, at: Any, service: str = "IS1") -> None:
    put(
        syncs,
        "conversation_messages",
        f"IM{number}",
        at,
        conversation_sid=conversation_sid,
        chat_service_sid=service,
        index=number,
    )


@pytest.mark.parametrize("stream", ["conversation_messages", "conversation_participants"])
def test_open_conversations_of_every_service_are_asked_and_closed_ones_if_they_changed(
    syncs: Syncs, clock: Traveller, stream: str
) -> None:
    pattern = r"Conversations/(CH\w+)/(?:Messages|Participants)"
    conversation(syncs, 1, "active")
    conversation(syncs, 2, "inactive", service="IS2")
    conversation(syncs, 3, "closed")
    conversation(syncs, 4, "closed", NOW - DAY)
    syncs.run(stream)
    assert asked(syncs, pattern) == ["CH1", "CH2", "CH3", "CH4"], "everything in the first sync"
    clock.move_to(NOW + 3 * DAY)
    conversation(syncs, 5, "closed", NOW + 2 * DAY)
    syncs.run(stream)
    assert asked(syncs, pattern) == ["CH1", "CH2", "CH5"]


def test_a_long_conversation_is_read_back_to_what_is_known(
    syncs: Syncs, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_size(monkeypatch, 5)
    sid = conversation(syncs, 1, "active")
    for number in range(60):
        note(syncs, sid, number, NOW - 2 * DAY + timedelta(minutes=number))
    assert len(syncs.run("conversation_messages").records("conversation_messages")) == 60
    clock.move_to(NOW + DAY)
    for number in range(60, 67):
        note(syncs, sid, number, NOW + timedelta(minutes=number))
    output = syncs.run("conversation_messages")
    assert sorted(row["sid"] for row in output.records("conversation_messages")) == [f"IM{n}" for n in range(60, 67)]
    pages = [one for one in syncs.asked("/Messages") if "Order=desc" in one]
    assert len(pages) == 3, "two pages with new ones, and the first that is wholly behind"


def test_an_empty_page_with_a_next_one_does_not_end_a_list(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    page_size(monkeypatch, 5)
    sid = conversation(syncs, 1, "active")
    syncs.run("conversation_messages")
    for number in range(12):
        note(syncs, sid, number, NOW - timedelta(minutes=number))
    link = (
        f"https://conversations.twilio.com/v1/Services/IS1/Conversations/{sid}/Messages?Order=desc&PageSize=1000&Page=0"
    )
    empty = {"messages": [], "meta": {"key": "messages", "next_page_url": link}}
    syncs.twilio.add_fault("json", url="Messages.Order=desc&PageSize=5$", body=empty, times=1)
    assert len(syncs.run("conversation_messages").records("conversation_messages")) == 12


@pytest.mark.parametrize(
    ("child", "parent", "columns", "pattern"),
    [
        ("dependent_phone_numbers", "addresses", {}, r"Addresses/(\w+)/Dependent"),
        ("executions", "flows", {}, r"Flows/(\w+)/Executions"),
        ("workers", "workspaces", {}, r"Workspaces/(\w+)/Workers"),
        ("users", "services", {}, r"Services/(\w+)/Users"),
        ("roles", "services", {}, r"Services/(\w+)/Roles"),
    ],
)
def test_every_parent_is_asked_in_every_sync(
    syncs: Syncs, clock: Traveller, child: str, parent: str, columns: Any, pattern: str
) -> None:
    for number in range(3):
        put(syncs, parent, f"XX{number}", **columns)
    for day in (0, 3):
        clock.move_to(NOW + day * DAY)
        assert syncs.run(child).failure is None
        assert asked(syncs, pattern) == ["XX0", "XX1", "XX2"]


def test_snapshots_ask_only_where_there_is_somebody(syncs: Syncs) -> None:
    for number, size in enumerate(("0", "2", None)):
        put(syncs, "queues", f"QU{number}", current_size=size)
    for number, status in enumerate(("in-progress", "completed", "init")):
        put(syncs, "conferences", f"CF{number}", status=status)
    syncs.run("queue_members", "conference_participants")
    assert asked(syncs, r"Queues/(QU\d)/Members") == ["QU1"]
    assert asked(syncs, r"Conferences/(CF\d)/Participants") == ["CF0", "CF2"]
    assert asked(syncs, r"Conferences.json\?(.*)") == ["Status=in-progress&PageSize=1000", "Status=init&PageSize=1000"]


@pytest.mark.parametrize("starts_before", ["init", "in-progress"])
def test_a_conference_that_starts_between_its_two_lists_is_asked_once(syncs: Syncs, starts_before: str) -> None:
    """Those that wait to start are listed first: what has left that list is in the other one."""
    put(syncs, "conferences", "CF0", status="init")
    put(syncs, "conference_participants", "CA0", conference_sid="CF0", call_sid="CA0")
    answer = syncs.twilio.answer

    def starting(method: str, url: str, *rest: Any) -> Any:
        if f"Status={starts_before}" in url:
            put(syncs, "conferences", "CF0", status="in-progress")
        return answer(method, url, *rest)

    syncs.twilio.answer = starting  # type: ignore[method-assign]
    run = syncs.run("conference_participants")
    assert asked(syncs, r"Conferences/(CF\d)/Participants") == ["CF0"]
    assert [row["call_sid"] for row in run.records("conference_participants")] == ["CA0"]


def test_reference_data_is_read_once_with_the_main_account(twilio: Twilio) -> None:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts("all").build())
    twilio.put(
        "available_phone_number_countries",
        MAIN,
        {"country_code": "US", "country": "United States", "subresource_uris": {"local": "/x", "mobile": None}},
    )
    twilio.put("voice_pricing_countries", MAIN, {"iso_country": "US", "country": "United States"})
    twilio.put("voice_pricing_countries", MAIN, {"iso_country": "DE", "country": "Germany"})
    syncs.run(
        "available_phone_number_countries",
        "available_phone_numbers_local",
        "available_phone_numbers_mobile",
        "voice_pricing_countries",
    )
    assert asked(syncs, r"AvailablePhoneNumbers/(\w+/\w+)") == ["US/Local"]
    assert asked(syncs, r"Voice/Countries/(\w+)") == ["DE", "US"]
    assert {one["account"] for one in twilio.requests() if one["stream"] != "accounts"} == {MAIN}


def test_a_sample_is_one_page(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    page_size(monkeypatch, 2)
    syncs.twilio.put(
        "available_phone_number_countries", MAIN, {"country_code": "US", "subresource_uris": {"local": "/x"}}
    )
    page = {
        "available_phone_numbers": [
            {"phone_number": "+1", "iso_country": "US"},
            {"phone_number": "+2", "iso_country": None},
        ],
        "next_page_uri": "/2010-04-01/more",
    }
    syncs.twilio.add_fault("json", url="Local.json", body=page)
    output = syncs.run("available_phone_numbers_local")
    assert [row["phone_number"] for row in output.records("available_phone_numbers_local")] == ["+1"]
    assert asked(syncs, r"(Local.json.*)") == ["Local.json?PageSize=2"]


def test_steps_of_active_executions_are_asked_again(syncs: Syncs, clock: Traveller) -> None:
    put(syncs, "flows", "FW1")
    put(syncs, "executions", "FN1", NOW - 2 * DAY, flow_sid="FW1", status="active")
    put(syncs, "executions", "FN2", NOW - 3 * DAY, flow_sid="FW1", status="ended")
    for day, expected in ((0, ["FN1", "FN2"]), (10, ["FN1", "FN2"]), (20, ["FN1", "FN2"])):
        clock.move_to(NOW + day * DAY)
        syncs.run("step")
        assert asked(syncs, r"Executions/(\w+)/Steps") == expected
    put(syncs, "executions", "FN1", NOW - 2 * DAY, flow_sid="FW1", status="ended")
    syncs.run("step")
    clock.move_to(NOW + 25 * DAY)
    syncs.run("step")
    assert asked(syncs, r"Executions/(\w+)/Steps") == []


def test_an_interaction_that_two_tasks_name_is_asked_for_once(syncs: Syncs) -> None:
    """A transfer makes one more task of an interaction; its channels would come twice."""
    put(syncs, "workspaces", "WS1")
    for number, attributes in enumerate(['{"flexInteractionSid": "KD1"}', "{}", '{"flexInteractionSid": "KD1"}']):
        put(syncs, "tasks", f"WT{number}", workspace_sid="WS1", attributes=attributes)
    syncs.twilio.put("flex_interaction_channels", MAIN, {"sid": "UO1", "interaction_sid": "KD1", "account_sid": MAIN})
    output = syncs.run("flex_interaction_channels")
    assert syncs.asked("/v1/Interactions/") == ["/v1/Interactions/KD1/Channels?PageSize=1000"]
    assert [row["sid"] for row in output.records("flex_interaction_channels")] == ["UO1"]
