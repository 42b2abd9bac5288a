"""With whose credentials an account is read, and whose matter a refusal is.

https://www.twilio.com/docs/iam/api-keys
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.api import Api, Signature, Stats
from source_twilio.components.twilio.credentials import Credentials, basic
from source_twilio.components.twilio.errors import NO_PERMISSION, AccountSkipped, Refused, system_error
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.proof import Proof
from source_twilio.components.twilio.refusals import doubts_credentials, error_of


@dataclass(frozen=True)
class Account:
    """One Twilio account. token: its own Auth Token where the parent's list shows it; created: None if unknown."""

    sid: str
    main: bool
    created: datetime | None = None
    token: str | None = field(default=None, repr=False)


class Signers:
    """Who signs for an account, and what a refusal says of them.

    account_sid: the configured account; policy: time-outs and retries of what is asked to find out.
    """

    def __init__(self, account_sid: str, api: Api, credentials: Credentials, policy: Policy) -> None:
        self.main = Account(account_sid, main=True)
        self._api = api
        self._credentials = credentials
        self._policy = policy
        self._own = Signature(credentials.authorization, credentials.renew, account_sid)
        self._proof = Proof(api, policy)
        self._tokens: dict[str, str] = {}  # asked for again, of subaccounts whose token was refused
        self._renewing = threading.Lock()
        self._told: set[str] = set()

    def sign(self, account: Account, product: str) -> Signature:
        """How to sign a request for an account's resources on a product's host.

        The 2010 API takes the parent's Auth Token with the subaccount's SID in the path; API keys reach their own
        account only, and product hosts answer each account's own credentials only. Raises AccountSkipped for a
        subaccount whose own token is not known, Refused for credentials that Twilio does not accept any more.
        """
        kind = self._credentials.kind
        if account.main or (product == "api" and kind == "auth_token"):
            signature = self._own
        elif account.token is None:
            raise AccountSkipped(f"the list of accounts shows no Auth Token for {account.sid}")
        else:
            signature, kind = self._of(account), "auth_token"
        known = self._proof.known(signature.signer, kind)
        if known:
            raise known
        return signature

    def _of(self, account: Account) -> Signature:
        """The signature of a subaccount's own token."""
        return Signature(
            lambda: basic(account.sid, self._tokens.get(account.sid) or account.token or ""),
            partial(self._renew, account),
            account.sid,
        )

    def _renew(self, account: Account, refused: str) -> bool:
        """Whether a subaccount has another token than the one that was refused: it may have been rotated since the list
        of accounts was read. It is asked for once. refused: the header that was sent."""
        with self._renewing:
            if account.sid not in self._tokens:
                try:
                    row = self._get(f"/2010-04-01/Accounts/{account.sid}.json")
                except Refused:
                    row = {}
                self._tokens[account.sid] = str(row.get("auth_token") or account.token)
        return self._of(account).header() != refused

    def blame(self, refusal: Refused, account: Account) -> Refused | None:
        """The refusal of the credentials that signed a refused request for an account; None where they are accepted.

        See `Proof.against`: one request finds out, unless Twilio has told already.
        """
        if not doubts_credentials(refusal) or not refusal.signer:
            return None
        if refusal.signer == self.main.sid:
            kind = self._credentials.kind
            is_known = kind != "auth_token" and refusal.code == NO_PERMISSION  # a key or app that may do other things
            return None if is_known else self._proof.against(refusal, self._own, kind)
        return self._proof.against(refusal, self._of(account), "auth_token")

    def tells(self, sid: str) -> bool:
        """Whether something is said of an account for the first time."""
        with self._renewing:
            is_new = sid not in self._told
            self._told.add(sid)
        return is_new

    def _get(self, path: str, records: str = "") -> Any:
        host = self._api.host("api")
        if not path.startswith("/"):
            raise system_error(f"The list of accounts continues at {path!r}, outside {host}; it is not followed.")
        return self._api.get(f"https://{host}{path}", self._own, self._policy, Stats(), "The list of accounts",
                             records)

    def refused_main(self, refusal: Refused, what: str, family: str | None = None) -> AirbyteTracedException:
        """The error for a refusal of the configured account. what: was asked for; family: the permission that a
        Restricted key needs for it, empty where only an Auth Token or a Main key can read it, None for no stream: then
        the request was one that the credentials are always allowed."""
        sid, kind = self.main.sid, self._credentials.kind
        accepted: bool | None = False
        if family is not None:
            wrong = self.blame(refusal, self.main)
            refusal = wrong or refusal
            accepted = None if wrong and not self._proof.is_sure(sid, kind) else wrong is None
        return error_of(refusal, what, sid, kind, accepted, family, sid in self._proof.main_keys)

    def refused(self, refusal: Refused, what: str, account: Account) -> AirbyteTracedException:
        """The error for a refusal of a subaccount that is no reason to pass it over."""
        return error_of(refusal, what, account.sid, self._credentials.kind, accepted=True)
