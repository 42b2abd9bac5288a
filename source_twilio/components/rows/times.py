"""Moments as text: every form that a person reads without doubt, the same on every Python.

`datetime.fromisoformat` reads other forms on Python 3.10 than on later ones, `email.utils` takes a zone that it does
not know for UTC, and a guess would be a wrong value: what is not read here is not read at all.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
         "pst": -8, "pdt": -7}  # hours, RFC 5322 section 4.3

_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?:, *| +))?"
_MONTH = (r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
          r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)")
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
_OFFSET = r"(?P<sign>[+\-\u2212])(?P<hours>\d\d)(?::?(?P<minutes>[0-5]\d)(?::?(?P<seconds>[0-5]\d))?)?"
_ZONE = rf"(?P<zone>{'|'.join(ZONES)}|{_OFFSET})"
FORMS = [
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        # ISO 8601, extended and basic, down to the day, hour, minute, second or any fraction of it
        r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?:(?:t| +)(?P<hour>\d\d)"
        rf"(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)? *{_ZONE}?)?",
        # RFC 5322, with a comment behind the zone as mail has it
        rf"{_DAY}(?P<day>\d\d?)[ -]{_MONTH}[ -](?P<year>\d{{4}}) +{_CLOCK} *{_ZONE}?(?: *\([a-z ]*\))?",
        # the old form that RFC 9110 still allows in a header
        rf"{_DAY}{_MONTH} +(?P<day>\d\d?) +{_CLOCK} +(?P<year>\d{{4}})",
    )
]


def moment_of(text: str) -> datetime | None:
    """The moment that a text names, in UTC; one without an offset is taken for UTC, as Twilio's are.

    None for what is no date, a date that the calendar does not have, and one that an offset moves out of it. Fractions
    are cut to microseconds; a leap second counts as the one before it.
    """
    text = text.strip()
    for form in FORMS:
        if found := form.fullmatch(text):
            try:
                return _moment(found.groupdict())
            except (ValueError, OverflowError):
                return None
    return None


def _moment(part: dict[str, str | None]) -> datetime:
    month = str(part["month"])
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    micro = int(f"{part['fraction'] or 0:0<6}"[:6])
    is_leap, ends_day = second == 60, hour == 24 and not (minute or second or micro)
    day = datetime(int(str(part["year"])), int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1,
                   int(str(part["day"])), 0 if ends_day else hour, minute, 59 if is_leap else second,
                   0 if is_leap else micro, tzinfo=timezone.utc)
    moment = day + (timedelta(days=1) if ends_day else timedelta(0)) - _offset(part)
    if is_leap and (moment.hour, moment.minute) != (23, 59):
        raise ValueError("a second 60 in the middle of a day")
    return moment


def _offset(part: dict[str, str | None]) -> timedelta:
    zone = part.get("zone")
    if not part.get("sign"):
        return timedelta(hours=ZONES[zone.lower()] if zone else 0)
    hours, minutes, seconds = (int(part[name] or 0) for name in ("hours", "minutes", "seconds"))
    if hours > 23:
        raise ValueError("an offset of more than a day")
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return span if part["sign"] == "+" else -span


def written(moment: datetime) -> str:
    """A UTC moment as RFC 3339, with the year in four digits (`strftime` leaves out its zeros)."""
    return f"{moment.isoformat().removesuffix('+00:00')}Z"


def parse(text: str) -> datetime:
    """A cursor value or configured date (`YYYY-MM-DD`, RFC 3339, with or without fraction) as a moment.

    Raises ValueError when the text is no date.
    """
    moment = moment_of(text)
    if moment is None:
        raise ValueError(f"{text!r} is no date of the calendar")
    return moment
