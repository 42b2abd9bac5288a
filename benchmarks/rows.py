"""Makes the rows of an account, serialised once, newest first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache

from benchmarks import templates
from benchmarks.lists import Listing
from benchmarks.world import DATED_AFTER, DAY, World, sid

CLOCK = tuple(time.strftime("%H:%M:%S +0000", time.gmtime(second)) for second in range(DAY))
MONTHLY_CATEGORIES = 5
SCHEDULED_AHEAD = 3 * DAY


@cache
def _day(days: int) -> str:
    """The date half of an RFC 2822 time."""
    return time.strftime("%a, %d %b %Y ", time.gmtime(days * DAY))


def rfc2822(moment: int) -> str:
    """A time as the 2010 API writes it; some forty times faster than the standard library's formatters."""
    return _day(moment // DAY) + CLOCK[moment % DAY]


def iso_day(moment: int) -> str:
    """A UTC day as usage records write it."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


class Rows:
    """Listings of one world, by kind of row and account."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _common(self, prefix: str, kind: str, account: int) -> Iterator[tuple[int, int, dict[str, object]]]:
        """Index, creation time and the fields that all kinds share, for each row of an account."""
        account_sid = sid("AC", account)
        for index in range(self.world.count(account, kind)):
            created = self.world.created(account, kind, index)
            yield (
                index,
                created,
                {
                    "account": account_sid,
                    "sid": sid(prefix, account, index),
                    "index": index,
                    "created": rfc2822(created),
                    "updated": rfc2822(created + 8),
                    "from": f"+1201{index % 9973:07d}",
                    "to": f"+1818{index * 31 % 99991:07d}",
                    "service": f"{index % 7:032x}",
                    "duration": 4 + index % 5,
                },
            )

    def messages(self, account: int, status: str | None = None) -> Listing:
        """Messages, sorted by the date of sending, else creation; those never sent have neither date nor price."""
        listing = Listing(upper={"DateSent": "day"})
        for index, created, values in self._common("SM", "messages", account):
            undated = self.world.undated(account, "messages", index)
            failed = index % 50 == 3
            if self.world.scheduled and index % self.world.scheduled == 7 and not undated:
                values["created"] = rfc2822(created - SCHEDULED_AHEAD)
            values["body"] = templates.BODIES[index % len(templates.BODIES)]
            values["dated"] = "null" if undated else f'"{rfc2822(created + DATED_AFTER)}"'
            values["price"] = "null" if undated else '"-0.00750"'
            values["status"] = "canceled" if undated else "undelivered" if failed else "delivered"
            values["error"] = "30003" if failed else "null"
            values["direction"] = "inbound" if index % 3 == 0 else "outbound-api"
            values["media"] = self.world.num_media(account, index)
            listing.add(templates.MESSAGE % values, created, None if undated else {"DateSent": created + DATED_AFTER})
        return listing

    def calls(self, account: int, status: str | None = None) -> Listing:
        """Calls; canceled ones have no start, the ends keep the order of the starts."""
        listing = Listing(upper={"StartTime": "before", "EndTime": "before"})
        for index, created, values in self._common("CA", "calls", account):
            undated = self.world.undated(account, "calls", index)
            values["status"] = "canceled" if undated else "completed"
            if status not in (None, values["status"]):
                continue
            start = created + DATED_AFTER
            end = start + 4 + index % 5
            values["dated"] = "null" if undated else f'"{rfc2822(start)}"'
            values["ended"] = "null" if undated else f'"{rfc2822(end)}"'
            values["price"] = "null" if undated else '"-0.01300"'
            values["direction"] = "inbound" if index % 3 == 0 else "outbound-api"
            listing.add(templates.CALL % values, created, None if undated else {"StartTime": start, "EndTime": end})
        return listing

    def conferences(self, account: int, status: str | None = None) -> Listing:
        """Conferences, all completed; Twilio's default without Status is those in progress, so none."""
        listing = Listing()
        if status == "completed":
            for _, created, values in self._common("CF", "conferences", account):
                dates = {"DateCreated": created, "DateUpdated": created + 8}
                listing.add(templates.CONFERENCE % values, created, dates)
        return listing

    def recordings(self, account: int, status: str | None = None) -> Listing:
        """Recordings, with their creation date as the only filter."""
        listing = Listing()
        for _, created, values in self._common("RE", "recordings", account):
            listing.add(templates.RECORDING % values, created, {"DateCreated": created})
        return listing

    def incoming_phone_numbers(self, account: int, status: str | None = None) -> Listing:
        """Phone numbers: a short list without filters."""
        listing = Listing()
        for _, created, values in self._common("PN", "incoming_phone_numbers", account):
            listing.add(templates.NUMBER % values, created, None)
        return listing

    def media(self, account: int, message: int) -> Listing:
        """The media of one message."""
        listing = Listing()
        created = self.world.created(account, "messages", message)
        for number in range(self.world.num_media(account, message)):
            values = {
                "account": sid("AC", account),
                "sid": sid("ME", account, message * 10 + number),
                "parent": sid("SM", account, message),
                "created": rfc2822(created),
                "updated": rfc2822(created),
            }
            listing.add(templates.MEDIA % values, created, {"DateCreated": created})
        return listing

    def usage(self, account: int, kind: str) -> Listing:
        """Usage records of one kind (Daily, Monthly, Today …): a row a category and unit, newest unit first."""
        total = self.world.count(account, "usage")
        listing = Listing(upper={"StartDate": "day"})
        if not total:
            return listing
        categories = max(3, -(-total // (self.world.days - 1))) if kind == "Daily" else MONTHLY_CATEGORIES
        starts = {"Daily": self._days, "Monthly": self._months}.get(kind, lambda: self._days()[:1])()
        as_of = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.world.now))
        for row in range(total if kind == "Daily" else categories * len(starts)):
            start, end = starts[row // categories]
            values = {
                "account": sid("AC", account),
                "as_of": as_of,
                "category": f"sms-category-{row % categories}",
                "count": row % 97,
                "price": f"{row % 97 * 0.0075:.4f}",
                "start": iso_day(start),
                "end": iso_day(end),
            }
            listing.add(templates.USAGE % values, start, {"StartDate": start})
        return listing

    def _days(self) -> list[tuple[int, int]]:
        """Today and the days before it, each as start and end."""
        today = self.world.now // DAY * DAY
        return [(today - day * DAY, today - day * DAY) for day in range(self.world.days)]

    def _months(self) -> list[tuple[int, int]]:
        """This month and those before it, each as its first and last day."""
        days = [start for start, _ in self._days()]
        firsts = [day for day in days if time.gmtime(day).tm_mday == 1]
        return list(zip(firsts, [days[0]] + [first - DAY for first in firsts], strict=False))


KINDS: dict[str, str] = {  # last part of a path → the method that makes its rows
    "Messages": "messages",
    "Calls": "calls",
    "Conferences": "conferences",
    "Recordings": "recordings",
    "IncomingPhoneNumbers": "incoming_phone_numbers",
}
