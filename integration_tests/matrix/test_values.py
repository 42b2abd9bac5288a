"""Values that cannot be read, over the wire: what the record, the log and the console show of them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import CONNECTOR, ROOT, catalog, configuration, write
from integration_tests.matrix.runs import HASTY, Outcome
from integration_tests.matrix.test_hostile import AFTER, BEFORE, ODD, row, with_text
from integration_tests.matrix.world import Scene
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN

PERSONAL = "ask Zoë, +15557654321"


def answered(scene: Scene, *rows: str) -> None:
    """Let the main account's messages be these."""
    body = f'{{"messages": [{", ".join(rows)}], "next_page_uri": null}}'
    scene.control.add_fault("body", url=r"/Messages\.json", account=MAIN, status=200, body=body)


def main_records(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """The records of the main account's messages by their key, as they were printed."""
    found = [record for record in outcome.of("RECORD") if record["data"].get("account_sid") == MAIN]
    return {record["data"].get("sid", ""): record for record in found}


def test_the_record_names_what_became_null_and_the_log_says_it_once(scene: Scene) -> None:
    odd = row(ODD, price=PERSONAL, num_segments={"n": 1}, subresource_uris=[PERSONAL], date_updated="last week")
    answered(scene, row(BEFORE, price=" -$0.0075 ", num_segments="1,234"), odd, row(AFTER, price="", num_segments=" "))
    outcome = scene.read(["messages"], retry=HASTY)
    assert (outcome.exit_code, outcome.errors(), outcome.complete) == (0, [], {"messages"})
    records = main_records(outcome)
    assert (records[BEFORE]["data"]["price"], records[BEFORE]["data"]["num_segments"]) == (-0.0075, 1234)
    assert "meta" not in records[BEFORE] and "meta" not in records[AFTER]
    reason = {"change": "NULLED", "reason": "SOURCE_SERIALIZATION_ERROR"}
    columns = ["price", "num_segments", "date_updated", "subresource_uris"]
    named = sorted(records[ODD]["meta"]["changes"], key=lambda one: columns.index(one["field"]))
    assert named == [{"field": column, **reason} for column in columns]
    assert all(records[ODD]["data"].get(column) is None for column in columns)
    (line,) = [line for line in outcome.logs("WARN") if "cannot be read" in line]
    assert line.startswith("Stream messages: 1 rows")
    assert line.endswith("date_updated (text), num_segments (object), price (text), subresource_uris (list)")
    assert PERSONAL not in outcome.text and "5557654321" not in outcome.text and MAIN_TOKEN not in outcome.text


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "9" * 5000, '"NaN"'])
def test_a_number_that_no_json_can_hold_is_named(text: str, scene: Scene) -> None:
    answered(scene, row(BEFORE), with_text("price", text))
    records = main_records(scene.read(["messages"], retry=HASTY))
    assert [one["field"] for one in records[ODD]["meta"]["changes"]] == ["price"]
    assert "meta" not in records[BEFORE]


@pytest.mark.parametrize("variables", [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
], ids=["ascii", "cp1252", "C"])  # fmt: skip
def test_output_is_utf_8_whatever_the_console(variables: dict[str, str], scene: Scene, tmp_path: Path) -> None:
    answered(scene, row(ODD, **{"größe": "日本 🎉"}))
    arguments = [*CONNECTOR, "read", "--config", str(write(tmp_path / "config.json", configuration())),
                 "--catalog", str(write(tmp_path / "catalog.json", catalog(["messages"])))]
    environment = {**scene.env, **variables, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    (odd,) = [one["record"]["data"] for one in rows if one["type"] == "RECORD" and one["record"]["data"]["sid"] == ODD]
    assert (odd["body"], odd["größe"]) == ("Grüße 🎉", "日本 🎉")
