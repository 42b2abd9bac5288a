"""`check`: the cheapest call that the credentials may make, and a sentence when it fails."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import Status

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import (
    IE1_KEY,
    IE1_SECRET,
    MAIN,
    MAIN_KEY,
    MAIN_SECRET,
    MAIN_TOKEN,
    NARROW_OAUTH_ID,
    NARROW_OAUTH_SECRET,
    OAUTH_ID,
    OAUTH_SECRET,
    RESTRICTED_KEY,
    RESTRICTED_SECRET,
    STANDARD_KEY,
    STANDARD_SECRET,
    TEST_SID,
    TEST_TOKEN,
)
from integration_tests.sandbox.adapter import mount
from source_twilio.components.settings import check
from source_twilio.source import SourceTwilio
from unit_tests.support import ConfigBuilder
from unit_tests.support.reading import captured

pytestmark = pytest.mark.usefixtures("waits")
ACCOUNT = f"/2010-04-01/Accounts/{MAIN}.json"
MESSAGES = f"/2010-04-01/Accounts/{MAIN}/Messages.json"


def checked(twilio: Twilio, config: ConfigBuilder) -> tuple[bool, str, list[str]]:
    """Whether `check` succeeded, what it said, and its log lines."""
    lines: list[str] = []
    with requests_mock.Mocker() as mocker, captured(lines):
        mount(twilio, mocker)
        source = SourceTwilio(None, config.build(), None)
        status = source.check(logging.getLogger("airbyte"), config.build())
    assert source.check_failed == (status.status != Status.SUCCEEDED)
    return status.status == Status.SUCCEEDED, status.message or "", lines


def asked(twilio: Twilio) -> list[str]:
    return [one["path"] for one in twilio.requests() if one["host"] != "oauth.twilio.com"]


@pytest.mark.parametrize(
    ("config", "requests"),
    [
        (ConfigBuilder(), [ACCOUNT]),
        (ConfigBuilder().api_key(MAIN_KEY, MAIN_SECRET), [ACCOUNT]),
        (ConfigBuilder().api_key(STANDARD_KEY, STANDARD_SECRET), [ACCOUNT, MESSAGES]),
        (ConfigBuilder().api_key(RESTRICTED_KEY, RESTRICTED_SECRET), [ACCOUNT, MESSAGES]),
        (ConfigBuilder().oauth(OAUTH_ID, OAUTH_SECRET), [ACCOUNT, MESSAGES]),
        (ConfigBuilder().oauth(NARROW_OAUTH_ID, NARROW_OAUTH_SECRET), [ACCOUNT, MESSAGES]),
    ],
)
def test_good_credentials_pass_with_one_or_two_requests(
    twilio: Twilio, config: ConfigBuilder, requests: list[str]
) -> None:
    passed, message, lines = checked(twilio, config)
    assert passed, message
    assert asked(twilio) in (requests, requests[:1])
    said = " ".join(lines)
    assert ("can never read" in said) == (len(asked(twilio)) == 2)
    if len(asked(twilio)) == 2:
        assert "accounts" in said and "keys" in said
    assert MAIN_TOKEN not in said and OAUTH_SECRET not in said


def test_a_key_without_the_permission_for_messages_still_proves_itself(twilio: Twilio) -> None:
    twilio.add_key("SK" + "9" * 32, "voice-only", "restricted", permissions=("Voice",))
    passed, message, _ = checked(twilio, ConfigBuilder().api_key("SK" + "9" * 32, "voice-only"))
    assert passed, message


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ConfigBuilder().put(credentials={"auth_type": "auth_token", "auth_token": "wrong"}), "credentials.auth_token"),
        (ConfigBuilder().put(account_sid="AC" + "9" * 32), "account_sid"),
        (ConfigBuilder().api_key(MAIN_KEY, "wrong"), "credentials.api_key_secret"),
        (ConfigBuilder().api_key(IE1_KEY, IE1_SECRET), "region"),
        (ConfigBuilder().oauth(OAUTH_ID, "wrong"), "credentials.client_secret"),
        (ConfigBuilder().put(region="ie1"), "region"),
        (
            ConfigBuilder().put(
                account_sid=TEST_SID, credentials={"auth_type": "auth_token", "auth_token": TEST_TOKEN}
            ),
            "test credentials",
        ),
    ],
)
def test_wrong_credentials_are_said_in_a_sentence_without_repeating(
    twilio: Twilio, waits: list[float], config: ConfigBuilder, words: str
) -> None:
    passed, message, _ = checked(twilio, config)
    assert not passed
    assert words in message
    assert waits == [] and len(twilio.requests()) <= 3
    assert "Traceback" not in message and "\n" not in message


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        ("reset", {}),
        ("html", {}),
        ("empty", {}),
        ("status", {"status": 503}),
        ("status", {"status": 429, "code": 20429}),
        ("unresolvable", {}),
        ("stall", {"seconds": 500}),
        ("not_json", {"status": 401}),
        ("redirect", {}),
    ],
)
def test_a_twilio_that_does_not_answer_fails_the_check_at_once(
    twilio: Twilio, waits: list[float], action: str, rule: Any
) -> None:
    twilio.add_fault(action, **rule)
    passed, message, _ = checked(twilio, ConfigBuilder())
    assert not passed
    assert waits == [] and len(twilio.requests()) == 1
    assert "api.twilio.com" in message or MAIN in message


def test_it_ends_within_seconds_even_where_a_name_does_not_resolve_in_time(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "SECONDS", 0.3)
    twilio.latency(1.0)
    began = time.perf_counter()
    passed, message, _ = checked(twilio, ConfigBuilder())
    assert not passed
    assert "did not answer" in message
    assert time.perf_counter() - began < 5
