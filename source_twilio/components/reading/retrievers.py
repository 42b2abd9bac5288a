"""How the rows of an account are read, one class a building block of the manifest.

`plan` is the first step of an account (see `steps.py`). It goes down to the list at the top, whose own way of reading
(`read_list`) is what the classes of retrievers differ in, and ends at `pages`, the requests of one list. For a list by
windows the way of a window is: `plan` here, `read_list` in `dated.py` (windows become steps, each a part), back here to
`pages`, and from there to `deliver`.

`deliver` is what becomes of a page of rows, and whoever starts a plan chooses it:

1. The stream that is synced gives `emit`: rows become a `Page`, which goes to the output.
2. A stream with a parent runs the parent's plan and gives that `visit` (in `plan`): rows become a `Spawn`, with a step
   for each of them that reads the child's list. So the parents are those of the window that the child's own cursor is
   at, at any depth, without a partition for each of them, and nothing of the parent leaves.

A step yields what `deliver` returns, and need not know which of the two it is.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import Config, StreamSlice

from source_twilio.components.reading.parents import ParentRows
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.steps import NOTHING, Part, Spawn, Steps, last
from source_twilio.components.rows.records import Normaliser, Page, Row
from source_twilio.components.rows.values import value_at
from source_twilio.components.twilio.accounts import Accounts
from source_twilio.components.twilio.api import Api
from source_twilio.components.twilio.errors import Malformed, Refused, system_error, transient_error
from source_twilio.components.twilio.progress import Endless, Progress
from source_twilio.components.twilio.requester import Answer, TwilioRequester

# Case 1 or 2 above. It is called with what nobody else holds (`Answer.take`), so that a page lives no longer than the
# output needs it.
Deliver = Callable[[list[Row], Part, Row], Page | Spawn]

LOGGER = logging.getLogger("airbyte")
GONE = (20404, 17002, None)  # the parent was deleted, or is a call that Voice Insights keeps no longer
ERROR_BODY = {"code", "message", "more_info", "status", "details", "user_error"}  # keys of Twilio's answers to an error


@dataclass
class ListRetriever(Retriever):
    """Reads a list whole.

    requester: the list, paged and repeated as its blocks say. What a row can say besides is explained in the manifest.
    The source hands in the others: api, accounts, schema, primary_key, parent_retriever, cursor_field and whether the
    cursor is client_side.
    """

    NO_DATA: ClassVar[int] = logging.INFO  # level of the line that says that a range is empty

    config: Config
    name: str
    requester: TwilioRequester
    api: Api
    accounts: Accounts
    schema: Mapping[str, Any]
    primary_key: list[str] = field(default_factory=list)
    drop: list[str] = field(default_factory=list)
    parent: Mapping[str, Any] | None = None
    parent_retriever: ListRetriever | None = None
    among: Mapping[str, list[str]] = field(default_factory=dict)
    each: Mapping[str, list[str]] = field(default_factory=dict)
    each_if: Mapping[str, str] = field(default_factory=dict)
    newest_first: bool = False
    empty_on: list[int] = field(default_factory=list)
    require: str = ""
    numbered: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    cursor_field: str = ""
    client_side: bool = False

    def __post_init__(self) -> None:
        self._normalise = Normaliser(self.schema, self.drop)
        self._declared = set(self.schema.get("properties", {}))
        self._parents = ParentRows(**self.parent) if self.parent else None

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[StreamData]:
        """Not used: an account is read by `plan`, whose steps the workers share (see `streams.py`)."""
        raise RuntimeError(f"{self.name} is read by its plan")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of rows that an account has a cursor for: those of the list that bounds what is read."""
        return self.parent_retriever.kinds if self.parent_retriever else ("",)

    def plan(
        self, reading: Reading, part: Part, deliver: Deliver, each: Mapping[str, list[str]] | None = None
    ) -> Steps:
        """The first step of an account: this list, or the parents' with this list for each of their rows.

        each: read the list whole with each of these values, whatever its own way.
        """
        if self._parents is None or self.parent_retriever is None:
            places = [{"account_sid": reading.account.sid, **place} for place in each_query(self.among)]
            if each is None:
                yield Spawn([(part, self.read_list(reading, part, place, deliver)) for place in places], last=True)
            else:
                yield Spawn([(part, self._in_turn(reading, part, place, deliver, each)) for place in places], last=True)
            return
        parents = self._parents
        choose = parents.chooser()

        def visit(rows: list[Row], part: Part, context: Row) -> Spawn:
            chosen = [row for row in rows if choose(row, reading.since())]
            steps = [(part, self.read_list(reading, part, parents.context(row, context), deliver)) for row in chosen]
            return Spawn(steps)

        yield from self.parent_retriever.plan(reading, part, visit, parents.each)

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """The steps that read one list; how it is asked for is what the classes of retrievers differ in."""
        needed = all(context.get(name) == value for name, value in self.each_if.items())
        lists = each_query(self.each if needed else {})
        if len(lists) > 1:
            yield Spawn([(part, self.read_whole(reading, part, context, deliver, query)) for query in lists], last=True)
        else:
            yield from self.read_whole(reading, part, context, deliver, lists[0])

    def _in_turn(
        self, reading: Reading, part: Part, context: Row, deliver: Deliver, each: Mapping[str, list[str]]
    ) -> Steps:
        """One list with each value, one after the other: a row that moves on from one to the next is in one of them."""
        for query in each_query(each):
            for answer in self.pages(reading, context, query):
                yield deliver(answer.take(), part, context)

    def read_whole(
        self, reading: Reading, part: Part, context: Row, deliver: Deliver, query: Mapping[str, str]
    ) -> Steps:
        """One list from its first page to its last, delivered page by page."""
        since = reading.since() if self.newest_first else None
        behind = reading.ranges.unit.text(since) if since else ""
        for answer in self.pages(reading, context, query):
            rows = answer.rows if behind else []
            is_behind = bool(rows) and all((row.get(self.cursor_field) or "~") < behind for row in rows)
            del rows
            if is_behind or answer.next_url is None:
                yield last(deliver(answer.take(), part, context))
                return
            yield deliver(answer.take(), part, context)

    def pages(
        self,
        reading: Reading,
        context: Row,
        query: Mapping[str, str] | None = None,
        requester: TwilioRequester | None = None,
        divisible: bool = False,
    ) -> Iterator[Answer]:
        """The pages of one list, normalised, with the slice's keys in the rows that lack them; a row that stands on
        several pages comes once.

        divisible: smaller lists could take this one's place (see `Api.get`). Raises Refused, Malformed and Overtaxed
        as the requester does, a system error for a list that does not end, a transient one for one that breaks off.
        """
        inject = {} if requester else {name: value for name, value in context.items() if name in self._declared}
        requester = requester or self.requester
        signature = self.accounts.sign(reading.account, requester.product)
        progress = Progress([] if self.numbered else [name for name in self.primary_key if name not in context])
        count = itertools.count()
        begun = False
        try:
            for answer in requester.pages(self.api, reading, signature, context, query or {}, divisible):
                if not requester.records:
                    self._check_object(answer.rows, requester)
                begun = True
                rows = progress.fresh(self._keyed(answer.take()), answer.next_url is not None)
                yield Answer(self._finished(rows, inject, count), answer.next_url)
        except Refused as refusal:
            if refusal.status == 404 and begun:  # never the end of a list: its other pages would be missing in silence
                raise transient_error(
                    f"{reading.who}: a list broke off, Twilio knows its next page no more ({refusal}). The rows before "
                    "it are kept and the cursor stays, so the next sync reads the list again from its beginning."
                ) from refusal
            gone = self._parents is not None and refusal.status == 404 and refusal.code in GONE
            if begun or not (gone or refusal.code in self.empty_on):
                raise
            if query and not gone:
                asked = ", ".join(f"{name} {value}" for name, value in query.items())
                LOGGER.log(self.NO_DATA, "%s: Twilio has no data for %s (%s)", reading.who, asked, refusal)
        except Endless as reason:
            raise system_error(
                f"{reading.who}: a list does not end: {reason}. The rows before them are kept and the cursor stays; "
                "other accounts and streams are read. If the next sync says the same, ask Twilio's support about "
                f"{requester.url}, and leave the stream or the account out until they have mended it."
            ) from reason

    def _check_object(self, rows: list[Row], requester: TwilioRequester) -> None:
        """Raise Malformed where an answer that is one object has another shape; a list is known by its key."""
        for row in rows[:1]:
            if not row.keys() & self._declared or row.keys() <= ERROR_BODY:
                raise Malformed(f"{requester.url} answered with an object of another shape")

    def _keyed(self, rows: list[Row]) -> list[Row]:
        """The rows with the columns of the key that Twilio sends inside an object, or as null."""
        for name, path in self.columns.items():
            for row in rows:
                row[name] = value_at(row, path)
        for name, value in self.absent.items():
            for row in rows:
                if row.get(name) is None:
                    row[name] = value
        return rows

    def _finished(self, rows: list[Row], inject: Row, count: Iterator[int]) -> list[Row]:
        """The rows of a page as they leave. count: numbers the rows of the list."""
        if self.numbered:
            for row in rows:
                row[self.numbered] = next(count)
        rows = self._normalise(rows, inject)
        return [row for row in rows if row.get(self.require) is not None] if self.require else rows

    def emit(self, reading: Reading) -> Deliver:
        """Delivers rows to the output as this stream's own; a client-side cursor leaves out what did not change."""
        since = reading.since() if self.client_side else None
        bound = reading.ranges.unit.text(since) if since else ""
        name = self.cursor_field

        def deliver(rows: list[Row], part: Part, context: Row) -> Page | Spawn:
            if bound:
                rows = [row for row in rows if (row.get(name) or "~") >= bound]
            return Page(rows) if rows else NOTHING

        return deliver


def each_query(values: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """One query for each value, or a single empty one."""
    return [{name: value} for name, listed in values.items() for value in listed] or [{}]
