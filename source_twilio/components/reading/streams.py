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
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import ListRetriever
from source_twilio.components.reading.tally import Tally
from source_twilio.components.reading.windows import RangePolicy
from source_twilio.components.reading.workers import Workers
from source_twilio.components.rows.records import Page
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.twilio.accounts import Accounts
from source_twilio.components.twilio.api import Stats
from source_twilio.components.twilio.errors import (
    AUTHENTICATE,
    NO_PERMISSION,
    NOT_ACTIVE,
    NOT_ALLOWED,
    TEST_CREDENTIALS,
    AccountSkipped,
    Malformed,
    Refused,
    system_error,
)
from source_twilio.components.twilio.signers import Account

LOGGER = logging.getLogger("airbyte")
CREDENTIALS = (AUTHENTICATE, TEST_CREDENTIALS, NO_PERMISSION)  # wrong ones, or ones without the permission


class TwilioStream(AbstractStream):
    """A stream of the manifest, read account by account.

    row: the stream's row of the manifest; schema: its JSON schema; cursor: an AccountCursor, or the CDK's
    FinalStateCursor for a stream without state; every_account: False for what is the same for all accounts; family:
    the permission that a Restricted key needs for it; offered: False where the Region lacks the product; optional: what
    an account must have bought or turned on for it, empty where all accounts have it.
    """

    def __init__(
        self,
        row: Mapping[str, Any],
        retriever: ListRetriever,
        cursor: Cursor,
        ranges: RangePolicy,
        accounts: Accounts,
        workers: Workers,
        every_account: bool,
        family: str,
        offered: bool,
        optional: str,
    ) -> None:
        self.row = row
        self.retriever = retriever
        self.ranges = ranges
        self.workers = workers
        self.stats = Stats()
        self.tally = Tally()
        self._said = False
        self._blamed = False
        self._cursor = cursor
        self.accounts = accounts
        self._every_account = every_account
        self._family = family
        self._offered = offered
        self._optional = optional

    @property
    def name(self) -> str:
        return str(self.row["name"])

    @property
    def cursor_field(self) -> str | None:
        return self._cursor.field if isinstance(self._cursor, AccountCursor) else None

    @property
    def cursor(self) -> Cursor:
        return self._cursor

    def generate_partitions(self) -> Iterable[Partition]:
        """One partition for each account that is read, the main one first.

        Raises, behind them, the error of a list of accounts that broke off: the stream is not complete then.
        """
        if not self._offered:
            self.tally.not_offered = "not offered in this Region"
            LOGGER.warning("Stream %s: Twilio does not offer %s in this Region, so nothing is read", self.name,
                           self.retriever.requester.product)
            return
        accounts = self.accounts.selected() if self._every_account else [self.accounts.main]
        self.tally.accounts = len(accounts)
        if isinstance(self._cursor, AccountCursor):
            self._cursor.begin([account.sid for account in accounts])
        for account in accounts:
            yield AccountPartition(self, account)
        if self._every_account and self.accounts.incomplete:
            raise self.accounts.incomplete

    def refused_main(self, refusal: Refused) -> Exception:
        """The error for a refusal of the configured account on this stream."""
        return self.accounts.refused_main(refusal, f"Stream {self.name}", self._family)

    def blames_main(self) -> bool:
        """Whether the main account's refused credentials were told before: one error is enough for all accounts."""
        told, self._blamed = self._blamed, True
        return told

    def lacks(self, refusal: Refused) -> bool:
        """Whether a refusal says that an account has not what this stream needs; wrong credentials and missing
        permissions are another matter."""
        return bool(self._optional) and refusal.status in (401, 403, 404) and refusal.code not in (
            None, *CREDENTIALS, *NOT_ACTIVE
        )

    def skip_lacking(self, account: Account, refusal: Refused) -> None:
        """An account without what this stream needs has no rows: one line for all such accounts."""
        if not self._said:
            self._said = True
            LOGGER.info("Stream %s: no rows of account %s, nor of others without %s (%s)", self.name, account.sid,
                        self._optional, refusal)
        self.tally.skipped[account.sid] = f"without {self._optional} ({refusal.brief})"

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
        """The account's pages, one record each. A part moves the cursor once its pages are on the CDK's queue.

        An account that Twilio does not let us read is skipped with a warning; the main account's refusal is an error.
        """
        stream = self._stream
        cursor = stream.cursor if isinstance(stream.cursor, AccountCursor) else None
        reading = Reading(
            self._account, stream.name, stream.retriever.api.clock, stream.stats, stream.ranges, cursor,
            stream.workers.is_stopped,
        )
        stream.tally.begin(reading)
        complete = False
        try:
            if not reading.is_over(*stream.retriever.kinds):
                yield from self._pages(reading, cursor)
            complete = True
        except AccountSkipped as reason:
            self._skip(str(reason), "its own Auth Token is not shown", once=True)
        except Refused as refusal:
            self._judge(refusal, reading.who)
        except Malformed as reason:
            raise system_error(f"{reading.who}: {reason}. Nothing was skipped: the next sync goes on from the saved "
                               "state. If it happens again, please report it.") from reason
        finally:
            stream.tally.end(reading, complete)

    def _judge(self, refusal: Refused, who: str) -> None:
        """Pass the account over where the refusal is its own matter; raise the error where it is not. Whose credentials
        were refused decides: those of the main account are no matter of one subaccount."""
        stream, account = self._stream, self._account
        wrong = stream.accounts.blame(refusal, account)
        if stream.lacks(refusal):
            stream.skip_lacking(account, refusal)
        elif account.main or (wrong and wrong.signer != account.sid):
            if refusal.status in NOT_ALLOWED and stream.blames_main():
                return
            raise stream.refused_main(wrong or refusal) from refusal
        elif wrong:
            self._skip(f"Twilio does not accept the Auth Token that the list of accounts shows: {wrong}",
                       f"its own Auth Token is not accepted ({wrong.brief})", once=True)
        elif refusal.status in (*NOT_ALLOWED, 404) or refusal.code in NOT_ACTIVE:
            self._skip(str(refusal), refusal.brief)
        else:
            raise stream.accounts.refused(refusal, who, account) from refusal

    def _pages(self, reading: Reading, cursor: AccountCursor | None) -> Iterable[Record]:
        stream = self._stream
        root = reading.part("")
        steps = stream.retriever.plan(reading, root, stream.retriever.emit(reading))
        tally, field = stream.tally, stream.cursor_field
        for result in stream.workers.results(root, steps):
            if isinstance(result, Page):
                reading.rows += len(result.rows)
                if field and result.rows:
                    tally.last_row = str(result.rows[-1].get(field) or tally.last_row)
                yield Record({"page": result}, stream.name, self._slice)
                if cursor:
                    cursor.count(len(result.rows))
            elif result:
                reading.close(result)
                if cursor:
                    cursor.count(0)

    def _skip(self, reason: str, brief: str, once: bool = False) -> None:
        """Pass the account over with a warning. brief: the reason in words that are the same for all accounts of which
        it is true; once: it holds for other streams too, and the first one says it."""
        stream, sid = self._stream, self._account.sid
        stream.tally.skipped[sid] = brief
        level = logging.DEBUG if once and not stream.accounts.tells(sid) else logging.WARNING
        where = " here and wherever its own credentials are needed" if once else ""
        LOGGER.log(level, "Stream %s: account %s is skipped%s (%s). Its cursor stays where it is; the other accounts "
                   "are read.", stream.name, sid, where, reason)

    def to_slice(self) -> Mapping[str, Any]:
        return self._slice

    def stream_name(self) -> str:
        return self._stream.name

    def __hash__(self) -> int:
        return self._hash
