"""What Twilio sums up over the span that it is asked for: read by whole UTC days, so that a row always covers its day.

https://www.twilio.com/docs/taskrouter/api/workspace-statistics, https://www.twilio.com/docs/iot/wireless/api and
https://www.twilio.com/docs/iot/supersim/api
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from source_twilio.components.reading.dated import WindowRetriever
from source_twilio.components.reading.reading import Reading
from source_twilio.components.reading.retrievers import Deliver, ListRetriever
from source_twilio.components.reading.steps import Part, Spawn, Steps
from source_twilio.components.reading.windows import DateFilter, Window
from source_twilio.components.rows.records import Row
from source_twilio.components.state.units import DAY, DAYS, midnight
from source_twilio.components.twilio.errors import OUTSIDE_RETENTION, Refused, system_error
from source_twilio.components.twilio.requester import Answer


class WholeDays(DateFilter):
    """A filter whose upper bound is exclusive, asked for from the midnight before a window to the one behind it."""

    def params(self, window: Window) -> dict[str, str]:
        """The query parameters for all days that the window touches."""
        return super().params(Window(midnight(window.start), midnight(window.end) + DAY))


@dataclass
class TotalsRetriever(WindowRetriever):
    """Reads a list with one row a day, of which a range inside a day would return part of the total.

    The rows' columns `period_start` and `period_end` are made from what Twilio says of their span. A row that says
    nothing of it, as in Twilio's examples, gets the span that was asked for, which is what it sums up.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._filter = WholeDays(**vars(replace(self._filter, slack=None)))
        self._edges = DAYS

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """The windows from the first day of the range on."""
        window = reading.range()
        whole = Window(midnight(window.start), window.end)
        yield Spawn(self._windows(reading, [whole], context, deliver), last=True)

    def _answers(
        self, reading: Reading, window: Window, context: Row, query: dict[str, str], divisible: bool
    ) -> Iterator[Answer]:
        value = reading.ranges.unit.value
        asked = {"period_start": value(midnight(window.start)), "period_end": value(midnight(window.end) + DAY)}
        return super()._answers(reading, window, {**context, **asked}, query, divisible)


@dataclass
class DayRetriever(ListRetriever):
    """Asks once for each day of the range, where the answer is one object or one file for the day that is asked for.

    The cursor field gets the day. The start and end options of the cursor's block name the parameters that get its
    start and its end, which is now for the day that has not ended.
    """

    NO_DATA: ClassVar[int] = logging.DEBUG  # many days are

    asked: DateFilter | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.asked is None:
            raise system_error(f"Stream {self.name}: what is asked for by the day needs `start_time_option` in its "
                               "`incremental_sync`.")
        self._filter = replace(self.asked, slack=None)

    def read_list(self, reading: Reading, part: Part, context: Row, deliver: Deliver) -> Steps:
        """One step and one part a day, the oldest first, so that the state moves along."""
        unit, window = reading.ranges.unit, reading.range()
        steps = []
        day = midnight(window.start)
        while day <= window.end and day < reading.now:
            end = min(day + DAY, reading.now)
            place = {**context, self.cursor_field: unit.value(day)}
            part = reading.part("", start=day)
            steps.append((part, self._day(reading, part, Window(day, end), place, deliver)))
            day += DAY
        yield Spawn(steps, last=True)

    def _day(self, reading: Reading, part: Part, day: Window, context: Row, deliver: Deliver) -> Steps:
        if day.start < reading.kept_from:
            return
        try:
            yield from self.read_whole(reading, part, context, deliver, self._filter.params(day))
        except Refused as refusal:
            if refusal.code not in OUTSIDE_RETENTION:
                raise
            reading.keeps_from(day.start + DAY)
