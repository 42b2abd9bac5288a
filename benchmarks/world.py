"""What the page server holds: accounts, numbers of rows, and the rules that make each row what it is."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from math import ceil

DAY = 86_400
NEWEST = 60  # seconds between the newest row and now
UNDATED_EVERY = {"messages": 40, "calls": 100}  # 2.5 % of messages have no date_sent, 1 % of calls no start_time
DATED_AFTER = 2  # seconds between date_created and date_sent or start_time
PAGE_SIZE = 1000
# Rows of the streams that every quiet account of the scenarios has, unless a scenario says otherwise.
QUIET = {"messages": 20, "calls": 20, "conferences": 2, "recordings": 5, "usage": 60, "incoming_phone_numbers": 2}


def sid(prefix: str, account: int, index: int = 0) -> str:
    """A SID of Twilio's shape that also says which row of which account it is (see `row_of`)."""
    mixed = (account * 0x9E3779B97F4A7C15 + index * 0xBF58476D1CE4E5B9 + len(prefix)) & 0xFFFFFFFFFFFF
    return f"{prefix}{mixed:012x}{account:08x}{index:012x}"


def row_of(sid_: str) -> tuple[int, int]:
    """The account number and row index inside a SID; ValueError if it has another shape."""
    return int(sid_[14:22], 16), int(sid_[22:34], 16)


@dataclass(frozen=True)
class World:
    """Accounts 0 (main) to `subaccounts`; `main` and `sub` say how many rows of each kind an account has.

    Rows are spread evenly over the `days` before `now`, row 0 being the newest.
    """

    main: dict[str, int]
    sub: dict[str, int] = field(default_factory=dict)
    subaccounts: int = 0
    days: int = 398
    media: int = 0  # messages of the main account that have media
    scheduled: int = 0  # one message in so many was created three days before it was sent; 0: none
    now: int = field(default_factory=lambda: int(time.time()))

    @classmethod
    def from_json(cls, text: str) -> World:
        """The world that `to_json` wrote down."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """The world as one line, as the server process takes it."""
        return json.dumps(asdict(self))

    @property
    def start_date(self) -> str:
        """A configured start date below every row: midnight a day before the oldest one can be."""
        return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(self.now - (self.days + 1) * DAY))

    @property
    def accounts(self) -> range:
        """The numbers of all accounts, the main one first."""
        return range(self.subaccounts + 1)

    def count(self, account: int, kind: str) -> int:
        """Rows of one kind in one account."""
        return (self.sub if account else self.main).get(kind, 0)

    def created(self, account: int, kind: str, index: int) -> int:
        """When a row was created. Accounts are shifted against each other, so that rows do not fall together."""
        spacing = self.days * DAY / self.count(account, kind)
        return self.now - NEWEST - int((index + account * 0.618 % 1) * spacing)

    def younger(self, account: int, kind: str, seconds: int) -> int:
        """How many rows of an account are younger than that; they are its first ones."""
        rows = self.count(account, kind)
        return min(rows, ceil(max(0, seconds - NEWEST) * rows / (self.days * DAY)))

    def undated(self, account: int, kind: str, index: int) -> bool:
        """Whether the row was never sent or dialled, so that it has no date to filter on.

        Mixed, so that it does not fall together with other regularities, as that of `num_media`.
        """
        every = UNDATED_EVERY.get(kind)
        mixed = (index + 1 + account * 0x10001) * 0x9E3779B1 % 2**32 >> 12
        return every is not None and mixed % every == 7

    def num_media(self, account: int, index: int) -> int:
        """Media of a message: one, or two for every third parent; parents lie evenly among the messages."""
        if account or not self.media:
            return 0
        rows = self.count(account, "messages")
        parent, following = index * self.media // rows, (index + 1) * self.media // rows
        return 0 if parent == following else 1 + (following % 3 == 0)

    def rows(self, stream: str) -> int | None:
        """Rows that a complete read of a stream emits; None where the benchmark does not know."""
        if stream == "message_media":
            return sum(self.num_media(0, index) for index in range(self.count(0, "messages")))
        if stream == "accounts":
            return len(self.accounts)
        kind = "usage" if stream == "usage_records" else stream
        return sum(self.count(account, kind) for account in self.accounts) if kind in self.main else None


@dataclass
class Conditions:
    """How the server answers; the control address changes them while it runs."""

    latency: float = 0.0  # seconds a request
    limit: int = 0  # requests in flight before 429; 0 is none
    gzip: bool = False
    hidden: int = 0  # rows younger than this many seconds are not there yet
