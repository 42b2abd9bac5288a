"""To which of Twilio's products a stream belongs: the section of the manifest that its row stands in."""

from __future__ import annotations

import re
from pathlib import Path

MANIFEST = Path(__file__).resolve().parent.parent / "source_twilio" / "manifest.yaml"
LINE = re.compile(r"^  # =+ (?P<product>.+)$|^      name: (?P<stream>\w+)$", re.M)


def products() -> dict[str, str]:
    """The product of each stream, in the manifest's order."""
    found, product = {}, ""
    for line in LINE.finditer(MANIFEST.read_text(encoding="utf-8")):
        if line["product"]:
            product = line["product"]
        elif product:
            found[line["stream"]] = product
    return found
