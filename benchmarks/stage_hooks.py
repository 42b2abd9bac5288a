"""The connector's functions a row passes on its way, each timed alone (runs in the connector's environment).

The only file of the benchmark that knows names inside the connector. A stage whose names have changed says so in its
line of the table instead of failing the others.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Stage = Iterator[Callable[[], object]]  # one function to time; what it leaves behind is made after it
REPEAT = 40  # pages a stage


class Stages:
    """One page of one stream, taken from stage to stage."""

    def __init__(self, stream: str, url: str) -> None:
        self.stream = stream
        self.url = url
        self.body = b""
        self.rows: list[Any] = []
        self.messages: list[Any] = []
        self.texts: list[str] = []

    def fetch(self) -> Stage:
        """TLS and HTTP, by the library the connector uses, on one kept connection."""
        import requests

        session = requests.Session()
        session.auth = ("AC", "token")
        self.body = session.get(self.url).content
        yield lambda: session.get(self.url).content

    def decode(self) -> Stage:
        """The body as Python values."""
        from source_twilio.components.rows.bodies import decode

        yield lambda: decode(self.body)
        self.rows = next(value for value in decode(self.body).values() if isinstance(value, list))

    def build(self) -> Any:
        """The stream's retriever, built from the manifest as for a read."""
        from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

        from source_twilio.source import SourceTwilio

        config = {"account_sid": "AC" + "0" * 32, "auth_token": "0" * 32, "start_date": "2020-01-01T00:00:00Z"}
        stream = {"name": self.stream, "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
        entry = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
        source = SourceTwilio(ConfiguredAirbyteCatalogSerializer.load({"streams": [entry]}), config, None)
        return source.streams(config)[0].retriever

    def normalise(self) -> Stage:
        """The declared types, in place; decoding the page anew each time is subtracted by the caller."""
        from source_twilio.components.rows.bodies import decode

        normalise = self.build()._normalise

        def run() -> list[Any]:
            rows = next(value for value in decode(self.body).values() if isinstance(value, list))
            return list(normalise(rows, {"account_sid": rows[0]["account_sid"]}))

        yield run
        self.rows = run()

    def window_filter(self) -> Stage:
        """The rows that belong to the window."""
        from datetime import datetime, timezone

        from source_twilio.components.reading.windows import Window
        from source_twilio.components.state.units import Unit

        retriever = self.build()
        window = Window(datetime(2000, 1, 1, tzinfo=timezone.utc), datetime(2100, 1, 1, tzinfo=timezone.utc))
        unit = Unit("day" if self.stream == "usage_records" else "second")
        reading = SimpleNamespace(ranges=SimpleNamespace(unit=unit), range=lambda: window)
        yield lambda: retriever._dated(self.rows, reading, window)

    def message(self) -> Stage:
        """One Airbyte message a row, as `SourceTwilio.read` makes it."""
        from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

        def run() -> list[Any]:
            return [
                AirbyteMessage(
                    type=Type.RECORD, record=AirbyteRecordMessage(stream=self.stream, data=row, emitted_at=1)
                )
                for row in self.rows
            ]

        yield run
        self.messages = run()

    def serialise(self) -> Stage:
        """The message as a line of JSON, as the CDK's entrypoint makes it."""
        from airbyte_cdk.entrypoint import AirbyteEntrypoint

        to_text = AirbyteEntrypoint.airbyte_message_to_string
        yield lambda: [to_text(message) for message in self.messages]
        self.texts = [to_text(message) for message in self.messages]

    def print(self) -> Stage:
        """Written as the CDK's `launch` does, through its buffer; standard output is nowhere."""
        from airbyte_cdk.logger import PRINT_BUFFER

        def run() -> None:
            for text in self.texts:
                print(f"{text}\n", end="")

        with PRINT_BUFFER:
            yield run


def microseconds(run: Callable[[], object], rows: int) -> float:
    """The lowest CPU time a row of several series."""
    series = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(REPEAT // 5):
            run()
        series.append((time.process_time() - start) / (REPEAT // 5) / rows * 1e6)
    return min(series)


def main(stream: str, url: str, result: str) -> None:
    """Run all stages in order and write their costs to a file."""
    stages = Stages(stream, url)
    rows = 1000
    costs: dict[str, float | str] = {}
    for name in ("fetch", "decode", "normalise", "window_filter", "message", "serialise", "print"):
        try:
            for run in getattr(stages, name)():
                costs[name.replace("_", " ")] = microseconds(run, rows)
        except Exception as reason:  # a name has changed
            costs[name.replace("_", " ")] = f"not measured, see stage_hooks.py: {reason}"
    if isinstance(costs["normalise"], float) and isinstance(costs["decode"], float):
        costs["normalise"] -= costs["decode"]
    Path(result).write_text(json.dumps(costs))


if __name__ == "__main__":
    main(*sys.argv[1:])
