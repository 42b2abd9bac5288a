"""The mitmproxy addon: hands requests to ``Twilio`` and puts its answers, good or broken, on the wire."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from mitmproxy import ctx, http

from .answers import Answer
from .app import CONTROL_HOST, Twilio
from .controls import METHODS

LINGER_NOT = struct.pack("ii", 1, 0)  # closing sends a reset


async def _stall(flow: http.HTTPFlow, seconds: float) -> None:
    """Wait, but no longer than the client does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and flow.client_conn.timestamp_end is None:
        await asyncio.sleep(min(0.05, max(0.0, end - time.monotonic())))


class Addon:
    """Answers every request itself; nothing is ever sent to another host."""

    def __init__(self, twilio: Twilio):
        self.twilio = twilio
        self._tasks: set[asyncio.Task[None]] = set()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """A tunnel to a host that would not resolve is refused, as a proxy does."""
        host = flow.request.host
        if self.twilio.resolves(host):
            return
        flow.response = http.Response.make(502, f"cannot resolve {host}".encode())

    async def request(self, flow: http.HTTPFlow) -> None:
        """One request; waiting in here holds up no other one."""
        if flow.request.host == CONTROL_HOST:
            flow.response = self._control(flow.request)
            return
        twilio, request = self.twilio, flow.request
        within = twilio.enter()
        try:
            if twilio.delay and within:
                await asyncio.sleep(twilio.delay)
            headers = {name: value for name, value in request.headers.items()}
            answer = twilio.answer(request.method, request.url, headers, request.raw_content or b"", within)
            if answer.wire and answer.wire.kind == "stall":
                await _stall(flow, answer.wire.seconds)
        finally:
            if within:
                twilio.leave()
        self._send(flow, answer)

    def _send(self, flow: http.HTTPFlow, answer: Answer) -> None:
        kind = answer.wire.kind if answer.wire else ""
        headers, body = dict(answer.headers), answer.body
        if kind in ("reset", "unresolvable"):
            self._reset(flow)
            flow.kill()
            return
        headers["Content-Length"] = str(len(body))
        if kind == "truncate":
            body, headers["Connection"] = body[: len(body) // 2], "close"
        elif kind in ("stall_after_headers", "reset_after_headers"):
            body = body[:1]
            wait = answer.wire.seconds if answer.wire and kind == "stall_after_headers" else 0.05
            self._later(wait, lambda: self._reset(flow))
        elif kind == "close":
            self._later(0.02, lambda: self._reset(flow, quiet=True))
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        flow.response = http.Response(b"HTTP/1.1", answer.status, b"", http.Headers(fields), body, None, 0, 0)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        async def run() -> None:
            await asyncio.sleep(seconds)
            action()

        task = asyncio.get_running_loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _reset(self, flow: http.HTTPFlow, quiet: bool = False) -> None:
        """End the client's connection at once, by a reset unless ``quiet``."""
        for handler in list(ctx.master.addons.get("proxyserver").connections.values()):
            if getattr(handler, "client", None) is not None and handler.client.id == flow.client_conn.id:
                writer = handler.transports[handler.client].writer
                raw = writer.get_extra_info("socket") if writer else None
                if raw is None:
                    return
                if not quiet:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
                writer.transport.abort()

    def _control(self, request: http.Request) -> http.Response:
        name = request.path.strip("/").partition("?")[0]
        try:
            if name not in METHODS:
                raise ValueError(f"no method {name!r}; there are {', '.join(METHODS)}")
            call: dict[str, Any] = json.loads(request.raw_content or b"{}")
            result = getattr(self.twilio, name)(*call.get("args", ()), **call.get("kwargs", {}))
            return http.Response.make(
                200, json.dumps({"result": result}, default=str), {"Content-Type": "application/json"}
            )
        except Exception as error:  # whatever a test did wrong goes back to the test
            text = json.dumps({"error": f"{type(error).__name__}: {error}"})
            return http.Response.make(400, text, {"Content-Type": "application/json"})
