"""Every column says what it is: in the schemas, hence in the catalog and in the column reference."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tools.describe import documented, fill, notes, sentence
from tools.docs_manifest import load

LONGEST = 160  # letters of a description, beside the values that Twilio documents
COLUMNS = [(stream, name) for stream, facts in load().streams.items() for name in facts.schema["properties"]]


def description(stream: str, column: str) -> str:
    return str(load().streams[stream].schema["properties"][column].get("description", ""))


def test_every_column_of_every_stream_has_a_description() -> None:
    """A new stream: `python -m tools.describe` writes what its columns have in common with others."""
    assert [f"{stream}.{column}" for stream, column in COLUMNS if not description(stream, column)] == []


def test_descriptions_are_short_sentences() -> None:
    for stream, column in COLUMNS:
        text = description(stream, column)
        assert text.endswith(".") and "\n" not in text, (stream, column)
        assert text != "Personal data.", (stream, column)
        for value in sorted(documented().get(stream, {}).get(column, ()), key=len, reverse=True):
            text = text.replace(value, "")
        assert len(text) <= LONGEST, (stream, column)


def test_descriptions_name_every_documented_value() -> None:
    for stream, columns in documented().items():
        for column, values in columns.items():
            text = description(stream, column)
            missing = [one for one in values if not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)]
            assert missing == [], (stream, column)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("State of the room", ["open", "shut", "gone"], "State of the room: open, shut or gone."),
        ("How it is verified", ["call"], "How it is verified: call."),
        ("Ends.", [], "Ends."),
    ],
)
def test_a_sentence_names_its_values(text: str, values: list[str], expected: str) -> None:
    assert sentence(text, values) == expected


def test_only_what_is_not_described_gets_the_standard_sentence() -> None:
    schema: dict[str, Any] = {
        "properties": {
            "sid": {"type": "string", "description": "Mine."},
            "voice_method": {"type": ["string", "null"]},
            "links": {"type": ["object", "null"], "properties": {"logs": {"type": "string"}}},
            "strange": {"type": "string"},
        }
    }
    assert fill("applications", schema, notes()["columns"]) == ["strange"]
    found = schema["properties"]
    assert found["sid"]["description"] == "Mine." and "description" not in found["strange"]
    assert found["voice_method"]["description"] == "HTTP method for `voice_url`: GET or POST."
    assert list(found["links"]) == ["type", "description", "properties"]
