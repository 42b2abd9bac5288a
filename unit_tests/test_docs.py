"""The documentation: what is generated is up to date, what is written by hand names what exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from time_machine import Traveller

from integration_tests.sandbox import EmptyWorld, Twilio
from tools.builder_edition import offered
from tools.docs_entities import joins
from tools.docs_manifest import NOTES, ROOT, anchor, facts_of, load
from tools.docs_sections import MARK, SECTIONS, filled
from tools.make_docs import DOCS, generated
from unit_tests.support import ConfigBuilder, Syncs
from unit_tests.support.pieces import complete

PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
KNOWN = {"personal", "kept", "deletions", "calls", "expensive", "note", "caught", "missed"}
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(page: str) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page)


def columns(stream: str) -> dict[str, Any]:
    """The columns that a stream declares."""
    found: dict[str, Any] = load().streams[stream].schema["properties"]
    return found


# ------------------------------------------------------------------------------------------------- what is generated
def test_what_is_generated_is_up_to_date() -> None:
    stale = [path.name for path, made in generated(load()).items() if text(path) != made]
    assert stale == [], "run python -m tools.make_docs"


def test_the_front_page_counts_the_streams() -> None:
    page = text(ROOT / "README.md")
    assert f"| Streams | {len(load().streams)} |" in page
    assert f"takes no image, but {len(offered(load()))} of the streams" in page


def test_a_stale_section_is_made_anew_and_the_rest_stays() -> None:
    page = "before\n<!-- generated: hosts -->\nold\n<!-- end of hosts -->\nafter\n"
    found = filled(page, load())
    assert "old" not in found and "`api.dublin.ie1.twilio.com`" in found
    assert found.startswith("before\n") and found.endswith("<!-- end of hosts -->\nafter\n")
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->\n<!-- end of nothing -->", load())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_mark_of_a_page_has_its_end(page: Path) -> None:
    assert len(MARK.findall(text(page))) == text(page).count("<!-- generated: ")


def test_every_stream_has_a_product_and_a_page_of_its_own_above_its_row() -> None:
    assert {stream.page.startswith("https://www.twilio.com/docs/") for stream in load().streams.values()} == {True}
    row = "\nstreams:\n  # ===== Voice\n  - $ref: x\n    $parameters:\n      name: calls\n"
    with pytest.raises(ValueError, match="row of calls has no address of its API page"):
        facts_of("streams: []" + row, text(NOTES))


@pytest.mark.parametrize("name", ["streams.svg", "entities.svg"])
def test_a_picture_is_readable_in_light_and_dark(name: str) -> None:
    root = ElementTree.fromstring(text(DOCS / name))
    shown = "".join(root.itertext())
    assert "prefers-color-scheme: dark" in shown and root.find("{*}title") is not None
    backgrounds = [rect for rect in root.iter("{http://www.w3.org/2000/svg}rect") if rect.get("class") == "page"]
    assert backgrounds[0].get("width") == root.get("width"), "a picture needs a background of its own"
    named = load().streams if name == "streams.svg" else {place for place, _, _ in joins(load())}
    assert "textLength" not in text(DOCS / name), "letters are stretched or squeezed"
    texts = {(one.text or "") for one in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(named) <= texts


# -------------------------------------------------------------------------------------------------------- the notes
def test_notes_name_what_exists() -> None:
    for name, notes in load().notes["streams"].items():
        assert name in load().streams, f"there is no stream {name}"
        assert set(notes) <= KNOWN, name
        for column in notes.get("personal") or ():
            assert column.rstrip("!") in columns(name) or name not in complete(), name
            assert column.rstrip("!") not in (load().streams[name].row.get("drop") or ()), name


@pytest.mark.parametrize("name", complete())
def test_personal_data_of_a_schema_is_in_the_notes(name: str) -> None:
    noted = {column.rstrip("!") for column in load().streams[name].notes.get("personal") or ()}
    said = {column for column, schema in columns(name).items() if "ersonal data" in schema.get("description", "")}
    assert said <= noted


def test_lists_of_the_notes_name_what_exists() -> None:
    assert set(load().notes["never_deleted"]) <= set(load().streams)
    families = set(load().definitions["permission_families"].values())
    assert set(load().notes["unpublished_families"]) <= families
    bands = [name for band in load().notes["entities"]["bands"] for names in band for name in names]
    assert sorted(bands) == sorted(set(bands))
    for child, column, parent in joins(load()):
        assert column in columns(child) and len(load().streams[parent].key) == 1, (child, column, parent)


def test_what_the_cursor_of_a_dated_stream_catches_is_said() -> None:
    """That it is said of all, test_complete.py asserts."""
    dated = {stream.name for stream in load().streams.values() if stream.dated}
    assert {name for name, notes in load().notes["streams"].items() if {"caught", "missed"} & set(notes)} <= dated
    table = SECTIONS["dated"](load())
    assert sorted(re.findall(r"`(\w+)`", "".join(row.split(" | ")[0] for row in table.splitlines()))) == sorted(dated)
    assert "\n| `monitor_events`, `taskrouter_events` | `event_date` | 1 hour | every row" in table


# ------------------------------------------------------------------------------------------- what is written by hand
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text(page))):
        if target.startswith(("https://", "mailto:")):
            continue
        file, _, fragment = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{page.name}: {target}"
        if fragment:
            headings = re.findall(r"^#+ (.+)$", prose(text(found)), re.M)
            assert fragment in {anchor(heading) for heading in headings}, f"{page.name}: {target}"


def test_files_that_the_page_on_the_core_names_exist() -> None:
    """As it writes them: below source_twilio or its components, or beside the one that was named before."""
    source = ROOT / "source_twilio"
    known = {path.name for path in source.rglob("*.py")}
    named = {name for name in CODE.findall(text(DOCS / "core.md")) if re.fullmatch(r"[\w/]+\.py", name)}
    assert {"reading/steps.py", "sync.py"} <= named
    wrong = {name for name in named if name.rpartition("/")[2] not in known}
    wrong |= {name for name in named if "/" in name and not (source / "components" / name).exists()}
    assert wrong == set()


def test_the_migration_guide_names_streams_and_columns_that_exist() -> None:
    guide = text(DOCS / "migration.md")
    columns_part = guide.partition("### Columns")[2].partition("### Lookback")[0]
    gone, _, stay = columns_part.partition("Of another type")
    for name, listed in re.findall(r"^\| `(\w+)` \| (.+) \|$", gone, re.M):
        before_now = re.sub(r"\(now `\w+`\)", "", listed).partition(".")[0]
        assert not set(CODE.findall(before_now)) & set(columns(name)), name
    for dotted in CODE.findall(stay):
        name, _, column = dotted.partition(".")
        assert column in columns(name), dotted
    for row in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", guide.partition("### Streams")[2].partition("###")[0], re.M):
        assert set(CODE.findall(row)) <= set(load().streams), row


def test_an_idle_account_costs_what_the_page_on_performance_says(clock: Traveller) -> None:
    assert "3 for `conferences` and up to 7 for `calls`" in " ".join(text(DOCS / "performance.md").split())
    costs = {}
    for name in ("messages", "recordings", "notifications", "alerts", "usage_records", "conferences", "calls"):
        syncs = Syncs(Twilio(EmptyWorld()), ConfigBuilder().start("2024-01-01T00:00:00Z").build())
        syncs.run(name)
        costs[name] = len([one for one in syncs.twilio.requests() if not one["path"].endswith("/Accounts.json")])
    assert costs == {
        "messages": 1,
        "recordings": 1,
        "notifications": 1,
        "alerts": 1,
        "usage_records": 1,
        "conferences": 3,
        "calls": 7,
    }


# ---------------------------------------------------------------------------------- the worked example, carried out
COPIED = ("source_twilio", "integration_tests/sandbox", "unit_tests/support", "unit_tests/resource", "tools", "docs")
READ = """
import json
import requests_mock
from tools.make_docs import generated
from tools.docs_manifest import load
from integration_tests.sandbox import Twilio, World
from unit_tests.support import ConfigBuilder, read
from integration_tests.sandbox.adapter import mount
with requests_mock.Mocker() as mocker:
    mount(Twilio(World(small=True)), mocker)
    rows = read("NAME", ConfigBuilder().build()).records("NAME")
