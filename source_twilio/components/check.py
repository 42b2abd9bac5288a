"""`check`: whether the credentials are right, by the cheapest call that they may make."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from airbyte_cdk.models import AirbyteConnectionStatus, Status
from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.accounts import Accounts
from source_twilio.components.api import Api, Signature, Stats
from source_twilio.components.credentials import Credentials
from source_twilio.components.errors import NOT_ALLOWED, TEST_CREDENTIALS, Refused
from source_twilio.components.outcomes import Policy

LOGGER = logging.getLogger("airbyte")
SECONDS = 7.0  # with the start of the process, `check` answers within ten in every case


def check_connection(
    config: Mapping[str, Any], policy: Policy, beyond_keys: list[str]
) -> AirbyteConnectionStatus:
    """Whether the credentials are right, within seconds in every case; see `_ask`.

    policy: the manifest's time-outs, of which one short attempt is made; beyond_keys: the streams that no Standard or
    Restricted key and no OAuth app can read, which is said. The status is FAILED with a sentence that says what to do.
    """
    answers: SimpleQueue[AirbyteConnectionStatus | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_ask(config, policy, beyond_keys))
        except Exception as error:
            answers.put(error)

    # Time-outs bound each address of a host and each read, but not name resolution, so the whole is bounded here.
    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=SECONDS)
        if isinstance(answer, Exception):
            raise answer
        return answer
    except Empty:
        return AirbyteConnectionStatus(
            status=Status.FAILED,
            message=f"Twilio did not answer within {SECONDS:.0f} seconds. Check the network, and the proxy if any.",
        )


def _ask(config: Mapping[str, Any], policy: Policy, beyond_keys: list[str]) -> AirbyteConnectionStatus:
    """Ask for the account itself; for a key or app that may not, for one message."""
    policy = policy.once(SECONDS)
    api = Api(config["region"], 1, policy.host_down)
    credentials = Credentials(config, api, policy)
    accounts = Accounts(config, api, credentials, policy)
    sid = config["account_sid"]
    signature = Signature(credentials.authorization)

    def get(path: str) -> Any:
        return api.get(f"https://{api.host('api')}{path}", signature, policy, Stats(), "check")

    try:
        try:
            get(f"/2010-04-01/Accounts/{sid}.json")
            LOGGER.info("The credentials can read account %s and its subaccounts.", sid)
        except Refused as refusal:
            unlike_a_key = credentials.kind == "auth_token" or refusal.code == TEST_CREDENTIALS
            if unlike_a_key or refusal.status not in NOT_ALLOWED:
                raise
            _check_restricted(get, sid, credentials.kind, beyond_keys)
    except Refused as refusal:
        return AirbyteConnectionStatus(status=Status.FAILED, message=accounts.refused_main(refusal, "check").message)
    except AirbyteTracedException as error:
        return AirbyteConnectionStatus(status=Status.FAILED, message=error.message)
    return AirbyteConnectionStatus(status=Status.SUCCEEDED)


def _check_restricted(get: Any, sid: str, kind: str, beyond_keys: list[str]) -> None:
    """For a key that may not read the account: any resource of it that answers proves the key."""
    permitted = True
    try:
        get(f"/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1")
    except Refused as refusal:
        if refusal.code != 70051:  # known, but without the permission: https://www.twilio.com/docs/api/errors/70051
            raise
        permitted = False
    LOGGER.info(
        "This %s can never read %s, nor any subaccount.%s",
        "OAuth app" if kind == "oauth_client" else "Standard or Restricted API key", ", ".join(beyond_keys),
        "" if permitted else " It has no permission for messages; what a Restricted key may read shows at the read.",
    )
