"""Charts as SVG without script. Their colours are those of the page's style sheet, so that light and dark both fit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree

WIDE, NARROW = 760, 350
LABELS = {WIDE: 9, NARROW: 4}  # of the places on the axis
NAMED = 28  # letters of a label
MARGIN, LEGEND_ROW = 6, 21  # pixels
COLOURS = 10  # of the style sheet
TONES = {  # what a status says, where it says it; all else takes the next colour
    "delivered": "good", "read": "fine", "completed": "good", "received": "fine",
    "failed": "bad", "undelivered": "poor", "busy": "poor", "no-answer": "warn", "canceled": "idle", "other": "idle",
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"  # ignore-https-check: a name, which nothing is asked for
TOO_MUCH = {f"{SVG}defs", f"{SVG}title", "defs", "title"}


def draw(kind: str, rows: Sequence[Sequence[Any]]) -> str:
    """A chart for wide and one for narrow screens, as HTML. kind: `stacked` or `bars`."""
    maker = {"stacked": _stacked, "bars": _bars}[kind]
    widths = (("wide", WIDE), ("narrow", NARROW))
    return "".join(f'<div class="{name}">{_clean(*maker(rows, width))}</div>' for name, width in widths)


@cache
def _pygal() -> Any:
    """The library, once there is something to draw: what is imported after it pytest no longer finds."""
    import pygal
    from pygal.etree import etree

    etree.to_etree()  # lxml, where it happens to be installed, refuses what pygal hands it
    return pygal


def _stacked(rows: Sequence[Sequence[Any]], width: int) -> tuple[Any, list[str]]:
    places = list(dict.fromkeys(row[0] for row in rows))
    names = sorted({str(row[1]) for row in rows if row[1] not in (None, "")})
    values = {(row[0], str(row[1])): float(row[2] or 0) for row in rows}
    columns = 4 if width == WIDE else 2
    # pygal leaves room for the full rows of a legend alone.
    below = MARGIN + LEGEND_ROW * (len(names) % columns > 0)
    height = 250 + LEGEND_ROW * math.ceil(len(names) / columns)
    chart = _pygal().StackedBar(**_options(width, height, legend_at_bottom_columns=columns, margin_bottom=below))
    step = max(1, -(-len(places) // LABELS[width]))
    chart.x_labels = [str(place) for place in places]
    chart.x_labels_major = [str(place) for place in places[::step]]
    for name in names:
        chart.add(_short(name, NAMED), [values.get((place, name)) or None for place in places])
    return chart, names


def _bars(rows: Sequence[Sequence[Any]], width: int) -> tuple[Any, list[str]]:
    turned = list(reversed(rows))
    chart = _pygal().HorizontalBar(**_options(width, 50 + 26 * len(rows), show_legend=False, range=(0, 100)))
    chart.x_labels = [_short(str(row[0]), NAMED if width == WIDE else NAMED // 2) for row in turned]
    chart.add("", [float(row[1]) for row in turned])
    return chart, [""]


def _options(width: int, height: int, **more: Any) -> dict[str, Any]:
    return {
        "width": width,
        "height": height,
        "css": [],
        "js": [],
        "legend_at_bottom": True,
        "legend_box_size": 10,
        "margin": MARGIN,
        "truncate_legend": -1,
        "truncate_label": -1,
        "show_minor_x_labels": False,
        "zero": 0,
        "max_scale": 7,
        "value_formatter": lambda value: f"{value:,.2f}".rstrip("0").rstrip("."),
        **more,
    }


def _short(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def _clean(chart: Any, names: Sequence[str]) -> str:
    """The drawing without pygal's own style and script; the value of a bar becomes what a browser shows on pointing at
    it, and the number of a series its colour."""
    tree = chart.render_tree()
    tree.set("role", "img")
    for parent in list(tree.iter()):
        parent.attrib.pop("id", None)  # the page has many drawings
        for child in list(parent):
            kind = child.get("class", "")
            if child.tag in TOO_MUCH or child.tag is ElementTree.Comment:
                parent.remove(child)
            elif child.tag.endswith("desc"):
                if kind == "value":
                    child.tag = child.tag.replace("desc", "title")
                else:
                    parent.remove(child)
        if found := re.search(r"\bcolor-(\d+)", parent.get("class", "")):
            name = names[int(found[1])] if int(found[1]) < len(names) else ""
            parent.set("class", parent.get("class", "").replace(found[0], f"tone-{_tone(names, name)}"))
    return ElementTree.tostring(tree, encoding="unicode")


def _tone(names: Sequence[str], name: str) -> str:
    plain = [one for one in names if one not in TONES]
    return TONES[name] if name in TONES else str(plain.index(name) % COLOURS if name in plain else 0)
