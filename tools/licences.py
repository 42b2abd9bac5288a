#!/usr/bin/env python3
"""Check under which licences the parts of the image are, and list the parts.

    python -m tools.licences [--sbom FILE]

Looks at what requirements/product.txt names, by the metadata of the same versions in this environment (that of the
tests). Ends with 1 and names the package where a licence is not allowed or not said. --sbom writes the list of parts
as CycloneDX, with versions, hashes and licences.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
from email.message import Message
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tools import lock

# They ask for nothing but their text; the MPL also for changes of its own files, and none is changed.
ALLOWED = {
    "0BSD", "Apache Software License", "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "ISC",
    "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)", "PSF-2.0",
    "Python Software Foundation License",
}


def parts() -> list[str]:
    """The packages of the product's lock for this Python, less the one that only builds it."""
    lines = lock.place("product").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    builds = Requirement(lock.BUILD).name
    return [one.name for one in found if one.name != builds and (one.marker is None or one.marker.evaluate())]


def licences(package: str) -> list[str]:
    """The licences that a package names, any of which may be chosen or all of which hold: each has to be allowed."""
    metadata: Message = importlib.metadata.metadata(package)  # type: ignore[assignment]
    expression = metadata.get("License-Expression")
    if expression:
        return [name.strip("() ") for name in re.split(r"\b(?:AND|OR|WITH)\b", expression)]
    classifiers = [text.rpartition(" :: ")[2] for text in metadata.get_all("Classifier") or () if "License ::" in text]
    named = [name for name in classifiers if name != "OSI Approved"]
    text = (metadata.get("License") or "").strip()
    return named or [text.splitlines()[0] if text else ""]


def refused() -> dict[str, list[str]]:
    """The packages with a licence that is not allowed, or none."""
    found = {package: [name for name in licences(package) if name not in ALLOWED] for package in parts()}
    return {package: names for package, names in found.items() if names}


def write_sbom(path: Path) -> None:
    """Write the list of parts, as CycloneDX 1.6."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-format", "JSON", "--spec-version", "1.6"]
    done = subprocess.run([*command, str(lock.place("product"))], check=True, stdout=subprocess.PIPE, text=True)
    bom: dict[str, Any] = json.loads(done.stdout)
    version = importlib.metadata.version("source-twilio-complete")
    bom["metadata"]["component"] = {"type": "application", "name": "source-twilio-complete", "version": version}
    bom.pop("dependencies", None)  # the lock names parts, not which of them needs which
    here = {package: importlib.metadata.version(package) for package in parts()}
    bom["components"] = [part for part in bom["components"] if here.get(part["name"]) == part["version"]]
    for part in bom["components"]:
        del part["description"]  # the lock's line once more
        part["licenses"] = [{"license": {"name": name}} for name in licences(part["name"])]
    path.write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sbom", type=Path, metavar="FILE", help="write the list of parts")
    asked = parser.parse_args()
    bad = refused()
    for package, names in bad.items():
        print(f"{package}: {', '.join(name or 'no licence named' for name in names)}")
    if asked.sbom:
        write_sbom(asked.sbom)
    print(f"{len(parts())} packages, {len(bad)} with a licence that is not allowed")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
