"""The stand-in itself: one method that answers a request, and the state behind it. No sockets, no threads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import lists, switches
from .accounts import REGIONS, Directory, default_directory
from .answers import Answer, Refusal, Wire, not_found
from .controls import Controls
from .credentials import allow, conceal, identify, issue_token, user_of
from .faults import Faults, replace, spoil
from .request import Request
from .resources import ACCOUNT, Routes, load
from .rows import Position
from .store import Store
from .world import World

VOICE = frozenset({"api", "voice", "trunking", "insights", "monitor"})
CONTROL_HOST = "sandbox.invalid"
OFFERED = {"ie1": VOICE | {"messaging", "conversations", "serverless", "studio", "taskrouter"}, "au1": VOICE}


class Twilio(Controls):
    """Answers requests as ``*.twilio.com`` would.

    ``world`` fills the accounts with rows (``EmptyWorld()`` for none), ``now`` is the clock (aware datetimes),
    ``directory`` holds accounts and credentials.
    """

    def __init__(
        self,
        world: World | None = None,
        now: Callable[[], datetime] | None = None,
        directory: Directory | None = None,
        **switch_values: Any,
    ):
        self.resources = load()
        self.routes = Routes(self.resources)
        self.hosts = {resource.host for resource in self.resources.values()} | {"oauth", "chat", "accounts"}
        self.clock = now or (lambda: datetime.now(timezone.utc))
        self.directory = directory or default_directory()
        self.world = world if world is not None else World()
        self.offset = 0.0
        self.frozen: float | None = None
        self.world.begin(self.directory, self.now())
        self.store = Store(self.resources, self.world)
        self.switches = dict(switches.DEFAULTS)
        self.faults = Faults()
        self.in_flight = self.peak = 0
        self.limit: int | None = None
        self.delay = 0.0
        self.log: list[dict[str, Any]] = []
        self.issued: dict[tuple[str, ...], tuple[Position, float]] = {}  # page tokens that were given, and when
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        for name, value in switch_values.items():
            self.set_switch(name, value)

    def enter(self) -> bool:
        """A request arrives; False where the limit is reached: answer 429 at once then, and do not ``leave``."""
        with self._lock:
            self.peak = max(self.peak, self.in_flight + 1)
            if self.limit is not None and self.in_flight >= self.limit:
                return False
            self.in_flight += 1
            return True

    def leave(self) -> None:
        """Its answer is out."""
        with self._lock:
            self.in_flight -= 1

    def answer(
        self, method: str, url: str, headers: dict[str, str], body: bytes = b"", within_limit: bool = True
    ) -> Answer:
        """The answer to one request. ``within_limit`` is what ``enter`` said, where the caller counts requests."""
        now, lowered = self.now(), {name.lower(): value for name, value in headers.items()}
        parts = urlsplit(url)
        host, path = (parts.hostname or "").lower(), parts.path
        target = f"{host}{path}" + (f"?{parts.query}" if parts.query else "")
        account = path.split("/")[3].partition(".")[0] if path.startswith("/2010-04-01/Accounts/") else None
        user = user_of(lowered)[0]
        rule = self.faults.pick(method, target, account or (user if user.startswith("AC") else None))
        if rule and rule.action == "rotate":
            self.rotate_token(rule.body, f"rotated-token-of-{rule.body}")
        answer = replace(rule, target) if rule else None
        if answer is None:
            try:
                if not within_limit:
                    raise Refusal(429, 20429, "Too many requests", lists.retry_after(self.switches, now))
                with self.store.lock:
                    answer = self._route(method, host, path, parts.query, lowered, body, now)
            except Refusal as refusal:
                answer = _as_xml(refusal) if _wants_xml(host, path) else refusal.answer()
            if rule:
                answer = spoil(rule, answer, url)
        answer.headers.update(
            {
                "Twilio-Request-Id": f"RQ{next(self._numbers):032x}",
                "Twilio-Request-Duration": "0.004",
                "Twilio-Concurrent-Requests": str(max(1, self.in_flight)),
                "X-Powered-By": "sandbox",
                "Date": formatdate(now, usegmt=True),
            }
        )
        self.log.append(
            {
                "time": now,
                "method": method,
                "host": host,
                "path": path,
                "query": parts.query,
                "account": account or answer.account,
                "user": "bearer" if user == "bearer" else user,
                "status": answer.status,
                "stream": answer.stream,
                "fault": rule.action if rule else None,
            }
        )
        return answer.compressed() if "gzip" in lowered.get("accept-encoding", "") else answer

    def _route(
        self, method: str, host: str, path: str, query_text: str, headers: dict[str, str], body: bytes, now: float
    ) -> Answer:
        if host == lists.FILES_HOST:
            return lists.file(path, headers, now)
        product, region = self._product(host)
        if product is None:
            return Answer(502, wire=Wire("unresolvable"))
        if product == "oauth" and path == "/v2/token":
            return issue_token(self.directory, method, body, now)
        caller = identify(self.directory, headers, region, now)
        found = self.routes.find(product, path)
        if found and region != "us1" and (product not in OFFERED[region] or found[0].name == "trunk_phone_numbers"):
            raise not_found(path)
        if found is None:
            if _wants_xml(host, path) and self.routes.find(product, path + ".json"):
                return Answer(
                    200, {"Content-Type": "application/xml"}, b"<?xml version='1.0' encoding='UTF-8'?><TwilioResponse/>"
                )
            raise not_found(path)
        if method not in ("GET", "HEAD"):
            raise Refusal(405, 20004, "This stand-in is read only")
        resource, kind, values = found
        query = [(name, value) for name, value in parse_qsl(query_text, keep_blank_values=True)]
        owner = values.pop(ACCOUNT, None) or caller.account
        asked = lists.asked_account(resource, query, owner)
        child = asked != owner and asked in self.directory.accounts and self.directory.accounts[asked].owner == owner
        allow(self.directory, caller, resource, owner, self.switches)
        request = Request(
            self, resource, region, asked if child else owner, values, query, f"https://{host}", path, now, method
        )
        answer = lists.item(request) if kind == "item" else lists.listing(request)
        answer.account, answer.stream = request.account, resource.name
        return conceal(answer, caller, resource, self.switches)

    def _product(self, host: str) -> tuple[str | None, str]:
        """Product and Region of a host name; None for one that does not resolve."""
        labels = host.split(".")
        if labels[-2:] != ["twilio", "com"] or len(labels) not in (3, 4, 5):
            return None, ""
        product, edge, region = labels[0], "", "us1"
        if len(labels) == 5:
            edge, region = labels[1], labels[2]
        elif len(labels) == 4:
            region = labels[1]
        known = region in REGIONS and (not edge or edge == REGIONS[region])
        known = known and (len(labels) != 4 or self.switches["legacy_region_hosts"])
        missing = known and region != "us1" and product not in OFFERED[region]
        missing = missing and self.switches["missing_product"] == "unresolvable"
        return (product if known and product in self.hosts and not missing else None), region

    def resolves(self, host: str) -> bool:
        """Whether a host name exists here."""
        return host in (lists.FILES_HOST, CONTROL_HOST) or self._product(host.lower())[0] is not None


def _wants_xml(host: str, path: str) -> bool:
    return host.startswith("api.") and path.startswith("/2010-04-01/") and not path.endswith(".json")


def _as_xml(refusal: Refusal) -> Answer:
    text = (
        f"<?xml version='1.0' encoding='UTF-8'?><TwilioResponse><RestException><Code>{refusal.code}</Code>"
        f"<Message>{refusal.message}</Message><Status>{refusal.status}</Status></RestException></TwilioResponse>"
    )
    return Answer(
        refusal.status,
        {"Content-Type": "application/xml", "X-Twilio-Error-Code": str(refusal.code), **refusal.headers},
        text.encode(),
    )
