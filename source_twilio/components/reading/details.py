"""Lists that leave out what matters: each of their rows is asked for by itself."""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass, replace

from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import Deliver, ListRetriever
from source_twilio.components.reading.steps import Part, Spawn, Steps
from source_twilio.components.rows.records import Row
from source_twilio.components.twilio.errors import Refused

LOGGER = logging.getLogger("airbyte")


@dataclass
class DetailRetriever(ListRetriever):
    """Reads a list and then each of its rows by itself, where the list leaves out what matters.

    detail_url: the address of one object, with columns of the list's rows as placeholders.
    """

    detail_url: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        no_pages = replace(self.requester.paginator, size=0)
        self._detail = replace(self.requester, url=self.detail_url, records="", paginator=no_pages)
        self._passed_over = itertools.count()

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """One request for each row of the list."""
        for answer in self.pages(reading, context):
            yield Spawn([(part, self._fetch(reading, part, {**row, **context}, deliver)) for row in answer.rows])

    def _fetch(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        try:
            for answer in self.pages(reading, context, requester=self._detail):
                if not answer.rows:
                    self._say(context, "an answer without values")
                yield deliver(answer.take(), part, context)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            self._say(context, str(refusal))

    def _say(self, context: Row, why: str) -> None:
        """That a row of the list has nothing behind it, as half of the countries of a price list: once a stream."""
        if next(self._passed_over) == 0:
            LOGGER.info("Stream %s: Twilio lists %s and knows no more of it (%s): it is passed over, and so are others "
                        "of which that is so", self.name, self._detail.address(context), why)
