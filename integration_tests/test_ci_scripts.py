"""What the weekly run does with its result: it proposes the locks or opens an issue. Git is real here, `gh` is not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from integration_tests.helpers import ROOT

RUN = "https://example.com/o/r/actions/runs/7"
GH = """#!/bin/sh
printf "%s\\n" "$*" >> "$GH_LOG"
[ "$2" != list ] || printf "%s" "$GH_OPEN"
"""


def git(folder: Path, *arguments: str) -> str:
    """Run Git in a folder and give what it says."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one commit of two files, and `gh` beside it."""
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    git(tmp_path, "clone", "--quiet", "origin", "clone")
    clone = tmp_path / "clone"
    (clone / "requirements").mkdir()
    (clone / "requirements" / "product.txt").write_text("a==1\n")
    (clone / "README.md").write_text("read me\n")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "first")
    git(clone, "push", "--quiet", "origin", "HEAD:main")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    return clone


def run(script: str, clone: Path, found: str = "") -> tuple[str, list[str]]:
    """Run a script in the clone, where `gh` finds what is given; its output and how `gh` was called."""
    log = clone.parent / "log"
    path = f"{clone.parent / 'bin'}:{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "GH_LOG": str(log), "GH_OPEN": found}
    done = subprocess.run(
        [str(ROOT / ".ci" / script), RUN], cwd=clone, env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout, log.read_text().splitlines() if log.exists() else []


def test_what_is_no_newer_is_not_proposed(clone: Path) -> None:
    (clone / "README.md").write_text("another\n")
    assert run("propose", clone) == ("nothing newer\n", [])
    assert git(clone.parent / "origin", "branch", "--list", "newest-dependencies") == ""


def test_newer_locks_are_proposed_and_nothing_else(clone: Path) -> None:
    (clone / "requirements" / "product.txt").write_text("a==2\n")
    (clone / "README.md").write_text("another\n")
    _, calls = run("propose", clone)
    origin = clone.parent / "origin"
    assert git(origin, "diff", "--name-only", "main", "newest-dependencies") == "requirements/product.txt"
    assert git(origin, "show", "newest-dependencies:requirements/product.txt") == "a==2"
    assert calls[0].startswith("pr list --head newest-dependencies --state open ")
    assert calls[1].startswith("pr create --head newest-dependencies ") and calls[1].endswith(RUN)


def test_an_open_proposal_is_renewed(clone: Path) -> None:
    git(clone, "push", "--quiet", "origin", "HEAD:newest-dependencies")
    (clone / "requirements" / "product.txt").write_text("a==3\n")
    _, calls = run("propose", clone, found="12\n")
    assert git(clone.parent / "origin", "show", "newest-dependencies:requirements/product.txt") == "a==3"
    assert [call for call in calls if call.startswith("pr create")] == []


@pytest.mark.parametrize(("found", "wanted"), [("", "issue create --title"), ("34\n", "issue comment 34 --body")])
def test_a_failure_opens_one_issue(clone: Path, found: str, wanted: str) -> None:
    _, (listed, said) = run("report", clone, found)
    assert listed.startswith("issue list --state open --search ")
    assert said.startswith(wanted) and f"See {RUN}." in said
