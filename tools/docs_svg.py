"""Pictures as SVG text: shapes, one palette for light and one for dark screens."""

from __future__ import annotations

from html import escape

# What the picture says by colour it says by shape as well. Both palettes bring a background of their own, so the
# picture is readable on a page of either kind.
LIGHT = {"page": "#ffffff", "panel": "#f6f8fa", "edge": "#d0d7de", "text": "#1f2328", "muted": "#59636e",
         "line": "#8b949e", "one": "#0969da", "two": "#8250df", "three": "#bf3989"}
DARK = {"page": "#0d1117", "panel": "#151b23", "edge": "#3d444d", "text": "#e6edf3", "muted": "#9198a1",
        "line": "#6e7681", "one": "#58a6ff", "two": "#bc8cff", "three": "#f778ba"}
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
WIDTH = 0.63  # of a letter in a wide font such as DejaVu Sans, as a part of its size; many are a tenth narrower

REMARK_SIZE, REMARK_GAP = 10, 6
EXPENSIVE = "▲"  # behind the name of a stream that takes a request for each of many parents


def width_of(text: str, size: float) -> float:
    """How wide a text is at most, in the picture's units."""
    return WIDTH * size * len(text)


class Canvas:
    """Collects shapes. title and description: what the picture shows, for those who cannot see it."""

    def __init__(self, width: int, title: str, description: str) -> None:
        self.width = width
        self._title = title
        self._description = description
        self._shapes: list[str] = []

    def text(self, x: float, y: float, text: str, size: float = 12, kind: str = "text", weight: str = "normal",
             anchor: str = "start", behind: str = "", room: float = 0) -> None:
        """A line of text; y is its base line.

        behind: a remark in small print that follows it, wherever it ends in the reader's font; room: the width that it
        must not exceed, whatever the font: letters get smaller where they have to.
        """
        needed = width_of(text, size) + (REMARK_GAP + width_of(behind, REMARK_SIZE) if behind else 0)
        scale = min(1, room / needed) if room else 1
        size, small = round(size * scale, 1), round(REMARK_SIZE * scale, 1)
        remark = f'<tspan dx="{REMARK_GAP}" class="muted" font-size="{small:g}" font-weight="normal">' \
            f"{escape(behind)}</tspan>"
        self._shapes.append(
            f'<text x="{x:g}" y="{y:g}" class="{kind}" font-size="{size:g}" font-weight="{weight}" '
            f'text-anchor="{anchor}">{escape(text)}{remark if behind else ""}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, kind: str = "panel") -> None:
        """A box with round corners."""
        self._shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'
        )

    def path(self, data: str, kind: str = "line") -> None:
        """A line through points, in SVG's path notation."""
        self._shapes.append(f'<path d="{data}" class="{kind}"/>')

    def shape(self, element: str) -> None:
        """Any other element."""
        self._shapes.append(element)

    def render(self, height: float) -> str:
        """The whole picture."""
        light, dark = _style(LIGHT), _style(DARK)
        return "\n".join([
            '<svg xmlns="http://www.w3.org/2000/svg" '  # ignore-https-check: a name, no address
            f'viewBox="0 0 {self.width} {height:g}" width="{self.width}" '
            f'role="img" aria-labelledby="title description" font-family="{escape(FONT)}">',
            f'<title id="title">{escape(self._title)}</title>',
            f'<desc id="description">{escape(self._description)}</desc>',
            "<style>", light, "@media (prefers-color-scheme: dark) {", dark, "}", "</style>",
            f'<rect width="{self.width}" height="{height:g}" class="page"/>',
            *self._shapes, "</svg>", "",
        ])


def _style(colours: dict[str, str]) -> str:
    rules = [f".page {{ fill: {colours['page']} }}",
             f".panel {{ fill: {colours['panel']}; stroke: {colours['edge']} }}",
             f".line {{ fill: none; stroke: {colours['line']} }}"]
    for name in ("text", "muted", "one", "two", "three"):
        rules.append(f".{name} {{ fill: {colours[name]} }}")
        rules.append(f".{name}-line {{ fill: none; stroke: {colours[name]}; stroke-width: 1.5 }}")
    return "\n".join(rules)
