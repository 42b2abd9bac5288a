"""What the forms of issues ask for; their schema is checked in test_workflows.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from integration_tests.helpers import ROOT

FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(path for path in FOLDER.glob("*.yml") if path.name != "config.yml")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_warns_of_secrets_and_asks_for_the_version(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["body"][0]["attributes"]["value"].startswith("**Paste no secrets**")
    required = {part["id"] for part in form["body"] if part.get("validations", {}).get("required")}
    assert "version" in required
    for target in re.findall(r"\]\(\.\./blob/main/([^)]+)\)", path.read_text(encoding="utf-8")):
        assert (ROOT / target).is_file()


def test_the_form_of_faults_asks_for_the_live_check() -> None:
    form = yaml.safe_load((FOLDER / "fault.yml").read_text(encoding="utf-8"))
    parts = {part["id"]: part for part in form["body"] if "id" in part}
    assert parts["live-check"]["validations"]["required"] is True
    command = "python -m source_twilio.probe --config secrets/config.json"
    assert command in parts["live-check"]["attributes"]["description"]
    assert command in (ROOT / "docs" / "live-check.md").read_text(encoding="utf-8")
    assert parts["credentials"]["attributes"]["options"] == [
        "Auth Token", "Main API key", "Standard API key", "Restricted API key", "OAuth app"
    ]
