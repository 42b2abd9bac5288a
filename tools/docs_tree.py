"""docs/streams.svg: all streams by product, children below their parents, with their cursors."""

from __future__ import annotations

from tools.docs_manifest import Facts, Stream
from tools.docs_svg import EXPENSIVE, Canvas

WIDTH, COLUMNS, GAP, MARGIN = 1000, 3, 12, 16
LINE, INDENT, SIZE, HEAD, PAD = 17, 16, 11, 27, 10
PANEL = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
USUAL = "date_updated"  # the cursor that needs no mention


def picture(facts: Facts) -> str:
    """The picture as SVG text."""
    canvas = Canvas(WIDTH, "The streams of the connector",
                    "Every stream under its product of Twilio's. A child stands below the parent for whose rows it is "
                    "asked; a mark before the name says how its cursor works. docs/streams.md has the same as a table.")
    top = _head(canvas, len(facts.streams))
    heights = [top] * COLUMNS
    for product, streams in facts.products.items():
        column = min(range(COLUMNS), key=lambda number: heights[number])
        x = MARGIN + column * (PANEL + GAP)
        heights[column] += _panel(canvas, x, heights[column], product, streams) + GAP
    return canvas.render(max(heights) + MARGIN - GAP)


def _head(canvas: Canvas, count: int) -> float:
    canvas.text(MARGIN, 34, f"{count} streams of a Twilio account", 19, weight="600")
    legend = (("window", "cursor that Twilio filters by: its range is asked for (the field stands behind the name)"),
              ("change", f"cursor on this side ({USUAL} unless named): all is read, what changed leaves"),
              ("none", "no cursor: all is read and leaves, or what is true at this moment"))
    for number, (kind, text) in enumerate(legend):
        _mark(canvas, MARGIN + 6, 56 + number * LINE, kind)
        canvas.text(MARGIN + 18, 60 + number * LINE, text, 12)
    y = 60 + len(legend) * LINE
    for number, text in enumerate((
        f"{EXPENSIVE} expensive: a request for each of many parents; 1×: read for the main account alone.",
        "A line leads down to children, which are asked for each row of their parent; one of another product is named "
        "(of …).",
        "In small print behind a product: its hosts at twilio.com; behind a stream: its cursor.",
    )):
        canvas.text(MARGIN, y + number * LINE, text, 12, room=WIDTH - 2 * MARGIN)
    return _accounts(canvas, y + 3 * LINE - 4)


def _accounts(canvas: Canvas, y: float) -> float:
    """The accounts, from which a line goes down to the columns of streams."""
    boxes = ((MARGIN, 150, "accounts", "/Accounts.json, once"), (MARGIN + 200, 330, "main account",
             "every stream below, those with 1× for it alone"),
             (MARGIN + 560, WIDTH - 2 * MARGIN - 560, "each subaccount",
              "every stream without 1×, a cursor of its own in each"))
    middle, below = y + 22, y + 44
    for number, (x, width, name, text) in enumerate(boxes):
        if number:
            canvas.path(f"M{boxes[number - 1][0] + boxes[number - 1][1]:g} {middle:g}H{x:g}")
            canvas.path(f"M{x + width / 2:g} {below:g}V{below + 9:g}")
        canvas.box(x, y, width, 44)
        canvas.text(x + PAD, y + 18, name, 13, weight="600")
        canvas.text(x + PAD, y + 34, text, 11, "muted", room=width - 2 * PAD)
    centres = [MARGIN + PANEL / 2 + number * (PANEL + GAP) for number in range(COLUMNS)]
    canvas.path(f"M{centres[0]:g} {below + 9:g}H{centres[-1]:g}")
    for centre in centres:
        canvas.path(f"M{centre:g} {below + 9:g}V{below + 18:g}")
    return below + 18


def _panel(canvas: Canvas, x: float, y: float, product: str, streams: list[Stream]) -> float:
    rows = ordered(streams)
    height = HEAD + len(rows) * LINE + PAD
    canvas.box(x, y, PANEL, height)
    hosts = ", ".join(dict.fromkeys(stream.host.removesuffix(".twilio.com") for stream in streams))
    canvas.text(x + PAD, y + 18, product, 13, weight="600", behind=hosts, room=PANEL - 2 * PAD)
    places: dict[str, tuple[float, float]] = {}
    for number, (stream, depth) in enumerate(rows):
        place = x + PAD + 5 + depth * INDENT, y + HEAD + number * LINE + 9
        if stream.parent and stream.parent.name in places:
            _branch(canvas, places[stream.parent.name], place)
        places[stream.name] = place
        _stream(canvas, place, stream, x + PANEL - PAD)
    return height


def _stream(canvas: Canvas, place: tuple[float, float], stream: Stream, right: float) -> None:
    x, y = place
    _mark(canvas, x, y, kind_of(stream))
    remarks = [EXPENSIVE] if stream.notes.get("expensive") else []
    remarks += ["1×"] if stream.main_only else []
    if stream.cursor and not (stream.by_change and stream.cursor == USUAL):
        remarks.append(stream.cursor)
    if stream.parent and stream.parent.product != stream.product:
        remarks.append(f"of {stream.parent.name}")
    canvas.text(x + 9, y + 4, stream.name, SIZE, behind=" · ".join(remarks), room=right - x - 9)


def kind_of(stream: Stream) -> str:
    """How a stream's cursor works: `window`, `change` or `none`."""
    return "change" if stream.by_change else "window" if stream.cursor else "none"


def ordered(streams: list[Stream]) -> list[tuple[Stream, int]]:
    """The streams of a product with their depth, each followed by its children."""
    names = {stream.name for stream in streams}
    found: list[tuple[Stream, int]] = []

    def add(stream: Stream, depth: int) -> None:
        found.append((stream, depth))
        for child in streams:
            if child.parent and child.parent.name == stream.name:
                add(child, depth + 1)

    for stream in streams:
        if not stream.parent or stream.parent.name not in names:
            add(stream, 0)
    return found


def _branch(canvas: Canvas, parent: tuple[float, float], child: tuple[float, float]) -> None:
    canvas.path(f"M{parent[0]:g} {parent[1] + 6:g}V{child[1]:g}H{child[0] - 6:g}")


def _mark(canvas: Canvas, x: float, y: float, kind: str) -> None:
    if kind == "window":
        canvas.shape(f'<circle cx="{x:g}" cy="{y:g}" r="4.5" class="one"/>')
    elif kind == "change":
        canvas.shape(f'<circle cx="{x:g}" cy="{y:g}" r="4" class="two-line"/>')
        canvas.path(f"M{x:g} {y - 4:g}A4 4 0 0 0 {x:g} {y + 4:g}Z", "two")
    else:
        canvas.shape(f'<rect x="{x - 3.5:g}" y="{y - 3.5:g}" width="7" height="7" class="muted-line"/>')
