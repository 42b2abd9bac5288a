"""Runs the page server in a process and an environment of its own, so that its CPU is never counted."""

from __future__ import annotations

import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.environments import Environment
from benchmarks.world import World

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """A running page server; `answering` is what a child needs in its environment to be answered by it."""

    def __init__(self, world: World, port: int, authority: Path) -> None:
        self.world = world
        self.address = f"http://127.0.0.1:{port}"  # ignore-https-check
        self.ca = authority

    def answering(self, reader: Environment) -> dict[str, str]:
        """Variables that lead a reader through the proxy and let it trust the server's certificates."""
        bundle = str(reader.trusting(self.ca))
        return {"HTTPS_PROXY": self.address, "REQUESTS_CA_BUNDLE": bundle, "SSL_CERT_FILE": bundle}

    def counts(self, **changes: float) -> dict[str, Any]:
        """The counters so far; afterwards they start anew, under changed conditions if any are given."""
        query = "&".join(f"{name}={float(value)}" for name, value in changes.items())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.address}))
        with opener.open(f"http://pages.invalid/counts?reset=1&{query}", timeout=60) as answer:  # ignore-https-check
            counts: dict[str, Any] = json.load(answer)
        return counts


@contextmanager
def serving(python: Path, world: World, **conditions: float) -> Iterator[Server]:
    """A server for one world under some conditions, while the block runs."""
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        command = [str(python), "-m", "benchmarks.server", world.to_json(), folder]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin and process.stdout
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the page server did not start; its message is above")
            ready = json.loads(line)
            server = Server(world, ready["port"], Path(ready["ca"]))
            try:
                server.counts(**conditions)
                yield server
            finally:
                process.stdin.close()  # it ends with its standard input
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
