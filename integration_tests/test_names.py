"""Every place that names a version, an image or a package: they are ours, and they are the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.helpers import ROOT, VERSION
from source_twilio.probe.report import DISTRIBUTION
from tools import versions

PAGES = [
    *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("integration_tests/*/*.md"),
]
RUN = [*ROOT.glob(".github/**/*.yml"), *ROOT.glob(".ci/*"), *ROOT.glob("*.sh"), ROOT / "Dockerfile",
       ROOT / "acceptance-test-config.yml"]
REGISTRY = "airbyte/source-twilio"  # the identity in Airbyte's registry: the image there is Airbyte's
OURS = ("localhost/source-twilio", "registry.example.com/data/source-twilio")
# bin/source-twilio is the command.
IMAGE = re.compile(r"(?<![\w./-])((?:(?!bin/)[\w.-]+/)+source-twilio)(?::([\w.-]+))?(?![\w/-])")
COMMANDS = re.compile(r"```sh\n(.*?)```|`((?:docker|pip|uv|kind|kubectl) [^`]+)`", re.DOTALL)
INSTALL = re.compile(r"pip install ((?:[^\n|&;]|\\\n)+)")


def text(path: str | Path) -> str:
    """A file of the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


def commands(path: Path) -> str:
    """What a reader would run: all of a script, the blocks and spans of commands of a page."""
    if path.suffix != ".md":
        return text(path)
    return "\n".join(block or span for block, span in COMMANDS.findall(text(path)))


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    """The `data` of metadata.yaml."""
    found: dict[str, Any] = yaml.safe_load(text("metadata.yaml"))["data"]
    return found


def test_one_version_everywhere() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert tuple(map(int, VERSION.split("."))) >= (2, 0, 0), "Airbyte's own connector has released 1.x"
    assert versions.named() == [(file, VERSION) for file, _ in versions.PLACES], "the first one of a list is its newest"
    assert f"## Upgrading to {VERSION.split('.')[0]}.0.0\n" in text("docs/migration.md")


def test_one_package(metadata: dict[str, Any]) -> None:
    assert f'name = "{DISTRIBUTION}"' in text("pyproject.toml")
    assert DISTRIBUTION not in ("source-twilio", "airbyte-source-twilio"), "others publish these"
    assert metadata["remoteRegistries"]["pypi"]["packageName"] == DISTRIBUTION
    assert 'source-twilio = "source_twilio.__main__:main"' in text("pyproject.toml"), "the command stays"


def test_the_identity_in_the_registry_stays(metadata: dict[str, Any]) -> None:
    assert metadata["dockerRepository"] == REGISTRY
    assert metadata["definitionId"] == "b9dc6155-672e-42ea-b10d-9f1f1fb95ab1"


@pytest.mark.parametrize("path", [*PAGES, *RUN], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_command_takes_what_somebody_else_publishes(path: Path) -> None:
    run = "\n".join(line for line in commands(path).splitlines() if not line.startswith("LABEL io.airbyte.name="))
    for image, tag in IMAGE.findall(run):
        assert image in OURS, f"{image} is not ours to run"
        assert tag in ("", "dev", VERSION) or tag.startswith(f"{VERSION}-"), f"{image}:{tag} is another version"
    for wanted in INSTALL.findall(run):
        packages = [word.strip("'\"") for word in wanted.split() if re.match(r"['\"]?[a-z][\w-]*twilio[\w-]*", word)]
        assert [name for name in packages if name.split("==")[0].split("[")[0] not in (DISTRIBUTION, "twilio")] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_name_no_version_of_an_image_of_airbytes(path: Path) -> None:
    assert not [tag for image, tag in IMAGE.findall(text(path)) if image == REGISTRY and tag]


def test_what_these_tests_would_refuse() -> None:
    """The patterns find what they are made for."""
    assert IMAGE.findall("docker run --rm airbyte/source-twilio:1.0.0 spec") == [(REGISTRY, "1.0.0")]
    assert IMAGE.findall("docker.io/airbyte/source-twilio") == [("docker.io/airbyte/source-twilio", "")]
    assert IMAGE.findall("/opt/source-twilio/bin/pip .environment/bin/source-twilio") == []
    assert INSTALL.findall("pip install source-twilio==2.0.0\n") == ["source-twilio==2.0.0"]
    named = [path for path in PAGES if "localhost/source-twilio" in commands(path)]
    assert {path.name for path in named} >= {"README.md", "twilio.md", "install.md"}
