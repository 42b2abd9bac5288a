"""Whether Twilio accepts credentials: what a refused request does not tell, and what `check` asks.

Code 20003 stands for a wrong token, and as well for a feature that a trial account has not, a kind of key that may not
list accounts, or an account that its parent's token does not reach. So whoever is refused is asked about with a request
that the same credentials are always allowed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from source_twilio.components.twilio.api import Api, Signature, Stats
from source_twilio.components.twilio.errors import NO_PERMISSION, NOT_ALLOWED, TEST_CREDENTIALS, Refused
from source_twilio.components.twilio.outcomes import Policy

ACCOUNT, MESSAGES, NO_MESSAGES = "the account", "a message", "a missing permission"


def prove(get: Callable[[str], Any], sid: str, kind: str) -> str:
    """What shows that credentials are accepted, asked for with as few requests as can be.

    get: sends a request for a path of the 2010 API; kind: `auth_token`, `api_key` or `oauth_client`. Gives ACCOUNT
    where they read the account itself; for keys and apps that may not, MESSAGES where they read its messages,
    NO_MESSAGES where Twilio knows them and names a missing permission. Raises Refused where they are not accepted.
    """
    try:
        get(f"/2010-04-01/Accounts/{sid}.json")
        return ACCOUNT
    except Refused as refusal:
        unlike_a_key = kind == "auth_token" or refusal.code == TEST_CREDENTIALS
        if unlike_a_key or refusal.status not in NOT_ALLOWED:
            raise
    try:
        get(f"/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1")
        return MESSAGES
    except Refused as refusal:
        if refusal.code != NO_PERMISSION:
            raise
        return NO_MESSAGES


class Proof:
    """Tells refused credentials from refused requests, for all streams of a process.

    api and policy: how to ask. Credentials that were refused are not asked about again; those that are accepted are
    asked about after a later refusal, since a token can be rotated at any time. main_keys: the accounts that a key has
    read as such, which no Standard or Restricted key may.
    """

    def __init__(self, api: Api, policy: Policy) -> None:
        self._api = api
        self._policy = policy
        self._lock = threading.Lock()
        self._refused: dict[str, Refused] = {}
        self.main_keys: set[str] = set()

    def is_sure(self, signer: str, kind: str) -> bool:
        """Whether a refused proof says that the credentials are wrong. A Standard or Restricted key or an app has no
        request that it is always allowed, so of those it is only likely."""
        return kind == "auth_token" or signer in self.main_keys

    def known(self, signer: str, kind: str) -> Refused | None:
        """The refusal of credentials that are surely wrong, where it is known already."""
        return self._again(signer) if self.is_sure(signer, kind) else None

    def against(self, refusal: Refused, signature: Signature, kind: str) -> Refused | None:
        """The refusal of the credentials that signed a refused request; None where Twilio accepts them.

        signature: of these credentials; kind: see `prove`. Raises a transient error where Twilio does not tell.
        """
        signer = signature.signer
        with self._lock:
            if signer not in self._refused and not self._api.accepted_since(refusal):
                self._ask(signature, kind)
            return self._again(signer)

    def _ask(self, signature: Signature, kind: str) -> None:
        signer, host = signature.signer, self._api.host("api")

        def get(path: str) -> Any:
            return self._api.get(
                f"https://{host}{path}", signature, self._policy, Stats(), f"The credentials of account {signer}"
            )

        try:
            if prove(get, signer, kind) == ACCOUNT and kind == "api_key":
                self.main_keys.add(signer)
        except Refused as answer:
            if answer.status in NOT_ALLOWED:  # any other answer is one to somebody who is known
                self._refused[signer] = answer

    def _again(self, signer: str) -> Refused | None:
        """A known refusal as a new exception: threads that raise one and the same would share its traceback."""
        found = self._refused.get(signer)
        if found is None:
            return None
        again = Refused(found.status, found.code, found.message, found.understood, found.reason)
        again.signer = signer
        return again
