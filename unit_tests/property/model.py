"""What has to be true of any sequence of syncs of a dated stream, checked message by message.

The truth is what the sandbox was given; the connector is seen from outside only: its rows, its states, its log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.models import Type

from source_twilio.components.rows.times import parse
from unit_tests.support import Output, iso, rfc
from unit_tests.support.reading import States, plain

Kind = tuple[str, str]  # account and "" or "undated"


@dataclass(frozen=True)
class Shape:
    """A stream as these tests need it. minimum: its own lookback; wire: how it writes dates; undated: whether a row may
    be without its cursor value; moves: whether the cursor value is the time of the last change."""

    stream: str
    cursor: str
    minimum: timedelta
    wire: Any = rfc
    undated: bool = False
    moves: bool = False
    prefix: str = "SM"


SHAPES = {
    shape.stream: shape
    for shape in (
        Shape("messages", "date_sent", timedelta(days=1), undated=True, prefix="SM"),
        Shape("calls", "start_time", timedelta(days=1), undated=True, prefix="CA"),
        Shape("recordings", "date_created", timedelta(days=1), prefix="RE"),
        Shape("conferences", "date_updated", timedelta(days=1), moves=True, prefix="CF"),
        Shape("alerts", "date_generated", timedelta(hours=1), wire=iso, prefix="NO"),
    )
}


@dataclass(frozen=True)
class Item:
    """One row of the truth: created, dated (None: never), and changed at some moments without another effect.

    listed: from when on the API shows it, if that is later than its creation.
    """

    number: int
    account: str
    created: datetime
    dated: datetime | None
    changes: tuple[datetime, ...] = ()
    listed: datetime | None = None
    status: str = "queued"

    def sid(self, shape: Shape) -> str:
        """Its key."""
        return f"{shape.prefix}{self.number:032x}"

    @property
    def visible(self) -> datetime:
        """From when on the API shows it."""
        return self.listed or self.created

    def value(self, shape: Shape, now: datetime) -> datetime | None:
        """Its cursor value at a moment."""
        if shape.moves:
            return max([moment for moment in self.changes if moment <= now], default=self.created)
        return self.dated if self.dated is not None and self.dated <= now else None

    def version(self, now: datetime) -> int:
        """How often it has changed."""
        return sum(moment <= now for moment in self.changes)

    def put(self, twilio: Any, shape: Shape) -> None:
        """Insert it into a sandbox, with its changes to come."""
        done = "ended" if shape.stream == "executions" else "completed"
        row = {
            "sid": self.sid(shape),
            "account_sid": self.account,
            "date_created": shape.wire(self.created),
            "date_updated": shape.wire(self.created),
            "status": self.status,
            "version": 0,
        }
        if not shape.undated and not shape.moves:
            row |= {shape.cursor: shape.wire(self.dated or self.created), "status": done}
        later = [
            (moment, {"version": number, **({"date_updated": shape.wire(moment)} if shape.moves else {})})
            for number, moment in enumerate(sorted(self.changes), start=1)
        ]
        if shape.undated:
            row[shape.cursor] = None
            if self.dated:
                later.append((self.dated, {shape.cursor: shape.wire(self.dated), "status": done}))
        twilio.put(shape.stream, self.account, row, since=self.visible, later=later)


@dataclass
class Checker:
    """Follows syncs and knows what each of them owes."""

    shape: Shape
    items: list[Item]
    start: datetime
    seen: set[tuple[str, bool]] = field(default_factory=set)  # keys, and whether they had a cursor value

    def lookback(self, configured: int) -> timedelta:
        """The effective lookback."""
        return max(self.shape.minimum, timedelta(minutes=configured))

    def low(self, saved: States, account: str, kind: str, configured: int) -> datetime:
        """Where a sync begins that goes on from a state."""
        for entry in saved.get(self.shape.stream, {}).get("states", []):
            if entry["partition"] == {"account_sid": account, **({"rows": kind} if kind else {})}:
                value = parse(entry["cursor"][self.shape.cursor])
                return max(self.start, value - self.lookback(configured))
        return self.start

    def follow(self, output: Output, saved: States, now: datetime, configured: int, accounts: set[str]) -> None:
        """Check one sync, whole or cut short; saved: the state that it began with."""
        alive = {item.sid(self.shape): item for item in self.items if item.visible <= now and item.account in accounts}
        begins = {
            (account, kind): self.low(saved, account, kind, configured)
            for account in accounts
            for kind in ("", "undated")
        }
        before = _cursors(saved.get(self.shape.stream, {}), self.shape)
        emitted: Counter[str] = Counter()
        for message in output.messages:
            if message.type == Type.RECORD and message.record:
                emitted[self._row(message.record.data, alive, begins, now)] += 1
            elif message.type == Type.STATE and message.state and message.state.stream:
                cursors = _cursors(plain(message.state.stream.stream_state), self.shape)
                self._state(cursors, before, alive, now)
                before = cursors
        assert not emitted or max(emitted.values()) == 1, "a sync emits a row once"
        if output.failure is None and output.statuses(self.shape.stream)[-1:] == ["COMPLETE"]:
            self._complete(emitted, alive, begins, now)
            if output.messages[-1].type == Type.STATE:  # the last state comes after the status
                assert set(before) >= {(account, "") for account in accounts}

    def _row(self, row: dict[str, Any], alive: dict[str, Item], begins: dict[Kind, datetime], now: datetime) -> str:
        item = alive[row["sid"]]
        value = item.value(self.shape, now)
        assert row["version"] == item.version(now), "a row comes as it is now"
        assert row["account_sid"] == item.account
        if value is None:
            assert row.get(self.shape.cursor) is None
            assert item.created >= begins[item.account, "undated"], "outside the lookback it comes once"
        else:
            assert parse(row[self.shape.cursor]) == value
            assert value >= begins[item.account, ""], "outside the lookback it comes once"
        self.seen.add((row["sid"], value is not None))
        return str(row["sid"])

    def _state(
        self, cursors: dict[Kind, datetime], before: dict[Kind, datetime], alive: dict[str, Item], now: datetime
    ) -> None:
        for key, value in before.items():
            assert cursors[key] >= value, "a state never goes back"
        for (account, kind), value in cursors.items():
            assert value <= now, "nor ahead of the time"
            for sid, item in alive.items():
                if item.account != account:
                    continue
                at = item.value(self.shape, now)
                passed = at if kind == "" else item.created if at is None else None
                if passed is not None and self.start <= passed <= value:
                    assert (sid, at is not None) in self.seen or self._late(item, now), (
                        f"{sid} is passed over by {kind}{value}"
                    )

    def _late(self, item: Item, now: datetime) -> bool:
        """Whether the API shows a row only since the last sync, so that a saved state may lie behind it already."""
        return item.listed is not None or (self.shape.moves and item.version(now) > 0)

    def _complete(
        self, emitted: Counter[str], alive: dict[str, Item], begins: dict[Kind, datetime], now: datetime
    ) -> None:
        for sid, item in alive.items():
            value = item.value(self.shape, now)
            if value is not None and value >= begins[item.account, ""]:
                assert sid in emitted, f"{sid} of {value} is missing"
            if value is None and self.shape.undated and item.created >= begins[item.account, "undated"]:
                assert sid in emitted, f"{sid} without a date is missing"


def _cursors(state: dict[str, Any], shape: Shape) -> dict[Kind, datetime]:
    return {
        (entry["partition"]["account_sid"], entry["partition"].get("rows", "")): parse(entry["cursor"][shape.cursor])
        for entry in state.get("states", [])
    }
