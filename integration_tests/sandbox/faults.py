"""Rules that make chosen requests go wrong."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

import orjson

from . import endless
from .answers import JSON, Answer, Refusal, Wire

BEFORE = ("reset", "stall", "unresolvable")  # nothing is answered, or late
AFTER = ("reset_after_headers", "stall_after_headers", "truncate", "close")
MAX_STALL = 600.0
ACTIONS = (
    "status",
    "html",
    "empty",
    "json",
    "not_json",
    "dead_token",
    "foreign_next",
    "loop_next",
    "redirect",
    "body",
    "rotate",
    *endless.ACTIONS,
    *BEFORE,
    *AFTER,
)


@dataclass
class Fault:
    """Which requests a rule hits (``url`` is searched in ``host/path?query``), how often, and what it does to them."""

    action: str
    url: str = ""
    account: str | None = None
    method: str | None = None
    nth: int = 1  # the first matching request that is hit
    times: int | None = None  # how many are hit; None for all that follow
    status: int = 500
    code: int | None = None
    message: str = "An internal error has occurred"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 5.0
    host: str = "evil.example.com"
    body: Any = None
    days: float = 0  # only requests whose dates span more days than that
    last: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    hit: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"no action {self.action!r}; there are {', '.join(ACTIONS)}")
        self._pattern = re.compile(self.url)

    def matches(self, method: str, target: str, account: str | None) -> bool:
        """Count a request and tell whether the rule hits it."""
        if not self._pattern.search(target) or (self.method or method) != method:
            return False
        if self.account is not None and self.account != account:
            return False
        if self.days and endless.days_asked(target) <= self.days:
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.hit >= self.times):
            return False
        self.hit += 1
        return True


class Faults:
    """The rules in force; the first one that matches acts."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._lock = threading.Lock()

    def pick(self, method: str, target: str, account: str | None) -> Fault | None:
        """The rule that hits a request, or None."""
        if not self.rules:
            return None
        with self._lock:
            return next((rule for rule in self.rules if rule.matches(method, target, account)), None)


def replace(rule: Fault, target: str) -> Answer | None:
    """The answer of a rule that needs no good one; None for the rules that spoil a good answer."""
    if rule.action in BEFORE:
        return None if rule.action == "stall" else Answer(502, wire=Wire(rule.action, rule.seconds))
    headers = {"Content-Type": JSON, **rule.headers}
    if rule.action == "status":
        if rule.code is None and rule.body is None and not rule.message:
            return Answer(rule.status, headers)
        if rule.code is None:
            return Answer(rule.status, headers, orjson.dumps({"message": rule.message, "status": rule.status}))
        return Refusal(rule.status, rule.code, rule.message, rule.headers).answer()
    if rule.action == "html":
        return Answer(
            200, {**headers, "Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>Please sign in</body></html>"
        )
    if rule.action == "empty":
        return Answer(200, headers)
    if rule.action == "json":
        return Answer(200, headers, orjson.dumps(rule.body if rule.body is not None else ["unexpected"]))
    if rule.action == "body":
        text = rule.body if isinstance(rule.body, bytes) else str(rule.body or "").encode("utf-8", "surrogatepass")
        return Answer(rule.status, headers, text)
    if rule.action == "not_json":
        return Answer(
            401 if rule.status == 500 else rule.status, {**headers, "Content-Type": "text/html"}, b"<h1>Denied</h1>"
        )
    if rule.action == "dead_token":
        return Refusal(
            rule.status if rule.status in (400, 404) else 400, rule.code or 20006, "Page token is not valid"
        ).answer()
    if rule.action == "redirect":
        return Answer(307, {**rule.headers, "Location": f"https://{rule.host}/{target.partition('/')[2]}"})
    return None


def spoil(rule: Fault, answer: Answer, url: str) -> Answer:
    """A good answer made bad: on the wire, or in its next link."""
    if rule.action in ("stall", *AFTER):
        answer.wire = Wire(rule.action, min(rule.seconds, MAX_STALL))
    elif rule.action in ("foreign_next", "loop_next") and answer.body[:1] == b"{":
        body = answer.json()
        link = url if rule.action == "loop_next" else "https://" + rule.host + "/" + url.split("/", 3)[3]
        if isinstance(body.get("meta"), dict):
            body["meta"]["next_page_url"] = link
        elif "next_page_uri" in body:
            body["next_page_uri"] = "/" + url.split("/", 3)[3] if rule.action == "loop_next" else link
        answer.body = orjson.dumps(body)
    elif rule.action in endless.ACTIONS and answer.body[:1] == b"{":
        body = answer.json()
        endless.bend(rule.action, body, url, rule.hit, rule.last)
        answer.body = orjson.dumps(body)
    answer.headers = {**answer.headers, **rule.headers}
    return answer
