"""The kinds of credentials of the sandbox's accounts, and who signed a request."""

from __future__ import annotations

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import (
    MAIN,
    MAIN_KEY,
    MAIN_SECRET,
    MAIN_TOKEN,
    MARKETING,
    MARKETING_TOKEN,
    OAUTH_ID,
    OAUTH_SECRET,
    RESTRICTED_KEY,
    RESTRICTED_SECRET,
    STANDARD_KEY,
    STANDARD_SECRET,
    SUPPORT,
    SUPPORT_TOKEN,
    SUSPENDED,
    SUSPENDED_TOKEN,
)
from unit_tests.support import ConfigBuilder

ALL = {MAIN, SUPPORT, MARKETING, SUSPENDED}
KINDS = {
    "auth_token": ConfigBuilder().subaccounts("all"),
    "main_key": ConfigBuilder().subaccounts("all").api_key(MAIN_KEY, MAIN_SECRET),
    "standard_key": ConfigBuilder().subaccounts("all").api_key(STANDARD_KEY, STANDARD_SECRET),
    "restricted_key": ConfigBuilder().subaccounts("all").api_key(RESTRICTED_KEY, RESTRICTED_SECRET),
    "oauth": ConfigBuilder().subaccounts("all").oauth(OAUTH_ID, OAUTH_SECRET),
}
LIST = "/2010-04-01/Accounts.json"
SECRETS = [MAIN_TOKEN, SUPPORT_TOKEN, MARKETING_TOKEN, SUSPENDED_TOKEN, MAIN_SECRET, OAUTH_SECRET]


def users_of(twilio: Twilio, host: str) -> dict[str, str]:
    """Who signed the requests for each account's rows on a host."""
    return {
        one["account"]: one["user"]
        for one in twilio.requests()
        if one["host"] == host and one["stream"] in ("calls", "flows") and one["status"] == 200
    }


def asked_paths(twilio: Twilio) -> list[str]:
    return [one["path"] for one in twilio.requests()]
