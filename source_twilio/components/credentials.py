"""Who signs a request: Auth Token, API key or OAuth app, and the kinds' limits.

https://www.twilio.com/docs/iam/api-keys and https://www.twilio.com/docs/iam/oauth-apps
"""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from source_twilio.components.api import Api, Signature, Stats
from source_twilio.components.errors import Refused, config_error, transient_error
from source_twilio.components.outcomes import Policy

TOKEN_URL = "https://oauth.twilio.com/v2/token"
UNSIGNED = Signature(lambda: "")
RENEW_AT = 0.8  # of a token's life: a request that is on its way when a token ends would be refused


def basic(user: str, password: str) -> str:
    """The Authorization header of a user name and password (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Credentials:
    """The configured credentials: how they sign, and what they are called.

    kind: `auth_token`, `api_key` or `oauth_client`; api and policy: how to ask for an OAuth token.
    """

    def __init__(self, config: Mapping[str, Any], api: Api, policy: Policy) -> None:
        self.account_sid: str = config["account_sid"]
        credentials = config["credentials"]
        self.kind: str = credentials["auth_type"]
        self._api = api
        self._policy = policy
        self._lock = threading.Lock()
        self._bearer: tuple[str, float] | None = None
        if self.kind == "auth_token":
            self._user, self._password = self.account_sid, credentials["auth_token"]
        elif self.kind == "api_key":
            self._user, self._password = credentials["api_key_sid"], credentials["api_key_secret"]
        else:
            self._user, self._password = credentials["client_id"], credentials["client_secret"]

    def authorization(self) -> str:
        """The Authorization header for a request of the configured account."""
        if self.kind != "oauth_client":
            return basic(self._user, self._password)
        with self._lock:
            if self._bearer is None or time.monotonic() >= self._bearer[1]:
                answer = self._fetch_token()
                life = float(answer.get("expires_in") or 3600)
                self._bearer = (str(answer["access_token"]), time.monotonic() + RENEW_AT * life)
            return f"Bearer {self._bearer[0]}"

    def _fetch_token(self) -> Mapping[str, Any]:
        """A new token; there is no refresh token: https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token"""
        form = {"client_id": self._user, "client_secret": self._password, "grant_type": "client_credentials"}
        try:
            answer = self._api.get(TOKEN_URL, UNSIGNED, self._policy, Stats(), "OAuth token", form=form)
        except Refused as refusal:
            raise config_error(
                f"Twilio gave no OAuth token ({refusal}). Check `credentials.client_id` and "
                "`credentials.client_secret`: they must belong to an OAuth app of the account."
            ) from refusal
        if not answer.get("access_token"):
            raise transient_error("Twilio's answer held no OAuth token; try again later.")
        return answer

    def renew(self, refused: str) -> bool:
        """Forget an OAuth token that was refused; whether asking again may help. refused: the header that was sent."""
        if self.kind != "oauth_client":
            return False
        with self._lock:
            if self._bearer and refused == f"Bearer {self._bearer[0]}":
                self._bearer = None
        return True

    def __repr__(self) -> str:  # a secret must not reach a log through an object's representation
        return f"Credentials({self.kind})"
