"""Where the version stands, and what the changelog says of one. Needs nothing but the standard library."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = (
    ("pyproject.toml", r'^\[project\]\n[^\[]*?^version = "([^"\n]*)"$'),
    ("pyproject.toml", r'^\[tool\.poetry\]\n[^\[]*?^version = "([^"\n]*)"$'),
    ("metadata.yaml", r"^  dockerImageTag: (\S+)$"),
    ("Dockerfile", r"^LABEL io\.airbyte\.version=(\S+)$"),
    ("Dockerfile", r"^LABEL org\.opencontainers\.image\.version=(\S+)$"),
    ("CHANGELOG.md", r"\A.*?^## \[?([^\]\s]*)"),  # the one on top
    ("docs/twilio.md", r"^## Changelog\n.*?^\| (\d\S*) "),
)
ENTRY = r"^## \[{version}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"
RELATIVE = re.compile(r"\]\((?!\w+:|#)([^)\s]+)\)")


def named(root: Path = ROOT) -> list[tuple[str, str]]:
    """Each place with the version that it names, empty where it names none."""
    found = []
    for file, pattern in PLACES:
        match = re.search(pattern, (root / file).read_text(encoding="utf-8"), re.M | re.S)
        found.append((file, match[1] if match else ""))
    return found


def problems(tag: str, root: Path = ROOT) -> list[str]:
    """Why this tag cannot be released: sentences, none where it can."""
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
        return [f"the tag {tag} is not of the form v1.2.3"]
    version = tag[1:]
    others = [(file, other or "no version") for file, other in named(root) if other != version]
    wrong = [f"{file} names {other}, the tag {version}" for file, other in others]
    if not notes(version, root=root):
        wrong.append(f"CHANGELOG.md has no text under `## [{version}] - YEAR-MONTH-DAY`")
    return wrong


def notes(version: str, source: str = "", root: Path = ROOT) -> str:
    """What CHANGELOG.md says of a version, empty if nothing. Links to files lead into `source`, the address of the
    repository's page, at the version's tag; they stay as they are without it."""
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = re.search(ENTRY.format(version=re.escape(version)), changelog, re.M | re.S)
    text = entry[1].strip() if entry else ""
    return RELATIVE.sub(rf"]({source}/blob/v{version}/\1)", text) if source else text
