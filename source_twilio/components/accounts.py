"""Which accounts are read, and with whose credentials; asked for once a process and kept in memory only.

https://www.twilio.com/docs/iam/api/subaccounts and https://www.twilio.com/docs/iam/api-keys
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.api import Api, Signature, Stats
from source_twilio.components.credentials import Credentials, basic
from source_twilio.components.errors import (
    NOT_ACTIVE,
    NOT_ALLOWED,
    TEST_CREDENTIALS,
    AccountSkipped,
    Refused,
    config_error,
    system_error,
)
from source_twilio.components.outcomes import Policy
from source_twilio.components.values import to_rfc3339
from source_twilio.components.windows import parse

LOGGER = logging.getLogger("airbyte")
KINDS = {"auth_token": "Auth Token", "api_key": "API key", "oauth_client": "OAuth app"}
FIELDS = {"auth_token": "credentials.auth_token", "api_key": "credentials.api_key_secret",
          "oauth_client": "credentials.client_secret"}


@dataclass(frozen=True)
class Account:
    """One Twilio account. token: its own Auth Token where the parent's list shows it; created: None if unknown."""

    sid: str
    main: bool
    created: datetime | None = None
    token: str | None = field(default=None, repr=False)


class Accounts:
    """The accounts that the configuration selects and the credentials reach.

    config: the connector's configuration; policy: time-outs and retries of the two requests that this needs.
    """

    def __init__(self, config: Mapping[str, Any], api: Api, credentials: Credentials, policy: Policy) -> None:
        self._config = config
        self._api = api
        self._credentials = credentials
        self._policy = policy
        self._lock = threading.Lock()
        self._selected: list[Account] | Exception | None = None
        self._closed: set[str] = set()
        self._own = Signature(credentials.authorization, credentials.renew)
        self.main = Account(config["account_sid"], main=True)

    def selected(self) -> list[Account]:
        """The accounts to read, the main one first; closed ones are left out, suspended ones are tried.

        Raises a config error when the main account refuses the credentials, or `subaccounts` names an unknown one.
        """
        with self._lock:
            if self._selected is None:
                try:
                    subaccounts = self._choose(self._subaccounts())
                    self._selected = [self.main, *subaccounts]  # the list told when the main account was created
                except Exception as error:  # every stream asks; Twilio is asked once
                    self._selected = error
            if isinstance(self._selected, Exception):
                raise self._selected
            return self._selected

    def sign(self, account: Account, product: str) -> Signature:
        """How to sign a request for an account's resources on a product's host.

        The 2010 API takes the parent's Auth Token with the subaccount's SID in the path; API keys reach their own
        account only, and product hosts answer each account's own credentials only. Raises AccountSkipped for a
        subaccount whose own token is not known.
        """
        if account.main or (product == "api" and self._credentials.kind == "auth_token"):
            return self._own
        if account.token is None:
            raise AccountSkipped(f"the list of accounts shows no Auth Token for {account.sid}")
        header = basic(account.sid, account.token)
        return Signature(lambda: header)

    def _subaccounts(self) -> list[Account]:
        if self._credentials.kind != "oauth_client" and self._reaches_accounts():
            return [account for account in self._listed() if account.sid != self.main.sid]
        LOGGER.info(
            "Only account %s is read: %s. Use an Auth Token or a Main API key to read subaccounts too.",
            self.main.sid,
            "an OAuth app reaches its own account only" if self._credentials.kind == "oauth_client"
            else "the API key is no Main key and cannot list accounts",
        )
        return []

    def _reaches_accounts(self) -> bool:
        """Whether the credentials are an Auth Token or a Main key; the configuration does not say which kind a key is.

        200 is a Main key, a refusal in Twilio's own words another kind; nothing else is taken for the second.
        """
        if self._credentials.kind == "auth_token":
            return True
        try:
            self._get(f"/2010-04-01/Accounts/{self.main.sid}.json")
        except Refused as refusal:
            if refusal.status in NOT_ALLOWED:
                return False
            raise self.refused_main(refusal, "The list of accounts") from refusal
        return True

    def _listed(self) -> Iterator[Account]:
        path: str | None = "/2010-04-01/Accounts.json?PageSize=1000"
        seen = set()
        while path:
            if path in seen:
                raise system_error("Twilio's list of accounts names a page as the next one that was read before.")
            seen.add(path)
            try:
                page = self._get(path, "accounts")
            except Refused as refusal:
                raise self.refused_main(refusal, "The list of accounts") from refusal
            for row in page["accounts"]:
                if not isinstance(row.get("sid"), str):
                    raise system_error("Twilio's list of accounts has a row without `sid`; try again later.")
                created = to_rfc3339(row.get("date_created"))
                account = Account(row["sid"], row["sid"] == self.main.sid, parse(created) if created else None,
                                  row.get("auth_token") or None)
                if account.main:
                    self.main = account
                elif row.get("status") == "closed":
                    self._closed.add(account.sid)
                else:
                    yield account
            path = page.get("next_page_uri")

    def _get(self, path: str, records: str = "") -> Any:
        host = self._api.host("api")
        if not path.startswith("/"):
            raise system_error(f"The list of accounts continues at {path!r}, outside {host}; it is not followed.")
        return self._api.get(f"https://{host}{path}", self._own, self._policy, Stats(), "The list of accounts",
                             records)

    def _choose(self, accounts: list[Account]) -> list[Account]:
        option = self._config.get("subaccounts") or {}
        mode, named = option.get("mode", "all"), set(option.get("account_sids") or ())
        unknown = sorted(named - {account.sid for account in accounts} - {self.main.sid} - self._closed)
        if mode in ("selected", "except") and unknown:
            raise config_error(
                f"`subaccounts.account_sids` names {', '.join(unknown)}, which the credentials cannot reach: no "
                f"subaccount of {self.main.sid} with that SID. Correct or remove it."
            )
        if mode == "none":
            return []
        if mode == "selected":
            return [account for account in accounts if account.sid in named]
        return [account for account in accounts if account.sid not in named]

    def refused_main(self, refusal: Refused, what: str, family: str | None = None) -> AirbyteTracedException:
        """The error for a refusal of the configured account. what: was asked for; family: the permission that a
        Restricted key needs for it, empty where only an Auth Token or a Main key can read it, None for no stream."""
        kind, sid = KINDS[self._credentials.kind], self.main.sid
        if refusal.code == TEST_CREDENTIALS:
            advice = "These are test credentials, which read nothing: use the live Auth Token or a live API key."
        elif refusal.code in NOT_ACTIVE:
            advice = "The account is not active (no funds, suspended or closed): reactivate it in Twilio's console."
        elif refusal.status == 404:
            advice = f"Check that `account_sid` {sid} is right and belongs to the chosen `region`."
        elif refusal.status not in NOT_ALLOWED:
            advice = "If it happens again, please report it with this message."
        elif family is not None and (self._known or self._credentials.kind != "auth_token"):
            need = f"the permission family {family}" if family else "an Auth Token or a Main API key instead"
            advice = (f"If other streams are read, the credentials are right and this stream needs {need}; otherwise "
                      f"check `account_sid` and `{FIELDS[self._credentials.kind]}`.")
        else:
            advice = (f"Check `account_sid` and `{FIELDS[self._credentials.kind]}`: they must be the live credentials "
                      f"of {sid} in the chosen `region`.")
        refused = f"the {kind} of account {sid}" if refusal.status in NOT_ALLOWED else f"a request of account {sid}"
        return config_error(f"{what}: Twilio refused {refused} ({refusal}). {advice}")

    @property
    def _known(self) -> bool:
        """Whether the credentials have been accepted for the account itself."""
        return isinstance(self._selected, list)
