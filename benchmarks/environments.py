"""Environments of their own for the server and for every reader, kept in `benchmarks/.cache/`.

The peer needs a Python below 3.12, so that all readers run on 3.11 or 3.10 here: whatever pyenv, PATH or a package
manager offers.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent
CACHE = FOLDER / ".cache"
PEER = "airbyte-source-twilio==0.16.0"
VERSIONS = ("3.11", "3.10")  # the peer's metadata say <3.12


class Unavailable(Exception):
    """An environment cannot be made here; the message says why, and a comparison goes on without it."""


@cache
def find_python(versions: tuple[str, ...] = VERSIONS) -> Path:
    """The first interpreter of one of the versions, in the order given."""
    for version in versions:
        pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*/bin"))
        for folder in (*os.environ.get("PATH", "").split(os.pathsep), *map(str, pyenv)):
            candidate = Path(folder) / f"python{version}"
            if candidate.exists() and _reports(candidate) == version:
                return candidate
    wanted = " or ".join(versions)
    raise Unavailable(f"no Python {wanted} found: install one (pyenv install {versions[0]}, or uv python install)")


def _reports(python: Path) -> str:
    """The version an interpreter reports; pyenv's shims exist without one behind them."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


@dataclass(frozen=True)
class Environment:
    """A virtual environment and what is installed in it."""

    name: str
    requirements: tuple[str, ...]
    lock: Path | None = None  # what is installed first, whole; then the requirements alone
    stamp: str = ""  # changes when what is installed must be installed again

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return CACHE / self.name / "bin"

    def ready(self) -> Environment:
        """Make and fill it unless it is there already."""
        python = find_python()
        identity = hashlib.sha256(repr((self, _reports(python))).encode()).hexdigest()
        mark = CACHE / self.name / "installed"
        if mark.exists() and mark.read_text() == identity:
            return self
        print(f"installing {', '.join(Path(item).name for item in self.requirements)} …", flush=True)
        shutil.rmtree(CACHE / self.name, ignore_errors=True)
        _run([str(python), "-m", "venv", str(CACHE / self.name)])
        install = [str(self.bin / "pip"), "install", "--quiet"]
        if self.lock:
            install.append("--no-deps")
            _run([*install, "--require-hashes", "-r", str(self.lock)])
        _run([*install, *self.requirements])
        mark.write_text(identity)
        return self

    def trusting(self, authority: Path) -> Path:
        """certifi's bundle of this environment with one more authority in it.

        The peer's CDK looks at no environment variable for it, so that the bundle itself must trust the server; all
        readers load the same file then, at the same cost.
        """
        bundle = next((CACHE / self.name).glob("lib/*/site-packages/certifi/cacert.pem"))
        original = bundle.with_suffix(".original")
        if not original.exists():
            shutil.copy2(bundle, original)
        wanted = original.read_bytes() + b"\n" + authority.read_bytes()
        if bundle.read_bytes() != wanted:
            bundle.unlink()  # pip may have linked it into a cache
            bundle.write_bytes(wanted)
        return bundle

    def versions(self, *packages: str) -> str:
        """Installed versions of some packages, for the head of a table."""
        listed = _run([str(self.bin / "pip"), "list", "--format=freeze"])
        found = dict(line.lower().split("==", 1) for line in listed.splitlines() if "==" in line)
        return ", ".join(f"{name} {found[name]}" for name in packages if name in found)


def _run(command: list[str]) -> str:
    """Run a command; what it said is the message when it fails."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if re.search(r"error|no matching", line, re.IGNORECASE)]
        raise Unavailable("; ".join(lines[-2:]) or f"{Path(command[0]).name} ended with {done.returncode}")
    return done.stdout


def requirement(name: str) -> str:
    """A line of `requirements.txt` without its comment."""
    lines = (FOLDER / "requirements.txt").read_text().splitlines()
    return next(line.partition("#")[0].strip() for line in lines if line.startswith(name))


def server() -> Environment:
    """For the page server."""
    return Environment("server", (requirement("trustme"),)).ready()


def plot() -> Environment:
    """For the picture."""
    return Environment("plot", (requirement("matplotlib"),)).ready()


def peer() -> Environment:
    """The published connector."""
    return Environment("peer", (PEER,)).ready()


def tap() -> Environment:
    """The Singer tap; it imports pkg_resources, which setuptools has dropped since version 81."""
    return Environment("tap", ("tap-twilio==0.2.2", "setuptools<81")).ready()


def official() -> Environment:
    """The official library, as the practical floor."""
    return Environment("library", ("twilio>=9,<10",)).ready()


def ours() -> Environment:
    """This connector, installed as users install it, from a copy of the checkout (a build writes nothing here)."""
    if not (CHECKOUT / "pyproject.toml").exists():
        raise Unavailable("the checkout has no pyproject.toml yet")
    digest = hashlib.sha256()
    packages = [CHECKOUT / "source_twilio", CHECKOUT / "pyspark_twilio"]  # the wheel has both
    sources = sorted(path for one in packages for path in one.rglob("*") if "__pycache__" not in path.parts)
    lock = CHECKOUT / "requirements" / "product.txt"
    for path in (CHECKOUT / "pyproject.toml", lock, *(path for path in sources if path.is_file())):
        digest.update(path.read_bytes())
    copy = CACHE / "source" / "checkout"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for path in CHECKOUT.iterdir():
        if path.is_file():
            shutil.copy2(path, copy)
    for one in packages:
        shutil.copytree(one, copy / one.name, ignore=shutil.ignore_patterns("__pycache__"))
    return Environment("ours", (str(copy),), lock, digest.hexdigest()).ready()


def edition() -> Environment:
    """For the edition in builder/, which needs the CDK alone."""
    return Environment("edition", (requirement("airbyte-cdk"),)).ready()


def edition_manifest(streams: Sequence[str]) -> Path:
    """A file with the edition of some streams, made by this connector's environment, which has what that needs."""
    command = [str(ours().bin / "python"), "-m", "tools.builder_edition", "--streams", ",".join(streams)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    path = CACHE / "edition.yaml"
    path.write_text(done.stdout, encoding="utf-8")
    return path
