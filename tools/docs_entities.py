"""docs/entities.svg: the streams that most warehouses join, with the keys that they are joined on."""

from __future__ import annotations

from dataclasses import dataclass

from tools.docs_manifest import Facts
from tools.docs_svg import EXPENSIVE, Canvas

WIDTH, MARGIN, BOX, HEAD, LINE, PAD, BETWEEN = 1000, 16, 198, 26, 16, 9, 14
GUTTER = (WIDTH - 2 * MARGIN - 4 * BOX) / 3
LANE = 8  # between two lines in a gutter
SHIFT = 5  # of every other column, so that lines of different parents do not run into each other
COLOURS = ("one", "two", "three", "muted")


@dataclass
class Entity:
    """A stream's box: its place, and the columns that it shows."""

    name: str
    x: float
    y: float
    columns: list[str]
    key: list[str]
    expensive: bool

    @property
    def height(self) -> float:
        return HEAD + len(self.columns) * LINE + PAD / 2

    def row(self, column: str) -> float:
        """The middle of a column's line."""
        return self.y + HEAD + self.columns.index(column) * LINE + LINE / 2 - 3


def joins(facts: Facts) -> list[tuple[str, str, str]]:
    """Child, its column, and the parent on whose key it is joined."""
    listed = facts.notes["entities"]["joins"]
    return [(*place.split("."), parent) for place, parent in listed.items()]


def picture(facts: Facts) -> str:
    """The picture as SVG text."""
    canvas = Canvas(WIDTH, "The core streams and the keys on which they are joined",
                    "Boxes are streams with their primary key and the columns that hold the key of another stream; "
                    "lines lead from such a column to that key.")
    canvas.text(MARGIN, 34, "Core streams and their joins", 19, weight="600")
    canvas.text(MARGIN, 54, "In bold the primary key. A line leads from the key of one row to the column of many rows "
                            "that holds it.", 12, "muted")
    canvas.text(MARGIN, 71, "What belongs to an account joins accounts.sid by account_sid as well; a subaccount joins "
                            "its parent by accounts.owner_account_sid.", 12, "muted")
    canvas.text(MARGIN, 88, f"{EXPENSIVE} expensive: a request for each of many parents. Colours only tell lines "
                            "apart; entities.dbml has all streams with all columns.", 12, "muted",
                room=WIDTH - 2 * MARGIN)
    top = 107.0
    for band in facts.notes["entities"]["bands"]:
        top = _band(canvas, facts, band, top) + BETWEEN
    return canvas.render(top - BETWEEN + MARGIN)


def _band(canvas: Canvas, facts: Facts, band: list[list[str]], top: float) -> float:
    """Draw the boxes of one product with their lines; gives the lower edge."""
    entities: dict[str, Entity] = {}
    for number, names in enumerate(band):
        free = top
        for name in names:
            entity = _entity(facts, name, MARGIN + number * (BOX + GUTTER))
            parents = [entities[parent] for child, _, parent in joins(facts) if child == name]
            entity.y = max(free, min((parent.y for parent in parents), default=free))
            entities[name] = entity
            free = entity.y + entity.height + BETWEEN + SHIFT * (number % 2)
    for entity in entities.values():
        _draw(canvas, entity)
    _lines(canvas, facts, entities)
    return max(entity.y + entity.height for entity in entities.values())


def _entity(facts: Facts, name: str, x: float) -> Entity:
    key = facts.streams[name].key
    held = [column for child, column, _ in joins(facts) if child == name]
    expensive = bool(facts.streams[name].notes.get("expensive"))
    return Entity(name, x, 0, list(dict.fromkeys([*key, *held])), key, expensive)


def _draw(canvas: Canvas, entity: Entity) -> None:
    canvas.box(entity.x, entity.y, BOX, entity.height)
    canvas.text(entity.x + PAD, entity.y + 17, entity.name, 12.5, weight="600", room=BOX - 2 * PAD,
                behind=EXPENSIVE if entity.expensive else "")
    for column in entity.columns:
        weight = "600" if column in entity.key else "normal"
        canvas.text(entity.x + PAD, entity.row(column) + 4, column, 11, weight=weight, room=BOX - 2 * PAD)


def _lines(canvas: Canvas, facts: Facts, entities: dict[str, Entity]) -> None:
    """One lane of a gutter for each parent, so that lines run beside each other."""
    lanes: dict[float, list[str]] = {}
    for child, column, parent in joins(facts):
        if child not in entities:
            continue
        start, end = entities[parent], entities[child]
        lane = lanes.setdefault(start.x, [])
        if parent not in lane:
            lane.append(parent)
        number = lane.index(parent)
        x, target = start.x + BOX + 10 + number * LANE, end.row(column)
        kind = f"{COLOURS[number % len(COLOURS)]}-line"
        canvas.path(f"M{start.x + BOX:g} {start.row(start.key[0]):g}H{x:g}V{target:g}H{end.x:g}", kind)
        foot = end.x - 7
        canvas.path(f"M{end.x:g} {target - 4:g}L{foot:g} {target:g}L{end.x:g} {target + 4:g}", kind)
