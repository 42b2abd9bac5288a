"""The options of a query, and the configuration that they and a file or variable of each machine make.

Options stand in Spark's plan, in its UI and in event logs, so no secret is one. The driver and each executor read the
configuration, with its secrets, themselves.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VARIABLE = "TWILIO_SECRET_CONFIG"  # Spark masks variables with `secret` in their names wherever it shows them
TEXTS = ("account_sid", "region", "start_date", "end_date", "slice_step_duration")
NUMBERS = ("lookback_window", "num_workers")
OF_SUBACCOUNTS = ("subaccounts", "account_sids")
OF_QUERIES = ("stream", "config", "tasks", "every")
KNOWN = (*OF_QUERIES, *TEXTS, *NUMBERS, *OF_SUBACCOUNTS)
SECRET = re.compile("secret|token|password|credential|api_key|client_id", re.I)
NAME = re.compile("[a-z0-9_]+")
STREAMS = "docs/streams.md of the connector lists all"


class TwilioError(Exception):
    """What is wrong and what to do about it, in a sentence or two."""


@contextmanager
def sentences() -> Iterator[None]:
    """Raise the connector's errors as their sentences: Spark shows an exception with the text it has."""
    from airbyte_cdk.utils import AirbyteTracedException

    try:
        yield
    except AirbyteTracedException as error:
        raise TwilioError(error.message) from error


class Options:
    """The options of one query. Raises TwilioError for one that is not known, is a secret or has a wrong value."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in given.items()}
        for name in self._given:
            if name not in KNOWN and SECRET.search(name):
                raise TwilioError(f"`{name}` as an option would stand in Spark's plan and logs. Put the whole "
                                  f"configuration into a file that `config` names, or into the variable {VARIABLE}, of "
                                  "the driver and all executors; and replace this secret if the session is shared.")
            if name not in KNOWN:
                raise TwilioError(f"`{name}` is no option of this source. Those are {', '.join(KNOWN)}.")
        self.stream = self._given.get("stream", "")
        if not self.stream:
            raise TwilioError(f"The option `stream` is missing: name the stream to read ({STREAMS}).")
        if "account_sids" in self._given and self._given.get("subaccounts") not in ("selected", "except"):
            raise TwilioError("`account_sids` says which accounts `subaccounts` means: set that to selected or except.")
        self.requests = self._number("num_workers", 0)  # 0: as the configuration says
        self.tasks = self._number("tasks", 0)
        self.every = self._number("every", 900)

    def _number(self, name: str, default: int) -> int:
        text = self._given.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not int(text):
            raise TwilioError(f"The option `{name}` is {text!r} and no whole number from 1: correct it.")
        return int(text)

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the stream's rows."""
        from importlib.resources import files

        file = files("source_twilio") / "schemas" / f"{self.stream}.json"
        if not NAME.fullmatch(self.stream) or not file.is_file():
            raise TwilioError(f"The option `stream` is {self.stream!r}, which is no stream: {STREAMS}.")
        schema: dict[str, Any] = json.loads(file.read_bytes())
        return schema

    def configuration(self) -> dict[str, Any]:
        """The connector's configuration of this machine, with secrets; single options lie over it."""
        config = self._saved()
        config.update({name: self._given[name] for name in TEXTS if name in self._given})
        if "lookback_window" in self._given:
            text = self._given["lookback_window"]
            config["lookback_window"] = int(text) if text.isascii() and text.isdigit() else text
        if self.requests:
            config["num_workers"] = self.requests
        if "subaccounts" in self._given:
            sids = [sid.strip() for sid in self._given.get("account_sids", "").split(",")]
            config["subaccounts"] = {"mode": self._given["subaccounts"], "account_sids": sids}
        return config

    def _saved(self) -> dict[str, Any]:
        path = self._given.get("config")
        place = f"the file {path}" if path else f"the variable {VARIABLE}"
        text = os.environ.get(VARIABLE)
        if path:
            try:
                text = Path(path).read_text(encoding="utf-8")
            except OSError as error:
                raise TwilioError(f"The option `config` names {path}, which cannot be read on machine {os.uname()[1]} "
                                  f"({error.strerror}): the driver and all executors need it.") from None
        if not text:
            raise TwilioError(f"There is no configuration on machine {os.uname()[1]}: name its file with the option "
                              f"`config`, or set the variable {VARIABLE}, on the driver and all executors.")
        try:
            config = json.loads(text)
        except ValueError:
            config = None
        if not isinstance(config, dict):  # what json says of it would quote the text
            raise TwilioError(f"The configuration in {place} on machine {os.uname()[1]} is no JSON object: correct it.")
        return config
