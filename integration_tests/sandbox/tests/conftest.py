"""What the tests share: an empty stand-in with a clock that stands still, a full one, and one behind sockets."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from integration_tests.sandbox import Answer, EmptyWorld, Sandbox, Twilio, World
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=timezone.utc)


def basic(user: str, secret: str) -> dict[str, str]:
    """The header of Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


class Caller:
    """Asks a stand-in as an account would."""

    def __init__(self, twilio: Twilio, user: str = MAIN, secret: str = MAIN_TOKEN):
        self.twilio, self.headers = twilio, basic(user, secret)

    def get(self, path: str, query: dict[str, Any] | None = None, host: str = "api.twilio.com") -> Answer:
        """One request."""
        url = path if path.startswith("https://") else f"https://{host}{path}"
        return self.twilio.answer("GET", url + (f"?{urlencode(query, doseq=True)}" if query else ""), self.headers)

    def rows(
        self, path: str, query: dict[str, Any] | None = None, host: str = "api.twilio.com"
    ) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        answer = self.get(path, query, host)
        while True:
            assert answer.status == 200, answer.body
            body = answer.json()
            found += (
                body[body["meta"]["key"]] if "meta" in body else next(v for v in body.values() if isinstance(v, list))
            )
            link = body["meta"]["next_page_url"] if "meta" in body else body.get("next_page_uri")
            if not link:
                return found
            answer = self.get(link if link.startswith("https") else f"https://{host}{link}")


@pytest.fixture
def twilio() -> Twilio:
    """No rows; noon of a Saturday, for ever."""
    return Twilio(EmptyWorld(), now=lambda: NOW)


@pytest.fixture
def caller(twilio: Twilio) -> Caller:
    """The main account's Auth Token at the empty stand-in."""
    return Caller(twilio)


@pytest.fixture(scope="module")
def full() -> Caller:
    """The main account's Auth Token at the default world."""
    return Caller(Twilio(World(), now=lambda: NOW))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A small world behind real sockets."""
    with Sandbox(small=True) as started:
        yield started