pages = [path.name for path, text in generated(load()).items() if "NAME" in text]
print(json.dumps([rows, pages]))
"""


def test_the_example_of_contributing_works(tmp_path: Path) -> None:
    """A copy of the repository with the stream of CONTRIBUTING.md reads that stream and documents it."""
    leave_out = shutil.ignore_patterns("__pycache__", "tests")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=leave_out)
    for package in ("integration_tests", "unit_tests"):
        shutil.copy(ROOT / package / "__init__.py", tmp_path / package)
    guide = text(ROOT / "CONTRIBUTING.md")
    name = re.findall(r"^      name: (\w+)$", guide, re.M)[0]
    steps = re.split(r"^### \d\. ", guide.replace(name, f"{name}_example"), flags=re.M)[1:]  # it may be there by now
    name = f"{name}_example"
    blocks = [[block for _, block in FENCE.findall(step)] for step in steps]
    files = [CODE.search(step.splitlines()[0]) for step in steps]
    row, schema, page, resource = (tmp_path / found[1] for found in files[:4] if found)
    assert schema.stem == page.stem == name
    row.write_text(text(row) + blocks[0][0])
    schema.write_text(blocks[1][0])
    page.write_text(blocks[2][0])
    resource.write_text(f"{text(resource)}\n{blocks[3][0]}")
    notes = tmp_path / "tools" / "stream_notes.yaml"
    notes.write_text(text(notes).replace("\nstreams:\n", f"\nstreams:\n{blocks[4][0]}"))
    command = [sys.executable, "-c", READ.replace("NAME", name)]
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    rows, pages = json.loads(done.stdout.splitlines()[-1])
    assert rows and all(set(one) >= {"document_sid", "identity", "account_sid"} for one in rows)
    assert {"streams.md", "streams.svg"} <= set(pages)


def test_contributing_names_every_building_block() -> None:
    blocks = set(re.findall(r'^  - \$ref: "#/definitions/(\w+)"', text(ROOT / "source_twilio" / "manifest.yaml"), re.M))
    named = set(CODE.findall(prose(text(ROOT / "CONTRIBUTING.md"))))
    assert blocks <= named
