"""Sections of pages that are written by hand: what is between two marks is generated, the rest stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Any

from tools.docs_manifest import Facts, Stream, anchor
from tools.docs_streams import least
from tools.edition.table import edition_differences, edition_everywhere, edition_files

MARK = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end of (?P=name) -->)", re.DOTALL)
EDGES = {"ie1": "dublin", "au1": "sydney"}


def filled(page: str, facts: Facts) -> str:
    """The page with each of its generated sections made anew. Raises KeyError for a mark that names no section."""
    return MARK.sub(lambda found: f"{found[1]}{SECTIONS[found['name']](facts)}\n{found[3]}", page)


def configuration(facts: Facts) -> str:
    """The options of the connector, as a table."""
    spec = facts.spec["connection_specification"]
    rows = [("Option", "Default", "Meaning"), ("---",) * 3]
    for name, option in spec["properties"].items():
        default = option.get("default")
        shown = default["mode"] if isinstance(default, dict) else default
        filled_in = "required" if name in spec["required"] else "" if shown is None else f"`{shown}`"
        rows.append((f"`{name}`", filled_in, f"**{option['title']}.** {option['description']}{_choices(option)}"))
    return _table(rows)


def _choices(option: Mapping[str, Any]) -> str:
    if "oneOf" in option:
        kinds = []
        for kind in option["oneOf"]:
            (constant,) = (value["const"] for value in kind["properties"].values() if "const" in value)
            fields = [f"`{name}`" for name, value in kind["properties"].items() if "const" not in value]
            kinds.append(f"`{constant}` ({', '.join(fields)})" if fields else f"`{constant}`")
        return f" One of {', '.join(kinds)}."
    if "enum" in option:
        return f" One of {', '.join(f'`{value}`' for value in option['enum'])}."
    if "maximum" in option:
        return f" {option['minimum']} to {option['maximum']}."
    return ""


def hosts(facts: Facts) -> str:
    """Every host that the connector talks to, by Region; a product that is missing in one is not offered there."""
    products = sorted({stream.host.split(".")[0] for stream in facts.streams.values()})
    lines = [f"Region us1: {', '.join(f'`{product}.twilio.com`' for product in products)}."]
    for region, edge in EDGES.items():
        offered = [product for product in products if region in facts.regions(f"{product}.twilio.com")]
        lines.append(f"Region {region}: {', '.join(f'`{product}.{edge}.{region}.twilio.com`' for product in offered)}.")
    return "\n".join(_item(line) for line in lines)


def products(facts: Facts) -> str:
    """How many streams each product has, and which."""
    rows = [("Product", "Streams", ""), ("---",) * 3]
    for product, streams in facts.products.items():
        rows.append((f"[{product}](streams.md#{anchor(product)})", str(len(streams)),
                     ", ".join(f"`{stream.name}`" for stream in streams)))
    return _table(rows)


def dated(facts: Facts) -> str:
    """What the cursors catch that Twilio filters by; streams of which the same is true share a row."""
    same: dict[tuple[str, ...], list[str]] = {}
    for stream in facts.streams.values():
        if stream.dated:
            row = f"`{stream.cursor}`", least(stream), stream.notes["caught"], stream.notes["missed"]
            same.setdefault(row, []).append(f"`{stream.name}`")
    rows: list[tuple[str, ...]] = [("Stream", "Cursor", "Least L", "Caught", "Not caught"), ("---",) * 5]
    rows += [(", ".join(names), *row) for row, names in same.items()]
    return _table(rows)


def changed(facts: Facts) -> str:
    """What is special among the streams whose list is read whole, with a cursor that limits what leaves."""
    chosen = [stream for stream in facts.streams.values() if stream.by_change]
    groups = {
        "By another field": [stream for stream in chosen if stream.cursor != "date_updated"],
        "Only of parents that are open or have changed": [
            stream for stream in chosen if stream.parent and stream.row["parent"].get("where")
        ],
    }
    return _groups(groups, lambda stream: "" if stream.cursor == "date_updated" else f" (`{stream.cursor}`)")


def composite_keys(facts: Facts) -> str:
    """The streams whose key has several columns, by that of them which stands first."""
    groups: dict[str, list[Stream]] = {}
    for stream in facts.streams.values():
        if len(stream.key) > 1:
            groups.setdefault(f"`{stream.key[0]}`", []).append(stream)
    return _groups(groups, lambda stream: "")


def without(facts: Facts) -> str:
    """The streams without a cursor that are read for more parents than those of a day."""
    groups: dict[str, list[Stream]] = {}
    for stream in facts.streams.values():
        bound = stream.range_of
        if bound and not stream.cursor:
            since = f"of the last {bound.days_kept} days" if bound.days_kept else "since `start_date`"
            groups.setdefault(f"For all parents {since}", []).append(stream)
    return _groups(groups, lambda stream: f" (of `{stream.range_of.name}`)" if stream.range_of else "")


def _groups(groups: Mapping[str, list[Stream]], remark: Callable[[Stream], str]) -> str:
    lines = []
    for group, streams in groups.items():
        text = f"{group}: {', '.join(f'`{stream.name}`{remark(stream)}' for stream in streams)}."
        lines.append(_item(text))
    return "\n".join(lines)


def _item(text: str) -> str:
    return fill(text, 120, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


SECTIONS: Mapping[str, Callable[[Facts], str]] = {
    "configuration": configuration, "hosts": hosts, "products": products, "dated": dated, "changed": changed,
    "without": without, "composite-keys": composite_keys, "edition-files": edition_files,
    "edition-differences": edition_differences, "edition-everywhere": edition_everywhere,
}
