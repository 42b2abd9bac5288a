"""The workflows of GitHub Actions, which cannot run here, against GitHub's schema and the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.helpers import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
CHECK = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    """The jobs of ci.yml."""
    found: dict[str, Any] = yaml.safe_load((WORKFLOWS / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    return found


def commands(job: dict[str, Any]) -> str:
    """Everything that a job runs."""
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)


def test_valid() -> None:
    files = sorted(WORKFLOWS.iterdir())
    assert WORKFLOWS / "ci.yml" in files
    done = subprocess.run([*CHECK, *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_what_the_schema_would_refuse(tmp_path: Path) -> None:
    """It refuses what GitHub does not know, so the test above says something."""
    broken = (WORKFLOWS / "ci.yml").read_text(encoding="utf-8").replace("runs-on:", "runs_on:")
    (tmp_path / "ci.yml").write_text(broken, encoding="utf-8")
    done = subprocess.run([*CHECK, str(tmp_path / "ci.yml")], capture_output=True, text=True)
    assert done.returncode == 1


def test_every_supported_python_runs_the_tests_of_the_readme(jobs: dict[str, Any]) -> None:
    supported = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert jobs["tests"]["strategy"]["matrix"]["python"] == supported
    command, later = commands(jobs["tests"]).splitlines()
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert os.access(ROOT / command, os.X_OK)
    on_a_day_to_come = f"{command} integration_tests/test_standard.py -k TestStandard --ahead"
    assert later.startswith(on_a_day_to_come) and on_a_day_to_come in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_it_builds_the_wheel_and_the_image(jobs: dict[str, Any]) -> None:
    assert "python -m build" in commands(jobs["wheel"])
    assert "twine check --strict" in commands(jobs["wheel"])
    assert "docker build" in commands(jobs["image"])
    (test,) = [step for step in jobs["image"]["steps"] if "CONNECTOR_IMAGE_RUN" in step.get("env", {})]
    assert test["run"] == "./test.sh integration_tests/test_image.py"
