"""What the manifest does not say: facts that the CDK has to be told, and what the edition reads otherwise."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

NOTES = Path(__file__).with_name("differences.yaml")


@cache
def notes() -> dict[str, Any]:
    """The file, which explains itself."""
    found: dict[str, Any] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    return found
