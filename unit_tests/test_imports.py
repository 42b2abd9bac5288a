"""No module knows one that knows it, and packages of components know each other in one direction."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unit_tests.support.imports import circles, graph

ROOT = Path(__file__).parents[1]
ROOMS = ("rows", "twilio", "state", "reading")  # each may import those before it
COMPONENTS = "source_twilio.components"


@pytest.mark.parametrize(
    "folder", ["source_twilio", "integration_tests", "unit_tests", "tools", "benchmarks", "quickstart", "spark_tests"]
)
def test_no_modules_import_each_other(folder: str) -> None:
    found = graph(ROOT, folder)
    assert len(found) > 5
    assert circles(found) == [], "move what they share into a module of its own"


def test_packages_of_components_know_those_below_them_only() -> None:
    known = graph(ROOT, "source_twilio")
    rooms = {name: name.split(".")[2] for name in known if name.count(".") >= 3 and name.startswith(COMPONENTS)}
    assert set(ROOMS) <= set(rooms.values())
    below = {room: {*ROOMS[: ROOMS.index(room) + 1]} for room in ROOMS} | {"settings": {*rooms.values()} - {"reading"}}
    assert {name for name in rooms if rooms[name] not in below} == set(), "a package without a place"
    wrong = [
        f"{name} imports {other}"
        for name in rooms
        for other in known[name]
        if rooms.get(other, other) not in below[rooms[name]]
    ]
    assert wrong == []


def test_the_connector_knows_nothing_of_spark() -> None:
    """An engine calls it; what a task reads is read the same way whoever schedules it."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "source_twilio").rglob("*.py")}
    importing = re.compile(r"^\s*(import|from) (pyspark|pyarrow)", re.M)
    assert [path.name for path, text in texts.items() if importing.search(text)] == []
    imported = graph(ROOT, "pyspark_twilio")
    assert imported["pyspark_twilio.source"] and circles(imported) == []
    assert sum(len(path.read_text().splitlines()) for path in (ROOT / "pyspark_twilio").glob("*.py")) < 500


def test_every_way_to_import_counts(tmp_path: Path) -> None:
    """A chain through each form of import, closed by one that only a type checker follows."""
    package = tmp_path / "one"
    (package / "inner").mkdir(parents=True)
    for path, text in {
        "__init__.py": "",
        "a.py": "from . import b",
        "b.py": "from .inner.c import Thing",
        "inner/__init__.py": "",
        "inner/c.py": "def later():\n    from ..d import f",
        "d.py": "import one.e",
        "e.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from one.a import Name",
        "f.py": "import one.a\nimport json",
    }.items():
        (package / path).write_text(text)
    found = graph(tmp_path, "one")
    assert found["one.f"] == {"one.a"} and found["one.inner"] == set()
    assert circles(found) == [["one.a", "one.b", "one.d", "one.e", "one.inner.c"]]
