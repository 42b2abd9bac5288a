"""Hosts that are gone, a Twilio that answers nothing, connections that break: bounded, and never in silence."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from integration_tests.helpers import configuration, streams
from integration_tests.matrix.lasting import EVIL, TRANSIENT
from integration_tests.matrix.runs import AT_ONCE, QUICK, Outcome
from integration_tests.matrix.world import Scene
from integration_tests.sandbox.accounts import MAIN

# The manifest's figures with a minute as a second: ten minutes are ten seconds.
SCALE = 60
SCALED = {
    "connect_timeout": 10 / SCALE,
    "read_timeout": 60 / SCALE,
    "whole_timeout": 100 / SCALE,
    "retry_for": 150 / SCALE,
    "longest_wait": 60 / SCALE,
    "host_down": 180 / SCALE,
}
TEN_MINUTES = 600 / SCALE


def silent(scene: Scene, **rule: object) -> None:
    """Let Twilio answer nothing where the rule says."""
    scene.control.add_fault("stall", seconds=600, **rule)


@pytest.mark.parametrize("from_the_start", [True, False], ids=["from the start", "after the accounts"])
def test_a_twilio_that_answers_nothing_ends_the_sync_within_ten_minutes(from_the_start: bool, scene: Scene) -> None:
    if from_the_start:
        silent(scene)
    else:
        silent(scene, url=r"^(?!api\.twilio\.com/2010-04-01/Accounts\.json)")
    outcome = scene.read(streams(), retry=SCALED, timeout=2 * (TEN_MINUTES + AT_ONCE))
    assert outcome.seconds < TEN_MINUTES + AT_ONCE
    assert outcome.exit_code == 1
    spared = set() if from_the_start else {"accounts"}
    assert (outcome.incomplete, outcome.complete) == (set(streams()) - spared, spared)
    for stream in outcome.incomplete:
        assert {error["failure_type"] for error in outcome.errors_of(stream)} == {TRANSIENT}
        assert outcome.cursors(stream) == {}


def test_a_host_that_is_down_is_asked_no_more_and_the_others_are_read(scene: Scene) -> None:
    silent(scene, url=r"^conversations\.")
    ours = [
        "services",
        "conversations",
        "users",
        "roles",
        "conversation_messages",
        "conversation_participants",
        "user_conversations",
    ]
    sound = ["alerts", "flows", "messages", "usage_records"]
    outcome = scene.read([*ours, *sound], config=configuration(num_workers=2), retry=SCALED)
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, set(ours), set(sound))
    assert scene.wrong(sound, outcome) == []
    messages = [error["message"] for stream in ours for error in outcome.errors_of(stream)]
    assert any("taken for down" in message for message in messages), messages
    assert all("conversations.twilio.com" in message for message in messages)
    # two requests at a time, each for a read time-out, until the host is down; then no more
    most = 2 * (SCALED["host_down"] + SCALED["retry_for"] + SCALED["read_timeout"]) / SCALED["read_timeout"]
    assert len(scene.requests("conversations.twilio.com")) <= most
    assert outcome.seconds < SCALED["host_down"] + SCALED["retry_for"] + 2 * SCALED["read_timeout"] + AT_ONCE


def test_one_slow_list_does_not_put_its_host_down(scene: Scene) -> None:
    silent(scene, url="/Calls.json")
    outcome = scene.read(["calls", "messages", "recordings"], retry={**SCALED, "host_down": 2})
    assert (outcome.exit_code, outcome.incomplete) == (1, {"calls"})
    assert scene.wrong(["messages", "recordings"], outcome) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "status", "status": 503},
        {"action": "html"},
        {"action": "json", "body": {"rows": []}},
    ],
    ids=["503", "html", "another shape"],
)
def test_without_the_list_of_accounts_every_stream_says_so(rule: dict[str, object], scene: Scene) -> None:
    scene.control.add_fault(**rule, url=r"/Accounts\.json")
    names = ["messages", "alerts", "conversations"]
    outcome = scene.read([*names, "available_phone_number_countries"], retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete) == (1, set(names))
    assert outcome.complete == {"available_phone_number_countries"}  # the same for all accounts, so none is listed
    for stream in names:
        assert outcome.errors_of(stream) and outcome.cursors(stream) == {}
    # asked for all streams together, not once for each of them
    attempts = [int(found) for found in re.findall(r"in (\d+) attempts", outcome.errors_of("messages")[0]["message"])]
    assert len(scene.requests("/Accounts.json")) <= max(attempts, default=6)


def test_a_list_of_accounts_that_repeats_a_page_is_an_error_and_what_it_showed_is_read(scene: Scene) -> None:
    scene.control.add_fault("loop_next", url=r"/Accounts\.json")
    outcome = scene.read(["messages"])
    assert (outcome.exit_code, outcome.incomplete) == (1, {"messages"})
    assert outcome.errors_of("messages")
    assert scene.wrong(["messages"], outcome) == []


@pytest.mark.parametrize(
    "link", [f"https://{EVIL}/2010-04-01/Accounts.json?Page=1", f"//{EVIL}/x.json", f"@{EVIL}/x.json"]
)
def test_a_list_of_accounts_that_goes_on_elsewhere_is_an_error(link: str, scene: Scene) -> None:
    body = {"accounts": [scene.account(MAIN)], "next_page_uri": link}
    scene.control.add_fault("json", url=r"/Accounts\.json", body=body, times=1)
    outcome = scene.read(["messages"], retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete) == (1, {"messages"})
    assert {one["host"] for one in scene.control.requests()} == {"api.twilio.com"}


def test_kept_alive_connections_that_close_cost_no_row(scene: Scene) -> None:
    scene.control.add_fault("close")
    names = ["messages", "calls", "conversations", "conversation_messages", "step"]
    outcome = scene.read(names)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(names, outcome) == []


def test_a_connection_that_breaks_now_and_then_costs_no_row(scene: Scene) -> None:
    scene.control.add_fault("reset", url="Participants|Steps", nth=3, times=4)
    scene.control.add_fault("reset_after_headers", url="Messages", nth=5, times=4)
    scene.control.add_fault("status", status=502, url="Steps", nth=2, times=5)
    names = ["messages", "conversation_participants", "conversation_messages", "step"]
    outcome = scene.read(names, retry={"longest_wait": 0.5})
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(names, outcome) == []
    assert sum(int(re.findall(r"(\d+) retries", outcome.summary(name))[0]) for name in names) >= 9


@pytest.mark.parametrize("status", [505, 520, 529])
@pytest.mark.parametrize("body", ["Twilio's", "a proxy's"])
def test_every_error_of_a_server_is_retried(status: int, body: str, scene: Scene) -> None:
    action = {"action": "status", "code": 20500} if body == "Twilio's" else {"action": "not_json"}
    scene.control.add_fault(**action, status=status, url="/Queues.json", times=2)
    outcome = scene.read(["queues"], retry={"longest_wait": 0.2})
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert outcome.summary("queues").endswith("2 retries")
    assert scene.wrong(["queues"], outcome) == []


def broken_names(scene: Scene, host: str) -> dict[str, str]:
    """Variables with which a host is asked without the proxy, so that its name has to be looked up."""
    return {**scene.env, "NO_PROXY": host, "no_proxy": host}


def test_a_name_that_cannot_be_looked_up_fails_its_streams_alone(scene: Scene) -> None:
    env = broken_names(scene, "monitor.twilio.com")
    outcome = scene.read(["alerts", "messages", "services"], env=env, resolver=0, retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"alerts"}, {"messages", "services"})
    assert scene.wrong(["messages", "services"], outcome) == []
    (error, *_) = outcome.errors_of("alerts")
    assert "monitor.twilio.com" in error["message"]
    assert (error["failure_type"], outcome.cursors("alerts")) == (TRANSIENT, {})


def test_a_proxy_that_is_gone(scene: Scene) -> None:
    env = {**scene.env, "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    outcome = scene.read(["messages", "alerts"], env=env, retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete) == (1, {"messages", "alerts"})
    assert outcome.seconds < QUICK["retry_for"] + AT_ONCE
    assert "ProxyError" in outcome.errors_of("messages")[0]["message"]


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_a_clock_that_is_off_loses_no_row(hours: int, scene: Scene) -> None:
    """The connector's clock is the machine's; here it is Twilio's that differs, which is the same to both of them."""
    names = ["messages", "calls", "alerts", "usage_records", "recordings", "services"]
    before = scene.control.status()["now"]
    scene.control.freeze(shifted(before, hours))
    try:
        first = scene.read(names)
        assert (first.exit_code, first.errors()) == (0, [])
        assert scene.wrong(names, first) == []
        check_not_ahead(first, names, min(shifted(before, hours), shifted(str(datetime.now(timezone.utc)), 0)))
        scene.control.freeze(shifted(before, hours + 1))
        second = scene.read(names, state=first.state())
        assert scene.wrong(names, first, second) == []
    finally:
        scene.control.freeze(before)


def shifted(moment: str, hours: float) -> str:
    """An ISO time some hours later."""
    return (datetime.fromisoformat(moment.replace("Z", "+00:00")) + timedelta(hours=hours)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def check_not_ahead(outcome: Outcome, names: list[str], latest: str) -> None:
    """No cursor lies behind what both clocks agree has passed (a minute of difference is none)."""
    for name in names:
        for place, value in outcome.cursors(name).items():
            assert value[:16] <= shifted(latest, 2 / 60)[:16], (name, place)
