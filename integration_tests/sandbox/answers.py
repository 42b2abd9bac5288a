"""What leaves the stand-in: an answer, what happens to it on the wire, and Twilio's error bodies."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json; charset=utf-8"


@dataclass
class Wire:
    """What goes wrong below HTTP: ``reset``, ``reset_after_headers``, ``stall``, ``stall_after_headers``,
    ``truncate``, ``close`` (a kept-alive connection ends after a good answer) or ``unresolvable``."""

    kind: str
    seconds: float = 0


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wire: Wire | None = None
    account: str | None = None  # whose rows they are, for the log
    stream: str | None = None

    def json(self) -> Any:
        """The body, decoded."""
        return orjson.loads(self.body)

    def compressed(self) -> Answer:
        """The same with a gzip body, where that pays."""
        if len(self.body) < 600 or self.wire is not None:
            return self
        headers = {**self.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Answer(self.status, headers, gzip.compress(self.body, 1), self.wire, self.account, self.stream)


class Refusal(Exception):
    """Twilio says no: status, code and message become the body; few answers have no code."""

    def __init__(self, status: int, code: int | None, message: str, headers: dict[str, str] | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def answer(self) -> Answer:
        """The answer with Twilio's error body."""
        body: dict[str, Any] = {"message": self.message, "status": self.status}
        named = {}
        if self.code is not None:
            body = {"code": self.code, **body, "more_info": f"https://www.twilio.com/docs/errors/{self.code}"}
            named = {"X-Twilio-Error-Code": str(self.code)}
        return Answer(self.status, {"Content-Type": JSON, **named, **self.headers}, orjson.dumps(body))


def not_found(path: str) -> Refusal:
    """404/20404 in Twilio's words."""
    return Refusal(404, 20404, f"The requested resource {path} was not found")


def unauthenticated() -> Refusal:
    """401/20003."""
    return Refusal(401, 20003, "Authenticate", {"WWW-Authenticate": 'Basic realm="Twilio API"'})


def document(value: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, {"Content-Type": JSON}, orjson.dumps(value))
