"""The locks in requirements/: whole, fit for pyproject.toml, and without what must not ship."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import lock

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PLATFORMS = ({"sys_platform": "linux"}, {"sys_platform": "darwin"})
ENTRY = re.compile(r"^(?P<pin>[\w.-]+==\S+)(?: ; (?P<marker>.+?))?(?P<hashes>(?: \\\n {4}--hash=sha256:\w{64})+)$")


@cache
def entries(name: str) -> tuple[tuple[Requirement, int], ...]:
    """What a lock pins, with the number of hashes of each."""
    text = lock.place(name).read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found = []
    for part in re.split(r"\n(?! )", body.strip()):
        match = ENTRY.match(part)
        assert match, part
        requirement = Requirement(match["pin"] + (f" ; {match['marker']}" if match["marker"] else ""))
        found.append((requirement, match["hashes"].count("--hash")))
    return tuple(found)


def pinned(name: str, python: str, platform: dict[str, str]) -> dict[str, Version]:
    """Versions by package on one Python; a package may stand in a lock once for each."""
    where = {"python_version": python, "python_full_version": f"{python}.9", **platform}
    chosen: dict[str, Version] = {}
    for requirement, _ in entries(name):
        if requirement.marker is None or requirement.marker.evaluate(where):
            package = canonicalize_name(requirement.name)
            assert package not in chosen, f"{package} twice"
            (specifier,) = requirement.specifier
            chosen[package] = Version(specifier.version)
    return chosen


def asked(extras: tuple[str, ...], python: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for, as the installed project says it."""
    for text in importlib.metadata.requires("source-twilio-complete") or ():
        requirement = Requirement(text)
        for extra in ("", *extras):
            where = {"python_version": python, "python_full_version": f"{python}.9", "extra": extra}
            if requirement.marker is None or requirement.marker.evaluate(where):
                yield requirement
                break


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["product", "tests", "quickstart"])
def test_a_lock_has_what_pyproject_asks_for(name: str, python: str) -> None:
    for platform in PLATFORMS:
        versions = pinned(name, python, platform)
        for requirement in (*asked(lock.LOCKS[name].extras, python), Requirement(lock.BUILD)):
            package = canonicalize_name(requirement.name)
            assert package in versions, f"{package} is not in {name}.txt: python -m tools.lock"
            assert requirement.specifier.contains(versions[package]), f"{requirement}: python -m tools.lock"


@pytest.mark.parametrize("name", lock.LOCKS)
def test_every_file_has_a_hash_and_no_host_a_name(name: str) -> None:
    assert all(hashes >= 1 for _, hashes in entries(name))
    assert "://" not in lock.place(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("python", PYTHONS)
def test_what_ships_is_what_is_tested(python: str) -> None:
    tested = pinned("tests", python, PLATFORMS[0])
    shipped = pinned("product", python, PLATFORMS[0])
    assert {package: tested.get(package) for package in shipped} == shipped
    assert shipped["cryptography"] >= Version("46.0.5")  # CVE-2026-26007


@pytest.mark.parametrize("name", lock.LOCKS)
def test_packages_that_are_left_out(name: str) -> None:
    names = {canonicalize_name(requirement.name) for requirement, _ in entries(name)}
    assert not names & set(lock.LOCKS[name].without)
    assert "unidecode" not in names  # GPL


def test_the_product_lacks_nothing_but_what_nothing_imports() -> None:
    """It is installed without a look at what packages ask for, so that this must hold by itself."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    shipped = pinned("product", here, {})
    missing = set()
    for package in shipped:
        for text in importlib.metadata.requires(package) or ():
            requirement = Requirement(text)
            marker: Marker | None = requirement.marker
            if marker is None or marker.evaluate({"extra": ""}):
                missing |= {canonicalize_name(requirement.name)} - set(shipped)
    assert missing == set(lock.UNUSED)
