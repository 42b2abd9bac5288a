"""An HTTPS proxy that answers for every host itself: where a client of a stand-in ends up, over real sockets and TLS.

Python's `http.server` parses HTTP, trustme makes the certificates. A connection has a thread, so that what one of them
waits for holds up no other.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import trustme

LINGER_NOT = struct.pack("ii", 1, 0)  # closing sends a reset
ONE_WRITE = 65536  # a body up to here leaves together with its head
SWITCH_SECONDS = 0.001  # how long a thread that computes may keep the others waiting


class Authority:
    """A certificate authority of its own, and what a server needs to speak for a host."""

    def __init__(self) -> None:
        self._made = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def write(self, path: Path) -> Path:
        """Write the authority's certificate, which a client has to trust; gives the path back."""
        self._made.cert_pem.write_to_path(str(path))
        return path

    def context(self, host: str) -> ssl.SSLContext:
        """A server's side of TLS with a certificate for a host name, made once; `*.` stands for one label."""
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._made.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]


class Exchange(BaseHTTPRequestHandler):
    """One request, and the means to answer it, well or badly.

    `command` is its method, `url` its whole address, `headers` its headers, `body` what came with it.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener
    url: str
    host: str
    body: bytes

    def do_CONNECT(self) -> None:
        """Let a client through to the TLS end of this server; a host that does not resolve is refused with 502."""
        host = self.path.rpartition(":")[0].strip("[]").lower()
        if not self.server.resolves(host):
            self.send(502, {"Connection": "close"}, f"cannot resolve {host}".encode(), "Bad Gateway")
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.close_connection = True
        context = self.server.authority.context(host)
        with context.wrap_socket(self.connection, server_side=True) as secure:
            Tunnelled(f"https://{host}", secure, self.client_address, self.server)

    def do_GET(self) -> None:
        """Hand any other method on to the stand-in. What it fails with is an answer: nothing may hang."""
        self.url = self._origin() + self.path
        self.host = urlsplit(self.url).hostname or ""
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.server.answer(self)
        except OSError:
            raise
        except Exception as error:
            traceback.print_exc()
            self.send(500, {"Content-Type": "text/plain"}, repr(error).encode())

    do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = do_GET

    def _origin(self) -> str:
        return ""  # a proxy is asked for whole addresses

    def send(
        self, status: int, headers: Mapping[str, str], body: bytes = b"", reason: str = "", length: int | None = None
    ) -> None:
        """Send an answer. length: what Content-Length says, where that is not the body's."""
        if headers.get("Connection") == "close":
            self.close_connection = True
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        if self.command == "HEAD":
            body = b""
        if len(body) > ONE_WRITE:
            self.wfile.write(head)
            self.wfile.write(body)
        else:
            self.wfile.write(head + body)

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than the client does."""
        select.select([self.connection], [], [], seconds)

    def hang_up(self, *, reset: bool) -> None:
        """End the connection when the answer returns, with a reset if so wanted, without a word of TLS."""
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.close_connection = True

    def handle(self) -> None:
        """All requests of a connection; a client may go at any time."""
        with suppress(OSError):
            super().handle()

    def finish(self) -> None:
        """Let go of the connection."""
        with suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Tunnelled(Exchange):
    """A request inside the tunnel to a host."""

    def __init__(self, origin: str, *rest: Any) -> None:
        self._host = origin
        super().__init__(*rest)  # which handles the connection to its end

    def _origin(self) -> str:
        return self._host


class Listener(ThreadingHTTPServer):
    """The proxy on a local port (0: a free one). As a context it listens while the block runs.

    answer: answers each request, in the thread of its connection; resolves: whether a host name exists.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, answer: Callable[[Exchange], None], resolves: Callable[[str], bool] = lambda host: True, port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), Exchange)
        self.answer, self.resolves, self.authority = answer, resolves, Authority()
        self.address = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def server_bind(self) -> None:
        """Bind, without the look-up of this machine's name that http.server makes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]


def until_standard_input_ends() -> None:
    """Wait for the end of this process's input: whoever started it closes that, or dies."""
    sys.setswitchinterval(SWITCH_SECONDS)
    while sys.stdin.buffer.read(1):
        pass
