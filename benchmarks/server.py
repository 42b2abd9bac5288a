"""The page server: a company proxy that answers every `*.twilio.com` itself, from memory and over real TLS.

mitmproxy does the proxy, the certificates and HTTP; this addon only hands it bytes. Started by `server_process.py` as
`python -m benchmarks.server WORLD_JSON CONFDIR`; prints one JSON line when it listens and ends with its standard input.
`http://pages.invalid/counts` through the proxy answers the counters, `?latency=…&limit=…&hidden=…&gzip=…` changes the
conditions, `?reset=1` starts counting anew.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from mitmproxy import http
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from benchmarks.answers import Answers, error
from benchmarks.world import Conditions, World

CONTROL = "pages.invalid"
JSON_HEADERS = {"Content-Type": "application/json", "Twilio-Request-Id": "RQ" + "0" * 32}


class PageServer:
    """The addon: latency, the limit of requests in flight, counters."""

    def __init__(self, world: World) -> None:
        self.conditions = Conditions()
        self.answers = Answers(world, self.conditions)
        self.reset()

    def reset(self) -> None:
        """Start counting anew."""
        self.by_list: Counter[str] = Counter()
        self.connections: set[str] = set()  # each with a TLS handshake of its own
        self.refused = self.bytes = self.in_flight = self.most_in_flight = 0

    async def request(self, flow: http.HTTPFlow) -> None:
        """Answer in Twilio's place. Nothing may leave the machine, so that every failure is an answer too."""
        if flow.request.pretty_host == CONTROL:
            flow.response = http.Response.make(200, json.dumps(self.control(dict(flow.request.query))))
            return
        self.connections.add(flow.client_conn.id)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            status, body = await self.respond(flow.request)
        except Exception as exception:  # noqa: BLE001 – mitmproxy would pass the request on to the real host
            status, body = error(500, 20500, repr(exception))
        finally:
            self.in_flight -= 1
        response = http.Response.make(status, body, JSON_HEADERS)
        if self.conditions.gzip and "gzip" in flow.request.headers.get("Accept-Encoding", ""):
            response.raw_content = body = gzip.compress(body, 1)
            response.headers.update({"Content-Encoding": "gzip", "Content-Length": str(len(body))})
        self.bytes += len(body)
        flow.response = response

    async def respond(self, request: http.Request) -> tuple[int, bytes]:
        """Status and body after the latency, or a refusal at once when too many requests are in flight."""
        if self.conditions.limit and self.in_flight > self.conditions.limit:
            self.refused += 1
            return error(429, 20429, "Too Many Requests")
        if self.conditions.latency:
            await asyncio.sleep(self.conditions.latency)
        if "Authorization" not in request.headers:
            return error(401, 20003, "Authenticate")
        path = request.path.partition("?")[0]
        self.by_list[path.rsplit("/", 1)[-1]] += 1
        return self.answers.answer(request.pretty_host, path, dict(request.query))

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


async def serve(world: World, confdir: str) -> None:
    """Listen on a free port until standard input ends."""
    options = Options(listen_host="127.0.0.1", listen_port=0, confdir=confdir)
    master = DumpMaster(options, with_termlog=False, with_dumper=False)
    master.options.update(connection_strategy="lazy", upstream_cert=False, http2=False)
    master.addons.add(PageServer(world))
    running = asyncio.create_task(master.run())
    while not (addresses := master.addons.get("proxyserver").listen_addrs()):
        if running.done():
            break
        await asyncio.sleep(0.02)
    ready = {"port": addresses[0][1], "ca": str(Path(confdir) / "mitmproxy-ca-cert.pem")}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(master.shutdown)

    threading.Thread(target=wait_for_end, daemon=True).start()
    await running


if __name__ == "__main__":
    asyncio.run(serve(World.from_json(sys.argv[1]), sys.argv[2]))
