"""README.md and the map of CONTRIBUTING.md name what is there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from source_twilio.source import load_manifest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(text) if name == language]


def section(heading: str, page: str = README) -> str:
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_first_commands_are_the_two_scripts() -> None:
    assert blocks(README, "sh")[0] == "./quickstart.sh\n"
    assert blocks(CONTRIBUTING, "sh")[0].startswith("./test.sh ")
    for command in ("quickstart.sh", "test.sh", ".ci/run"):
        assert os.access(ROOT / command, os.X_OK)


def test_the_configuration_table_is_that_of_the_spec() -> None:
    spec: dict[str, Any] = load_manifest()["spec"]["connection_specification"]
    table = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section("Configuration"), re.M))
    assert list(sorted(table)) == list(sorted(spec["properties"]))
    for name, option in spec["properties"].items():
        default = option.get("default")
        default = default["mode"] if isinstance(default, dict) else "none" if default is None else default
        assert table[name] == ("required" if name in spec["required"] else str(default))


def test_it_says_how_many_streams_there_are() -> None:
    assert f"\n| Streams | {len(load_manifest()['streams'])} |" in README


def test_the_map_names_every_folder_and_no_other() -> None:
    listed = set(re.findall(r"`([^`]*[./][^`]*)`", section("Map of files", CONTRIBUTING)))
    assert [name for name in listed if not (ROOT / name).exists()] == []
    packages = [path.parent for path in ROOT.glob("[a-z]*/**/__init__.py") if path.parent.name != "components"]
    mapped = ("source_twilio", "source_twilio/components")  # folder by folder, file by file
    wanted = {f"{path.relative_to(ROOT)}/" for path in packages if str(path.parent.relative_to(ROOT)) in (".", *mapped)}
    commands = {str(path.relative_to(ROOT)) for path in ROOT.glob("source_twilio/*.py")} - {"source_twilio/__init__.py"}
    assert (wanted - {"source_twilio/"}) | commands <= listed
