"""The column reference, the joins and the file of all entities: each column once, keys and references that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tools.describe import notes
from tools.docs_columns import pages, place
from tools.docs_manifest import load
from tools.docs_references import references
from tools.make_docs import DOCS


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def columns(stream: str) -> dict[str, Any]:
    """The columns that a stream declares."""
    found: dict[str, Any] = load().streams[stream].schema["properties"]
    return found


def test_every_column_stands_on_the_page_of_its_product() -> None:
    for stream in load().streams.values():
        file, _, heading = place(stream).partition("#")
        part = text(DOCS / "columns" / file).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        rows = [line for line in part.replace("<wbr>", "").splitlines() if re.match(r"\| [`<]", line)]
        left_out = set(stream.row.get("drop") or ())
        told = [re.sub(r"</?code>", "`", row).split("`")[1] for row in rows]
        assert told == [name for name in columns(stream.name) if name not in left_out], stream.name
        assert not left_out & set(told)


def test_a_column_tells_its_type_its_role_and_its_meaning() -> None:
    page = text(DOCS / "columns" / "voice.md").partition("\n## calls\n")[2]
    assert "| `start_time` | timestamp | cursor | " in page
    assert "| `parent_call_sid` | text | → [`calls`](voice.md#calls) | " in page
    assert re.search(r"\| `from` \| text \| personal \| .+ \|", page)
    page = text(DOCS / "columns" / "voice-insights.md").partition("\n## call_annotations\n")[2]
    assert "| `call_sid` | text | key, → [`call_summaries`](voice-insights.md#call_summaries).`call_sid` | " in page


def test_no_page_of_columns_is_left_over() -> None:
    assert {path.name for path in (DOCS / "columns").iterdir()} == set(pages(load()))


def test_references_lead_from_a_column_to_a_key() -> None:
    streams = load().streams
    for name, target in notes()["references"].items():
        stream, _, column = name.rpartition(".")
        assert any(column in columns(one) for one in ([stream] if stream else streams)), name
        wanted = target if isinstance(target, dict) else {"": target}
        assert set(wanted) <= {"", *load().products} and set(wanted.values()) <= set(streams), name
    led = {name: references(load(), stream) for name, stream in streams.items()}
    for targets in led.values():
        assert all(streams[target].key == [column] for target, column in targets.values())
    services = ("messaging_services", "sid")
    assert led["messages"] == {"account_sid": ("accounts", "sid"), "messaging_service_sid": services}
    assert led["call_annotations"]["call_sid"] == ("call_summaries", "call_sid")
    assert "sid" not in led["calls"] and led["flow_revisions"]["sid"] == ("flows", "sid")
    assert led["verify_factors"]["service_sid"] == ("verify_services", "sid")
    assert led["sync_list_items"]["service_sid"] == ("sync_services", "sid")
    assert led["serverless_logs"]["service_sid"] == ("serverless_services", "sid")
    assert "service_sid" not in led["alerts"]


@pytest.mark.filterwarnings("ignore:.*deprecated")  # pydbml calls pyparsing by its older names
def test_a_parser_of_dbml_reads_the_file_of_entities() -> None:
    from pydbml import PyDBML

    found = PyDBML(text(DOCS / "entities.dbml"))
    streams = load().streams
    assert {table.name for table in found.tables} == set(streams)
    for table in found.tables:
        stream = streams[table.name]
        assert {one.name for one in table.columns} == set(columns(table.name)) - set(stream.row.get("drop") or ())
        single = [one.name for one in table.columns if one.pk]
        several = [[one.name for one in index.subjects] for index in table.indexes if index.pk]
        assert [stream.key] == ([single] if single else several), table.name
    assert len(found.refs) == sum(len(references(load(), stream)) for stream in streams.values())
    assert {group.name: [table.name for table in group.items] for group in found.table_groups} == {
        product: [stream.name for stream in listed] for product, listed in load().products.items()
    }


def test_long_tables_do_not_stand_beside_the_form_of_airbyte() -> None:
    """The application shows the page beside the settings, in a quarter of its width."""
    page = text(DOCS / "twilio.md")
    shown = re.sub(r"<HideInUI>.*?</HideInUI>", "", page, flags=re.DOTALL)
    assert page.count("<HideInUI>") == page.count("</HideInUI>")
    for block in re.findall(r"(?:^[|].+\n)+", shown, re.M):
        assert block.count("\n") <= 12, block.partition("\n")[0]
