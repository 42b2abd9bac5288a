#!/usr/bin/env python3
"""Make the locks in requirements/ anew: every package with its version and the hashes of its files.

    python -m tools.lock [--upgrade]

Needs uv on PATH. Without --upgrade versions stay where they are and only what pyproject.toml asks for changes. Each
lock is for Python 3.10 to 3.13 on every platform. It is installed whole, without a look at what packages ask for:
`pip install --require-hashes --no-deps -r requirements/product.txt`, then the project itself with `--no-deps`.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
OLDEST_PYTHON = "3.10"
BUILD = "poetry-core>=2.0,<3"  # [build-system] of pyproject.toml: the project itself is built with a locked one too
# The CDK asks for these and no declarative source imports them: they serve file sources, vector destinations and its
# own command line. They are two thirds of all bytes, and Unidecode, under the GPL, is imported nowhere at all.
UNUSED = (
    "dateparser",
    "google-cloud-secret-manager",
    "nltk",
    "pandas",
    "rapidfuzz",
    "rich",
    "rich-click",
    "setuptools",
    "unidecode",
)
# Of cyclonedx-bom, to check addresses in lists of parts. jsonschema imports it wherever it is there, which builds a
# grammar: as much time as all of the CDK takes, in every process that the tests start.
SLOW = ("rfc3987-syntax",)
# PyAirbyte has upper bounds below what ships. By its metadata alone: a test runs it with these.
BEYOND_PYAIRBYTE = ("cffi>=2", "cryptography>=46.0.5", "pyopenssl>=26")
# What the tests of the Spark data source import beside it; they run in an environment of their own.
SPARK_TESTS = (
    "deltalake>=1,<2",
    "pytest>=8.3",
    "pytest-timeout>=2.3",
    "pytest-xdist>=3.6",
    "trustme>=1.2,<2",
)
NEVER = "; python_version < '3'"


@dataclass(frozen=True)
class Lock:
    """What a lock is made of: requirements, the project with extras or without it, what is left out."""

    requirements: tuple[str, ...] = (BUILD,)
    project: bool = True
    extras: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    anyway: tuple[str, ...] = ()  # requirements that stand above what packages ask for
    like: str = ""  # a lock whose versions it shares


LOCKS = {
    "installer": Lock(("uv>=0.8,<1",), project=False),
    "product": Lock(without=UNUSED),
    "tests": Lock(
        extras=("quickstart", "tests"), without=("unidecode", *SLOW), anyway=BEYOND_PYAIRBYTE, like="product"
    ),
    "spark": Lock((BUILD, *SPARK_TESTS), extras=("spark",), without=UNUSED, like="tests"),
    "quickstart": Lock(extras=("quickstart",), without=tuple(name for name in UNUSED if name != "rich"), like="tests"),
}


def place(name: str) -> Path:
    """Where a lock is."""
    return FOLDER / f"{name}.txt"


def make(name: str, upgrade: bool) -> None:
    """Resolve one lock and write it. Raises CalledProcessError where nothing fits; uv has said what then."""
    lock = LOCKS[name]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as overrides:
        overrides.write("\n".join([*(f"{package} {NEVER}" for package in lock.without), *lock.anyway]))
        overrides.flush()
        command = ["uv", "pip", "compile", "--quiet", "-", "--overrides", overrides.name, "--generate-hashes"]
        command += ["--universal", "--python-version", OLDEST_PYTHON, "--no-annotate", "--no-emit-index-url"]
        command += ["--no-emit-find-links", "--custom-compile-command", "python -m tools.lock"]
        command += ["--output-file", str(place(name))]
        command += ["pyproject.toml"] * lock.project + [f"--extra={extra}" for extra in lock.extras]
        command += ["--upgrade"] * upgrade + ([f"--constraints={place(lock.like)}"] if lock.like else [])
        text = "\n".join(lock.requirements)
        subprocess.run(command, cwd=ROOT, input=text, text=True, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    asked = parser.parse_args()
    for name in LOCKS:
        make(name, asked.upgrade)
        print(f"wrote requirements/{name}.txt")


if __name__ == "__main__":
    main()
