"""`check`: whether the credentials are right, by the cheapest call that they may make."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from airbyte_cdk.models import AirbyteConnectionStatus, Status
from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.accounts import KEY_OF_MAIN, Accounts
from source_twilio.components.twilio.api import Api, Signature, Stats
from source_twilio.components.twilio.credentials import Credentials
from source_twilio.components.twilio.errors import Refused
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.proof import ACCOUNT, NO_MESSAGES, prove

LOGGER = logging.getLogger("airbyte")
SECONDS = 7.0  # with the start of the process, `check` answers within ten in every case
MARGIN = 0.25  # of them that remain to tell what became of a request


def check_connection(
    config: Mapping[str, Any], policy: Policy, beyond_keys: list[str]
) -> AirbyteConnectionStatus:
    """Whether the credentials are right, within seconds in every case; see `_ask`.

    policy: the manifest's time-outs, of which one short attempt is made; beyond_keys: the streams that no Standard or
    Restricted key and no OAuth app can read, which is said. The status is FAILED with a sentence that says what to do.
    """
    answers: SimpleQueue[AirbyteConnectionStatus | Exception | None] = SimpleQueue()
    api = Api(config["region"], 1, policy.host_down)
    deadline = time.monotonic() + SECONDS

    def ask() -> None:
        try:
            for status in _ask(config, api, policy, deadline - MARGIN, beyond_keys):
                answers.put(status)
            answers.put(None)
        except Exception as error:
            answers.put(error)

    # Time-outs bound each address of a host and each read, but not name resolution, so the whole is bounded here.
    Thread(target=ask, daemon=True).start()
    known = None
    while True:
        try:
            answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return known or _failed(_silence(api))
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return known or _failed(_silence(api))
        known = answer


def _failed(message: str) -> AirbyteConnectionStatus:
    return AirbyteConnectionStatus(status=Status.FAILED, message=message)


def _silence(api: Api) -> str:
    host = api.host("api")
    proxy = api.proxy(f"https://{host}")
    cause = f"the proxy {proxy} is silent" if proxy else f"{host} is not resolved (DNS), or a firewall is silent"
    return f"Twilio did not answer within {SECONDS:.0f} seconds: {cause}. Check the network, and the proxy if any."


def _ask(
    config: Mapping[str, Any], api: Api, policy: Policy, deadline: float, beyond_keys: list[str]
) -> Iterator[AirbyteConnectionStatus]:
    """The status, and a better one where more is known. Asks for the account itself; for a key or app that may not, for
    one message; with a Main key, for some subaccounts. All requests share the time until the deadline."""

    def left() -> Policy:
        return policy.once(max(0.01, deadline - time.monotonic()))

    credentials = Credentials(config, api, left())
    accounts = Accounts(config, api, credentials, left())
    signature = Signature(credentials.authorization)

    def get(path: str, records: str = "") -> Any:
        return api.get(f"https://{api.host('api')}{path}", signature, left(), Stats(), "check", records)

    try:
        shown_by = prove(get, accounts.main.sid, credentials.kind)
    except Refused as refusal:
        yield _failed(accounts.refused_main(refusal, "check").message or "")
        return
    except AirbyteTracedException as error:
        yield _failed(error.message or "")
        return
    yield AirbyteConnectionStatus(status=Status.SUCCEEDED)
    if shown_by != ACCOUNT:
        _tell_limits(credentials.kind, shown_by, beyond_keys)
    elif credentials.kind != "api_key":
        LOGGER.info("The credentials can read account %s and its subaccounts.", accounts.main.sid)
    else:
        yield from _subaccounts(get, config)


def _subaccounts(get: Any, config: Mapping[str, Any]) -> Iterator[AirbyteConnectionStatus]:
    """Whether a Main key sees the tokens of subaccounts, without which it cannot read them."""
    sid, option = config["account_sid"], config.get("subaccounts") or {}
    mode, named = option.get("mode", "all"), set(option.get("account_sids") or ()) - {sid}
    if mode == "none":
        LOGGER.info("The API key can read account %s.", sid)
        return
    try:
        rows = get("/2010-04-01/Accounts.json?PageSize=20", "accounts")["accounts"]
    except (Refused, AirbyteTracedException) as error:
        LOGGER.info("The API key can read account %s; whether its subaccounts too, shows at the read (%s).", sid, error)
        return
    tokens = [row.get("auth_token") for row in rows if row.get("sid") != sid and row.get("status") != "closed"]
    if any(tokens) or not tokens:
        LOGGER.info("The API key can read account %s and its subaccounts.", sid)
        return
    reason = KEY_OF_MAIN.format(main=sid)
    if mode == "selected" and named:
        yield _failed(f"`subaccounts.account_sids` names {', '.join(sorted(named))}, which the API key cannot read: "
                      f"{reason}.")
    else:
        LOGGER.warning("The API key can read account %s and none of its subaccounts: %s.", sid, reason)


def _tell_limits(kind: str, shown_by: str, beyond_keys: list[str]) -> None:
    """What a key that may not read the account can never read."""
    LOGGER.info(
        "This %s can never read %s, nor any subaccount.%s",
        "OAuth app" if kind == "oauth_client" else "Standard or Restricted API key", ", ".join(beyond_keys),
        " It has no permission for messages; what a Restricted key may read shows at the read."
        if shown_by == NO_MESSAGES else "",
    )
