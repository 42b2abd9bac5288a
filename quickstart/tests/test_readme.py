"""README.md names what is there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from source_twilio.source import load_manifest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(text) if name == language]


def section(heading: str) -> str:
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_first_two_shell_blocks_are_the_two_commands() -> None:
    assert blocks(README, "sh")[:2] == ["./quickstart.sh\n", "./test.sh\n"]
    for command in ("quickstart.sh", "test.sh", ".ci/run"):
        assert os.access(ROOT / command, os.X_OK)


def test_the_configuration_table_is_that_of_the_spec() -> None:
    spec: dict[str, Any] = load_manifest()["spec"]["connection_specification"]
    table = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section("Configuration"), re.M))
    assert list(sorted(table)) == list(sorted(spec["properties"]))
    for name, option in spec["properties"].items():
        default = option.get("default")
        default = default["mode"] if isinstance(default, dict) else default
        assert table[name] == ("required" if name in spec["required"] else str(default))


def test_the_map_names_every_file_and_no_other() -> None:
    listed = set(re.findall(r"`([^`]*[./][^`]*)`", section("Map of files")))
    components = {path.name for path in (ROOT / "source_twilio" / "components").glob("*.py")} - {"__init__.py"}
    places = {name for name in listed if not (ROOT / name).exists()}
    assert places == components | {"source.py"}
    folders = {name.split("/")[0] for name in listed}
    assert {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()} <= folders
