"""Which zone a TZID means (S-67): the IANA zone of that name, with its rules of today."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from feeds.values import AMSTERDAM

HOME: Final = AMSTERDAM.key
UTC_NAMES: Final = frozenset({"utc", "z", "gmt", "etc/utc", "coordinated universal time"})
LABEL: Final = re.compile(r"\((?:UTC|GMT)([+-]\d\d):?(\d\d)\)")
LOCATIONS: Final = frozenset({"X-LIC-LOCATION", "TZID-ALIAS-OF"})
BY_OFFSETS: Final[Mapping[tuple[str, ...], str]] = {
    ("+0000",): "UTC",
    ("-0800", "-0700"): "America/Los_Angeles",
    ("-0700", "-0600"): "America/Denver",
    ("-0600", "-0500"): "America/Chicago",
    ("-0500", "-0400"): "America/New_York",
    ("-0900", "-0800"): "America/Anchorage",
    ("-0400", "-0300"): "America/Halifax",
    ("-0330", "-0230"): "America/St_Johns",
    ("-0300", "-0200"): "America/Sao_Paulo",  # until 2019; the files that say so are older
    ("-0100", "+0000"): "Atlantic/Azores",
    ("+0000", "+0100"): "Europe/London",
    ("+0100", "+0200"): HOME,
    ("+0200", "+0300"): "Europe/Helsinki",
    ("+0300", "+0400"): "Europe/Moscow",
    ("+0330", "+0430"): "Asia/Tehran",
    ("+0500", "+0600"): "Asia/Yekaterinburg",
    ("+0930", "+1030"): "Australia/Adelaide",
    ("+1000", "+1100"): "Australia/Sydney",
    ("+1200", "+1300"): "Pacific/Auckland",
    ("-0330",): "America/St_Johns",
    ("+0330",): "Asia/Tehran",
    ("+0430",): "Asia/Kabul",
    ("+0530",): "Asia/Kolkata",
    ("+0545",): "Asia/Kathmandu",
    ("+0630",): "Asia/Yangon",
    ("+0930",): "Australia/Darwin",
}
"""A zone for the offsets in winter and summer that a file's own definition names."""


def known_zone(tzid: str) -> str:
    """Return the IANA zone for an IANA or Windows name, however it is wrapped, or ""."""
    return exact_zone(tzid) or _by_small_letters().get(_bare(tzid).lower(), "")


def exact_zone(tzid: str) -> str:
    """Return the IANA zone for a name that is written as it should be, or ""."""
    name = _bare(tzid)
    if name.lower() in UTC_NAMES:
        return "UTC"
    if is_iana(name):
        return name
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    pieces = name.split("/")  # "/mozilla.org/20050126_1/Europe/Berlin"
    tails = ("/".join(pieces[-count:]) for count in (3, 2))
    return next(filter(is_iana, tails), "")


def zone_in(definition: Sequence[str]) -> str:
    """Return the IANA zone that the lines of a VTIMEZONE say it is, or ""."""
    for line in definition:
        name, _, value = line.partition(":")
        if name.strip().upper() in LOCATIONS and (zone := exact_zone(value)):
            return zone
    return ""


def zone_by_offsets(definition: Sequence[str]) -> str:
    """Return a zone with the offsets of a VTIMEZONE, or ""."""
    return BY_OFFSETS.get(_offsets(definition), "")


def fixed_zone(definition: Sequence[str]) -> str:
    """Return a zone that always has the smallest offset of a VTIMEZONE, the winter's, or ""."""
    return _fixed(_offsets(definition))


def zone_by_label(tzid: str) -> str:
    """Return a zone for a name as Outlook shows it: "(UTC+01:00) Amsterdam, Berlijn", or ""."""
    label = LABEL.match(tzid)
    if not label:
        return ""
    winter = "".join(label.groups())
    pairs = (zone for offsets, zone in BY_OFFSETS.items() if offsets[0] == winter)
    return next(pairs, "") or _fixed([winter])


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


def _bare(tzid: str) -> str:
    return tzid.strip().strip('"').strip()


@cache
def _by_small_letters() -> Mapping[str, str]:
    names = (*sorted(available_timezones()), *WINDOWS_TO_OLSON)
    return {name.lower(): WINDOWS_TO_OLSON.get(name, name) for name in names}


def _offsets(definition: Sequence[str]) -> tuple[str, ...]:
    found = {
        line.partition(":")[2].strip()
        for line in definition
        if line.upper().startswith("TZOFFSETTO")
    }
    return tuple(sorted(found, key=_minutes))


def _fixed(offsets: Sequence[str]) -> str:
    """Return a zone of whole hours that never changes its clock: of the first offset, or ""."""
    if not offsets:
        return ""
    hours, rest = divmod(_minutes(offsets[0]), 60)
    return f"Etc/GMT{-hours:+d}" if rest == 0 and -12 <= hours <= 14 and hours else ""


def _minutes(offset: str) -> int:
    found = re.fullmatch(r"([+-])(\d{2})(\d{2})(?:\d{2})?", offset)
    if not found:
        return 0
    size = int(found[2]) * 60 + int(found[3])
    return -size if found[1] == "-" else size
