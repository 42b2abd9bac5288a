"""What the CDK reads: a stream has one partition an account, and a partition yields pages."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.models import AirbyteStream
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.availability_strategy import StreamAvailability
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.slice_hasher import SliceHasher

from source_twilio.components.reading.catalog import describe
from source_twilio.components.reading.reader import StreamReader
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.twilio.signers import Account

LOGGER = logging.getLogger("airbyte")


class TwilioStream(AbstractStream):
    """A stream of the manifest, read account by account.

    row: the stream's row of the manifest; reader: what reads it; cursor: an AccountCursor, or the CDK's
    FinalStateCursor for a stream without state.
    """

    def __init__(self, row: Mapping[str, Any], reader: StreamReader, cursor: Cursor) -> None:
        self.row = row
        self.reader = reader
        self.retriever = reader.retriever
        self.stats = reader.stats
        self.tally = reader.tally
        self._cursor = cursor

    @property
    def name(self) -> str:
        return self.reader.name

    @property
    def cursor_field(self) -> str | None:
        return self.reader.cursor_field or None

    @property
    def cursor(self) -> Cursor:
        return self._cursor

    def generate_partitions(self) -> Iterable[Partition]:
        """One partition for each account that is read, the main one first.

        Raises, behind them, the error of a list of accounts that broke off: the stream is not complete then.
        """
        accounts = self.reader.accounts()
        if accounts and isinstance(self._cursor, AccountCursor):
            self._cursor.begin([account.sid for account in accounts])
        for account in accounts:
            yield AccountPartition(self, account)
        self.reader.check_complete()

    def get_json_schema(self) -> Mapping[str, Any]:
        return self.retriever.schema

    def as_airbyte_stream(self) -> AirbyteStream:
        """The stream as `discover` shows it."""
        return describe(self.row, self.get_json_schema())

    def log_stream_sync_configuration(self) -> None:
        LOGGER.debug("Syncing stream %s, cursor field %s", self.name, self.cursor_field)

    def check_availability(self) -> StreamAvailability:
        return StreamAvailability.available()  # `check` proves the credentials instead, see check.py


class AccountPartition(Partition):
    """One account of one stream."""

    def __init__(self, stream: TwilioStream, account: Account) -> None:
        self._stream = stream
        self._account = account
        self._slice = StreamSlice(partition={"account_sid": account.sid}, cursor_slice={})
        self._hash = SliceHasher.hash(stream.name, self._slice)

    def read(self) -> Iterable[Record]:
        """The account's pages, one record each. A part moves the cursor once its pages are on the CDK's queue."""
        cursor = self._stream.cursor
        for page in self._stream.reader.pages(self._account, cursor if isinstance(cursor, AccountCursor) else None):
            yield Record({"page": page}, self._stream.name, self._slice)

    def to_slice(self) -> Mapping[str, Any]:
        return self._slice

    def stream_name(self) -> str:
        return self._stream.name

    def __hash__(self) -> int:
        return self._hash
