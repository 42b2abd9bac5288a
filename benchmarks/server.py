"""The page server: a company proxy that answers every `*.twilio.com` itself, from memory and over real TLS.

`integration_tests/front.py` does the proxy, the certificates and HTTP; this only hands it bytes. Started by
`server_process.py` as `python -m benchmarks.server WORLD_JSON FOLDER`; prints one JSON line when it listens and ends
with its standard input. `/counts` of the host `pages.invalid`, through the proxy, answers the counters,
`?latency=…&limit=…&hidden=…&gzip=…` changes the conditions, `?reset=1` starts counting anew.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.answers import Answers, error
from benchmarks.world import Conditions, World
from integration_tests.front import Exchange, Listener, until_standard_input_ends

CONTROL = "pages.invalid"
JSON_HEADERS = {"Content-Type": "application/json", "Twilio-Request-Id": "RQ" + "0" * 32}


class PageServer:
    """What the front asks: latency, the limit of requests in flight, counters."""

    def __init__(self, world: World) -> None:
        self.conditions = Conditions()
        self.answers = Answers(world, self.conditions)
        self._lock = threading.Lock()  # guards the counters, and what answers are made of
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start counting anew."""
        self.by_list: Counter[str] = Counter()
        self.connections: set[tuple[str, int]] = set()  # each with a TLS handshake of its own
        self.refused = self.bytes = self.most_in_flight = 0

    def __call__(self, exchange: Exchange) -> None:
        """Answer in Twilio's place."""
        asked = urlsplit(exchange.url)
        query = dict(parse_qsl(asked.query, keep_blank_values=True))
        if exchange.host == CONTROL:
            with self._lock:
                counts = self.control(query)
            exchange.send(200, JSON_HEADERS, json.dumps(counts).encode())
            return
        with self._lock:
            self.connections.add(exchange.client_address)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            too_many = bool(self.conditions.limit and self.in_flight > self.conditions.limit)
            self.refused += too_many
        try:
            status, body = self.respond(exchange, asked.path, query, too_many)
        finally:
            with self._lock:
                self.in_flight -= 1
        headers = dict(JSON_HEADERS)
        if self.conditions.gzip and "gzip" in exchange.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        with self._lock:
            self.bytes += len(body)
        exchange.send(status, headers, body)

    def respond(self, exchange: Exchange, path: str, query: dict[str, str], too_many: bool) -> tuple[int, bytes]:
        """Status and body after the latency, or a refusal at once when too many requests are in flight."""
        if too_many:
            return error(429, 20429, "Too Many Requests")
        if self.conditions.latency:
            time.sleep(self.conditions.latency)
        if "Authorization" not in exchange.headers:
            return error(401, 20003, "Authenticate")
        with self._lock:
            self.by_list[path.rsplit("/", 1)[-1]] += 1
            return self.answers.answer(exchange.host, path, query)

    def control(self, query: dict[str, str]) -> dict[str, Any]:
        """Counters since the last reset; then the wanted changes."""
        counts = {
            "requests": sum(self.by_list.values()),
            "refused": self.refused,
            "most_in_flight": self.most_in_flight,
            "connections": len(self.connections),
            "bytes": self.bytes,
            "by_list": dict(self.by_list.most_common(40)),
        }
        if query.pop("reset", None):
            self.reset()
        for name, value in query.items():
            setattr(self.conditions, name, type(getattr(self.conditions, name))(float(value)))
        return counts


def serve(world: World, folder: Path) -> None:
    """Listen on a free port until standard input ends."""
    with Listener(PageServer(world)) as listener:
        authority = listener.authority.write(folder / "ca.pem")
        sys.stdout.write(json.dumps({"port": listener.server_port, "ca": str(authority)}) + "\n")
        sys.stdout.flush()
        until_standard_input_ends()


if __name__ == "__main__":
    serve(World.from_json(sys.argv[1]), Path(sys.argv[2]))
