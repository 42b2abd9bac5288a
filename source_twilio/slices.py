"""One stream read without Airbyte's command: its accounts, and the rows of some of them within a range.

This is what an engine with a scheduler of its own calls, such as `pyspark_twilio`. A range is what it is for a sync:
from where a saved cursor stands, less the lookback window, or from the start date, to just before the end date or to
now.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from queue import SimpleQueue
from typing import Any

from airbyte_cdk.models import (
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from source_twilio.components.reading.report import Report
from source_twilio.components.reading.streams import TwilioStream
from source_twilio.components.rows.changes import Unread
from source_twilio.components.rows.records import ChangedRow, Page, Row
from source_twilio.components.settings.configuration import EarlierConfigurations, validate
from source_twilio.components.state.cursors import AccountCursor, partition
from source_twilio.components.twilio.errors import config_error
from source_twilio.components.twilio.signers import Account
from source_twilio.source import SourceTwilio

OPEN = 2  # accounts that are open at a time, for each request in flight: while one waits for its rows to be taken


class Slices:
    """The slices of one stream.

    config: the connector's configuration; `num_workers` of it bounds the requests in flight of this object, `end_date`
    the range. Raises a config error that names what is wrong, before any request. Call `stop` when done.
    """

    def __init__(self, config: Mapping[str, Any], name: str) -> None:
        self._config = dict(config)
        EarlierConfigurations().transform(self._config)
        validate(self._config)
        stream = AirbyteStream(name=name, json_schema={}, supported_sync_modes=[SyncMode.full_refresh])
        configured = ConfiguredAirbyteStream(
            stream=stream, sync_mode=SyncMode.full_refresh, destination_sync_mode=DestinationSyncMode.append
        )
        self._source = SourceTwilio(ConfiguredAirbyteCatalog(streams=[configured]), self._config)
        (found,) = self._source.streams({})
        assert isinstance(found, TwilioStream)
        self._stream = found
        self._reader = found.reader

    def accounts(self) -> list[str]:
        """The SIDs of the accounts that the configuration selects, the main one first; asks Twilio. Raises the error of
        a list of accounts that broke off."""
        found = [account.sid for account in self._reader.accounts()]
        self._reader.check_complete()
        return found

    def now(self) -> datetime:
        """What has certainly passed at Twilio, by its clock and this machine's; ask for the accounts before."""
        return self._stream.retriever.api.clock.earliest()

    def check_bounded(self) -> None:
        """Raise a config error unless a moment says what was read of this stream, if it is set before the read."""
        name = self._stream.name
        if not self._reader.cursor_field:
            raise config_error(f"Stream {name} is a list without a cursor, so only reading all of it shows what is new:"
                               " read it as a batch.")
        if getattr(self._stream.retriever, "hold", None):
            raise config_error(f"Stream {name} has rows that change until they end, so its cursor is known only after "
                               "the read: read it as a batch.")

    def rows(self, accounts: list[str], saved: Mapping[str, str], strict: bool = False) -> Iterator[list[Row]]:
        """The rows of some accounts, a page at a time, several accounts at once.

        saved: how far accounts were read before, by their SIDs. An account that Twilio does not let us read is passed
        over with a warning; strict: it is a config error. Raises the first error behind what was read before it.
        """
        known = {account.sid: account for account in self._reader.accounts()}
        missing = [sid for sid in accounts if sid not in known]
        if missing:
            raise config_error(f"Stream {self._stream.name}: account {missing[0]}, which was planned, is not in the "
                               "list of accounts that the credentials of this machine show. Give all machines the same "
                               "configuration; if the account was closed just now, start the query again.")
        cursor = self._cursor(saved)
        unread, complete = Unread(), False
        try:
            for page in self._pages([known[sid] for sid in accounts], cursor, strict):
                for row in page.rows:
                    if row.__class__ is ChangedRow:
                        unread.note(row)
                self._stream.stats.rows += len(page.rows)
                yield page.rows
                page.release()
            complete = True
        finally:
            unread.log(self._stream.name)
            Report({self._stream.name: self._stream}).ended(self._stream.name, complete)

    def stop(self) -> None:
        """End the threads that send requests."""
        self._source.stop()

    def _cursor(self, saved: Mapping[str, str]) -> AccountCursor | None:
        """The cursors that the read begins at. Nobody hears of how they move: who reads sets the next ones."""
        column = self._reader.cursor_field
        if not column:
            return None
        kinds = self._stream.retriever.kinds
        states = [
            {"partition": partition(sid, kind), "cursor": {column: moment}}
            for sid, moment in saved.items() for kind in kinds
        ]
        start_date, unit = self._config["start_date"], self._reader.ranges.unit
        return AccountCursor(self._stream.name, column, unit, {"states": states}, lambda _: None, start_date)

    def _pages(self, accounts: list[Account], cursor: AccountCursor | None, strict: bool) -> Iterator[Page]:
        """The pages of accounts as they come. `Workers` bounds how many there are in memory."""
        waiting, results = iter(accounts), SimpleQueue[Page | BaseException | None]()
        lock, given_up = threading.Lock(), threading.Event()

        def run() -> None:
            try:
                while not given_up.is_set():
                    with lock:
                        account = next(waiting, None)
                    if account is None:
                        break
                    for page in self._reader.pages(account, cursor):
                        results.put(page)
                    self._check_read(account, strict)
                results.put(None)
            except BaseException as error:  # who takes the pages has to hear of it, whatever it is
                results.put(error)

        running = min(len(accounts), OPEN * int(self._config["num_workers"]))
        for number in range(running):
            threading.Thread(target=run, name=f"account-{number}", daemon=True).start()
        try:
            while running:
                result = results.get()
                if isinstance(result, BaseException):
                    raise result
                if result is None:
                    running -= 1
                else:
                    yield result
        finally:
            given_up.set()

    def _check_read(self, account: Account, strict: bool) -> None:
        reason = self._reader.tally.skipped.get(account.sid)
        if strict and reason and account.sid not in self._reader.lacking:
            raise config_error(f"Stream {self._stream.name}: account {account.sid} cannot be read ({reason}), and what "
                               "comes next would pass over its rows. Leave it out: `subaccounts` = except, "
                               f"`account_sids` = {account.sid}. Once it is back, it is read from the start date.")
