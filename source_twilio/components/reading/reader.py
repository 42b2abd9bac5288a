"""The pages of an account within a range: what reads a stream, whoever asks for it.

This knows accounts, ranges and rows. `streams.py` is how Airbyte's CDK asks, `source_twilio/slices.py` how others do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

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


@dataclass
class StreamReader:
    """Reads the accounts of one stream.

    name: the stream's; every_account: False for what is the same for all accounts; family: the permission that a
    Restricted key needs for it; offered: False where the Region lacks the product; optional: what an account must have
    bought or turned on for it, empty where all accounts have it; cursor_field: empty for a stream without state;
    lacking: accounts that turned out to lack `optional`.
    """

    name: str
    retriever: ListRetriever
    ranges: RangePolicy
    all_accounts: Accounts
    workers: Workers
    every_account: bool
    family: str
    offered: bool
    optional: str
    cursor_field: str
    stats: Stats = field(default_factory=Stats)
    tally: Tally = field(default_factory=Tally)
    lacking: set[str] = field(default_factory=set)
    _blamed: bool = False

    def accounts(self) -> list[Account]:
        """The accounts that are read, the main one first; all that are known where the list of accounts broke off."""
        if not self.offered:
            self.tally.not_offered = "not offered in this Region"
            LOGGER.warning("Stream %s: Twilio does not offer %s in this Region, so nothing is read", self.name,
                           self.retriever.requester.product)
            return []
        accounts = self.all_accounts.selected() if self.every_account else [self.all_accounts.main]
        self.tally.accounts = len(accounts)
        return accounts

    def check_complete(self) -> None:
        """Raise the error of a list of accounts that broke off: the stream is not complete without the others."""
        if self.offered and self.every_account and self.all_accounts.incomplete:
            raise self.all_accounts.incomplete

    def pages(self, account: Account, cursor: AccountCursor | None) -> Iterator[Page]:
        """The pages of an account from where its cursor stands to now or to the configured end date, each to be
        released once its rows have left. A part moves the cursor once its pages have been taken.

        An account that Twilio does not let us read is skipped with a warning and stands in the tally; the main
        account's refusal is an error.
        """
        reading = Reading(
            account, self.name, self.retriever.api.clock, self.stats, self.ranges, cursor, self.workers.is_stopped
        )
        self.tally.begin(reading)
        complete = False
        try:
            if not reading.is_over(*self.retriever.kinds):
                yield from self._pages(reading, cursor)
            complete = True
        except AccountSkipped as reason:
            self._skip(account, str(reason), "its own Auth Token is not shown", once=True)
        except Refused as refusal:
            self._judge(refusal, reading)
        except Malformed as reason:
            raise system_error(f"{reading.who}: {reason}. Nothing was skipped: the next sync goes on from the saved "
                               "state. If it happens again, please report it.") from reason
        finally:
            self.tally.end(reading, complete)

    def _pages(self, reading: Reading, cursor: AccountCursor | None) -> Iterator[Page]:
        root = reading.part("")
        steps = self.retriever.plan(reading, root, self.retriever.emit(reading))
        tally, column = self.tally, self.cursor_field
        for result in self.workers.results(root, steps):
            if isinstance(result, Page):
                reading.rows += len(result.rows)
                if column and result.rows:
                    tally.last_row = str(result.rows[-1].get(column) or tally.last_row)
                yield result
                if cursor:
                    cursor.count(len(result.rows))
            elif result:
                reading.close(result)
                if cursor:
                    cursor.count(0)

    def _judge(self, refusal: Refused, reading: Reading) -> None:
        """Pass the account over where the refusal is its own matter; raise the error where it is not. Whose credentials
        were refused decides: those of the main account are no matter of one subaccount."""
        account, accounts = reading.account, self.all_accounts
        wrong = accounts.blame(refusal, account)
        if self._lacks(refusal):
            self._skip_lacking(account, refusal)
        elif account.main or (wrong and wrong.signer != account.sid):
            if refusal.status in NOT_ALLOWED and self._blames_main():
                return
            raise accounts.refused_main(wrong or refusal, f"Stream {self.name}", self.family) from refusal
        elif wrong:
            self._skip(account, f"Twilio does not accept the Auth Token that the list of accounts shows: {wrong}",
                       f"its own Auth Token is not accepted ({wrong.brief})", once=True)
        elif refusal.status in (*NOT_ALLOWED, 404) or refusal.code in NOT_ACTIVE:
            self._skip(account, str(refusal), refusal.brief)
        else:
            raise accounts.refused(refusal, reading.who, account) from refusal

    def _blames_main(self) -> bool:
        """Whether the main account's refused credentials were told before: one error is enough for all accounts."""
        told, self._blamed = self._blamed, True
        return told

    def _lacks(self, refusal: Refused) -> bool:
        """Whether a refusal says that an account has not what this stream needs; wrong credentials and missing
        permissions are another matter."""
        return bool(self.optional) and refusal.status in (401, 403, 404) and refusal.code not in (
            None, *CREDENTIALS, *NOT_ACTIVE
        )

    def _skip_lacking(self, account: Account, refusal: Refused) -> None:
        """An account without what this stream needs has no rows: one line for all such accounts."""
        if not self.lacking:
            LOGGER.info("Stream %s: no rows of account %s, nor of others without %s (%s)", self.name, account.sid,
                        self.optional, refusal)
        self.lacking.add(account.sid)
        self.tally.skipped[account.sid] = f"without {self.optional} ({refusal.brief})"

    def _skip(self, account: Account, reason: str, brief: str, once: bool = False) -> None:
        """Pass the account over with a warning. brief: the reason in words that are the same for all accounts of which
        it is true; once: it holds for other streams too, and the first one says it."""
        self.tally.skipped[account.sid] = brief
        level = logging.DEBUG if once and not self.all_accounts.tells(account.sid) else logging.WARNING
        where = " here and wherever its own credentials are needed" if once else ""
        LOGGER.log(level, "Stream %s: account %s is skipped%s (%s). Its cursor stays where it is; the other accounts "
                   "are read.", self.name, account.sid, where, reason)
