"""Who is to blame for a refusal: the main account's credentials, a subaccount's, the account's plan, or nobody here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.matrix import people
from integration_tests.matrix.lasting import CONFIG, SYSTEM, TRANSIENT, twilio
from integration_tests.matrix.runs import HASTY, QUICK, Outcome
from integration_tests.matrix.world import Scene
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, MARKETING, SUPPORT, SUPPORT_TOKEN, SUSPENDED

CLASSIC, PRODUCT = ["messages", "calls", "recordings", "queues"], ["alerts", "flows", "workspaces"]
SELF, CHILD = f"/2010-04-01/Accounts/{MAIN}.json", f"/2010-04-01/Accounts/{SUPPORT}.json"
SUBACCOUNTS = {SUPPORT, MARKETING, SUSPENDED}
TRIAL = "This feature is not available on a Trial account. Please upgrade."


@pytest.fixture
def rotating(scene: Scene) -> Iterator[Scene]:
    """A scene whose tokens are as they were afterwards."""
    yield scene
    scene.control.rotate_token(MAIN, MAIN_TOKEN)
    scene.control.rotate_token(SUPPORT, SUPPORT_TOKEN)


def skipped(outcome: Outcome) -> list[str]:
    """The warnings that an account is passed over."""
    return [line for line in outcome.logs("WARN") if "is skipped" in line]


def error_of(outcome: Outcome, stream: str) -> dict[str, Any]:
    """The only error of a stream, after looking at its end."""
    assert outcome.exit_code == 1
    assert stream in outcome.incomplete
    (error,) = outcome.errors_of(stream)
    assert "next sync" not in error["message"] or error["failure_type"] == TRANSIENT
    return error


def test_the_main_token_is_rotated_while_subaccounts_are_read(rotating: Scene) -> None:
    scene = rotating
    scene.control.add_fault("rotate", url=f"{SUPPORT}/Calls.json", body=MAIN, times=1)
    first = scene.read(CLASSIC)
    assert skipped(first) == []
    error = error_of(first, "calls")
    assert error["failure_type"] == CONFIG
    for words in ("Stream calls", f"the Auth Token of account {MAIN}", "20003", "`credentials.auth_token`"):
        assert words in error["message"]
    assert SUPPORT not in first.cursors("calls")
    assert all(len(first.errors_of(stream)) == 1 for stream in first.incomplete)
    assert len([one for one in scene.requests(SELF) if one["path"] == SELF]) == 1
    scene.control.clear_faults()
    scene.control.rotate_token(MAIN, MAIN_TOKEN)
    second = scene.read(CLASSIC, state=first.state())
    assert (second.exit_code, skipped(second)) == (0, [])
    assert scene.wrong(CLASSIC, first, second) == []


def test_refused_main_credentials_are_not_tried_again(rotating: Scene) -> None:
    scene = rotating
    scene.control.add_fault("rotate", url=f"{SUPPORT}/", body=MAIN, times=1)
    names = [*CLASSIC, "notifications", "applications", "conferences", "addresses", "transcriptions", "usage_records"]
    outcome = scene.read(names, config=people.token(num_workers=1))
    assert outcome.exit_code == 1
    # The one that met the new token, the proof, and of other streams what was asked before its answer was known: at
    # most once each. Were the proof forgotten, each stream would ask twice.
    assert len(scene.requests(status=401)) <= len(names)
    assert {error["failure_type"] for error in outcome.errors() if error.get("stream_descriptor")} == {CONFIG}


def test_a_key_that_is_deleted_in_the_middle(scene: Scene) -> None:
    secret = "short-lived-key-secret-0123456789"
    scene.control.add_key(people.OTHER_KEY, secret, "main")
    scene.control.add_fault(**twilio(401, 20003, "Authenticate"), url=f"{MAIN}(/|.json)", nth=2)
    outcome = scene.read(["calls"], config=people.key(people.OTHER_KEY, secret))
    error = error_of(outcome, "calls")
    assert error["failure_type"] == CONFIG
    assert "the API key of account" in error["message"] and "`credentials.api_key_secret`" in error["message"]
    assert MAIN not in outcome.cursors("calls")
    assert set(outcome.cursors("calls")) & SUBACCOUNTS == SUBACCOUNTS, "they are read with their own tokens"


def test_a_subaccount_s_token_is_rotated_in_the_middle(rotating: Scene) -> None:
    scene = rotating
    scene.control.add_fault("rotate", url=r"^monitor", account=SUPPORT, body=SUPPORT, times=1)
    outcome = scene.read([*PRODUCT, "messages"], config=people.token(num_workers=2))
    assert (outcome.exit_code, outcome.errors(), outcome.logs("WARN")) == (0, [], [])
    assert scene.wrong([*PRODUCT, "messages"], outcome) == []
    assert [one["user"] for one in scene.requests(CHILD)] == [MAIN], "the token is asked for once"


def test_a_subaccount_whose_token_is_refused_everywhere_is_told_once(scene: Scene) -> None:
    scene.control.add_fault(**twilio(401, 20003, "Authenticate"), account=SUPPORT)
    names = CLASSIC + PRODUCT
    outcome = scene.read(names, config={**people.MAIN_KEY, "num_workers": 1})
    assert (outcome.exit_code, outcome.errors(), outcome.complete) == (0, [], set(names))
    (line,) = skipped(outcome)
    assert SUPPORT in line and "20003" in line and "does not accept the Auth Token" in line
    for stream in names:
        assert f"1 accounts skipped ({SUPPORT})" in outcome.summary(stream)
        assert not [place for place in outcome.cursors(stream) if place.startswith(SUPPORT)]
    assert scene.wrong(names, outcome, accounts=[MARKETING, SUSPENDED], kind="main_key") == []
    assert len([one for one in scene.requests() if one["user"] == SUPPORT]) < len(names)


def test_a_main_key_that_sees_no_tokens_reads_the_account_itself_and_says_so_once(scene: Scene) -> None:
    scene.control.set_switch("key_sees_tokens", False)
    before = scene.read(CLASSIC + PRODUCT)
    scene.control.clear_requests()
    outcome = scene.read(CLASSIC + PRODUCT, config=people.MAIN_KEY, state=before.state())
    assert (outcome.exit_code, outcome.errors(), outcome.complete) == (0, [], {*CLASSIC, *PRODUCT})
    (line,) = outcome.logs("WARN")
    for words in ("3 of 3 subaccounts", f"Auth Token of {MAIN}", "a key of its own", "cursors stay"):
        assert words in line
    assert {one["account"] for one in scene.control.requests()} == {MAIN}
    assert outcome.cursors("alerts").keys() == before.cursors("alerts").keys() > {MAIN}
    assert outcome.cursors("alerts")[SUPPORT] == before.cursors("alerts")[SUPPORT]
    for stream in ("messages", "alerts"):
        assert {row["account_sid"] for row in outcome.records(stream)} <= {MAIN}


def test_a_main_key_that_sees_no_tokens_cannot_read_what_is_selected(scene: Scene) -> None:
    scene.control.set_switch("key_sees_tokens", False)
    option = {"mode": "selected", "account_sids": [SUPPORT]}
    outcome = scene.read(["messages", "alerts"], config={**people.MAIN_KEY, "subaccounts": option})
    for stream in ("messages", "alerts"):
        error = error_of(outcome, stream)
        assert error["failure_type"] == CONFIG
        assert SUPPORT in error["message"] and MARKETING not in error["message"]
        assert f"Auth Token of {MAIN}" in error["message"]


@pytest.mark.parametrize("words", [TRIAL, "Authenticate"])
@pytest.mark.parametrize("config", [people.token(), people.MAIN_KEY], ids=["Auth Token", "Main key"])
def test_a_feature_that_the_account_lacks(config: dict[str, Any], words: str, scene: Scene) -> None:
    scene.control.add_fault(**twilio(401, 20003, words), url=f"{MAIN}/Recordings.json")
    outcome = scene.read(["recordings", "calls"], config=config)
    assert outcome.complete == {"calls"}
    error = error_of(outcome, "recordings")
    assert error["failure_type"] == CONFIG
    assert words in error["message"] and "as Twilio says" in error["message"]
    assert "credentials." not in error["message"] and "`account_sid`" not in error["message"]
    assert set(outcome.cursors("recordings")) == SUBACCOUNTS
    asked = [one for one in scene.requests(SELF) if one["path"] == SELF]  # or another answer told
    assert len(asked) <= (2 if config is people.MAIN_KEY else 1)


def test_a_feature_that_a_subaccount_lacks(scene: Scene) -> None:
    scene.control.add_fault(**twilio(401, 20003, TRIAL), url="^monitor", account=SUPPORT)
    outcome = scene.read(["alerts", "flows", "calls"])
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    (line,) = skipped(outcome)
    assert "Stream alerts" in line and TRIAL in line and "wherever" not in line
    assert scene.wrong(["flows", "calls"], outcome) == []
    assert SUPPORT not in outcome.cursors("alerts")


PROBLEM = {"type": "https://www.twilio.com/docs/api/errors/20001", "title": "Invalid", "detail": "Odd", "status": 400}
# what the main account's list is answered with, the failure's type, what its message says, what it does not say
STRANGE = {
    "an unknown code": (twilio(400, 29999, "Words"), SYSTEM, "code 29999: Words", "credentials"),
    "a problem of RFC 9457": ({"status": 400, "body": json.dumps(PROBLEM)}, SYSTEM, "code 20001: Invalid: Odd", "None"),
    "a list of errors": (
        {"status": 403, "body": json.dumps({"errors": [{"code": "20006", "message": "Denied"}]})},
        CONFIG, "code 20006: Denied", "report",
    ),
    "204": ({"status": 204, "body": ""}, SYSTEM, "HTTP 204 No Content", "report"),
    "206": ({"status": 206, "body": '{"recordings": []}'}, SYSTEM, "HTTP 206 Partial Content", "report"),
    "301": (
        {"status": 301, "body": "", "headers": {"Location": "https://portal.example.com/?s=1"}},
        SYSTEM, "HTTP 301 Moved Permanently: it leads to portal.example.com", "s=1",
    ),
    "400 with a page": ({"action": "not_json", "status": 400}, SYSTEM, "HTTP 400 Bad Request: a web page", "report"),
    "410 without words": ({"status": 410, "body": ""}, SYSTEM, "HTTP 410 Gone", "report"),
    "407": ({"status": 407, "body": ""}, CONFIG, "HTTP 407 Proxy Authentication Required", "report"),
    "200 with a page": ({"action": "html"}, TRANSIENT, "a web page.* let https://\\*.twilio.com pass", "num_workers"),
    "511": ({"status": 511, "body": ""}, TRANSIENT, "HTTP 511 Network Authentication Required", "num_workers"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_an_answer_that_nobody_expects(name: str, scene: Scene) -> None:
    rule, failure, says, not_says = STRANGE[name]
    scene.control.add_fault(**{"action": "body", **rule}, url=f"{MAIN}/Recordings.json")
    outcome = scene.read(["recordings", "calls"], retry=HASTY)
    assert outcome.complete == {"calls"}
    error = error_of(outcome, "recordings")
    assert error["failure_type"] == failure, error["message"]
    assert re.search(says, error["message"]), error["message"]
    assert not_says not in error["message"]
    assert MAIN in error["message"]
    assert MAIN not in outcome.cursors("recordings")


def oauth(name: str, **more: Any) -> dict[str, Any]:
    """An error of RFC 6749, section 5.2."""
    return {"action": "body", "status": 400, "body": json.dumps({"error": name, **more}), "url": "oauth.twilio.com"}


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("name", ["invalid_client", "unauthorized_client", "invalid_grant"])
def test_an_app_that_oauth_refuses(name: str, status: int, scene: Scene) -> None:
    scene.control.add_fault(**{**oauth(name, error_description="No such client"), "status": status})
    error = error_of(scene.read(["messages"], config=people.app()), "messages")
    assert error["failure_type"] == CONFIG
    assert f"{name}: No such client" in error["message"]
    assert "`credentials.client_id`" in error["message"] and "`credentials.client_secret`" in error["message"]
    assert len(scene.control.requests()) == 1


@pytest.mark.parametrize(
    ("name", "failure", "says"),
    [
        ("temporarily_unavailable", TRANSIENT, "HTTP 400, temporarily_unavailable"),
        ("server_error", TRANSIENT, "HTTP 400, server_error"),
        ("invalid_scope", CONFIG, "scopes"),
        ("unsupported_grant_type", SYSTEM, "report"),
        ("invalid_request", SYSTEM, "report"),
    ],
)
def test_other_errors_of_oauth(name: str, failure: str, says: str, scene: Scene) -> None:
    scene.control.add_fault(**oauth(name))
    error = error_of(scene.read(["messages"], config=people.app(), retry=QUICK), "messages")
    assert (error["failure_type"], says in error["message"]) == (failure, True), error["message"]
    assert "client_secret" not in error["message"]
    assert (len(scene.control.requests()) > 1) == (failure == TRANSIENT)
