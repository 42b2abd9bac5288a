"""The command line: bad files are said in one sentence, and the exit code is 1."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN
from integration_tests.sandbox.adapter import mount
from source_twilio.run import run
from unit_tests.support import ConfigBuilder

GOOD_CATALOG = {
    "streams": [
        {
            "stream": {"name": "queues", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}


class Command:
    """Runs the connector's command line with files of a test."""

    def __init__(self, folder: Path, twilio: Twilio, monkeypatch: pytest.MonkeyPatch, output: Any) -> None:
        self._folder, self._twilio, self._monkeypatch, self._output = folder, twilio, monkeypatch, output

    def __call__(self, verb: str, **files: Any) -> tuple[int, list[dict[str, Any]]]:
        """The exit code and the messages. files: values become JSON, bytes are written as they are, None is no file."""
        arguments = ["source-twilio", verb]
        for option, value in files.items():
            path = self._folder / option
            if value is not None:
                path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
            arguments += [f"--{option}", str(path)]
        self._monkeypatch.setattr(sys, "argv", arguments)
        code = 0
        with requests_mock.Mocker() as mocker:
            mount(self._twilio, mocker)
            try:
                run()
            except SystemExit as ended:
                code = int(ended.code or 0)
            except Exception:  # what the interpreter would print and end with 1
                code = 1
        lines = self._output.readouterr().out.splitlines()
        return code, [json.loads(line) for line in lines]


