"""The sentence for a refused request: whose matter it is, and what the user can do. docs/troubleshooting.md has all."""

from __future__ import annotations

import re

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.errors import (
    NO_PERMISSION,
    NOT_ACTIVE,
    NOT_ALLOWED,
    TEST_CREDENTIALS,
    Refused,
    config_error,
    system_error,
)
from source_twilio.components.twilio.outcomes import BETWEEN

KINDS = {"auth_token": "Auth Token", "api_key": "API key", "oauth_client": "OAuth app"}
FIELDS = {"auth_token": "credentials.auth_token", "api_key": "credentials.api_key_secret",
          "oauth_client": "credentials.client_secret"}
PROXY_PASSWORD = 407  # https://www.rfc-editor.org/rfc/rfc9110#status.407
NOT_FOUND = 404
# Words with which 20003 speaks of the account's plan, and not of credentials.
UNAVAILABLE = re.compile(r"\btrial\b|\bupgrade\b|not (available|enabled)", re.IGNORECASE)


def doubts_credentials(refusal: Refused) -> bool:
    """Whether a refusal may be one of the credentials; those of an account that is not active say so themselves."""
    return refusal.status in NOT_ALLOWED and refusal.code not in (*NOT_ACTIVE, TEST_CREDENTIALS)


def error_of(
    refusal: Refused,
    what: str,
    sid: str,
    kind: str,
    accepted: bool | None,
    family: str | None = None,
    main_key: bool = False,
) -> AirbyteTracedException:
    """The error for a refused request: a config error only where the user can mend it.

    what: was asked for; sid: of which account; kind: of the configured credentials; accepted: whether Twilio accepts
    them, None where it is not sure; family: the permission that a Restricted key needs for it, empty where only an Auth
    Token or a Main key can read it, None for no stream; main_key: the credentials are a Main key.
    """
    name, check = KINDS[kind], f"heck `account_sid` and `{FIELDS[kind]}`"
    asked = f"{what}: Twilio refused a request of account {sid} ({refusal})."
    signed = f"{what}: Twilio refused the {name} of account {sid} ({refusal})."
    needed = _needed(refusal, kind, family, main_key)
    if refusal.status == PROXY_PASSWORD:
        return config_error(f"{what}: a proxy refused a request of account {sid} ({refusal}). Give its user and "
                            "password in HTTPS_PROXY.")
    if refusal.code == TEST_CREDENTIALS:
        return config_error(f"{signed} These are test credentials, which read nothing: use the live Auth Token or a "
                            "live API key.")
    if refusal.code in NOT_ACTIVE:
        return config_error(f"{asked} The account is not active (no funds, suspended or closed): reactivate it in "
                            "Twilio's console.")
    if refusal.status in NOT_ALLOWED and UNAVAILABLE.search(refusal.message):
        return config_error(f"{asked} That is no matter of the {name}: {needed}.")
    if refusal.status in NOT_ALLOWED and accepted:
        return config_error(f"{asked} The {name} is right, but {needed}.")
    if refusal.status in NOT_ALLOWED and accepted is None:
        return config_error(f"{signed} If other streams are read, the {name} is right and {needed}; "
                            f"otherwise c{check}.")
    if refusal.status in NOT_ALLOWED:
        return config_error(f"{signed} C{check}: they must be the live credentials of {sid} in the chosen `region`.")
    if refusal.status == NOT_FOUND:
        return config_error(f"{asked} Check that `account_sid` {sid} is right and belongs to the chosen `region`.")
    if refusal.understood:
        return system_error(f"{asked} {advice(refusal)}")
    return system_error(f"{what}: a request of account {sid} brought no rows ({refusal}). {advice(refusal)}")


def advice(refusal: Refused) -> str:
    """What a user can do about an answer that is no matter of the settings."""
    if refusal.understood:
        return "This is no matter of your settings: try again, and if it stays, report it with this message."
    return BETWEEN


def _needed(refusal: Refused, kind: str, family: str | None, main_key: bool) -> str:
    holds_all = kind == "auth_token" or main_key  # permissions, so that the account itself must lack it
    lacking = UNAVAILABLE.search(refusal.message) or (holds_all and refusal.code != NO_PERMISSION)
    if lacking or family is None:
        return "the account lacks what this needs: do as Twilio says, or leave the stream out"
    if family:
        return f"this stream needs the permission family {family}"
    return "this stream needs an Auth Token or a Main API key instead"
