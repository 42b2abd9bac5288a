"""The workflows of GitHub Actions and the forms of its issues, which cannot run here, against GitHub's schemas and the
repository."""

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

GITHUB = ROOT / ".github"
WORKFLOWS = GITHUB / "workflows"
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
SCHEMAS = {
    "github-workflows": sorted(WORKFLOWS.iterdir()),
    "github-issue-forms": FORMS,
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "dependabot": [GITHUB / "dependabot.yml"],
}
UNPINNED: set[str] = set()  # actions whose commit could not be found out; RELEASING.md would say so
PINNED = re.compile(r"^ +(?:- )?uses: (?P<action>[\w./-]+)@(?P<commit>\w{40}) # v\d+\.\d+\.\d+$")
SCRIPT = re.compile(r"(?:^|[\s;&|(])((?:\./|\.ci/|quickstart/)[\w./-]+)")
MODULE = re.compile(r"python3? -m ((?:tools|source_twilio|integration_tests)[\w.]*)")


def text(name: str) -> str:
    """A workflow."""
    return (WORKFLOWS / name).read_text(encoding="utf-8")


def read(name: str) -> dict[str, Any]:
    """The jobs of a workflow."""
    found: dict[str, Any] = yaml.safe_load(text(name))["jobs"]
    return found


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    """The jobs of ci.yml."""
    return read("ci.yml")


@pytest.fixture(scope="module")
def release() -> dict[str, Any]:
    """The jobs of release.yml."""
    return read("release.yml")


def commands(job: dict[str, Any]) -> str:
    """Everything that a job runs."""
    return "\n".join(step["run"] for step in job.get("steps", []) if "run" in step)


def actions(job: dict[str, Any]) -> list[str]:
    """The actions that a job uses, without their versions."""
    return [step["uses"].partition("@")[0] for step in job.get("steps", []) if "uses" in step]


def needed(jobs: dict[str, Any], name: str) -> set[str]:
    """All jobs that have to end well before this one begins."""
    direct = jobs[name].get("needs", [])
    names = {direct} if isinstance(direct, str) else set(direct)
    return names.union(*(needed(jobs, other) for other in names))


