"""Every kind of credential: whom it reads, who signs, what it costs when it is wrong."""

from __future__ import annotations

import base64

import pytest

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import (
    MAIN,
    MAIN_KEY,
    MARKETING,
    NARROW_OAUTH_ID,
    NARROW_OAUTH_SECRET,
    OAUTH_ID,
    RESTRICTED_KEY,
    STANDARD_KEY,
    SUPPORT,
    SUSPENDED,
    TEST_SID,
    TEST_TOKEN,
)
from unit_tests.support import ConfigBuilder, Syncs, row_of
from unit_tests.support.signing import ALL, KINDS, LIST, SECRETS, asked_paths, users_of


@pytest.mark.parametrize(
    ("kind", "classic", "product"),
    [
        ("auth_token", {sid: MAIN for sid in ALL}, {sid: sid for sid in ALL}),
        (
            "main_key",
            {MAIN: MAIN_KEY, SUPPORT: SUPPORT, MARKETING: MARKETING, SUSPENDED: SUSPENDED},
            {MAIN: MAIN_KEY, SUPPORT: SUPPORT, MARKETING: MARKETING, SUSPENDED: SUSPENDED},
        ),
        ("standard_key", {MAIN: STANDARD_KEY}, {MAIN: STANDARD_KEY}),
        ("restricted_key", {MAIN: RESTRICTED_KEY}, {}),
        ("oauth", {MAIN: "bearer"}, {MAIN: "bearer"}),
    ],
)
def test_each_kind_of_credential_reads_what_it_reaches_with_the_right_credentials(
    twilio: Twilio, kind: str, classic: dict[str, str], product: dict[str, str]
) -> None:
    syncs = Syncs(twilio, KINDS[kind].build())
    output = syncs.run("calls", "flows")
    assert users_of(twilio, "api.twilio.com") == classic
    assert users_of(twilio, "studio.twilio.com") == product
    assert {entry["partition"]["account_sid"] for entry in syncs.state["calls"]["states"]} == set(classic)
    assert not any(secret in output.text for secret in SECRETS)
    for secret in SECRETS:
        assert base64.b64encode(secret.encode()).decode() not in output.text


def test_the_list_of_accounts_is_read_once_a_process(twilio: Twilio) -> None:
    Syncs(twilio, KINDS["auth_token"].build()).run("calls", "flows", "messages", "queues")
    assert asked_paths(twilio).count(LIST) == 1


@pytest.mark.parametrize("kind", ["standard_key", "restricted_key", "oauth"])
def test_who_may_not_list_accounts_does_not_try(twilio: Twilio, kind: str) -> None:
    output = Syncs(twilio, KINDS[kind].build()).run("calls")
    assert LIST not in asked_paths(twilio)
    assert output.statuses("calls")[-1] == "COMPLETE"
    assert len([line for line in output.lines if f"Only account {MAIN} is read" in line]) == 1


def test_a_key_is_probed_once_and_a_passing_fault_is_not_taken_for_another_kind(
    twilio: Twilio, waits: list[float]
) -> None:
    probe = f"/2010-04-01/Accounts/{MAIN}.json"
    twilio.add_fault("status", url=f"{MAIN}.json", status=503, times=2)
    twilio.add_fault("not_json", url=f"{MAIN}.json", status=401, times=1)
    syncs = Syncs(twilio, KINDS["main_key"].build())
    syncs.run("calls", "queues")
    assert asked_paths(twilio).count(probe) == 4
    assert {entry["partition"]["account_sid"] for entry in syncs.state["calls"]["states"]} == ALL


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ConfigBuilder().put(credentials={"auth_type": "auth_token", "auth_token": "wrong"}), "credentials.auth_token"),
        (ConfigBuilder().api_key(MAIN_KEY, "wrong"), "credentials.api_key_secret"),
        (ConfigBuilder().oauth(OAUTH_ID, "wrong"), "credentials.client_secret"),
        (
            ConfigBuilder().put(
                account_sid=TEST_SID, credentials={"auth_type": "auth_token", "auth_token": TEST_TOKEN}
            ),
            "test credentials",
        ),
    ],
)
def test_wrong_credentials_are_said_once_for_all_streams_without_repeating(
    twilio: Twilio, waits: list[float], config: ConfigBuilder, words: str
) -> None:
    output = Syncs(twilio, config.subaccounts("all").build()).run("calls", "messages", "queues")
    assert all(error.failure_type.value == "config_error" and words in error.message for error in output.errors())
    assert waits == []
    assert len(twilio.requests()) <= 1 + 3 + 2, "at most the probe, one request a stream, and two that prove it"


def test_a_restricted_key_fails_the_streams_it_may_not_read_and_names_what_is_missing(twilio: Twilio) -> None:
    output = Syncs(twilio, KINDS["restricted_key"].build()).run("calls", "flows")
    assert output.statuses("calls")[-1] == "COMPLETE"
    assert output.statuses("flows")[-1] == "INCOMPLETE"
    (error,) = output.errors()
    assert error.failure_type.value == "config_error"
    assert "Studio" in error.message and "70051" in error.message


def tokens_of(twilio: Twilio) -> int:
    return [one["host"] for one in twilio.requests()].count("oauth.twilio.com")


def test_an_oauth_token_is_fetched_once(twilio: Twilio) -> None:
    Syncs(twilio, KINDS["oauth"].build()).run("calls", "queues", "flows")
    assert tokens_of(twilio) == 1


@pytest.mark.parametrize("refusals", [1, 2])
def test_an_oauth_token_that_is_refused_is_renewed(twilio: Twilio, refusals: int) -> None:
    """Twice as well: the next token, too, may end while a request waits for its turn."""
    day = {"account_sid": MAIN, "date_created": "Sat, 21 Nov 2026 10:00:00 +0000"}
    rows = [row_of("recordings", "recordings", sid=f"RE{n:032x}", **day) for n in range(1500)]
    twilio.put_many("recordings", MAIN, rows)
    twilio.add_fault("status", url="Recordings.json.*Page=1", status=401, code=20003, times=refusals)
    output = Syncs(twilio, KINDS["oauth"].build()).run("recordings")
    assert len(output.records("recordings")) == 1500
    assert tokens_of(twilio) == 1 + refusals


def test_an_oauth_token_that_is_refused_for_good_is_not_renewed_for_ever(twilio: Twilio) -> None:
    twilio.add_fault("status", url="Recordings.json", status=401, code=20003)
    output = Syncs(twilio, KINDS["oauth"].build()).run("recordings")
    assert [error.failure_type.value for error in output.errors()] == ["config_error"]
    assert tokens_of(twilio) == 3


def test_an_oauth_app_with_narrow_scopes_says_so(twilio: Twilio) -> None:
    output = Syncs(twilio, ConfigBuilder().oauth(NARROW_OAUTH_ID, NARROW_OAUTH_SECRET).build()).run("messages", "calls")
    assert output.statuses("messages")[-1] == "COMPLETE"
    assert output.statuses("calls")[-1] == "INCOMPLETE"
