"""`check`: within ten seconds in every case, with the cheapest requests, no retries, and a useful sentence."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.matrix import people
from integration_tests.matrix.runs import AT_ONCE, Outcome
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import accounts as known

ACCOUNT, MESSAGES = f"/2010-04-01/Accounts/{known.MAIN}.json", f"/2010-04-01/Accounts/{known.MAIN}/Messages.json"
LIST, TOKEN = "/2010-04-01/Accounts.json", "/v2/token"


def succeeded(outcome: Outcome) -> str:
    """The log of a successful check, after looking at its end."""
    assert outcome.connection_status()[0] == "SUCCEEDED", outcome.connection_status()
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    return "\n".join(outcome.logs())


def failed(outcome: Outcome) -> str:
    """The sentence of a failed check, after looking at its end."""
    status, message = outcome.connection_status()
    assert status == "FAILED"
    assert outcome.exit_code == 1
    assert outcome.seconds < AT_ONCE
    assert "Traceback" not in message
    return message


def paths(scene: Scene) -> list[str]:
    """What was asked for, in order."""
    return [one["path"] for one in scene.control.requests()]


@pytest.mark.parametrize(
    ("config", "asked"),
    [
        (people.token(), [ACCOUNT]),
        (people.token(known.SUPPORT, known.SUPPORT_TOKEN), [ACCOUNT.replace(known.MAIN, known.SUPPORT)]),
        (people.MAIN_KEY, [ACCOUNT, LIST]),
        ({**people.MAIN_KEY, "subaccounts": {"mode": "none"}}, [ACCOUNT]),
        (people.STANDARD_KEY, [ACCOUNT, MESSAGES]),
        (people.RESTRICTED_KEY, [ACCOUNT, MESSAGES]),
        (people.app(), [TOKEN, ACCOUNT]),
        (people.NARROW_APP, [TOKEN, ACCOUNT, MESSAGES]),
    ],
    ids=[
        "Auth Token",
        "a subaccount's Auth Token",
        "Main key",
        "Main key that reads no subaccounts",
        "Standard key",
        "Restricted key",
        "OAuth app",
        "OAuth app with few scopes",
    ],
)
def test_credentials_that_are_right(config: dict[str, Any], asked: list[str], scene: Scene) -> None:
    succeeded(scene.check(config))
    assert paths(scene) == asked


@pytest.mark.parametrize(
    "config",
    [people.STANDARD_KEY, people.RESTRICTED_KEY, people.NARROW_APP],
    ids=["Standard key", "Restricted key", "OAuth app"],
)
def test_what_the_kind_can_never_read_is_listed(config: dict[str, Any], scene: Scene) -> None:
    log = succeeded(scene.check(config))
    (line,) = [line for line in log.splitlines() if "can never read" in line]
    assert "accounts" in line and "keys" in line and "subaccount" in line
    assert "messages" not in line


def test_a_restricted_key_without_the_permission_for_messages_is_right(scene: Scene) -> None:
    scene.control.add_key(people.OTHER_KEY, people.OTHER_SECRET, "restricted", permissions=["Voice"])
    log = succeeded(scene.check(people.key(people.OTHER_KEY, people.OTHER_SECRET)))
    assert paths(scene) == [ACCOUNT, MESSAGES]
    assert "permission" in log and "shows at the read" in log


@pytest.mark.parametrize(
    ("config", "asked", "words"),
    [
        (people.token(secret="wrong"), [ACCOUNT], ("20003", "`credentials.auth_token`", known.MAIN)),
        (people.token(secret=known.SUPPORT_TOKEN), [ACCOUNT], ("20003", "`credentials.auth_token`")),
        (people.TEST, [ACCOUNT.replace(known.MAIN, known.TEST_SID)], ("20008", "test credentials", "live")),
        (people.key(known.STANDARD_KEY, "wrong"), [ACCOUNT, MESSAGES], ("20003", "`credentials.api_key_secret`")),
        (people.key(known.IE1_KEY, known.IE1_SECRET), [ACCOUNT, MESSAGES], ("20003", "`region`")),
        (people.app(secret="wrong"), [TOKEN], ("20003", "`credentials.client_secret`")),
        (people.app("OQ" + "0" * 32), [TOKEN], ("20003", "`credentials.client_id`")),
        (
            people.token(known.CLOSED, known.CLOSED_TOKEN),
            [ACCOUNT.replace(known.MAIN, known.CLOSED)],
            ("20005", "not active"),
        ),
        (people.token(region="ie1"), [ACCOUNT], ("20003", "`region`")),
    ],
    ids=[
        "wrong Auth Token",
        "Auth Token of another account",
        "test credentials",
        "wrong secret of a key",
        "key of another Region",
        "wrong secret of an app",
        "unknown app",
        "closed account",
        "Auth Token of another Region",
    ],
)
def test_credentials_that_are_wrong(
    config: dict[str, Any], asked: list[str], words: tuple[str, ...], scene: Scene
) -> None:
    message = failed(scene.check(config))
    assert paths(scene) == asked
    for word in words:
        assert word in message, message


def test_an_api_key_of_a_region_is_right_there(scene: Scene) -> None:
    succeeded(scene.check(people.key(known.IE1_KEY, known.IE1_SECRET, region="ie1")))
    assert {one["host"] for one in scene.control.requests()} == {"api.dublin.ie1.twilio.com"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"action": "status", "status": 503}, "HTTP 503"),
        ({"action": "status", "status": 429, "code": 20429, "headers": {"Retry-After": "3600"}}, "HTTP 429"),
        ({"action": "html"}, "no JSON object"),
        ({"action": "not_json", "status": 401}, "HTTP 401 without Twilio's explanation"),
        ({"action": "reset"}, "Error"),
        ({"action": "stall", "seconds": 60}, "Timeout"),
        ({"action": "stall_after_headers", "seconds": 60}, "Error|Timeout"),
        ({"action": "redirect"}, "HTTP 307"),
        ({"action": "status", "status": 404, "code": 20404, "message": "not found"}, "20404"),
    ],
    ids=[
        "503",
        "429",
        "html",
        "401 without Twilio's JSON",
        "reset",
        "stall",
        "stall after the headers",
        "redirect",
        "404",
    ],
)
def test_a_twilio_in_trouble(rule: dict[str, Any], words: str, scene: Scene) -> None:
    scene.control.add_fault(**rule)
    short = {"settings.check.SECONDS": 4, "settings.check.MARGIN": 2.5}  # enough to tell it on a busy machine
    message = failed(scene.check(constants=short if "stall" in rule["action"] else None))
    assert any(word in message for word in words.split("|")), message
    assert "next sync" not in message
    assert paths(scene) == [ACCOUNT]


@pytest.mark.parametrize(
    ("config", "asked"),
    [(people.token(), [ACCOUNT]), (people.STANDARD_KEY, [ACCOUNT, MESSAGES])],
    ids=["Auth Token", "Standard key"],
)
def test_an_answer_that_comes_late_but_in_time(config: dict[str, Any], asked: list[str], scene: Scene) -> None:
    """More than half of the time passes before the first answer; a second request has what is left of it."""
    scene.control.add_fault("stall", url=ACCOUNT, seconds=3)
    succeeded(scene.check(config, constants={"settings.check.SECONDS": 5}))
    assert paths(scene) == asked


def test_a_key_that_is_proved_stays_so_where_the_list_of_accounts_is_late(scene: Scene) -> None:
    scene.control.add_fault("stall", url=LIST, seconds=60)
    log = succeeded(scene.check(people.MAIN_KEY, constants={"settings.check.SECONDS": 2}))
    assert "and its subaccounts." not in log


@pytest.mark.parametrize("option", [None, {"mode": "all"}, {"mode": "except", "account_sids": [known.SUPPORT]}])
def test_a_main_key_without_the_tokens_of_subaccounts_is_told(option: Any, scene: Scene) -> None:
    scene.control.set_switch("key_sees_tokens", False)
    log = succeeded(scene.check({**people.MAIN_KEY, **({"subaccounts": option} if option else {})}))
    (line,) = [line for line in log.splitlines() if "subaccount" in line]
    assert "none of its subaccounts" in line and f"Auth Token of {known.MAIN}" in line and "a key of its own" in line


def test_a_main_key_cannot_read_the_subaccounts_that_are_selected(scene: Scene) -> None:
    scene.control.set_switch("key_sees_tokens", False)
    option = {"mode": "selected", "account_sids": [known.SUPPORT]}
    message = failed(scene.check({**people.MAIN_KEY, "subaccounts": option}))
    assert "`subaccounts.account_sids`" in message and known.SUPPORT in message
    assert f"Auth Token of {known.MAIN}" in message and "a key of its own" in message
    assert paths(scene) == [ACCOUNT, LIST]