@pytest.fixture
def command(tmp_path: Path, twilio: Twilio, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Command:
    """The command line."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # the entry point sets one of its own
    monkeypatch.setattr(gc, "freeze", lambda: None)  # it thinks the process is its own, too
    monkeypatch.setattr(gc, "set_threshold", lambda *_: None)
    return Command(tmp_path, twilio, monkeypatch, capfd)


def errors(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one["trace"]["error"] for one in messages if one["type"] == "TRACE" and one["trace"]["type"] == "ERROR"]


GOOD = ConfigBuilder().build()
BAD = [
    ("configuration", {"config": b"{not json", "catalog": GOOD_CATALOG}),
    ("configuration", {"config": b"", "catalog": GOOD_CATALOG}),
    ("configuration", {"config": b"\xff\xfe", "catalog": GOOD_CATALOG}),
    ("configuration", {"config": None, "catalog": GOOD_CATALOG}),
    ("configuration", {"config": [], "catalog": GOOD_CATALOG}),
    ("configuration", {"config": "text", "catalog": GOOD_CATALOG}),
    ("catalog", {"config": GOOD, "catalog": b"streams: []"}),
    ("catalog", {"config": GOOD, "catalog": None}),
    ("catalog", {"config": GOOD, "catalog": []}),
    ("catalog", {"config": GOOD, "catalog": {"streams": "all"}}),
    ("catalog", {"config": GOOD, "catalog": {"streams": [{"stream": {}}]}}),
    (
        "nothing_like_it",
        {"config": GOOD, "catalog": json.loads(json.dumps(GOOD_CATALOG).replace("queues", "nothing_like_it"))},
    ),
    ("state", {"config": GOOD, "catalog": GOOD_CATALOG, "state": b"[{"}),
    ("state", {"config": GOOD, "catalog": GOOD_CATALOG, "state": None}),
    ("state", {"config": GOOD, "catalog": GOOD_CATALOG, "state": "text"}),
    ("state", {"config": GOOD, "catalog": GOOD_CATALOG, "state": [{"type": "STREAM"}]}),
    ("state", {"config": GOOD, "catalog": GOOD_CATALOG, "state": [5]}),
    ("account_sid", {"config": {**GOOD, "account_sid": "AC1"}, "catalog": GOOD_CATALOG}),
]


@pytest.mark.parametrize(("word", "files"), BAD, ids=[f"{n}-{one[0]}" for n, one in enumerate(BAD)])
def test_bad_input_of_a_read_is_one_sentence_and_exit_code_1(
    command: Command, word: str, files: dict[str, Any]
) -> None:
    code, messages = command("read", **files)
    assert code == 1
    (error,) = errors(messages)
    assert error["failure_type"] == "config_error"
    assert word in error["message"] and len(error["message"]) < 600 and "Traceback" not in error["message"]
    assert MAIN_TOKEN not in json.dumps(messages)
    assert not [one for one in messages if one["type"] in ("RECORD", "STATE")]


def test_a_bad_configuration_is_also_the_answer_of_check(command: Command) -> None:
    code, messages = command("check", config={**GOOD, "start_date": "yesterday"})
    assert code == 1
    (status,) = [one["connectionStatus"] for one in messages if one["type"] == "CONNECTION_STATUS"]
    assert status["status"] == "FAILED" and "`start_date`" in status["message"]


def test_check_passes_and_fails_with_its_exit_code(command: Command, twilio: Twilio) -> None:
    code, messages = command("check", config=GOOD)
    assert code == 0
    assert [one["connectionStatus"]["status"] for one in messages if one["type"] == "CONNECTION_STATUS"] == [
        "SUCCEEDED"
    ]
    twilio.rotate_token(MAIN, "another")
    code, messages = command("check", config=GOOD)
    assert code == 1
    assert [one["connectionStatus"]["status"] for one in messages if one["type"] == "CONNECTION_STATUS"] == ["FAILED"]


def test_spec_needs_no_file(command: Command) -> None:
    code, messages = command("spec")
    assert code == 0
    (spec,) = [one["spec"] for one in messages if one["type"] == "SPEC"]
    assert spec["connectionSpecification"]["required"] == ["account_sid", "credentials", "start_date"]


def test_discover_asks_nothing(command: Command, twilio: Twilio) -> None:
    code, messages = command("discover", config=GOOD)
    assert code == 0
    (catalog,) = [one["catalog"] for one in messages if one["type"] == "CATALOG"]
    assert len(catalog["streams"]) >= 18
    assert twilio.requests() == []


def test_a_read_prints_and_ends_with_0(command: Command, twilio: Twilio) -> None:
    twilio.put("queues", MAIN, {"sid": "QU1", "account_sid": MAIN, "date_created": "Fri, 20 Nov 2026 10:00:00 +0000"})
    code, messages = command("read", config=GOOD, catalog=GOOD_CATALOG)
    assert code == 0
    assert [one["record"]["data"]["sid"] for one in messages if one["type"] == "RECORD"] == ["QU1"]


def test_a_read_that_fails_ends_with_1_and_says_why(command: Command, twilio: Twilio) -> None:
    twilio.add_fault("status", url="Queues", status=400, code=20001, message="Twilio's own words")
    code, messages = command("read", config=GOOD, catalog=GOOD_CATALOG)
    assert code == 1
    assert any("Twilio's own words" in error["message"] for error in errors(messages))


@pytest.mark.parametrize("verb", ["check", "discover", "read"])
def test_the_configuration_is_written_to_no_file(
    command: Command, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CDK writes it, secrets included, to a temporary folder that a kill leaves behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    seen: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr("builtins.open", _watched(open, seen, temporary))
    command(verb, config=GOOD, **({"catalog": GOOD_CATALOG} if verb == "read" else {}))
    assert seen == []


def _watched(opener: Any, seen: list[str], folder: Path) -> Any:
    def open_(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        if str(file).startswith(str(folder)) and set(mode) & set("wax+"):
            seen.append(str(file))
        return opener(file, mode, *args, **options)

    return open_


@pytest.mark.parametrize("verb", ["spec", "check", "discover", "read"])
def test_without_a_place_for_temporary_files(
    verb: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root file system of a container may be read-only, with no /tmp."""

    def none(*_: Any, **__: Any) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    files = {"spec": {}, "read": {"config": GOOD, "catalog": GOOD_CATALOG}}.get(verb, {"config": GOOD})
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "gettempdir", none)
        patch.setattr(tempfile, "mkdtemp", none)
        code, messages = command(verb, **files)
    assert code == 0
    kind = {"spec": "SPEC", "check": "CONNECTION_STATUS", "discover": "CATALOG", "read": "TRACE"}[verb]
    assert kind in {message["type"] for message in messages}
