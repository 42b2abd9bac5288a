"""``python -m integration_tests.sandbox``: the stand-in behind an HTTPS proxy, until standard input closes."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

from integration_tests.front import Listener, until_standard_input_ends

from .app import CONTROL_HOST, Twilio
from .serving import Serving
from .world import EmptyWorld, World

CA_NAME = "ca.pem"


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


def serve(asked: argparse.Namespace, folder: str) -> None:
    """Run the proxy until standard input closes or the parent dies."""
    world = EmptyWorld() if asked.empty else World(asked.seed, asked.small)
    ahead = timedelta(days=asked.ahead)
    twilio = Twilio(world, now=lambda: datetime.now(timezone.utc) + ahead)
    for text in asked.switch:
        name, _, value = text.partition("=")
        twilio.set_switch(name, value)
    with Listener(Serving(twilio), twilio.resolves, asked.port) as listener:
        proxy, ca = listener.address, str(listener.authority.write(Path(folder) / CA_NAME))
        print(
            json.dumps({"proxy": proxy, "ca": ca, "control": f"http://{CONTROL_HOST}", "env": variables(proxy, ca)}),
            flush=True,
        )
        _wait_for_the_end()


def _wait_for_the_end() -> None:
    parent = os.getppid()
    reader = threading.Thread(target=until_standard_input_ends, daemon=True)
    reader.start()
    while reader.is_alive() and os.getppid() == parent:
        reader.join(1)


def main() -> None:
    """Entry point."""
    asked = parsed()
    with tempfile.TemporaryDirectory(prefix="twilio-sandbox-") as folder:
        serve(asked, folder)


if __name__ == "__main__":
    main()
