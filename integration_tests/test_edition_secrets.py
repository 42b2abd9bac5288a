"""No secret leaves the edition: not under the CDK's own command, as Airbyte runs it, nor in its engine in this process.

At debug level the CDK prints what it sends and receives, so that level is not for the edition (docs/airbyte-cloud.md).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import parse, write
from integration_tests.matrix.canaries import TOKENS, configurations, forms, leaks, plant
from integration_tests.matrix.lasting import EVIL
from integration_tests.matrix.runs import Outcome, surroundings
from integration_tests.sandbox import Sandbox, Twilio, World
from integration_tests.sandbox.accounts import MAIN, SUPPORT
from integration_tests.stock import StockSyncs, edition
from unit_tests.support import Output
from unit_tests.support.patches import parsed_once

STREAMS = ("accounts", "keys", "queues", "messages", "services", "conversations", "users")
COMMAND = (sys.executable, "-c", "from airbyte_cdk.cli.source_declarative_manifest import run; run()")
CONFIGURATIONS = configurations()
# Those that the edition takes, and how many streams cannot be read with them.
FAILING = {"Auth Token": 0, "Main key": 0, "Standard key": len(STREAMS), "wrong Auth Token": len(STREAMS)}


@pytest.fixture(scope="module", autouse=True)
def _parsed_once() -> Iterator[None]:
    with parsed_once():
        yield


def planted() -> Twilio:
    """A stand-in whose every secret is one that we look for."""
    twilio = Twilio(World(small=True))
    plant(type("Sandbox", (), {"control": twilio}))  # type: ignore[arg-type]
    return twilio


def told(output: Output) -> list[bytes]:
    """The secrets that stand in the messages of a sync, states included, or in its log."""
    return [form for form in sorted(set(forms())) if form in output.text.encode()]


@pytest.mark.parametrize("name", FAILING)
def test_a_sync_tells_no_secret(name: str) -> None:
    syncs = StockSyncs(planted(), CONFIGURATIONS[name])
    outputs = [syncs.run(*STREAMS), syncs.run(*STREAMS)]
    for output in outputs:
        assert told(output) == []
        incomplete = [stream for stream in STREAMS if output.statuses(stream)[-1] != "COMPLETE"]
        assert len(incomplete) == FAILING[name]
        if not incomplete:
            assert output.records("messages") and "auth_token" not in output.text and "signature" not in output.text
    if name == "Auth Token":
        assert {row["account_sid"] for row in outputs[0].records("conversations")} >= {MAIN, SUPPORT}


def test_a_link_to_another_host_takes_no_secret_there() -> None:
    syncs = StockSyncs(planted(), CONFIGURATIONS["Auth Token"])
    syncs.twilio.add_fault("foreign_next", host=EVIL, url=r"/Queues\.json|/v1/Services\?")
    output = syncs.run("queues", "services")
    assert told(output) == []
    hosts = {one["host"] for one in syncs.twilio.requests()}
    assert hosts == {"api.twilio.com", "conversations.twilio.com"}
    assert [output.statuses(name)[-1] for name in ("queues", "services")] == ["INCOMPLETE", "INCOMPLETE"]
    assert {"next page on another host" in error.internal_message for error in output.errors()} == {True}


def test_the_command_tells_no_secret(tmp_path: Path) -> None:
    """Also in what it leaves in its home and where temporary files go."""
    config: Any = {**CONFIGURATIONS["Auth Token"], "__injected_declarative_manifest": edition(STREAMS)}
    catalog = {"streams": [
        {"stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
         "sync_mode": "full_refresh", "destination_sync_mode": "append"} for name in STREAMS
    ]}
    files = {"config": config, "catalog": catalog}
    arguments = [str(part) for name in files for part in (f"--{name}", write(tmp_path / f"{name}.json", files[name]))]
    with Sandbox(small=True) as sandbox:
        plant(sandbox)
        done = subprocess.run([*COMMAND, "read", *arguments], cwd=tmp_path, capture_output=True, timeout=120,
                              env=surroundings(sandbox.environment(), tmp_path))
    messages, other = parse(done.stdout.decode().split("\n"))
    outcome = Outcome(done.returncode, messages, other, done.stderr.decode(), 0, done.stdout, tmp_path)
    assert (outcome.exit_code, leaks(outcome)) == (0, [])
    assert set(outcome.counts()) == set(STREAMS)
    (tmp_path / "tmp" / "left").write_text(TOKENS[SUPPORT])
    assert [line.split(":")[0] for line in leaks(outcome)] == ["tmp/left"], "a leak would be found"
