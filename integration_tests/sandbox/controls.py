"""The stand-in's controls: what a test may change and ask, in process or over the control address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from . import switches, times
from .accounts import CREATED, MAIN, Account, Key
from .expected import expected
from .faults import Fault, Faults
from .request import State
from .rows import FOREVER
from .views import view

METHODS = (
    "set_switch",
    "add_fault",
    "clear_faults",
    "limit_in_flight",
    "latency",
    "requests",
    "clear_requests",
    "set_now",
    "set_offset",
    "freeze",
    "put",
    "put_many",
    "delete",
    "add_account",
    "close_account",
    "suspend_account",
    "activate_account",
    "rotate_token",
    "add_key",
    "expire_tokens",
    "rows",
    "status",
    "expected",
)


class Controls(State):
    """Methods of ``Twilio`` that change or describe it. Instants are datetimes, texts or seconds."""

    faults: Faults
    limit: int | None
    delay: float
    in_flight: int
    peak: int
    log: list[dict[str, Any]]

    def set_switch(self, name: str, value: Any) -> None:
        """Set a switch (see ``switches.py``)."""
        self.switches[name] = switches.checked(name, value)

    def add_fault(self, action: str, **rule: Any) -> None:
        """Add a rule (see ``faults.Fault`` for what it takes); the first one that matches acts."""
        self.faults.rules.append(Fault(action, **rule))

    def clear_faults(self) -> None:
        """Remove all rules."""
        self.faults.rules.clear()

    def limit_in_flight(self, limit: int | None) -> None:
        """Answer 429/20429 when more requests than this are in flight at once; None for no limit."""
        self.limit, self.peak = limit, 0

    def latency(self, seconds: float) -> None:
        """Let every answer take this long (it does not hold up other requests)."""
        self.delay = seconds

    def requests(self) -> list[dict[str, Any]]:
        """The requests so far: time, method, host, path, raw query, account, user name, status, stream, fault."""
        return list(self.log)

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self.log.clear()

    def set_now(self, moment: datetime | float | str) -> None:
        """Jump to an instant; time goes on from there."""
        self.frozen, self.offset = None, times.seconds(moment) - self.clock().timestamp()

    def set_offset(self, seconds: float) -> None:
        """Run ahead of the clock (or behind it) by some seconds."""
        self.frozen, self.offset = None, seconds

    def freeze(self, moment: datetime | float | str | None = None) -> None:
        """Stand still, at an instant or now."""
        self.frozen = self.now() if moment is None else times.seconds(moment)

    def put(
        self,
        stream: str,
        account_sid: str,
        row: dict[str, Any],
        *,
        since: Any = None,
        until: Any = None,
        later: Iterable[tuple[Any, dict[str, Any]]] = (),
        region: str = "us1",
    ) -> None:
        """Insert a row or replace the one with its key; ``later`` are changes at instants to come."""
        self.store.places(region, account_sid, stream, self.now())
        self.store.put(
            region,
            account_sid,
            stream,
            dict(row),
            None if since is None else times.seconds(since),
            FOREVER if until is None else times.seconds(until),
            [(times.seconds(when), dict(changes)) for when, changes in later],
        )

    def put_many(self, stream: str, account_sid: str, rows: Iterable[dict[str, Any]], *, region: str = "us1") -> None:
        """Insert many rows at once."""
        self.store.places(region, account_sid, stream, self.now())
        for row in rows:
            self.store.put(region, account_sid, stream, dict(row), sort=False)

    def delete(self, stream: str, account_sid: str, key: Any, *, region: str = "us1") -> bool:
        """Take a row away by its primary key (a value, or a list of values in the catalogue's order)."""
        self.store.places(region, account_sid, stream, self.now())
        return self.store.drop(region, account_sid, stream, tuple(key) if isinstance(key, (list, tuple)) else (key,))

    def rows(self, stream: str, account_sid: str, *, region: str = "us1") -> list[dict[str, Any]]:
        """What is in a stream of an account now, as stored: hidden columns too, no filter, no default."""
        resource, now = self.resources[stream], self.now()
        return [
            view(self, resource, row.at(now), account_sid, now)
            for row in self.store.visible(region, account_sid, stream, now)
        ]

    def add_account(
        self,
        sid: str,
        token: str,
        *,
        owner: str = MAIN,
        status: str = "active",
        friendly_name: str = "New account",
        created: Any = None,
    ) -> None:
        """Add an account, as old as the main one without ``created``; ``owner=sid`` makes it a main account."""
        born = CREATED if created is None else times.seconds(created)
        self.directory.add(Account(sid, token, friendly_name, owner, status, born, born))

    def close_account(self, sid: str) -> None:
        """Close an account; it leaves the list 30 days later."""
        account = self.directory.accounts[sid]
        account.status, account.closed_at, account.updated = "closed", self.now(), self.now()

    def suspend_account(self, sid: str) -> None:
        """Suspend an account."""
        self.directory.accounts[sid].status = "suspended"

    def activate_account(self, sid: str) -> None:
        """Make an account active again."""
        account = self.directory.accounts[sid]
        account.status, account.closed_at = "active", None

    def rotate_token(self, sid: str, token: str) -> None:
        """Replace the Auth Token of an account."""
        self.directory.accounts[sid].token = token

    def add_key(
        self,
        sid: str,
        secret: str,
        kind: str,
        *,
        account: str = MAIN,
        permissions: Iterable[str] | None = None,
        region: str = "us1",
        lifetime: int = 3600,
    ) -> None:
        """Add an API key (main, standard, restricted) or an OAuth app (oauth); ``permissions`` are families or None."""
        allowed = None if permissions is None else tuple(permissions)
        self.directory.keys[sid] = Key(sid, secret, kind, account, allowed, region, lifetime)

    def expire_tokens(self) -> None:
        """End every OAuth token that was given out."""
        self.directory.tokens.clear()

    def status(self) -> dict[str, Any]:
        """Time, requests in flight, their peak since the last limit was set, number of requests, switches."""
        return {
            "now": times.iso(self.now()),
            "in_flight": self.in_flight,
            "peak": self.peak,
            "requests": len(self.log),
            "limit": self.limit,
            "latency": self.delay,
            "switches": dict(self.switches),
        }

    def expected(
        self,
        stream: str,
        start_date: str,
        accounts: list[str] | None = None,
        *,
        kind: str = "auth_token",
        **more: Any,
    ) -> list[dict[str, Any]]:
        """What a right connector emits for a stream (see ``expected.py``)."""
        return expected(self, stream, start_date, accounts, kind=kind, **more)
