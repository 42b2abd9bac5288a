"""No secret is in anything that Spark shows or keeps: plans, pages of the UI, event log, checkpoint, logs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from integration_tests.helpers import ROOT, configuration, write
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox import accounts as known
from spark_tests.sessions import MASTERS, variables

TOKENS = {known.MAIN: known.MAIN_TOKEN, known.SUPPORT: known.SUPPORT_TOKEN, known.MARKETING: known.MARKETING_TOKEN}


def forms() -> list[bytes]:
    """Every form in which a secret may stand somewhere."""
    headers = [b64encode(f"{sid}:{token}".encode()) for sid, token in TOKENS.items()]
    return [*(token.encode() for token in TOKENS.values()), *headers]


def files(*folders: Path) -> Iterator[Path]:
    """All files below folders."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("by", ["file", "variable"])
def test_nothing_shows_a_secret(sandbox: Sandbox, tmp_path: Path, by: str) -> None:
    env = {**os.environ, **variables(sandbox)}
    secret = json.dumps(configuration(subaccounts={"mode": "except", "account_sids": [known.SUSPENDED]}))
    folder, config = tmp_path / "job", "-"
    folder.mkdir()
    if by == "variable":
        env["TWILIO_SECRET_CONFIG"] = secret
    else:
        config = str(write(tmp_path / "config.json", json.loads(secret)))
    command = [sys.executable, "-m", "spark_tests.job", "show", MASTERS[1], config, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "output").write_text(done.stdout + done.stderr)
    application = done.stdout.split("application ")[1].split()[0]
    work = Path(pyspark.__file__).parent / "work" / application  # what the executors of local-cluster print

    kept = {path: path.read_bytes() for path in files(folder, work)}
    assert [path for path, text in kept.items() for form in forms() if form in text] == []
    # What is looked for would be found: account SIDs, which are no secrets, stand in each kind of place.
    places = {path.relative_to(folder).parts[0] for path, text in kept.items()
              if path.is_relative_to(folder) and (known.MAIN.encode() in text or b"twilio" in text)}
    assert {"events", "checkpoint", "shown"} <= places
    assert any(b"Stream messages: " in text for path, text in kept.items() if path.is_relative_to(work))
    assert "/nowhere.json, which cannot be read on machine" in (folder / "shown" / "error").read_text()
