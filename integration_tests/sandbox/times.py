"""Dates as Twilio writes and accepts them, as seconds since the epoch."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = 86400
EPOCH = date(1970, 1, 1)
ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(\.\d+)?)?)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$", re.I
)
SLASHED = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)(?: (\w+|[+-]\d\d:?\d\d))?$")
RELATIVE = re.compile(r"-?(\d+)([mhdw])$")
OFFSET_DAYS = re.compile(r"([+-]\d+)days?$")
ZONES = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
UNITS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


def rfc(seconds: float) -> str:
    """The form of the 2010 API: ``Fri, 24 May 2019 17:44:46 +0000``."""
    days, rest = divmod(int(seconds), DAY)
    return f"{_dates(days)[1]} {_clock(rest)} +0000"


def iso(seconds: float) -> str:
    """The form of product hosts; a fraction is written where there is one."""
    days, rest = divmod(int(seconds), DAY)
    fraction = round(seconds - int(seconds), 3)
    return f"{_dates(days)[0]}T{_clock(rest)}{f'{fraction:.3f}'[1:] if fraction else ''}Z"


def day(seconds: float) -> str:
    """The UTC date of an instant, ``YYYY-MM-DD``."""
    return _dates(int(seconds) // DAY)[0]


@lru_cache(maxsize=10_000)
def _dates(days: int) -> tuple[str, str]:
    """A day, counted since the epoch, in the forms of product hosts and of the 2010 API."""
    at = EPOCH + timedelta(days=days)
    return at.isoformat(), f"{DAYS[at.weekday()]}, {at.day:02d} {MONTHS[at.month - 1]} {at.year}"


def _clock(seconds: int) -> str:
    """The time of the day, of which so many seconds have passed."""
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def midnight(seconds: float) -> int:
    """The instant at which the UTC day of ``seconds`` began."""
    return int(seconds // DAY) * DAY


def seconds(moment: datetime | float | int | str) -> float:
    """Seconds since the epoch of a datetime (naive ones are UTC), a number or a text in any known form."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    if isinstance(moment, (int, float)):
        return float(moment)
    found = parse(moment)
    if found is None:
        raise ValueError(f"not a date: {moment!r}")
    return found


@lru_cache(maxsize=200_000)
def parse(text: str | None) -> float | None:
    """A row's date in either form; None for what is none."""
    if not isinstance(text, str) or len(text) < 8:
        return None
    try:
        if text[3:5] == ", " and text[-5:] == "+0000" and len(text) == 31:
            hour, minute, second = int(text[17:19]), int(text[20:22]), int(text[23:25])
            return calendar.timegm(
                (int(text[12:16]), MONTHS.index(text[8:11]) + 1, int(text[5:7]), hour, minute, second)
            )
        found = ISO.match(text)
        if found:
            return _from_iso(found)
        parts = parsedate_tz(text)
        return calendar.timegm(parts[:6]) - (parts[9] or 0) if parts else None
    except (ValueError, OverflowError, TypeError):
        return None


def _from_iso(found: re.Match[str]) -> float:
    year, month, dom, hour, minute, second, fraction, zone = found.groups()
    datetime(int(year), int(month), int(dom), int(hour or 0), int(minute or 0), int(second or 0))
    base = calendar.timegm((int(year), int(month), int(dom), int(hour or 0), int(minute or 0), int(second or 0)))
    return base + (float(fraction) if fraction else 0) - _zone(zone)


def _zone(name: str | None) -> int:
    if not name:
        return 0
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        return (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (-1 if name[0] == "-" else 1)
    return ZONES[name.upper()] * 3600


def parse_filter(text: str, now: float) -> tuple[float, bool]:
    """The value of a date filter and whether it is a plain date; ValueError for what the API could not read."""
    text = text.strip()
    found = RELATIVE.match(text)
    if found:
        return now - int(found.group(1)) * UNITS[found.group(2)], False
    found = OFFSET_DAYS.match(text)
    if found:
        return midnight(now) + int(found.group(1)) * DAY, True
    found = SLASHED.match(text)
    if found:
        month, dom, year, hour, minute, second, zone = found.groups()
        if zone and zone[0] not in "+-" and zone.upper() not in ZONES:
            raise ValueError(text)
        base = calendar.timegm((int(year), int(month), int(dom), int(hour), int(minute), int(second)))
        return base - _zone(zone), False
    value = parse(text)
    if value is None:
        raise ValueError(text)
    return value, len(text) == 10


def month_start(seconds_: float, back: int = 0) -> float:
    """The first instant of the month ``back`` months before that of ``seconds_``."""
    t = datetime.fromtimestamp(seconds_, timezone.utc)
    index = t.year * 12 + t.month - 1 - back
    return calendar.timegm((index // 12, index % 12 + 1, 1, 0, 0, 0))


def month_end_day(text: str) -> str:
    """The last day of the month in which the day ``YYYY-MM-DD`` lies."""
    _, days = calendar.monthrange(int(text[:4]), int(text[5:7]))
    return f"{text[:8]}{days:02d}"
