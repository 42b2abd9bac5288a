"""What a sync says: pages become records, streams tell what they have read, and one that is cut short, how far."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from airbyte_cdk.models import (
    AirbyteLogMessage,
    AirbyteMessage,
    AirbyteRecordMessage,
    AirbyteStreamStatus,
    AirbyteStreamStatusTraceMessage,
    Level,
    Type,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as status_message

from source_twilio.components.reading.report import Report
from source_twilio.components.reading.streams import TwilioStream
from source_twilio.components.rows.changes import Unread, meta_of
from source_twilio.components.rows.records import ChangedRow
from source_twilio.components.state.cursors import AccountCursor

ENDED = (AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE)


class Sync:
    """Turns what the CDK's `read` gives into the messages of a sync.

    streams: those that are read, by name, filled when the CDK asks for them; emit: puts a message on the way to the
    output, behind the pages that are on it. cut_short: the read was told to end and has said its last words.
    """

    def __init__(self, streams: Mapping[str, TwilioStream], emit: Callable[[AirbyteMessage], None]) -> None:
        self.cut_short = False
        self._streams = streams
        self._emit = emit
        self._report = Report(streams)
        self._running: set[str] = set()
        self._unread: defaultdict[str, Unread] = defaultdict(Unread)
        self._told: AirbyteMessage | None = None

    def messages(self, carried: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
        """The messages of a sync. The CDK carries a page as one record; here each of its rows becomes a message."""
        with self._report.every_minute():
            for message in carried:
                if message.type == Type.RECORD and message.record:
                    yield from self._report.estimates()
                    yield from self._records(message.record)
                    continue
                if message.trace and message.trace.stream_status:
                    self._note(message.trace.stream_status)
                    yield from self._report.estimates()
                yield message
                if message is self._told:
                    yield from self._last_words()
                    return

    def _records(self, carrier: AirbyteRecordMessage) -> Iterator[AirbyteMessage]:
        page, name = carrier.data["page"], carrier.stream
        self._streams[name].stats.rows += len(page.rows)
        emitted_at = time.time_ns() // 1_000_000
        for row in page.rows:
            record = AirbyteRecordMessage(stream=name, data=row, emitted_at=emitted_at)
            if row.__class__ is ChangedRow:
                record.meta = meta_of(row)
                self._unread[name].note(row)
            yield AirbyteMessage(type=Type.RECORD, record=record)
        page.release()

    def _note(self, status: AirbyteStreamStatusTraceMessage) -> None:
        """A stream has begun or ended; at its end, say what it has read."""
        name = status.stream_descriptor.name
        if status.status in ENDED:
            self._running.discard(name)
            self._end(name, status.status == AirbyteStreamStatus.COMPLETE)
        else:
            self._running.add(name)

    def _end(self, name: str, complete: bool) -> None:
        self._unread[name].log(name)
        self._report.ended(name, complete)

    def end_early(self, why: str) -> bool:
        """Say the last words behind the pages that were read; called in another thread than the one that reads.

        Gives False where no stream has begun: there is nothing to wait for.
        """
        if not self._running:
            return False
        text = f"Told to end ({why}). Nothing more is asked; the last states say from where the next sync goes on."
        self._told = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.WARN, message=text))
        self._emit(self._told)
        return True

    def _last_words(self) -> Iterator[AirbyteMessage]:
        """The states of the streams that are cut short, and that they are."""
        self.cut_short = True
        for stream in [stream for name, stream in self._streams.items() if name in self._running]:
            self._end(stream.name, complete=False)
            if isinstance(stream.cursor, AccountCursor):
                yield stream.cursor.message()
            yield status_message(stream.as_airbyte_stream(), AirbyteStreamStatus.INCOMPLETE)
