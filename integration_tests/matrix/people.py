"""Every kind of credential, as a configuration, and what it can reach."""

from __future__ import annotations

from typing import Any

from integration_tests.helpers import configuration
from integration_tests.sandbox import accounts as known


def token(sid: str = known.MAIN, secret: str = known.MAIN_TOKEN, **more: Any) -> dict[str, Any]:
    """An account and its Auth Token."""
    return configuration(account_sid=sid, credentials={"auth_type": "auth_token", "auth_token": secret}, **more)


def key(sid: str, secret: str, **more: Any) -> dict[str, Any]:
    """An API key of the main account."""
    return configuration(credentials={"auth_type": "api_key", "api_key_sid": sid, "api_key_secret": secret}, **more)


def app(sid: str = known.OAUTH_ID, secret: str = known.OAUTH_SECRET, **more: Any) -> dict[str, Any]:
    """An OAuth app of the main account."""
    return configuration(credentials={"auth_type": "oauth_client", "client_id": sid, "client_secret": secret}, **more)


MAIN_KEY = key(known.MAIN_KEY, known.MAIN_SECRET)
STANDARD_KEY = key(known.STANDARD_KEY, known.STANDARD_SECRET)
RESTRICTED_KEY = key(known.RESTRICTED_KEY, known.RESTRICTED_SECRET)
NARROW_APP = app(known.NARROW_OAUTH_ID, known.NARROW_OAUTH_SECRET)
TEST = token(known.TEST_SID, known.TEST_TOKEN)
OTHER_KEY, OTHER_SECRET = "SK0a1b2c3d4e5f60718293a4b5c6d7e8ff", "other-key-secret-0123456789abcdef"
