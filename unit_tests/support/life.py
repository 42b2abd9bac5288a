"""Two years of an account, day by day, and a warehouse that is synced from it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN
from source_twilio.components.builder import StreamBuilder
from source_twilio.components.rows.records import Page
from source_twilio.source import SourceTwilio
from unit_tests.support import ConfigBuilder, catalog_of, iso, rfc
from unit_tests.support.reading import plain

START = datetime(2024, 1, 1, tzinfo=timezone.utc)
DAYS = 731  # with a leap day
STREAMS = ("messages", "calls", "conferences", "recordings", "usage_records", "executions")
FLOW = "FW" + "1" * 32
KEYS = {"usage_records": ("category", "start_date")}
Row = dict[str, Any]


class Life:
    """The account: what it does in a day, from one seed."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio, self._random, self._number = twilio, random.Random(7), 0
        self.keys: dict[str, set[Any]] = {name: set() for name in STREAMS}
        twilio.put(
            "flows", MAIN, {"sid": FLOW, "account_sid": MAIN, "date_created": iso(START), "date_updated": iso(START)}
        )

    def moment(self, day: datetime, *, up_to: timedelta = timedelta(days=1)) -> datetime:
        """A second of a span, often at its edges."""
        seconds = int(up_to.total_seconds())
        return day + timedelta(seconds=self._random.choice([0, seconds - 1, self._random.randrange(seconds)]))

    def put(self, stream: str, prefix: str, created: datetime, later: list[Any], **columns: Any) -> None:
        """A row that appears at its creation and changes later."""
        self._number += 1
        form = iso if stream == "executions" else rfc
        row = {
            "sid": f"{prefix}{self._number:032x}",
            "account_sid": MAIN,
            "date_created": form(created),
            "date_updated": form(created),
            **columns,
        }
        self._twilio.put(stream, MAIN, row, since=created, later=later)
        self.keys[stream].add((row["sid"],))

    def day(self, day: datetime) -> None:
        """One day's rows."""
        hour = timedelta(hours=1)
        at = self.moment(day)
        self.put(
            "messages",
            "SM",
            at,
            [
                (at + hour / 60, {"status": "sent", "date_sent": rfc(at + hour / 60)}),
                (at + 9 * hour, {"status": "delivered", "price": "-0.0075"}),
            ],
            status="queued",
            date_sent=None,
            price=None,
            num_media="0",
        )
        if day.day % 3 == 0:  # scheduled up to 35 days ahead, or never sent
            at, ahead = self.moment(day), timedelta(days=self._random.choice([1, 7, 34]))
            sent = [(at + ahead, {"status": "sent", "date_sent": rfc(at + ahead)})] if day.day % 2 else []
            self.put("messages", "SM", at, sent, status="scheduled", date_sent=None, price=None, num_media="0")
        at = self.moment(day)
        self.put(
            "calls",
            "CA",
            at,
            [
                (at + hour / 6, {"status": "in-progress", "start_time": rfc(at + hour / 6)}),
                (at + 5 * hour, {"status": "completed", "end_time": rfc(at + 5 * hour)}),
                (at + 20 * hour, {"price": "-0.02"}),
            ],
            status="queued",
            start_time=None,
            end_time=None,
            price=None,
        )
        if day.day % 5 == 0:
            self.put("calls", "CA", self.moment(day), [], status="canceled", start_time=None, price=None)
        at, end = self.moment(day), timedelta(hours=self._random.choice([1, 30, 24 * 20]))
        self.put(
            "conferences",
            "CF",
            at,
            [
                (at + hour / 2, {"status": "in-progress", "date_updated": rfc(at + hour / 2)}),
                (at + end, {"status": "completed", "date_updated": rfc(at + end)}),
            ],
            status="init",
        )
        at = self.moment(day)
        self.put(
            "recordings",
            "RE",
            at,
            [(at + 3 * hour, {"status": "completed", "duration": "60"}), (at + 22 * hour, {"status": "deleted"})],
            status="processing",
        )
        at, end = self.moment(day), timedelta(hours=self._random.choice([1, 40, 24 * 12]))
        self.put(
            "executions",
            "FN",
            at,
            [(at + end, {"status": "ended", "date_updated": iso(at + end)})],
            status="active",
            flow_sid=FLOW,
        )
        date = day.strftime("%Y-%m-%d")
        restated = [
            (day + timedelta(hours=hours), {"count": str(hours), "price": str(hours / 10)}) for hours in (6, 30, 70)
        ]
        self._twilio.put(
            "usage_records",
            MAIN,
            {
                "account_sid": MAIN,
                "category": "sms",
                "start_date": date,
                "end_date": date,
                "count": "1",
                "usage": "1",
                "price": "0.1",
                "price_unit": "usd",
                "description": "SMS",
            },
            since=day,
            later=restated,
        )
        self.keys["usage_records"].add(("sms", date))


class Warehouse:
    """What a destination has after the syncs so far: rows by key, the last one wins."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio, self.state = twilio, {name: {} for name in STREAMS}
        self.rows: dict[str, dict[Any, Row]] = {name: {} for name in STREAMS}
        self.emitted: dict[str, Counter[Any]] = {name: Counter() for name in STREAMS}
        config = ConfigBuilder().start(iso(START)).build()
        source, self._states = SourceTwilio(catalog_of(*STREAMS), config, None), []
        self._builder = StreamBuilder(
            source._config, source._constructor, source.resolved_manifest, self._states.append
        )

    def sync(self) -> dict[str, list[Row]]:
        """One sync, with the streams' own partitions, one after the other: what the CDK runs at the same time."""
        found = {}
        for name in STREAMS:
            stream = self._builder.build(name, self.state[name])
            rows = [row for part in stream.generate_partitions() for row in self._rows(part)]
            stream.cursor.ensure_at_least_one_state_emitted()
            self.state[name] = plain(self._states[-1].state.stream.stream_state)
            self._states.clear()
            found[name] = rows
            for row in rows:
                self.rows[name][key_of(name, row)] = row
                self.emitted[name][key_of(name, row)] += 1
        return found

    def close(self) -> None:
        """End the threads."""
        self._builder.workers.stop()

    @staticmethod
    def _rows(partition: Any) -> Iterator[Row]:
        for record in partition.read():
            page: Page = record.data["page"]
            yield from page.rows
            page.release()


def key_of(stream: str, row: Row) -> Any:
    return tuple(row[name] for name in KEYS.get(stream, ("sid",)))
