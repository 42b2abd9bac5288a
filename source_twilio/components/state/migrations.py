"""States of earlier connectors and of our own 1.0, brought into today's form: one cursor an account."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.sources.declarative.migrations.state_migration import StateMigration
from airbyte_cdk.sources.types import Config

from source_twilio.components.rows.times import parse, written
from source_twilio.components.state.cursors import UNDATED, partition
from source_twilio.components.state.units import back, duration

LOGGER = logging.getLogger("airbyte")
ACCOUNT_IN_PATH = re.compile(r"/Accounts/(AC[0-9a-fA-F]{32})[/.]")


@dataclass
class EarlierStates(StateMigration):
    """Migrates every shape of state that Airbyte's connector for Twilio wrote, to its 1.0, and a renamed cursor.

    before (0.12): {"states": [{"partition": {"subresource_uri": "/2010-04-01/Accounts/AC1/Messages.json"},
                                "cursor": {"date_sent": "2026-11-12 09:19:46Z"}}], "state": {"date_sent": …}}
    after:         {"states": [{"partition": {"account_sid": "AC1"}, "cursor": {"date_sent": "2026-11-12 09:19:46Z"}}]}
    before (0.10): {"date_sent": "2026-11-21T10:35:13Z"}, one cursor for all accounts: stays, since only the sync knows
                   the accounts
    before (more than 10,000 partitions): {"use_global_cursor": true, "state": {"date_sent": …}, "lookback_window": 60}
    after:         {"date_sent": … less the lookback window}
    before (our 1.0, inside an object): {"states": [{"partition": {"account_sid": "AC1"},
                                                     "cursor": {"period.start": "2026-11-20T00:00:00Z"}}]}
    after:         {"states": [{"partition": {"account_sid": "AC1"},
                                "cursor": {"period_start": "2026-11-20T00:00:00Z"}}]}

    Of several partitions of an account (one a message, one a status, old and new side by side) the oldest counts.
    Never ahead of what was read: what is unsure becomes earlier, what is unreadable is left out and so read again.
    A state in today's form stays as it is.

    cursor_field: today's; renamed: the field that earlier versions used; earlier: how much earlier than a renamed
    cursor to begin; not_after: the latest moment up to which a renamed cursor can be trusted; main_only: earlier
    versions read the main account alone.
    """

    config: Config
    cursor_field: str
    renamed: str = ""
    earlier: str = "P0D"
    not_after: str = ""
    main_only: bool = False

    def should_migrate(self, stream_state: Mapping[str, Any]) -> bool:
        """Whether there is anything to look at; migrating twice changes nothing."""
        return bool(stream_state)

    def migrate(self, stream_state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The state in today's form."""
        oldest: dict[tuple[str, str], tuple[datetime, str]] = {}
        for key, value in self._entries(stream_state):
            moment = parse(value)
            if key not in oldest or moment < oldest[key][0]:
                oldest[key] = moment, value
        migrated: dict[str, Any] = {
            "states": [
                {"partition": partition(*key), "cursor": {self.cursor_field: value}}
                for key, (_, value) in oldest.items()
            ]
        }
        if _moment(stream_state.get("read_since")):
            migrated["read_since"] = stream_state["read_since"]
        flat = self._flat(stream_state)
        if flat:
            migrated[self.cursor_field] = flat
        return migrated

    def _entries(self, state: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
        for entry in _list(state.get("states")):
            place, cursor = _mapping(entry.get("partition")), _mapping(entry.get("cursor"))
            sid, value = self._account(place), self._value(cursor)
            if sid and not value and cursor.get(self.cursor_field):
                LOGGER.warning("The saved state of account %s has a %s that is no date. It counts for nothing: all "
                               "rows are read again from start_date.", sid, self.cursor_field)
            if sid and value:
                yield (sid, UNDATED if place.get("rows") == UNDATED else ""), value
        if self.main_only and (value := self._value(state)):
            yield (self.config["account_sid"], ""), value

    def _account(self, place: Mapping[str, Any]) -> str | None:
        sid = place.get("account_sid")
        if not sid and (found := ACCOUNT_IN_PATH.search(str(place.get("subresource_uri")))):
            sid = found.group(1)
        return str(sid) if sid else self.config["account_sid"] if self.main_only else None

    def _value(self, cursor: Mapping[str, Any]) -> str | None:
        """A cursor value under today's field or the renamed one, as text that is a date."""
        value = cursor.get(self.cursor_field)
        if _moment(value):
            return str(value)
        moment = _moment(cursor.get(self.renamed))
        if moment is None:
            return None
        safe = back(moment, duration(self.earlier))
        if self.not_after:
            safe = min(safe, parse(self.not_after))
        return written(safe.replace(microsecond=0))

    def _flat(self, state: Mapping[str, Any]) -> str | None:
        """One cursor for all accounts; `state` beside `states` is the newest of them, and no account starts there."""
        if self.main_only:
            return None
        if not state.get("use_global_cursor"):
            return self._value(state)
        moment = _moment(self._value(_mapping(state.get("state"))))
        if moment is None:
            return None
        seconds = state.get("lookback_window")
        try:
            moment -= timedelta(seconds=seconds if isinstance(seconds, (int, float)) else 0)
        except (OverflowError, ValueError):  # beyond the calendar, or no number at all: everything is read again
            return None
        return written(moment.replace(microsecond=0))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _moment(value: Any) -> datetime | None:
    try:
        return parse(value) if isinstance(value, str) else None
    except ValueError:
        return None
