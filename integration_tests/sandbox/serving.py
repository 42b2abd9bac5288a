"""Hands requests to ``Twilio`` and puts its answers, good or broken, on the wire."""

from __future__ import annotations

import json
import time
from typing import Any

from integration_tests.front import Exchange

from .answers import Answer
from .app import CONTROL_HOST, Twilio
from .controls import METHODS

GOOD_AND_GONE = 0.02  # seconds between a good answer and the end of its connection
BROKEN = 0.05  # seconds between the head of an answer and a reset


class Serving:
    """What a front needs of a stand-in: answers every request itself; nothing is ever sent to another host."""

    def __init__(self, twilio: Twilio):
        self._twilio = twilio

    def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        if exchange.host == CONTROL_HOST:
            self._control(exchange)
            return
        twilio = self._twilio
        within = twilio.enter()
        try:
            if twilio.delay and within:
                time.sleep(twilio.delay)
            headers = dict(exchange.headers.items())
            answer = twilio.answer(exchange.command, exchange.url, headers, exchange.body, within)
            if answer.wire and answer.wire.kind == "stall":
                exchange.wait(answer.wire.seconds)
        finally:
            if within:
                twilio.leave()
        _send(exchange, answer)

    def _control(self, exchange: Exchange) -> None:
        name = exchange.url.partition("?")[0].rpartition("/")[2]
        status, outcome = 200, {}
        try:
            if name not in METHODS:
                raise ValueError(f"no method {name!r}; there are {', '.join(METHODS)}")
            call: dict[str, Any] = json.loads(exchange.body or b"{}")
            with self._twilio.store.lock:  # no request is answered meanwhile
                outcome["result"] = getattr(self._twilio, name)(*call.get("args", ()), **call.get("kwargs", {}))
        except Exception as error:  # whatever a test did wrong goes back to the test
            status, outcome = 400, {"error": f"{type(error).__name__}: {error}"}
        exchange.send(status, {"Content-Type": "application/json"}, json.dumps(outcome, default=str).encode())


def _send(exchange: Exchange, answer: Answer) -> None:
    kind = answer.wire.kind if answer.wire else ""
    if kind in ("reset", "unresolvable"):
        exchange.hang_up(reset=True)
        return
    headers, body, length = dict(answer.headers), answer.body, len(answer.body)
    if kind == "truncate":
        body, headers["Connection"] = body[: length // 2], "close"
    elif kind in ("stall_after_headers", "reset_after_headers"):
        body = body[:1]
    exchange.send(answer.status, headers, body, length=length)
    if answer.wire and kind in ("stall_after_headers", "reset_after_headers"):
        exchange.wait(answer.wire.seconds if kind == "stall_after_headers" else BROKEN)
        exchange.hang_up(reset=True)
    elif kind == "close":
        time.sleep(GOOD_AND_GONE)
        exchange.hang_up(reset=False)
