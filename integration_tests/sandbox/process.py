"""Starts the stand-in as a process of its own and talks to its control address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from .controls import METHODS

CONTROL = "http://sandbox.invalid"
ROOT = Path(__file__).parents[2]


class Control:
    """The methods of ``controls.Controls`` over the control address: ``control.set_switch("undated", "hidden")``."""

    def __init__(self, proxy: str, address: str = CONTROL):
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method by its name; its result as JSON gives it back."""
        body = json.dumps({"args": args, "kwargs": kwargs}, default=str).encode()
        request = urllib.request.Request(f"{self._address}/{method}", body, {"Content-Type": "application/json"})
        try:
            with self._opener.open(request, timeout=120) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None

    def __getattr__(self, name: str) -> Any:
        if name not in METHODS:
            raise AttributeError(name)
        return lambda *args, **kwargs: self.call(name, *args, **kwargs)


class Sandbox:
    """A stand-in in a process of its own, for as long as the ``with`` block lasts.

    ``ahead`` is how many days the stand-in's clock, and so its history, is ahead of this machine's.
    ``python`` may be the interpreter of another environment: it needs trustme, orjson and PyYAML, nothing else.
    Further names are switches.
    """

    def __init__(
        self,
        *,
        seed: int = 7,
        small: bool = False,
        empty: bool = False,
        ahead: float = 0,
        port: int = 0,
        python: str = sys.executable,
        **switches: Any,
    ):
        self._command = [python, "-m", "integration_tests.sandbox", "--port", str(port), "--seed", str(seed)]
        self._command += ["--small"] * small + ["--empty"] * empty + ["--ahead", str(ahead)]
        for name, value in switches.items():
            self._command += ["--switch", f"{name}={value}"]
        self.proxy = self.ca = ""
        self.env: dict[str, str] = {}

    def start(self) -> Sandbox:
        """Start it and wait until it is ready."""
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._errors: list[str] = []
        self._reader = threading.Thread(target=lambda: self._errors.extend(self._process.stderr or ()), daemon=True)
        self._reader.start()
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait(10)
            self._reader.join(5)
            raise RuntimeError("the sandbox did not start: " + "".join(self._errors)[-2000:])
        ready = json.loads(line)
        self.proxy, self.ca, self.env = ready["proxy"], ready["ca"], ready["env"]
        self.control = Control(self.proxy)
        return self

    def stop(self) -> None:
        """End it; closing its standard input is enough."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stderr:
            self._process.stderr.close()

    def environment(self) -> dict[str, str]:
        """This process's variables with those of the sandbox, for a subprocess."""
        return {**os.environ, **self.env}

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
