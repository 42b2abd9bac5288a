"""``python -m integration_tests.sandbox``: the stand-in behind an HTTPS proxy, until standard input closes."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from mitmproxy import options
from mitmproxy.addons import core, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master

from .addon import Addon
from .app import CONTROL_HOST, Twilio
from .world import EmptyWorld, World

START_SECONDS = 10.0
CA_NAME = "mitmproxy-ca-cert.pem"


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="integration_tests.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the proxy; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="of the rows")
    parser.add_argument("--small", action="store_true", help="nine days of history")
    parser.add_argument("--ahead", type=float, default=0, metavar="DAYS", help="of the clock; may be less than none")
    parser.add_argument("--empty", action="store_true", help="no rows; put them over the control address")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="see switches.py")
    return parser.parse_args(arguments)


def variables(proxy: str, ca: str) -> dict[str, str]:
    """What an unmodified client needs in its environment."""
    found = {name: proxy for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")}
    found.update({name: ca for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")})
    return {**found, "NO_PROXY": "", "no_proxy": ""}


async def serve(asked: argparse.Namespace, folder: str) -> None:
    """Run the proxy until standard input closes or the parent dies."""
    world = EmptyWorld() if asked.empty else World(asked.seed, asked.small)
    ahead = timedelta(days=asked.ahead)
    twilio = Twilio(world, now=lambda: datetime.now(timezone.utc) + ahead)
    for text in asked.switch:
        name, _, value = text.partition("=")
        twilio.set_switch(name, value)
    chosen = options.Options(confdir=folder, listen_host="127.0.0.1", listen_port=asked.port)
    master = Master(chosen, event_loop=asyncio.get_running_loop())
    master.addons.add(core.Core(), proxyserver.Proxyserver(), next_layer.NextLayer(), tlsconfig.TlsConfig())
    chosen.update(connection_strategy="lazy", upstream_cert=False, http2=False, ssl_insecure=True)
    master.addons.add(Addon(twilio))
    running = asyncio.create_task(master.run())
    server = master.addons.get("proxyserver")
    end = time.monotonic() + START_SECONDS
    while not server.listen_addrs():
        if running.done() or time.monotonic() > end:
            raise RuntimeError(f"the proxy could not listen on port {asked.port}")
        await asyncio.sleep(0.01)
    proxy, ca = f"http://127.0.0.1:{server.listen_addrs()[0][1]}", str(Path(folder) / CA_NAME)
    print(
        json.dumps({"proxy": proxy, "ca": ca, "control": f"http://{CONTROL_HOST}", "env": variables(proxy, ca)}),
        flush=True,
    )
    _watch(asyncio.get_running_loop(), master)
    await running


def _watch(loop: asyncio.AbstractEventLoop, master: Master) -> None:
    parent = os.getppid()

    def stop() -> None:
        loop.call_soon_threadsafe(master.shutdown)

    def stdin() -> None:
        while sys.stdin.buffer.read(1):
            pass
        stop()

    async def orphaned() -> None:
        while os.getppid() == parent:
            await asyncio.sleep(1)
        master.shutdown()

    threading.Thread(target=stdin, daemon=True).start()
    master.orphaned = loop.create_task(orphaned())  # type: ignore[attr-defined]  # kept from the garbage collector


def main() -> None:
    """Entry point."""
    asked = parsed()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="twilio-sandbox-") as folder:
        asyncio.run(serve(asked, folder))


if __name__ == "__main__":
    main()
