"""The probe with each kind of credentials, and in another Region: what it can tell, and what not."""

from __future__ import annotations

import pytest

from integration_tests.probe.conftest import Ask, found
from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import (
    IE1_KEY,
    IE1_SECRET,
    MAIN_KEY,
    MAIN_SECRET,
    NARROW_OAUTH_ID,
    NARROW_OAUTH_SECRET,
    OAUTH_ID,
    OAUTH_SECRET,
    RESTRICTED_KEY,
    RESTRICTED_SECRET,
    STANDARD_KEY,
    STANDARD_SECRET,
)
from source_twilio.probe.findings import EITHER, NO, UNKNOWN, YES

OAUTH = {"auth_type": "oauth_client", "client_id": OAUTH_ID, "client_secret": OAUTH_SECRET}
RESTRICTED = {"auth_type": "api_key", "api_key_sid": RESTRICTED_KEY, "api_key_secret": RESTRICTED_SECRET}


def test_oauth(ask: Ask, twilio: Twilio) -> None:
    report = ask(credentials=OAUTH)
    assert report.wrong == []
    assert found(report, "oauth-life") == (EITHER, "3600 seconds")
    assert found(report, "oauth-subaccounts") == (YES, "no: refused (HTTP 401, code 20003)")
    posts = [request for request in twilio.requests() if request["method"] != "GET"]
    assert [(post["method"], post["host"]) for post in posts] == [("POST", "oauth.twilio.com")]
    twilio.set_switch("oauth_subaccounts", True)
    report = ask(credentials=OAUTH)
    assert report.wrong == ["oauth-subaccounts"]
    assert found(report, "oauth-subaccounts")[0] == NO


@pytest.mark.parametrize(("credentials", "subaccount"), [
    ({"auth_type": "api_key", "api_key_sid": MAIN_KEY, "api_key_secret": MAIN_SECRET},
     (YES, "its messages are listed")),
    ({"auth_type": "api_key", "api_key_sid": STANDARD_KEY, "api_key_secret": STANDARD_SECRET},
     (UNKNOWN, "the key may not list accounts")),
    ({"auth_type": "oauth_client", "client_id": NARROW_OAUTH_ID, "client_secret": NARROW_OAUTH_SECRET},
     (UNKNOWN, "an OAuth app reads its own account only")),
])
def test_kinds_of_credentials(ask: Ask, credentials: dict[str, str], subaccount: tuple[str, str]) -> None:
    report = ask(credentials=credentials)
    assert report.wrong == []
    assert found(report, "subaccount") == subaccount
    assert found(report, "messages-window")[0] == YES


@pytest.mark.parametrize("status", [401, 403])
def test_permissions(ask: Ask, twilio: Twilio, status: int) -> None:
    twilio.set_switch("refusal_status", status)
    report = ask(credentials=RESTRICTED)
    assert report.wrong == []
    assert found(report, "key-kind") == (YES, "refused (HTTP 401, code 20003)")
    assert found(report, "permission") == (EITHER, f"HTTP {status}, code 70051")
    assert found(report, "verify-no-size") == (UNKNOWN, f"refused (HTTP {status}, code 70051)")
    assert found(report, "subaccount") == (UNKNOWN, "the key may not list accounts")
    assert found(report, "messages-window")[0] == YES


@pytest.mark.parametrize("missing", ["unresolvable", "not_found"])
def test_regions(ask: Ask, twilio: Twilio, missing: str) -> None:
    twilio.set_switch("missing_product", missing)
    key = {"auth_type": "api_key", "api_key_sid": IE1_KEY, "api_key_secret": IE1_SECRET}
    report = ask(credentials=key, region="ie1")
    assert report.wrong == []
    expected = "no answer" if missing == "unresolvable" else "refused (HTTP 404, code 20404)"
    answer, detail = found(report, "regional-products")
    assert answer == EITHER and detail.count(expected) == 4
    assert found(report, "verify-no-size") == (UNKNOWN, "the Region does not offer verify")
    twilio.add_fault("json", url=r"^verify\.|^video\.|^pricing\.|^bulkexports\.|^content\.",
                     body={"services": [], "days": [], "rooms": [], "countries": [], "contents": []})
    report = ask(credentials=key, region="ie1")
    assert report.wrong == ["regional-products"]
