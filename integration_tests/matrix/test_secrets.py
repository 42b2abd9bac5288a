"""No secret leaves the connector: not in its output at any level, nor in an error, a file, or to another host."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.matrix.canaries import TOKENS, WRONG, configurations, leaks, plant
from integration_tests.matrix.lasting import EVIL, LASTING
from integration_tests.matrix.runs import AT_ONCE, HASTY, Matrix, Outcome, Starter
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN

CONFIGURATIONS = configurations()
STREAMS = ["accounts", "keys", "messages", "message_media", "calls", "usage_records", "conversations", "alerts", "step"]


@pytest.fixture(scope="module")
def planted(starter: Starter, folders: Iterator[Path]) -> Iterator[Scene]:
    """A sandbox whose every secret is one that we look for."""
    with Sandbox(small=True) as sandbox:
        plant(sandbox)
        yield Scene(sandbox, Matrix(starter, sandbox.env, folders))


@pytest.fixture
def secrets(planted: Scene) -> Scene:
    """The same without earlier faults."""
    planted.reset()
    return planted


def run(scene: Scene, command: str, name: str, **more: Any) -> Outcome:
    """A command at debug level."""
    if command == "read":
        return scene.read(STREAMS, config=CONFIGURATIONS[name], options=["--debug"], retry=HASTY, **more)
    return scene.matrix.start(command, config=CONFIGURATIONS[name], options=["--debug"], **more).wait()


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_no_command_tells_a_secret(command: str, name: str, secrets: Scene) -> None:
    outcome = run(secrets, command, name)
    assert leaks(outcome) == []
    is_wrong = name.startswith("wrong")
    assert command == "discover" or (outcome.exit_code != 0) == (
        is_wrong or command == "read" and name == "Standard key"
    )
    assert outcome.raw and b"Debug logs enabled" in outcome.raw  # it did run, and at debug level
    if command == "read" and not is_wrong:
        assert outcome.records("messages") and outcome.records("conversations")


def test_a_leak_would_be_found(secrets: Scene) -> None:
    outcome = secrets.read(["messages"], config=CONFIGURATIONS["Auth Token"])
    (outcome.folder / "tmp" / "left").write_text(f"Authorization: Basic {TOKENS[MAIN]}")
    assert [line.split(":")[0] for line in leaks(outcome)] == ["tmp/left"]


def test_no_error_tells_a_secret(secrets: Scene) -> None:
    for case in LASTING:
        secrets.control.add_fault(**case.rule, url=re.escape(case.path) + r"(\?|$)", account=MAIN)
    outcome = secrets.read(
        [case.stream for case in LASTING], config=CONFIGURATIONS["Auth Token"], options=["--debug"], retry=HASTY
    )
    assert outcome.incomplete == {case.stream for case in LASTING}
    assert leaks(outcome) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "html"},
        {"action": "not_json"},
        {"action": "status", "status": 401, "code": 20003},
        {"action": "json", "body": {"rows": []}},
        {"action": "json", "body": {"accounts": [{"auth_token": TOKENS[MAIN]}]}},
        {"action": "foreign_next", "host": EVIL},
        {"action": "redirect", "host": EVIL},
        {"action": "loop_next"},
        {"action": "truncate"},
        {"action": "body", "status": 200, "body": "\ud800{]"},
    ],
    ids=lambda rule: f"{rule['action']}{len(rule)}",
)
def test_no_error_about_the_list_of_accounts_tells_a_secret(rule: dict[str, Any], secrets: Scene) -> None:
    secrets.control.add_fault(**rule, url=r"/Accounts\.json")
    outcome = secrets.read(
        ["accounts", "alerts"], config=CONFIGURATIONS["Auth Token"], options=["--debug"], retry=HASTY
    )
    assert outcome.errors_of("alerts")
    assert leaks(outcome) == []
    assert {one["host"] for one in secrets.control.requests()} <= {"api.twilio.com", "monitor.twilio.com"}


def test_an_oauth_answer_that_is_odd_tells_no_secret(secrets: Scene) -> None:
    secrets.control.add_fault("json", url="oauth.twilio.com", body={"access_token": {"nested": "oauth-" + "A" * 30}})
    assert leaks(run(secrets, "read", "OAuth app")) == []


def test_a_state_full_of_secrets_is_not_repeated(secrets: Scene) -> None:
    """A slice descriptor or an old state holds no token; what comes in by mistake is not printed by us."""
    first = secrets.read(STREAMS, config=CONFIGURATIONS["Auth Token"], options=["--debug"])
    assert first.exit_code == 0
    second = secrets.read(STREAMS, config=CONFIGURATIONS["Auth Token"], options=["--debug"], state=first.state())
    assert second.exit_code == 0
    assert leaks(first) + leaks(second) == []


def test_a_kill_leaves_no_secret_behind(secrets: Scene) -> None:
    secrets.control.latency(0.3)
    running = secrets.start_read(STREAMS, config=CONFIGURATIONS["Auth Token"], options=["--debug"])
    end = time.monotonic() + 20
    while not secrets.control.requests():
        assert time.monotonic() < end
        time.sleep(0.02)
    running.kill(signal.SIGKILL)
    outcome = running.wait()
    assert outcome.exit_code == -signal.SIGKILL
    assert leaks(outcome) == []


def test_spec_and_bad_files_tell_no_secret(secrets: Scene) -> None:
    right = CONFIGURATIONS["Auth Token"]
    for credentials in (
        {"auth_type": "api_key", "api_key_sid": "SK1", "api_key_secret": WRONG},
        {"auth_type": "nothing", "auth_token": WRONG},
        [WRONG],
        {"auth_type": "auth_token", "auth_token": f"{WRONG}\n"},
    ):
        outcome = secrets.check({**right, "credentials": credentials}, options=["--debug"])
        assert (outcome.exit_code, leaks(outcome)) == (1, [])
    outcome = secrets.read(["messages"], config={**right, "start_date": "yesterday"}, options=["--debug"])
    assert (outcome.exit_code, leaks(outcome)) == (1, [])
    assert leaks(secrets.matrix.start("spec", options=["--debug"]).wait()) == []


def test_a_netrc_does_not_replace_the_credentials(scene: Scene) -> None:
    hosts = ("api.twilio.com", "monitor.twilio.com")
    netrc = "".join(f"machine {host} login intruder password other\n" for host in hosts)
    outcome = scene.read(["messages", "alerts"], home={".netrc": netrc, "_netrc": netrc})
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(["messages", "alerts"], outcome) == []
    assert "intruder" not in {one["user"] for one in scene.control.requests()}


def test_a_certificate_that_is_not_trusted_is_fatal_at_once(scene: Scene) -> None:
    env = {name: value for name, value in scene.env.items() if "proxy" in name.lower()}
    names = ["accounts", "messages", "alerts", "flows", "voice_pricing_countries"]
    outcome = scene.read(names, env=env)
    assert (outcome.exit_code, outcome.incomplete, outcome.counts()) == (1, set(names), {})
    assert outcome.seconds < AT_ONCE
    for stream in names:
        (error,) = outcome.errors_of(stream)
        assert error["failure_type"] == "config_error"
        assert "could not be verified" in error["message"] and "REQUESTS_CA_BUNDLE" in error["message"]
    assert scene.control.requests() == []


@pytest.mark.parametrize("field", ["account_sid", "start_date", "region", "slice_step_duration"])
@pytest.mark.parametrize(
    "text", ["AC" + "a" * 2_000_000, "2026-" * 400_000, "A" * 2_000_000 + "!"], ids=["sid", "date", "a"]
)
def test_the_patterns_of_the_configuration_are_linear(field: str, text: str, scene: Scene) -> None:
    config = {**CONFIGURATIONS["Auth Token"], field: text}
    outcome = scene.check(config)
    assert (outcome.exit_code, outcome.connection_status()[0]) == (1, "FAILED")
    assert f"`{field}`" in outcome.connection_status()[1]
    assert outcome.seconds < AT_ONCE
    assert scene.control.requests() == []
