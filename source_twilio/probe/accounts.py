"""Which accounts the credentials reach, and what a refusal looks like."""

from __future__ import annotations

from typing import Any

from source_twilio.components.twilio.errors import NOT_ACTIVE, NOT_ALLOWED, AccountSkipped, Refused
from source_twilio.components.twilio.signers import Account
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.reasons import Unknown, Wrong, said
from source_twilio.probe.session import Session


def kind_of_key(session: Session) -> Finding:
    """How a key that may not read the account itself is refused; asked at the beginning."""
    if session.kind == "auth_token":
        raise Unknown("the probe signs in with an Auth Token")
    if session.account_refusal:
        return yes(f"refused ({said(session.account_refusal)})")
    return yes("it is shown, so they may read subaccounts")


def missing_permission(session: Session) -> Finding:
    """A refusal with 70051 to anything that was asked so far."""
    for refusal in session.api.refusals:
        if refusal.code == 70051:
            if refusal.status not in NOT_ALLOWED:
                raise Wrong(said(refusal))
            return either(said(refusal))
    raise Unknown("nothing was refused for want of a permission")


def subaccount(session: Session) -> Finding:
    """A subaccount's messages with the connector's credentials for them."""
    child = _child(session, "active")
    try:
        session.page("messages", size=1, account=child)
    except AccountSkipped as reason:
        raise Wrong("the list of accounts shows no Auth Token") from reason
    except Refused as refusal:
        raise Wrong(f"refused ({said(refusal)})") from refusal
    return yes("its messages are listed")


def subaccount_product(session: Session) -> Finding:
    """A subaccount's alerts with its own token, which is in the list of accounts."""
    child = _child(session, "active")
    if not child.token:
        raise Wrong("the list of accounts shows no Auth Token")
    try:
        session.page("alerts", size=1, account=child)
    except Refused as refusal:
        raise Wrong(f"refused ({said(refusal)})") from refusal
    return yes("its alerts are listed")


def suspended(session: Session) -> Finding:
    """A suspended subaccount's messages and alerts."""
    child = _child(session, "suspended")
    told = []
    for stream in ("messages", "alerts"):
        try:
            session.page(stream, size=1, account=child)
        except Refused as refusal:
            if refusal.status not in (401, 403, 404) and refusal.code not in NOT_ACTIVE:
                raise Wrong(f"{stream} refused ({said(refusal)}), which stops the stream") from refusal
            told.append(f"{stream} refused ({said(refusal)})")
        else:
            told.append(f"{stream} listed")
    return either("; ".join(told))


def _child(session: Session, status: str) -> Account:
    """The first subaccount with a status, and its token in memory. Raises Unknown where there is none to see."""
    if session.kind == "oauth_client":
        raise Unknown("an OAuth app reads its own account only")
    if session.account_refusal:
        raise Unknown("the key may not list accounts")
    for row in _listed(session, status):
        if row["sid"] != session.sid and row.get("status") == status:
            return Account(row["sid"], False, None, row.get("auth_token") or None)
    raise Unknown(f"no {status} subaccount")


def _listed(session: Session, status: str) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = session.get(
        "api", f"/2010-04-01/Accounts.json?Status={status}&PageSize=20", records="accounts")["accounts"]
    return accounts


def token_lifetime(session: Session) -> Finding:
    """`expires_in` beside the OAuth token that the probe was given."""
    if session.api.token is None:
        raise Unknown("the probe signs in without OAuth")
    life = session.api.token["expires_in"]
    return either(f"{life:.0f} seconds" if isinstance(life, (int, float)) else "the answer does not say")


def oauth_subaccounts(session: Session) -> Finding:
    """A subaccount's messages with the OAuth token of its parent."""
    if session.kind != "oauth_client":
        raise Unknown("the probe signs in without OAuth")
    try:
        rows = [row for row in _listed(session, "active") if row["sid"] != session.sid]
    except Refused as refusal:
        return yes(f"no: the list of accounts is refused ({said(refusal)})")
    if not rows:
        raise Unknown("no active subaccount")
    path = f"/2010-04-01/Accounts/{rows[0]['sid']}/Messages.json?PageSize=1"
    try:
        session.get("api", path)
    except Refused as refusal:
        return yes(f"no: refused ({said(refusal)})")
    raise Wrong("it does, and the connector does not read them")


QUESTIONS = (
    Question("key-kind", "Is a key without access to its account refused in Twilio's words?",
             "HTTP 401 or 403; then only the account itself is read", "components/twilio/accounts.py", kind_of_key),
    Question("subaccount", "Do the credentials list a subaccount's messages?", "yes", "components/twilio/accounts.py",
             subaccount),
    Question("subaccount-product", "Does the list of accounts show a token that product hosts take?", "yes",
             "components/twilio/accounts.py", subaccount_product),
    Question("suspended", "Can a suspended subaccount be read?",
             "either: it is skipped with a warning where it is refused", "components/reading/streams.py", suspended),
    Question("oauth-life", "How long does an OAuth token live?", "any: it is renewed",
             "components/twilio/credentials.py",
             token_lifetime),
    Question("oauth-subaccounts", "Does an OAuth token read subaccounts?", "no", "components/twilio/accounts.py",
             oauth_subaccounts),
)
LAST = (
    Question("permission", "How is a missing permission refused?", "HTTP 401 or 403, code 70051",
             "components/reading/streams.py", missing_permission),
)
