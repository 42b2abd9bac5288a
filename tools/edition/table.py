"""What the page on Airbyte Cloud says of the edition, as generated sections."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from tools.builder_edition import BEYOND, files
from tools.docs_manifest import Facts
from tools.edition.notes import notes


def edition_files(facts: Facts) -> str:
    """The files of builder/ with the number of their streams."""
    rows = ["| File | Streams | What |", "| --- | --- | --- |"]
    for name, (title, streams) in sorted(files(facts).items(), key=lambda one: one[0] != BEYOND):
        rows.append(f"| [`{name}.yaml`](../builder/{name}.yaml) | {len(streams)} | {title} |")
    return "\n".join(rows)


def edition_differences(facts: Facts) -> str:
    """The streams that read otherwise, or are left out, with the reason."""
    rows = ["| Stream | Difference |", "| --- | --- |"]
    rows += [f"| `{name}` | Not in the edition: {why}. |" for name, why in notes()["left_out"].items()]
    rows += [f"| `{name}` | {notes()['streams'][name]['why'].strip()} |"
             for name in facts.streams if name in notes()["streams"]]
    return "\n".join(rows)


def edition_everywhere(facts: Facts) -> str:
    """What holds for all streams."""
    return "\n".join(_items())


def _items() -> Iterator[str]:
    for text in notes()["everywhere"]:
        yield fill(text.strip(), 120, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
