"""States of earlier connectors, and the migration that a stream declares for them."""

from __future__ import annotations

from functools import cache
from typing import Any

from source_twilio.components.state.migrations import EarlierStates
from unit_tests.support.configs import ConfigBuilder
from unit_tests.support.manifest import written

MAIN = "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9"
AC1, AC2 = "AC" + "1" * 32, "AC" + "2" * 32
DAY1, DAY2, DAY3 = "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"


@cache
def migration(stream: str = "messages") -> EarlierStates:
    """The migration of a stream, as its row in the manifest declares it."""
    (row,) = [one for one in written()["streams"] if one["$parameters"]["name"] == stream]
    settings_ = dict((row.get("state_migrations") or [{}])[0])
    settings_.pop("$ref", None)
    sync = row["$parameters"].get("cursor_field") or "date_updated"
    return EarlierStates(config=ConfigBuilder().build(), cursor_field=sync, **settings_)


def entry(partition: Any, **cursor: Any) -> dict[str, Any]:
    return {"partition": partition, "cursor": cursor}


def today(*entries: tuple[dict[str, str], str], field: str = "date_sent", **more: Any) -> dict[str, Any]:
    return {"states": [entry(partition, **{field: value}) for partition, value in entries], **more}


def uri(account: str, rest: str = "Messages.json") -> str:
    return f"/2010-04-01/Accounts/{account}/{rest}"
