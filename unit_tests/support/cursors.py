"""A cursor, and the states that it puts on the way to the output."""

from __future__ import annotations

from typing import Any

from airbyte_cdk.models import AirbyteMessage

from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.state.units import Unit
from unit_tests.support.reading import plain

START = "2026-01-01T00:00:00Z"


class Emitted(list[dict[str, Any]]):
    """The states that a cursor has put on the way to the output."""

    def __call__(self, message: AirbyteMessage) -> None:
        assert message.state and message.state.stream
        self.append(plain(message.state.stream.stream_state))


def cursor_of(state: Any = None, unit: str = "second", emit: Any = None, start: str = START) -> AccountCursor:
    field = "date_sent" if unit == "second" else "start_date"
    return AccountCursor("messages", field, Unit(unit), state or {}, emit if emit is not None else Emitted(), start)
