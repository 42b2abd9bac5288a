"""A proxy that speaks TLS as Twilio's hosts and then does odd things with the connection.

The sandbox answers whole responses; this answers them as they also come: in pieces, drop by drop, or never. HTTP is
parsed by the standard library.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from integration_tests.front import Authority
from integration_tests.sandbox.accounts import MAIN

PROXY_SECRET = "proxy-secret-0123456789"
ACCOUNTS = {"accounts": [{"sid": MAIN, "status": "active", "date_created": "Mon, 04 Mar 2024 09:30:00 +0000"}]}


class Connection(BaseHTTPRequestHandler):
    """What a behaviour has in hand: one request over TLS."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer the list of accounts, or do what the test wants."""
        server: Any = self.server
        server.asked.append(self.path)
        if self.path.startswith("/2010-04-01/Accounts.json"):
            whole(self, ACCOUNTS)
        else:
            server.behaviour(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Tunnel(BaseHTTPRequestHandler):
    """The proxy's side of a connection."""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        """Let the client through to the TLS end of this server, unless the test holds it up."""
        server: Any = self.server
        if server.hold == "proxy":
            time.sleep(server.patience)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        if server.hold == "handshake":
            time.sleep(server.patience)
            return
        with suppress(OSError), server.context.wrap_socket(self.connection, server_side=True) as secure:
            Connection(secure, self.client_address, server)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def whole(connection: Connection, body: Any) -> None:
    """A plain answer."""
    text = json.dumps(body).encode()
    connection.send_response(200)
    connection.send_header("Content-Type", "application/json")
    connection.send_header("Content-Length", str(len(text)))
    connection.end_headers()
    connection.wfile.write(text)


def in_pieces(rows: dict[str, Any], size: int) -> Callable[[Connection], None]:
    """Compressed, and in chunks of a few bytes."""

    def answer(connection: Connection) -> None:
        text = gzip.compress(json.dumps(rows).encode())
        connection.send_response(200)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Encoding", "gzip"),
            ("Transfer-Encoding", "chunked"),
        ):
            connection.send_header(name, value)
        connection.end_headers()
        for start in range(0, len(text), size):
            piece = text[start : start + size]
            connection.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.wfile.write(b"0\r\n\r\n")

    return answer


def until_the_end(rows: dict[str, Any]) -> Callable[[Connection], None]:
    """Without a length: the end of the connection is the end of the body."""

    def answer(connection: Connection) -> None:
        connection.send_response(200)
        connection.send_header("Connection", "close")
        connection.end_headers()
        connection.wfile.write(json.dumps(rows).encode())
        connection.close_connection = True

    return answer


def trickle(connection: Connection) -> None:
    """A body that grows by a byte now and then and never ends."""
    connection.send_response(200)
    connection.send_header("Content-Length", "1000000")
    connection.end_headers()
    server: Any = connection.server
    end = time.monotonic() + server.patience
    with suppress(OSError):
        while time.monotonic() < end:
            connection.wfile.write(b" ")
            connection.wfile.flush()
            time.sleep(0.1)


def drop(connection: Connection) -> None:
    """Close the connection instead of an answer."""
    connection.close_connection = True


@contextmanager
def wire(
    folder: Path,
    behaviour: Callable[[Connection], None] = drop,
    *,
    hold: str = "",
    name: str = "*.twilio.com",
    patience: float = 30,
) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Start the server; gives the environment of a client, and the addresses that were asked for.

    behaviour: answers everything but the list of accounts; hold: `proxy` or `handshake`, where to answer nothing at
    all; name: what the certificate is made for; patience: seconds after which the server lets go of a connection.
    """
    authority = Authority()
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    server.context = authority.context(name)
    server.behaviour, server.hold, server.patience, server.asked = behaviour, hold, patience, []
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        proxy = f"http://127.0.0.1:{server.server_port}"
        yield {"HTTPS_PROXY": proxy, "REQUESTS_CA_BUNDLE": str(authority.write(folder / "ca.pem"))}, server.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A proxy that lets nobody through; gives its address, with a password that must not be told."""

    class Refusing(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            """Refuse the tunnel."""
            self.send_error(status)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://someone:{PROXY_SECRET}@127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