def check(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    """Compare files with one of GitHub's schemas."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True)


# ------------------------------------------------------------------------------------------------------------- schemas
@pytest.mark.parametrize("schema", SCHEMAS)
def test_valid(schema: str) -> None:
    assert SCHEMAS[schema]
    done = check(schema, *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("schema", "word"),
    [("github-workflows", "runs-on:"), ("github-issue-forms", "attributes:"), ("dependabot", "interval:")],
)
def test_what_the_schema_would_refuse(schema: str, word: str, tmp_path: Path) -> None:
    """It refuses what GitHub does not know, so the test above says something."""
    broken = SCHEMAS[schema][0].read_text(encoding="utf-8").replace(word, "unknown:")
    (tmp_path / "broken.yml").write_text(broken, encoding="utf-8")
    assert check(schema, tmp_path / "broken.yml").returncode == 1


# --------------------------------------------------------------------------------------------------------- all of them
def test_every_workflow_is_known() -> None:
    assert {path.name for path in SCHEMAS["github-workflows"]} == {"ci.yml", "newest.yml", "release.yml"}


def test_every_action_is_pinned_by_its_commit_with_its_version_beside_it() -> None:
    commits: dict[str, set[str]] = {}
    for path in SCHEMAS["github-workflows"]:
        for line in text(path.name).splitlines():
            if re.search(r"\buses:", line) and "uses: ./" not in line:
                match = PINNED.match(line)
                action = re.split(r"[@ ]", line.partition("uses: ")[2])[0]
                assert match or action in UNPINNED, line
                if match:
                    commits.setdefault(match["action"], set()).add(match["commit"])
    assert len(commits) == 10 and not [action for action, found in commits.items() if len(found) > 1]
    assert not UNPINNED & set(commits)


@pytest.mark.parametrize("name", [path.name for path in SCHEMAS["github-workflows"]])
def test_what_a_workflow_runs_exists(name: str) -> None:
    found = 0
    for job in read(name).values():
        run = commands(job)
        for script in SCRIPT.findall(run):
            path = ROOT / script
            assert path.is_file(), script
            assert os.access(path, os.X_OK) or f"python {script}" in run, f"{script} cannot be executed"
            found += 1
        for module in MODULE.findall(run):
            assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file(), module
            found += 1
        if isinstance(job.get("uses"), str):
            assert (ROOT / job["uses"]).is_file()
    assert found


@pytest.mark.parametrize("name", [path.name for path in SCHEMAS["github-workflows"]])
def test_rights_are_named_and_no_run_hangs(name: str) -> None:
    """Nothing may write but what a job names; who only reads leaves no token in the checkout."""
    whole = yaml.safe_load(text(name))
    assert whole["permissions"] in ({}, {"contents": "read"})
    for job in whole["jobs"].values():
        assert "uses" in job or job["timeout-minutes"] <= 60
        rights = job.get("permissions", whole["permissions"])
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@") and rights.get("contents") == "read":
                assert step["with"]["persist-credentials"] is False
    assert "pull_request_target" not in text(name)


# ------------------------------------------------------------------------------------------------------------------ CI
def test_every_supported_python_runs_the_tests_of_the_readme(jobs: dict[str, Any]) -> None:
    supported = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert jobs["tests"]["strategy"]["matrix"]["python"] == supported
    command, later = commands(jobs["tests"]).splitlines()
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert os.access(ROOT / command, os.X_OK)
    on_a_day_to_come = f"{command} integration_tests/test_standard.py -k TestStandard --ahead"
    assert later.startswith(on_a_day_to_come) and on_a_day_to_come in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_it_rehearses_a_release_and_builds_the_image(jobs: dict[str, Any]) -> None:
    assert "-m tools.release dry-run rehearsal " in commands(jobs["wheel"])
    assert jobs["wheel"]["steps"][-1]["with"]["path"] == "rehearsal/"
    assert "--platform linux/amd64,linux/arm64" in commands(jobs["image"])
    (test,) = [step for step in jobs["image"]["steps"] if "CONNECTOR_IMAGE_RUN" in step.get("env", {})]
    assert test["run"] == "./test.sh integration_tests/test_image.py"


# ------------------------------------------------------------------------------------------------------------- release
def test_a_tag_of_a_version_and_nothing_else_releases() -> None:
    (trigger,) = re.findall(r"^on:\n(.*?)\n\n", text("release.yml"), re.M | re.S)
    assert trigger == '  push:\n    tags: ["v[0-9]+.[0-9]+.[0-9]+"]'
    assert "  workflow_call:\n" in text("ci.yml")


def test_nothing_is_published_before_all_of_it_passed(release: dict[str, Any]) -> None:
    assert release["ci"]["uses"] == "./.github/workflows/ci.yml"  # tests, wheel and image of every push
    assert 'tools.release check "$GITHUB_REF_NAME"' in commands(release["check"])
    assert needed(release, "image") == {"check", "ci"}
    assert needed(release, "provenance") == {"check", "ci"}
    assert needed(release, "pypi") == {"check", "ci", "image", "provenance"}
    assert needed(release, "release") == {"check", "ci", "image", "provenance", "pypi"}
    assert not [name for name, job in release.items() if "if" in job]


def test_each_job_may_do_its_own_and_no_more(release: dict[str, Any]) -> None:
    assert yaml.safe_load(text("release.yml"))["permissions"] == {}
    writes = {
        name: {right for right, level in job["permissions"].items() if level == "write"}
        for name, job in release.items()
    }
    assert writes == {
        "check": set(),
        "ci": set(),
        "provenance": {"attestations", "id-token"},
        "image": {"attestations", "id-token", "packages"},
        "pypi": {"id-token"},
        "release": {"contents"},
    }
    assert set(re.findall(r"secrets\.(\w+)", text("release.yml"))) == {"GITHUB_TOKEN"}


def test_what_is_published_is_what_was_tested(release: dict[str, Any], jobs: dict[str, Any]) -> None:
    """The jobs that publish build no wheel; they take the one of the rehearsal in the same run."""
    made = jobs["wheel"]["steps"][-1]["with"]["name"]
    for name in ("provenance", "pypi", "release"):
        download, publish = release[name]["steps"]
        assert download["uses"].startswith("actions/download-artifact@") and download["with"] == {"name": made}
        assert publish
    assert actions(release["pypi"])[-1] == "pypa/gh-action-pypi-publish"
    assert release["pypi"]["environment"] == "pypi"
    assert "--notes-file notes.md dist/* sbom.cdx.json" in commands(release["release"])


def test_the_image_goes_to_whoever_owns_the_repository(release: dict[str, Any]) -> None:
    assert '"ghcr.io/$GITHUB_REPOSITORY_OWNER"' in commands(release["check"])
    (push,) = [step for step in release["image"]["steps"] if step.get("id") == "push"]
    image = "${{ needs.check.outputs.image }}"
    assert push["with"]["tags"].split() == [
        *f"{image}:${{{{ needs.check.outputs.version }}}}".split(), *f"{image}:latest".split()
    ]
    assert push["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert (push["with"]["provenance"], push["with"]["sbom"], push["with"]["push"]) == ("mode=max", True, True)
    assert re.findall(r"^(\w+)=", push["with"]["build-args"], re.M) == ["REVISION", "SOURCE"]
    attest = release["image"]["steps"][-1]
    assert attest["uses"].startswith("actions/attest-build-provenance@")
    assert attest["with"]["subject-name"] == image
    assert attest["with"]["subject-digest"] == "${{ steps.push.outputs.digest }}"


# -------------------------------------------------------------------------------------------------------------- weekly
def test_newest_dependencies_are_tried_every_week_and_a_failure_is_seen() -> None:
    newest = read("newest.yml")
    assert re.search(r'cron: "\d+ \d+ \* \* [0-6]"', text("newest.yml"))
    run = commands(newest["tests"])
    assert run.index("tools.lock --upgrade") < run.index("./test.sh")
    assert needed(newest, "propose") == needed(newest, "report") == {"tests"}
    assert newest["report"]["if"] == "failure()" and "if" not in newest["propose"]
