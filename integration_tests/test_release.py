"""What of a release needs no service: the tag, the notes, the rehearsal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from integration_tests.helpers import ROOT, VERSION, streams
from tools import licences, release, versions

NEXT = ".".join([*VERSION.split(".")[:2], str(int(VERSION.split(".")[2]) + 1)])
FILES = sorted({file for file, _ in versions.PLACES})


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m tools.release`."""
    command = [sys.executable, "-m", "tools.release", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the files that name the version."""
    for file in FILES:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def test_the_tag_of_this_version_is_releasable() -> None:
    done = tool("check", f"v{VERSION}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"v{VERSION}: {len(versions.PLACES)} places name it, CHANGELOG.md has its entry\n"


def test_another_tag_is_not() -> None:
    done = tool("check", f"v{NEXT}")
    assert done.returncode == 1 and done.stdout == ""
    for file in FILES:
        assert f"{file} names {VERSION}, the tag {NEXT}" in done.stderr
    assert f"CHANGELOG.md has no text under `## [{NEXT}] - YEAR-MONTH-DAY`" in done.stderr


@pytest.mark.parametrize("tag", [VERSION, f"v{VERSION}-rc1", "v2.0", "release", f"v{VERSION}\n"])
def test_a_tag_of_another_form_is_not(tag: str) -> None:
    assert versions.problems(tag) == [f"the tag {tag} is not of the form v1.2.3"]


@pytest.mark.parametrize("place", range(len(versions.PLACES)))
def test_every_place_is_looked_at(checkout: Path, place: int) -> None:
    """One of them names another version: the tag is refused, and by the name of the file."""
    file, _ = versions.PLACES[place]
    text = (checkout / file).read_text(encoding="utf-8")
    occurrence = [earlier for earlier, _ in versions.PLACES[:place]].count(file)
    parts = text.split(VERSION)
    if file in ("CHANGELOG.md", "docs/twilio.md"):  # the version stands before its entry in other words as well
        marker = f"## [{VERSION}]" if file == "CHANGELOG.md" else f"| {VERSION} "
        changed = text.replace(marker, marker.replace(VERSION, NEXT), 1)
    else:
        changed = VERSION.join(parts[: occurrence + 1]) + NEXT + VERSION.join(parts[occurrence + 1 :])
    (checkout / file).write_text(changed, encoding="utf-8")
    assert versions.named(checkout)[place] == (file, NEXT)
    assert f"{file} names {NEXT}, the tag {VERSION}" in versions.problems(f"v{VERSION}", checkout)


def test_a_file_that_names_none_is_refused(checkout: Path) -> None:
    text = (checkout / "metadata.yaml").read_text(encoding="utf-8")
    (checkout / "metadata.yaml").write_text(text.replace("dockerImageTag:", "tag:"), encoding="utf-8")
    assert versions.problems(f"v{VERSION}", checkout) == [f"metadata.yaml names no version, the tag {VERSION}"]


CHANGES = """# Changelog

## [3.1.0] - 2027-01-31

### Added

- A stream ([docs/streams.md](docs/streams.md#songs), [why](https://example.com/a)), see [above](#changelog).

## [3.0.10] - 2027-01-30

- Older.

## [3.0.1] - soon

- No day.

[3.1.0]: https://example.com/compare
"""


@pytest.fixture
def changes(tmp_path: Path) -> Path:
    """A folder with a changelog."""
    (tmp_path / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
    return tmp_path


def test_notes_are_the_entry_with_links_that_hold_elsewhere(changes: Path) -> None:
    assert versions.notes("3.1.0", "https://example.com/o/r", changes) == (
        "### Added\n\n- A stream ([docs/streams.md](https://example.com/o/r/blob/v3.1.0/docs/streams.md#songs), "
        "[why](https://example.com/a)), see [above](#changelog)."
    )
    assert versions.notes("3.0.10", root=changes) == "- Older."


@pytest.mark.parametrize("version", ["3.0.1", "3.1", "3x1.0", "4.0.0"])
def test_no_notes_of_what_has_no_entry_with_a_day(changes: Path, version: str) -> None:
    assert versions.notes(version, root=changes) == ""


def test_notes_that_are_missing_end_the_command() -> None:
    done = tool("notes", "9.9.9")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "not releasable: CHANGELOG.md has no entry of 9.9.9\n"


def test_names_are_outputs_of_a_step_in_lower_case() -> None:
    assert tool("names", "v2.3.4", "ghcr.io/Some-Company").stdout == (
        "version=2.3.4\nimage=ghcr.io/some-company/source-twilio\n"
    )


def test_check_and_names_need_nothing_but_python() -> None:
    """They run before anything is installed."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "tools.release", "check", f"v{VERSION}"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_rehearsal(tmp_path: Path) -> None:
    folder = tmp_path / "rehearsal"
    done = tool("dry-run", str(folder), "https://example.com/o/r")
    assert done.returncode == 0, done.stderr
    assert f"{len(streams())} streams where it was installed" in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["dist", "notes.md", "sbom.cdx.json"]
    wheel, sdist = sorted((folder / "dist").iterdir(), key=lambda path: path.suffix, reverse=True)
    assert (wheel.name, sdist.name) == (
        f"source_twilio_complete-{VERSION}-py3-none-any.whl", f"source_twilio_complete-{VERSION}.tar.gz"
    )
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as source:
        held = {name for name in archive.namelist() if name.startswith("source_twilio/")}
        assert held == {name.partition("/")[2] for name in source.getnames() if "/source_twilio/" in name}
    parts = json.loads((folder / "sbom.cdx.json").read_text())["components"]
    assert [part["name"] for part in parts] == licences.parts()
    assert (folder / "notes.md").read_text() == versions.notes(VERSION, "https://example.com/o/r") + "\n"
    assert "exists already" in tool("dry-run", str(folder)).stderr


def test_a_wheel_that_is_none_ends_the_rehearsal_with_what_was_said(tmp_path: Path) -> None:
    wheel = tmp_path / "broken-1.0-py3-none-any.whl"
    wheel.write_text("no archive", encoding="utf-8")
    with pytest.raises(release.NotReleasable, match=r"(?s)twine check \S+broken-1\S+ ended with 1:\n.*not a zip file"):
        release._run([sys.executable, "-m", "twine", "check", str(wheel)], tmp_path)


def answers(names: set[str], spec: str = '{"type": "SPEC"}') -> Callable[[list[str], object], list[str]]:
    """Stands in for running commands: what a connector with these streams would print."""
    catalog = json.dumps({"type": "CATALOG", "catalog": {"streams": [{"name": name} for name in sorted(names)]}})

    def run(command: list[str], _folder: object) -> list[str]:
        return {"spec": [spec], "discover": ['{"type": "LOG"}', catalog]}.get(command[1], [])

    return run


def test_a_wheel_that_lacks_a_stream_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_run", answers(set(streams())))
    assert release.try_out(Path("source.whl")) == len(streams())
    monkeypatch.setattr(release, "_run", answers(set(streams()) - {"messages"}))
    with pytest.raises(release.NotReleasable, match=r"source\.whl and the schemas differ in streams: \['messages'\]"):
        release.try_out(Path("source.whl"))


def test_a_wheel_without_a_specification_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_run", answers(set(streams()), spec='{"type": "TRACE"}'))
    with pytest.raises(release.NotReleasable, match="0 messages of type SPEC"):
        release.try_out(Path("source.whl"))


def test_a_licence_that_is_not_allowed_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(release, "build", lambda folder: folder / "source.whl")
    monkeypatch.setattr(release, "try_out", lambda wheel: 1)
    monkeypatch.setattr(licences, "refused", lambda: {"planted": ["GPL"]})
    with pytest.raises(release.NotReleasable, match="planted"):
        release.dry_run(str(tmp_path / "rehearsal"))
