"""What the image holds may be given on, and its list of parts is whole."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest

from tools import licences, lock


def test_every_part_is_under_a_licence_that_is_allowed() -> None:
    assert licences.refused() == {}
    assert {"airbyte-cdk", "orjson", "requests"} <= set(licences.parts())
    assert "poetry-core" in lock.BUILD and "poetry-core" not in licences.parts()


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("License-Expression: MIT AND GPL-3.0-or-later", ["GPL-3.0-or-later"]),
        ("Classifier: License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)",
         ["GNU General Public License v2 or later (GPLv2+)"]),
        ("License: GPL", ["GPL"]),
        ("Author: nobody", [""]),
        ("License-Expression: (MPL-2.0 AND (Apache-2.0 OR MIT))", []),
    ],
)
def test_what_is_refused(said: str, named: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "planted-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: planted\nVersion: 1.0\n{said}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(licences, "parts", lambda: ["planted", "requests"])
    assert licences.refused() == ({"planted": named} if named else {})


def test_the_list_of_parts(tmp_path: Path) -> None:
    licences.write_sbom(tmp_path / "sbom.json")
    bom = json.loads((tmp_path / "sbom.json").read_text())
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert bom["metadata"]["component"]["version"] == importlib.metadata.version("source-twilio-complete")
    assert {part["name"]: part["version"] for part in bom["components"]} == {
        package: importlib.metadata.version(package) for package in licences.parts()
    }
    assert all(part["licenses"] and part["externalReferences"][0]["hashes"] for part in bom["components"])
