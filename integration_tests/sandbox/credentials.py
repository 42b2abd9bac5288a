"""Who asks, and what they may read: the credentials matrix."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson

from .accounts import Directory, Key, regional
from .answers import Answer, Refusal, document, unauthenticated
from .resources import Resource

LIFETIMES = (60, 30 * 86400)


@dataclass(frozen=True)
class Caller:
    """The owner of the credentials of a request."""

    kind: str  # token, main, standard, restricted, oauth
    user: str
    account: str
    permissions: tuple[str, ...] | None = None


def user_of(headers: dict[str, str]) -> tuple[str, str]:
    """The scheme's user name and secret; two empty texts where there are none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return "bearer", value
    if scheme.lower() == "basic":
        try:
            user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
            return user, secret
        except (binascii.Error, UnicodeDecodeError):
            pass
    return "", ""


def identify(directory: Directory, headers: dict[str, str], region: str, now: float) -> Caller:
    """The caller, or Twilio's refusal of wrong, expired, foreign or test credentials."""
    user, secret = user_of(headers)
    if user == "bearer":
        app, end = directory.tokens.get(secret, ("", 0.0))
        key = directory.keys.get(app)
        if key is None or now >= end:
            raise unauthenticated()
        return Caller("oauth", app, key.account, key.permissions)
    if directory.tests.get(user) == secret and secret:
        raise Refusal(403, 20008, "Resource not accessible with Test Account Credentials")
    account = directory.accounts.get(user)
    if account is not None and secret and secret == regional(account.token, region):
        return Caller("token", user, user)
    key = directory.keys.get(user)
    if key is not None and key.kind != "oauth" and key.region == region and key.secret == secret:
        return Caller(key.kind, user, key.account, key.permissions)
    raise unauthenticated()


def allow(directory: Directory, caller: Caller, resource: Resource, target: str, switches: dict[str, Any]) -> None:
    """Refuse what the caller may not read; ``target`` is the account whose rows are asked for."""
    if target not in directory.accounts:
        raise Refusal(404, 20404, f"The requested resource /2010-04-01/Accounts/{target} was not found")
    if target != caller.account:
        child = directory.accounts[target].owner == caller.account
        reaches = caller.kind == "token" or (caller.kind == "oauth" and switches["oauth_subaccounts"])
        if not (child and reaches and resource.classic):
            raise unauthenticated()
    if resource.needs == "main" and caller.kind in ("standard", "restricted"):
        raise unauthenticated()
    if caller.permissions is not None and resource.family not in caller.permissions:
        raise Refusal(
            switches["refusal_status"],
            70051,
            f"Authorization error: the credentials lack the permission for {resource.family or resource.host}",
        )
    _alive(directory, target, switches)


def conceal(answer: Answer, caller: Caller, resource: Resource, switches: dict[str, Any]) -> Answer:
    """The answer without the Auth Tokens that its caller may not see."""
    if resource.name == "accounts" and caller.kind != "token" and not switches["key_sees_tokens"]:
        body = answer.json()
        for row in body.get("accounts", [body]):
            row["auth_token"] = ""
        answer.body = orjson.dumps(body)
    return answer


def _alive(directory: Directory, sid: str, switches: dict[str, Any]) -> None:
    account = directory.accounts[sid]
    owner = directory.accounts.get(account.owner, account)
    states = (account.status, owner.status)
    if "closed" in states or ("suspended" in states and switches["suspended_account"] == "refuse"):
        state = "closed" if "closed" in states else "suspended"
        raise Refusal(401, switches["suspended_code"], f"Account {sid} is not active: {state}")


def issue_token(directory: Directory, method: str, body: bytes, now: float) -> Answer:
    """oauth.twilio.com/v2/token: a bearer token for an app's client credentials."""
    if method != "POST":
        raise Refusal(405, 20004, "Method not allowed")
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    key: Key | None = directory.keys.get(form.get("client_id", ""))
    if form.get("grant_type") != "client_credentials":
        return document(
            {"error": "unsupported_grant_type", "error_description": "grant_type must be client_credentials"}, 400
        )
    if key is None or key.kind != "oauth" or key.secret != form.get("client_secret"):
        return document(
            {
                "error": "invalid_client",
                "error_description": "Client authentication failed",
                "code": 20003,
                "message": "Authenticate",
                "status": 401,
            },
            401,
        )
    token = "oauth-" + secrets.token_urlsafe(24)
    directory.tokens[token] = (key.sid, now + key.lifetime)
    return document({"access_token": token, "token_type": "Bearer", "expires_in": key.lifetime})
