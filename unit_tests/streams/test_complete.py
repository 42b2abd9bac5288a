"""A stream that was added halfway: what it lacks is said in a sentence each, and only here."""

from __future__ import annotations

import pytest

from integration_tests.sandbox.resources import load
from unit_tests.support import pieces
from unit_tests.support.manifest import streams


@pytest.mark.parametrize("name", streams())
def test_a_stream_has_all_its_pieces(name: str) -> None:
    if lacking := pieces.missing(name):
        pytest.fail("\n".join(lacking), pytrace=False)


def test_every_piece_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "dated", lambda: ["invented"])
    assert [sentence.split()[0] for sentence in pieces.missing("invented")] == [
        "source_twilio/schemas/invented.json",
        "unit_tests/resource/http/response/invented.json",
        "integration_tests/sandbox/resources",
        "tools/stream_notes.yaml",
        "tools/stream_notes.yaml",
        "unit_tests/support/prior_state.py",
    ]
    monkeypatch.setattr(pieces, "dated", list)
    assert len(pieces.missing("invented")) == 3


def test_the_sandbox_has_no_resource_without_a_stream() -> None:
    assert set(load()) <= set(streams())
