"""Rows of dated streams, one call each."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Output, Syncs, iso, rfc

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PREFIX = {"messages": "SM", "calls": "CA", "recordings": "RE", "alerts": "NO", "executions": "FN", "conferences": "CF"}
CURSOR = {"messages": "date_sent", "calls": "start_time", "alerts": "date_generated", "conferences": "date_updated"}


def put(syncs: Syncs, stream: str, number: int, created: Any, at: Any = ..., **columns: Any) -> str:
    """A row, dated by its creation unless `at` says otherwise (None: without a date); gives its key."""
    wire = iso if stream in ("alerts", "executions") else rfc
    sid = f"{PREFIX[stream]}{number:032x}"
    at = created if at is ... else at
    dates = {"date_created": wire(created), "date_updated": wire(created)}
    dates |= {CURSOR.get(stream, "date_created"): wire(at) if at else None}
    account = columns.pop("account", MAIN)
    syncs.twilio.put(
        stream, account, {"sid": sid, "account_sid": account, "status": "completed", **dates, **columns}, since=created
    )
    return sid


def sids(output: Output, stream: str) -> list[str]:
    return sorted(row["sid"] for row in output.records(stream))
