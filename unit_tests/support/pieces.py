"""What a stream consists of beside its row in the manifest, and which of it is not there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from integration_tests.sandbox.resources import load
from unit_tests.support.manifest import Stream, dated, streams
from unit_tests.support.prior_state import REQUESTS
from unit_tests.support.rows import RECORDED

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "tools" / "stream_notes.yaml"


@cache
def _notes() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))["streams"]
    return found


def missing(name: str) -> list[str]:
    """A sentence for each piece that a stream of the manifest lacks: the file, and what has to stand in it."""
    found = []
    for path, holds in (
        (ROOT / "source_twilio" / "schemas" / f"{name}.json", "its columns as a JSON schema"),
        (RECORDED / f"{name}.json", "one page of it as the API reference shows it"),
    ):
        if not path.is_file():
            found.append(f"{path.relative_to(ROOT)} is missing: {holds}.")
    if name not in load():
        found.append(f"integration_tests/sandbox/resources has no {name}: how Twilio serves it.")
    if name in dated():
        notes = _notes().get(name) or {}
        for word, what in (("caught", "sees of late rows and changes"), ("missed", "does not see of them")):
            if word not in notes:
                found.append(f"tools/stream_notes.yaml has no `{word}` for {name}: what its cursor {what}.")
        if name not in REQUESTS:
            found.append(f"unit_tests/support/prior_state.py has no {name}: what a sync after another one asks.")
    return found


@cache
def complete() -> dict[str, Stream]:
    """The streams that lack nothing, by name: tests of the others would only repeat what `missing` says."""
    return {name: row for name, row in streams().items() if not missing(name)}
