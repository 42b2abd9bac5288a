"""Who signs a request: Auth Token, API key or OAuth app, and the kinds' limits.

https://www.twilio.com/docs/iam/api-keys and https://www.twilio.com/docs/iam/oauth-apps
"""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from source_twilio.components.twilio.api import Api, Signature, Stats
from source_twilio.components.twilio.errors import NOT_ALLOWED, Refused, config_error, system_error, transient_error
from source_twilio.components.twilio.outcomes import Policy, Trouble, outcome
from source_twilio.components.twilio.refusals import advice

TOKEN_URL = "https://oauth.twilio.com/v2/token"
UNSIGNED = Signature(lambda: "")
# https://www.rfc-editor.org/rfc/rfc6749#section-5.2, and 4.1.2.1 for those that pass
WRONG_CLIENT = ("invalid_client", "unauthorized_client", "invalid_grant")
WRONG_SCOPE = ("invalid_scope", "access_denied")
PASSING = ("temporarily_unavailable", "server_error")
RENEW_AT = 0.8  # of a token's life: a request that is on its way when a token ends would be refused


def basic(user: str, password: str) -> str:
    """The Authorization header of a user name and password (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def token_answer(
    status: int, headers: Mapping[str, str], body: bytes, policy: Policy
) -> dict[str, Any] | Refused | Trouble:
    """What a response of the token's address means: OAuth answers 400 also to what passes."""
    meaning = outcome(status, headers, body, policy)
    if isinstance(meaning, Refused) and meaning.reason in PASSING:
        return Trouble(f"HTTP {status}, {meaning.message}", status)
    return meaning


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
            answer = self._api.get(TOKEN_URL, UNSIGNED, self._policy, Stats(), "OAuth token", form=form,
                                   meaning=token_answer)
        except Refused as refusal:
            raise _no_token(refusal) from refusal
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


def _no_token(refusal: Refused) -> Exception:
    """The error for a refused token: the user's where OAuth or the status says so."""
    said = f"Twilio gave no OAuth token ({refusal})."
    if refusal.reason in WRONG_SCOPE:
        return config_error(f"{said} Give the OAuth app the scopes to read, in Twilio's console.")
    if refusal.reason in WRONG_CLIENT or (not refusal.reason and refusal.status in NOT_ALLOWED):
        return config_error(f"{said} Check `credentials.client_id` and `credentials.client_secret`: they must belong "
                            "to an OAuth app of the account.")
    return system_error(f"{said} {advice(refusal)}")
