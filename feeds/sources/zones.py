"""Which zone a TZID means (S-67): the IANA zone of that name, with its rules of today."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from feeds.values import AMSTERDAM

HOME: Final = AMSTERDAM.key
UTC_NAMES: Final = frozenset({"utc", "z", "gmt", "etc/utc", "coordinated universal time"})
BY_OFFSETS: Final[Mapping[tuple[str, ...], str]] = {
    ("+0000",): "UTC",
    ("-0800", "-0700"): "America/Los_Angeles",
    ("-0700", "-0600"): "America/Denver",
    ("-0600", "-0500"): "America/Chicago",
    ("-0500", "-0400"): "America/New_York",
    ("-0400", "-0300"): "America/Halifax",
    ("-0100", "+0000"): "Atlantic/Azores",
    ("+0000", "+0100"): "Europe/London",
    ("+0100", "+0200"): HOME,
    ("+0200", "+0300"): "Europe/Helsinki",
    ("+0300", "+0400"): "Europe/Moscow",
    ("+0500", "+0600"): "Asia/Yekaterinburg",
    ("+1000", "+1100"): "Australia/Sydney",
    ("+1200", "+1300"): "Pacific/Auckland",
}
"""A zone for the offsets in winter and summer that a file's own definition names."""


def zone_name(tzid: str, *, definition: Sequence[str] = (), default: str = HOME) -> str:
    """Return the IANA name of the zone that a TZID means.

    definition: the lines of the file's own VTIMEZONE of that name, if it has one.
    default:    what an unknown name means: the calendar's X-WR-TIMEZONE, else Amsterdam.
    """
    return known_zone(tzid) or _from_definition(definition) or default


def known_zone(tzid: str) -> str:
    """Return the IANA zone for an IANA or Windows name, however it is wrapped, or ""."""
    name = tzid.strip().strip('"').strip()
    if name.lower() in UTC_NAMES:
        return "UTC"
    if is_iana(name):
        return name
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    pieces = name.split("/")  # "/mozilla.org/20050126_1/Europe/Berlin"
    tails = ("/".join(pieces[-count:]) for count in (3, 2))
    return next(filter(is_iana, tails), "")


@cache
def is_iana(name: str) -> bool:
    """Say whether a name is one of the IANA zones."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{1,60}", name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _from_definition(lines: Sequence[str]) -> str:
    for line in lines:
        names_zone = line.upper().startswith(("X-LIC-LOCATION", "TZID-ALIAS-OF"))
        if names_zone and (zone := known_zone(line.partition(":")[2])):
            return zone
    offsets = {
        line.partition(":")[2].strip() for line in lines if line.upper().startswith("TZOFFSETTO")
    }
    return BY_OFFSETS.get(tuple(sorted(offsets, key=_minutes)), "") or _fixed(offsets)


def _fixed(offsets: set[str]) -> str:
    if len(offsets) != 1:
        return ""
    hours, rest = divmod(_minutes(offsets.pop()), 60)
    return f"Etc/GMT{-hours:+d}" if rest == 0 and -14 <= -hours <= 12 and hours else ""


def _minutes(offset: str) -> int:
    found = re.fullmatch(r"([+-])(\d{2})(\d{2})(?:\d{2})?", offset)
    if not found:
        return 0
    size = int(found[2]) * 60 + int(found[3])
    return -size if found[1] == "-" else size
