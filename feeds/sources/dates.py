"""Reading the dates that feeds write: RFC 822, ISO 8601, Dutch, and the usual mistakes (S-33)."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

from feeds.values import AMSTERDAM

EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=2)

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb februari february", "mar maa mrt maart march", "apr april",
            "may mei", "jun juni june", "jul juli july", "aug augustus august",
            "sep sept september", "oct okt oktober october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ZONES: Final = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1,
    "MEZ": 1, "CEST": 2, "MEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "AST": -4,
    "EST": -5, "EDT": -4,
    "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip

CLOCK: Final = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?"
ZONE: Final = (
    r"(?P<zone>Z|[A-Za-z]{2,5}(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}:?\d{2}|[+-]\d{1,2})"
)
AT: Final = rf"(?:[\s,T]+(?:om\s+|at\s+)?{CLOCK}\s*(?:uur)?\s*{ZONE}?)?"
SHAPES: Final = tuple(
    re.compile(shape + r"(?:\s*\(.*\))?$", re.I)
    for shape in (
        rf"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{{1,2}})[\s-]+(?P<name>[^\W\d]+)\.?,?[\s-]+(?P<year>\d{{4}}|\d{{2}}){AT}",
        rf"(?:[^\W\d]+\.?,?\s+)?(?P<name>[^\W\d]+)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){AT}",
        rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){AT}",
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:T(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})?{ZONE}?)?",
        r"(?P<year>\d{4})-(?P<month>\d{2})",
        rf"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>\d{{4}}){AT}",
        rf"[A-Z]{{3}}\s+(?P<name>[A-Z]{{3}})\s+(?P<day>\d{{1,2}})\s+{CLOCK}\s+(?:{ZONE}\s+)?(?P<year>\d{{4}})",
    )
)


def read_date(text: str, *, now: datetime) -> datetime | None:
    """Return the moment in UTC, or None when it cannot be read or cannot be true.

    A time without a zone is Amsterdam's; so is a day without a time, which starts at midnight.
    Before 1995 or more than two days after `now` is not believed.
    """
    tidy = " ".join(text.split())
    for shape in SHAPES:
        if found := shape.match(tidy):
            try:
                return believable(_moment(found), now=now)
            except (ValueError, KeyError, OverflowError):
                continue
    return None


def believable(moment: datetime, *, now: datetime) -> datetime | None:
    """Return the moment in UTC when a feed could have meant it, else None."""
    return moment.astimezone(UTC) if EARLIEST <= moment <= now + AHEAD else None


def _moment(found: re.Match[str]) -> datetime:
    part = found.groupdict()
    year = int(part["year"])
    if len(part["year"]) == 2:
        year += 2000 if year < 70 else 1900
    name = part.get("name")
    month = MONTHS[name.lower()] if name else int(part["month"])
    hour, minute = int(part.get("hour") or 0), int(part.get("minute") or 0)
    second = min(int(part.get("second") or 0), 59)  # a leap second
    day = datetime(year, month, int(part.get("day") or 1), tzinfo=_zone(part.get("zone") or ""))
    return (
        day + timedelta(days=1)
        if hour == 24
        else day.replace(hour=hour, minute=minute, second=second)
    )


@lru_cache(maxsize=64)  # a feed names one or two, again and again
def _zone(text: str) -> tzinfo:
    if not text:
        return AMSTERDAM
    found = re.fullmatch(r"([A-Za-z]*)(?:([+-])(\d{1,2}):?(\d{2})?)?", text)
    if not found:
        raise ValueError(text)
    name, sign, hours, minutes = found.groups()
    offset = timedelta(hours=ZONES[name.upper()] if name else 0)
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(offset + (-shift if sign == "-" else shift))
