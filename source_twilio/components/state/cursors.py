"""The state of a stream: one cursor an account, moved only when everything before it has been read.

`AccountCursor` is a CDK `Cursor`. It replaces `ConcurrentPerPartitionCursor`, whose state format it keeps, because
that one starts an unknown account at the newest cursor of all accounts, closes windows that were refused, leaves an
account without rows where it was, and switches to one global cursor above 10,000 partitions: each of these loses rows
or reads them all again (see `docs/core.md`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_twilio.components.rows.times import moment_of, parse
from source_twilio.components.state.units import EARLIEST, Unit
from source_twilio.components.twilio.clock import Clock

LOGGER = logging.getLogger("airbyte")
ROWS_BETWEEN_STATES = 10_000
SECONDS_BETWEEN_STATES = 60
UNDATED = "undated"  # the kind of rows without a cursor value, which have a cursor of their own


def partition(account_sid: str, kind: str = "") -> dict[str, str]:
    """The partition of the state that an account's cursor of a kind is kept under."""
    return {"account_sid": account_sid, "rows": kind} if kind else {"account_sid": account_sid}


class AccountCursor(Cursor):
    """One cursor value for each account and kind of rows.

    stream: the stream's name; field: the cursor field; unit: the precision of its values; state: the (migrated)
    state of the last sync; emit: puts a message on the way to the output, behind the pages that are on it already;
    start_date: kept in the state, so that a sync with an earlier one can tell.
    """

    def __init__(
        self,
        stream: str,
        field: str,
        unit: Unit,
        state: Mapping[str, Any],
        emit: Callable[[AirbyteMessage], None],
        start_date: str,
    ) -> None:
        self.stream = stream
        self.field = field
        self.unit = unit
        self._emit = emit
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], str] = {}
        began = self._past(state.get("read_since"))
        self._began = max(state["read_since"], start_date) if began else start_date
        self._flat = self._past(state.get(field))  # versions to 0.11 kept one cursor for all accounts
        self._rows = 0
        self._emitted_at = time.monotonic()
        for entry in state.get("states") or []:
            place, value = entry.get("partition") or {}, self._past((entry.get("cursor") or {}).get(field))
            if place.get("account_sid") and value:
                self._values[place["account_sid"], place.get("rows", "")] = value
        if self._flat:
            LOGGER.warning(
                "Stream %s: its saved state has one cursor for all accounts. Every account goes on from there; rows of "
                "a subaccount that lie before it were never read. Refresh the stream once to read them.", stream)
        if self._began > start_date:
            LOGGER.warning(
                "Stream %s: start_date %s is earlier than %s, from which its saved state goes on. Rows before that are "
                "not read: refresh the stream to read them.", stream, start_date, self._began,
            )

    def _past(self, value: Any) -> str | None:
        """A saved value at the unit's precision; one of the future, from a clock that was ahead, counts as now.

        None for one that is no date: as if nothing had been read (`EarlierStates` has said so).
        """
        moment = moment_of(value) if isinstance(value, str) else None
        return self.unit.value(max(min(moment, Clock.local()), EARLIEST)) if moment else None

    def value(self, account_sid: str, kind: str = "") -> datetime | None:
        """How far an account was read, None where it never was."""
        value = self._values.get((account_sid, kind))
        return parse(value) if value else None

    def begin(self, accounts: list[str]) -> None:
        """The accounts that this sync reads. One cursor for all of them becomes the cursor of each; it says nothing of
        rows without a date, which those versions never read."""
        with self._lock:
            if self._flat:
                for account_sid in accounts:
                    self._values.setdefault((account_sid, ""), self._flat)
            self._flat = None

    def advance(self, account_sid: str, kind: str, moment: datetime) -> None:
        """Everything of the account up to and including the moment has been read and is on its way; never goes back."""
        value = self.unit.value(moment)
        with self._lock:
            key = account_sid, kind
            if value > (self._values.get(key) or ""):
                self._values[key] = value

    def count(self, rows: int) -> None:
        """Note rows that are on their way; emits a state from time to time."""
        with self._lock:
            self._rows += rows
            # A state costs about 120 bytes a partition, a row about 900: keep states a small part of the output.
            due = self._rows >= max(ROWS_BETWEEN_STATES, 10 * len(self._values))
            if not due and time.monotonic() - self._emitted_at < SECONDS_BETWEEN_STATES:
                return
            self._send()

    def _send(self) -> None:
        self._rows = 0
        self._emitted_at = time.monotonic()
        self._emit(self._message())

    def _message(self) -> AirbyteMessage:
        stream = AirbyteStreamState(
            stream_descriptor=StreamDescriptor(name=self.stream), stream_state=AirbyteStateBlob(self.state)
        )
        return AirbyteMessage(
            type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream)
        )

    def message(self) -> AirbyteMessage:
        """The state as it is now, for the end of a read that is cut short."""
        with self._lock:
            return self._message()

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The state as the CDK's per-partition cursor writes it, with the start date it began at."""
        states = [
            {"partition": partition(*key), "cursor": {self.field: value}} for key, value in self._values.items()
        ]
        flat = {self.field: self._flat} if self._flat else {}  # as long as the accounts are not known
        return {"use_global_cursor": False, "states": states, "read_since": self._began, **flat}

    def ensure_at_least_one_state_emitted(self) -> None:
        """Called by the CDK when the stream has ended, in success or not: the last state of the sync."""
        with self._lock:
            self._send()

    def observe(self, record: Record) -> None:
        """Called by the CDK for each page; a page moves no cursor, only a complete part does."""

    def close_partition(self, partition: Partition) -> None:
        """Called by the CDK when an account has been read; its parts have moved the cursor already."""

    def should_be_synced(self, record: Record) -> bool:
        """Every row that a page carries is to be emitted: the retriever has chosen them."""
        return True
