"""Which accounts are read; asked for once a process and kept in memory only.

https://www.twilio.com/docs/iam/api/subaccounts
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.rows.values import to_rfc3339
from source_twilio.components.twilio.api import Api
from source_twilio.components.twilio.credentials import Credentials
from source_twilio.components.twilio.errors import NOT_ALLOWED, Refused, config_error, system_error
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.progress import Endless, Progress
from source_twilio.components.twilio.signers import Account, Signers

LOGGER = logging.getLogger("airbyte")
PAGE_SIZE = 1000  # the largest that the list of accounts takes
KEY_OF_MAIN = ("a Main API key reads no subaccounts where Twilio does not show it their Auth Tokens, as here. Use the "
               "Auth Token of {main}, or a connection for each subaccount with a key of its own")


class Accounts(Signers):
    """The accounts that the configuration selects and the credentials reach, and who signs for them.

    config: the connector's configuration; policy: time-outs and retries of the two requests that this needs.
    """

    def __init__(self, config: Mapping[str, Any], api: Api, credentials: Credentials, policy: Policy) -> None:
        super().__init__(config["account_sid"], api, credentials, policy)
        self._config = config
        self._lock = threading.Lock()
        self._selected: list[Account] | Exception | None = None
        self._closed: set[str] = set()
        self.incomplete: AirbyteTracedException | None = None  # why accounts that are to be read may be missing

    def selected(self) -> list[Account]:
        """The accounts to read, the main one first; closed ones are left out, suspended ones are tried.

        Raises a config error when the main account refuses the credentials, or `subaccounts` names an unknown one.
        Where the list of accounts broke off, those before are given and `incomplete` is the error to end with.
        """
        with self._lock:
            if self._selected is None:
                try:
                    subaccounts = self._readable(self._choose(self._subaccounts()))
                    self._selected = [self.main, *subaccounts]  # the list told when the main account was created
                except Exception as error:  # every stream asks; Twilio is asked once
                    self._selected = error
            if isinstance(self._selected, Exception):
                raise self._selected
            return self._selected

    def _subaccounts(self) -> list[Account]:
        if self._credentials.kind != "oauth_client" and self._reaches_accounts():
            return [account for account in self._listed() if account.sid != self.main.sid]
        LOGGER.info(
            "Only account %s is read: %s. Use the Auth Token to read subaccounts too.",
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
        self._proof.main_keys.add(self.main.sid)
        return True

    def _listed(self) -> Iterator[Account]:
        """The subaccounts that can be read. A list that breaks off behind the first accounts gives those."""
        known = 0
        try:
            for row in self._rows():
                known += 1
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
        except AirbyteTracedException as error:
            if not known:
                raise
            self.incomplete = AirbyteTracedException(
                message=f"The list of accounts broke off behind {known} accounts ({error.message}). Those are read, "
                "further ones are missing in this sync: their cursors stay, and the next sync reads them. If it breaks "
                "off again, ask Twilio's support about the list; accounts that are known can be read without an error "
                "by naming them under `subaccounts`.",
                internal_message=error.internal_message,
                failure_type=error.failure_type,
            )

    def _rows(self) -> Iterator[Row]:
        path: str | None = f"/2010-04-01/Accounts.json?PageSize={PAGE_SIZE}"
        seen: set[str] = set()
        progress = Progress(["sid"])
        while path:
            if path in seen:
                raise system_error("Twilio's list of accounts names a page as the next one that was read before.")
            try:
                page = self._get(path, "accounts")
                seen.add(path)
                path = page.get("next_page_uri")
                yield from progress.fresh(page["accounts"], bool(path))
            except Refused as refusal:
                if seen and refusal.status not in NOT_ALLOWED:
                    raise system_error(f"Twilio refused its next page: {refusal}") from refusal
                raise self.refused_main(refusal, "The list of accounts") from refusal
            except Endless as reason:
                raise system_error(f"Twilio's list of accounts does not end: {reason}.") from reason

    def _choose(self, accounts: list[Account]) -> list[Account]:
        option = self._config.get("subaccounts") or {}
        mode, named = option.get("mode", "all"), set(option.get("account_sids") or ())
        unknown = sorted(named - {account.sid for account in accounts} - {self.main.sid} - self._closed)
        if mode == "none" or (mode == "selected" and not unknown):
            self.incomplete = None  # all that are wanted are known
        if not self.incomplete and mode in ("selected", "except") and unknown:
            raise config_error(
                f"`subaccounts.account_sids` names {', '.join(unknown)}, which the credentials cannot reach: no "
                f"subaccount of {self.main.sid} with that SID. Correct or remove it."
            )
        if mode == "none":
            return []
        if mode == "selected":
            return [account for account in accounts if account.sid in named]
        return [account for account in accounts if account.sid not in named]

    def _readable(self, accounts: list[Account]) -> list[Account]:
        """The chosen accounts without those that a Main key cannot sign for, which is said once."""
        if self._credentials.kind != "api_key":
            return accounts
        readable = [account for account in accounts if account.token]
        hidden = [account.sid for account in accounts if not account.token]
        reason = KEY_OF_MAIN.format(main=self.main.sid)
        if hidden and (self._config.get("subaccounts") or {}).get("mode") == "selected":
            raise config_error(f"`subaccounts.account_sids` names {', '.join(hidden)}, which the API key cannot read: "
                               f"{reason}.")
        if hidden:
            LOGGER.warning("%d of %d subaccounts are not read: %s. Their cursors stay where they are.", len(hidden),
                           len(accounts), reason)
        return readable
