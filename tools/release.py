#!/usr/bin/env python3
"""A release as far as it needs no service: what the workflows run, and a rehearsal of it.

    python -m tools.release check TAG               the tag names the version of every place; the changelog has it
    python -m tools.release names TAG REGISTRY      version and image, as lines NAME=VALUE
    python -m tools.release notes VERSION [SOURCE]  the changelog's entry; SOURCE is the address of the repository
    python -m tools.release dry-run FOLDER [SOURCE] all of it, for the version that the checkout names

The dry run fills FOLDER, which must not exist, with dist/ (source distribution and the wheel that is built from it,
tried out in an environment of its own), sbom.cdx.json and notes.md. It needs the tests' environment. The image has a
rehearsal of its own: .ci/image.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tools import versions

ROOT = versions.ROOT
BUILD = "import sys; from poetry.core.masonry import api; print(getattr(api, sys.argv[1])(sys.argv[2]))"
CONFIG = ROOT / "integration_tests" / "sample_config.json"


class NotReleasable(Exception):
    """Something stands in the way; the text says what."""


def check(tag: str) -> list[str]:
    """Raise NotReleasable unless the tag is that of the checkout's version, with an entry in the changelog."""
    found = versions.problems(tag)
    if found:
        raise NotReleasable("; ".join(found))
    return [f"{tag}: {len(versions.PLACES)} places name it, CHANGELOG.md has its entry"]


def names(tag: str, registry: str) -> list[str]:
    """Version and image of a tag as outputs of a step. `registry` is host and owner; images are named in lower case."""
    return [f"version={tag.removeprefix('v')}", f"image={registry.lower()}/source-twilio"]


def notes(version: str, source: str = "") -> list[str]:
    """The changelog's entry, with links that hold outside the repository. Raises NotReleasable if there is none."""
    text = versions.notes(version, source)
    if not text:
        raise NotReleasable(f"CHANGELOG.md has no entry of {version}")
    return text.splitlines()


def build(folder: Path) -> Path:
    """Put source distribution and wheel into a folder and give the wheel; the wheel is built from what the other holds.

    Raises NotReleasable where a build or the check of the package index fails.
    """
    folder.mkdir(parents=True)
    (source,) = _run([sys.executable, "-c", BUILD, "build_sdist", str(folder)], ROOT)
    with tempfile.TemporaryDirectory(prefix="release-") as place:
        with tarfile.open(folder / source) as archive:
            if hasattr(tarfile, "data_filter"):  # Python 3.10 and 3.11 have it from a patch release on
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(place)
        (unpacked,) = Path(place).iterdir()
        (wheel,) = _run([sys.executable, "-c", BUILD, "build_wheel", str(folder)], unpacked)
    _run([sys.executable, "-m", "twine", "check", "--strict", str(folder / source), str(folder / wheel)], ROOT)
    return folder / wheel


def try_out(wheel: Path) -> int:
    """Install a wheel as users of the product's lock do, run `spec` and `discover`, and give the number of streams.

    Raises NotReleasable where one fails, or where a stream is missing that has a schema in the checkout.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as place:
        programs = Path(place) / "installed" / "bin"
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps"]
        _run([sys.executable, "-m", "venv", str(programs.parent)], place)
        _run([*pip, "--require-hashes", "--requirement", str(ROOT / "requirements" / "product.txt")], place)
        _run([*pip, str(wheel)], place)
        connector = str(programs / "source-twilio")
        _message(_run([connector, "spec"], place), "SPEC")
        catalog = _message(_run([connector, "discover", "--config", str(CONFIG)], place), "CATALOG")["catalog"]
    found = {stream["name"] for stream in catalog["streams"]}
    wanted = {path.stem for path in (ROOT / "source_twilio" / "schemas").glob("*.json")}
    if found != wanted:
        raise NotReleasable(f"{wheel.name} and the schemas differ in streams: {sorted(found ^ wanted)}")
    return len(found)


def dry_run(folder: str, source: str = "") -> list[str]:
    """Do all of a release that needs no service, into a folder that does not exist yet."""
    from tools import licences  # needs the tests' environment, which the other commands do without

    place = Path(folder).absolute()
    if place.exists():
        raise NotReleasable(f"{place} exists already: name another, or remove it")
    version = dict(versions.named())["metadata.yaml"]
    said = check(f"v{version}")
    wheel = build(place / "dist")
    said.append(f"{wheel.name}: built, {try_out(wheel)} streams where it was installed")
    refused = licences.refused()
    if refused:
        raise NotReleasable(f"licences that are not allowed: {refused}")
    licences.write_sbom(place / "sbom.cdx.json")
    text = notes(version, source)
    (place / "notes.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    return [*said, f"sbom.cdx.json: {len(licences.parts())} parts; notes.md: {len(text)} lines"]


def _run(command: list[str], folder: str | Path) -> list[str]:
    """Lines of a command's output. What Python of this environment is told by variables does not reach it."""
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join([*done.stdout.splitlines(), *done.stderr.splitlines()][-15:])
        raise NotReleasable(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout.splitlines()


def _message(lines: list[str], kind: str) -> dict[str, Any]:
    """The one message of a type that a command of the connector printed."""
    found: list[dict[str, Any]] = [message for message in map(json.loads, lines) if message["type"] == kind]
    if len(found) != 1:
        raise NotReleasable(f"{len(found)} messages of type {kind} instead of one")
    return found[0]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for command, action, wanted, optional in (
        ("check", check, ["tag"], []),
        ("names", names, ["tag", "registry"], []),
        ("notes", notes, ["version"], ["source"]),
        ("dry-run", dry_run, ["folder"], ["source"]),
    ):
        one = commands.add_parser(command)
        one.set_defaults(action=action)
        for name in wanted:
            one.add_argument(name)
        for name in optional:
            one.add_argument(name, nargs="?", default="")
    asked = vars(parser.parse_args())
    action = asked.pop("action")
    try:
        print("\n".join(action(**asked)))
    except NotReleasable as reason:
        sys.exit(f"not releasable: {reason}")


if __name__ == "__main__":
    main()
