#!/usr/bin/env python3
"""Generate what the documentation says of the streams, from the manifest, the schemas and tools/stream_notes.yaml.

    python -m tools.make_docs [--check]

Writes docs/streams.md, docs/columns, the pictures, docs/entities.dbml and the sections between `<!-- generated: … -->`
marks of the other pages. --check writes nothing, names the files that are out of date, and ends with 1 if there are
any.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools import docs_columns, docs_dbml, docs_entities, docs_streams, docs_tree
from tools.docs_manifest import ROOT, Facts, load
from tools.docs_sections import MARK, filled

DOCS = ROOT / "docs"


def generated(facts: Facts) -> dict[Path, str]:
    """The text of every file that is generated, wholly or in part."""
    files = {
        DOCS / "streams.md": docs_streams.page(facts),
        DOCS / "streams.svg": docs_tree.picture(facts),
        DOCS / "entities.svg": docs_entities.picture(facts),
        DOCS / "entities.dbml": docs_dbml.diagram(facts),
        **{DOCS / "columns" / name: text for name, text in docs_columns.pages(facts).items()},
    }
    for path in sorted(DOCS.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if path not in files and MARK.search(page):
            files[path] = filled(page, facts)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is out of date")
    only_check = parser.parse_args().check
    stale, facts = 0, load()
    if without := [name for name, stream in facts.streams.items() if not stream.schema["properties"]]:
        sys.exit(f"No schema, so no page: {', '.join(f'source_twilio/schemas/{name}.json' for name in without)}")
    for path, text in generated(facts).items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{'out of date' if only_check else 'wrote'}: {path.relative_to(ROOT)}")
        if not only_check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    sys.exit(bool(stale and only_check))


if __name__ == "__main__":
    main()
