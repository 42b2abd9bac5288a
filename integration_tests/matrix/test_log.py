"""What an operator sees on the wire: lines while rows come, and what Airbyte's library says only at debug level."""

from __future__ import annotations

import re

import pytest

from integration_tests.matrix.world import Scene

OF_THE_LIBRARY = ("Marking stream ", "Syncing stream: ", "Finished syncing", "Starting syncing", "Read ")


def test_a_busy_stream_is_told_of_while_its_rows_come(scene: Scene) -> None:
    scene.control.latency(0.2)
    outcome = scene.read(["alerts"], page_size=2, constants={"reading.report.EVERY": 0.02})
    assert (outcome.exit_code, scene.wrong(["alerts"], outcome)) == (0, [])
    rows = [int(found) for found in re.findall(r"still reading, .+? (\d+) rows", "\n".join(outcome.logs("INFO")))]
    assert len(set(rows)) > 2 and rows == sorted(rows)
    told = [trace["estimate"] for trace in outcome.of("TRACE") if trace["type"] == "ESTIMATE"]
    count = outcome.counts()["alerts"]
    assert 2 <= len(told) <= 5
    assert told[-1] == {"name": "alerts", "type": "STREAM", "row_estimate": count}


@pytest.mark.parametrize(("options", "level"), [((), None), (("--debug",), "DEBUG")])
def test_the_library_speaks_at_debug_level(options: tuple[str, ...], level: str | None, scene: Scene) -> None:
    outcome = scene.read(["queues"], options=options)
    lines = {message.get("message") or message["log"]["message"]: message["type"]
             for message in outcome if message["type"] in ("LOG", "DEBUG")}
    found = {kind for line, kind in lines.items() if line.startswith(OF_THE_LIBRARY)}
    assert found == ({level} if level else set())
    assert [line for line, kind in lines.items() if line.startswith("Stream queues: ") and kind == "LOG"]
