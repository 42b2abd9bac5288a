"""The account tree of the default world and every credential that opens it. All of it is made up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from . import times

MAIN = "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9"
SUPPORT = "AC1b2c3d4e5f60718293a4b5c6d7e8f90a"
MARKETING = "AC2c3d4e5f60718293a4b5c6d7e8f90a1b"
SUSPENDED = "AC3d4e5f60718293a4b5c6d7e8f90a1b2c"
CLOSED = "AC4e5f60718293a4b5c6d7e8f90a1b2c3d"

MAIN_TOKEN = "main-token-0123456789abcdef012345"
SUPPORT_TOKEN = "support-token-6789abcdef01234567"
MARKETING_TOKEN = "marketing-token-abcdef0123456789"
SUSPENDED_TOKEN = "suspended-token-cdef0123456789ab"
CLOSED_TOKEN = "closed-token-ef0123456789abcdef01"
TEST_SID, TEST_TOKEN = "AC5f60718293a4b5c6d7e8f90a1b2c3d4e", "test-token-0123456789abcdef012345"

MAIN_KEY, MAIN_SECRET = "SK0a1b2c3d4e5f60718293a4b5c6d7e801", "main-key-secret-0123456789abcdef"
STANDARD_KEY, STANDARD_SECRET = "SK0a1b2c3d4e5f60718293a4b5c6d7e802", "standard-key-secret-0123456789ab"
RESTRICTED_KEY, RESTRICTED_SECRET = "SK0a1b2c3d4e5f60718293a4b5c6d7e803", "restricted-key-secret-0123456789"
IE1_KEY, IE1_SECRET = "SK0a1b2c3d4e5f60718293a4b5c6d7e804", "ie1-main-key-secret-0123456789ab"
OAUTH_ID, OAUTH_SECRET = "OQ0a1b2c3d4e5f60718293a4b5c6d7e801", "oauth-app-secret-0123456789abcde"
NARROW_OAUTH_ID, NARROW_OAUTH_SECRET = "OQ0a1b2c3d4e5f60718293a4b5c6d7e802", "narrow-oauth-secret-0123456789ab"

RESTRICTED_PERMISSIONS = ("Messaging", "Voice", "Usage")
NARROW_SCOPES = ("Messaging",)
REGIONS = {"us1": "ashburn", "ie1": "dublin", "au1": "sydney"}
CREATED = times.seconds("2024-03-04T09:30:00Z")


def regional(token: str, region: str) -> str:
    """The Auth Token of an account in a Region: tokens differ from Region to Region."""
    return token if region == "us1" else f"{region}-" + hashlib.sha256(f"{region}{token}".encode()).hexdigest()[:28]


@dataclass
class Account:
    """One account, main or sub."""

    sid: str
    token: str
    friendly_name: str = "My account"
    owner: str = MAIN
    status: str = "active"
    created: float = CREATED
    updated: float = CREATED
    closed_at: float | None = None
    type: str = "Full"

    def row(self) -> dict[str, Any]:
        """As /Accounts.json shows it in US1."""
        uri = f"/2010-04-01/Accounts/{self.sid}"
        names = (
            "addresses",
            "applications",
            "available_phone_numbers",
            "calls",
            "conferences",
            "incoming_phone_numbers",
            "keys",
            "messages",
            "notifications",
            "outgoing_caller_ids",
            "queues",
            "recordings",
            "transcriptions",
            "usage",
        )
        return {
            "sid": self.sid,
            "owner_account_sid": self.owner,
            "friendly_name": self.friendly_name,
            "status": self.status,
            "type": self.type,
            "auth_token": self.token,
            "date_created": times.rfc(self.created),
            "date_updated": times.rfc(self.updated),
            "uri": f"{uri}.json",
            "subresource_uris": {n: f"{uri}/{''.join(p.title() for p in n.split('_'))}.json" for n in names},
        }


@dataclass
class Key:
    """An API key or an OAuth app: ``main``, ``standard``, ``restricted`` or ``oauth``."""

    sid: str
    secret: str
    kind: str
    account: str = MAIN
    permissions: tuple[str, ...] | None = None  # None: everything the kind may do
    region: str = "us1"
    lifetime: int = 3600  # of an OAuth token


@dataclass
class Directory:
    """Who exists and which secrets are right."""

    accounts: dict[str, Account] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)  # bearer token: app and end
    tests: dict[str, str] = field(default_factory=dict)

    def add(self, account: Account) -> Account:
        """Add or replace an account."""
        self.accounts[account.sid] = account
        return account

    def children(self, sid: str) -> list[Account]:
        """The account itself and, for a main account, its subaccounts."""
        return [a for a in self.accounts.values() if a.sid == sid or a.owner == sid]

    def active(self, sid: str) -> bool:
        """Whether an account and its owner are active."""
        account = self.accounts[sid]
        owner = self.accounts.get(account.owner, account)
        return account.status == "active" and owner.status == "active"


def default_directory() -> Directory:
    """A main account, two active subaccounts, one suspended, one closed, and a credential of every kind."""
    found = Directory(tests={TEST_SID: TEST_TOKEN})
    for n, (sid, token, name, status) in enumerate(
        (
            (MAIN, MAIN_TOKEN, "Owl Telecom", "active"),
            (SUPPORT, SUPPORT_TOKEN, "Owl Support", "active"),
            (MARKETING, MARKETING_TOKEN, "Owl Marketing", "active"),
            (SUSPENDED, SUSPENDED_TOKEN, "Owl Labs", "suspended"),
            (CLOSED, CLOSED_TOKEN, "Owl Paging", "closed"),
        )
    ):
        born = CREATED + n * 40 * times.DAY
        found.add(Account(sid, token, name, status=status, created=born, updated=born + (n // 3) * 100 * times.DAY))
    for key in (
        Key(MAIN_KEY, MAIN_SECRET, "main"),
        Key(STANDARD_KEY, STANDARD_SECRET, "standard"),
        Key(RESTRICTED_KEY, RESTRICTED_SECRET, "restricted", permissions=RESTRICTED_PERMISSIONS),
        Key(IE1_KEY, IE1_SECRET, "main", region="ie1"),
        Key(OAUTH_ID, OAUTH_SECRET, "oauth"),
        Key(NARROW_OAUTH_ID, NARROW_OAUTH_SECRET, "oauth", permissions=NARROW_SCOPES),
    ):
        found.keys[key.sid] = key
    return found
