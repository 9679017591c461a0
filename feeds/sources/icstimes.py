"""The lines of a VEVENT that hold moments, rewritten as RFC 5545 wants them.

Calendars write moments without seconds, with dashes, with an offset, as dates that are called
times; and zones under names of their own. What comes out names a zone that we know, or UTC.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Final

TIMED: Final = re.compile(r"(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)([;:].*)", re.I)
TZID: Final = re.compile(r';\s*TZID=("[^"]*"|[^;]*)', re.I)
VALUE: Final = re.compile(r";\s*VALUE=([A-Z-]+)", re.I)
RANGE: Final = re.compile(r";\s*RANGE=([A-Z]+)", re.I)
PARAMETERS: Final = re.compile(r'(?:;[^;:"]*(?:"[^"]*"[^;:"]*)*)*:')
DATE: Final = re.compile(r"\s*\d{4}-?\d\d-?\d\d")
MOMENT: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:Z|[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?",
    re.I,
)
PLAIN: Final = frozenset({"RSCALE=GREGORIAN", "SKIP=OMIT"})  # RFC 7529: the rule without them
OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)")

ZoneOf = Callable[[str], str]
"""From a TZID to the zone that it means; from "" to that of a time that names none."""


class Shape(Enum):
    """What one value is; one line holds values of one shape only."""

    DAY = "day"
    UTC = "utc"
    LOCAL = "local"
    UNKNOWN = "unknown"


def with_iana_zone(line: str, zone_of: ZoneOf) -> Iterator[str]:
    """Yield a line's values as one line for each shape."""
    timed = TIMED.match(line)
    if not timed:
        yield line
        return
    parameters, value = _split(timed[2])
    given = TZID.search(parameters)
    tzid = given[1].strip('"').strip() if given else ""
    zone = zone_of(tzid)
    shapes: dict[Shape, list[str]] = {}
    for one in value.split(","):
        shape, text = _value(one.strip(), asked=_parameter(VALUE, parameters), zone=zone)
        shapes.setdefault(shape, []).append(text)
    span = _parameter(RANGE, parameters)
    name = timed[1] + (f";RANGE={span}" if span else "")
    is_period = "/" in value
    for shape, values in shapes.items():
        yield f"{name}{_written(shape, zone, is_period=is_period)}:{','.join(values)}"


def tidy_rule(line: str) -> str:
    """Return the line of a rule without what is empty in it, or says what goes without saying.

    Any other line as it is.
    """
    name, colon, value = line.partition(":")
    if name.partition(";")[0].strip().upper() != "RRULE":
        return line
    parts = (part.strip() for part in value.split(";"))
    told = (part for part in parts if part[-1:] != "=" and part.upper() not in PLAIN)
    return name + colon + ";".join(filter(None, map(_tidy_until, told)))


def _tidy_until(part: str) -> str:
    name, equals, value = part.partition("=")
    found = MOMENT.fullmatch(value.strip()) if name.strip().upper() == "UNTIL" else None
    if not found:
        return part
    return name + equals + _moment(value.strip(), zone="")[1]


def _split(rest: str) -> tuple[str, str]:
    """Return the parameters and the value; a zone's name that is not quoted may hold a colon."""
    head = PARAMETERS.match(rest)
    if head and DATE.match(rest, head.end()):
        return head[0][:-1], rest[head.end() :].strip()
    parameters, _, value = rest.rpartition(":")
    return parameters, value.strip()


def _parameter(pattern: re.Pattern[str], parameters: str) -> str:
    found = pattern.search(parameters)
    return found[1].upper() if found else ""


def _written(shape: Shape, zone: str, *, is_period: bool) -> str:
    kind = ";VALUE=PERIOD" if is_period else ""
    match shape:
        case Shape.DAY:
            return ";VALUE=DATE"
        case Shape.LOCAL:
            return f"{kind};TZID={zone}"
        case _:
            return kind


def _value(text: str, *, asked: str, zone: str) -> tuple[Shape, str]:
    start, slash, end = text.partition("/")
    shape, moment = _moment(start, asked=asked, zone=zone)
    if not slash:
        return shape, moment
    ends = end.strip().upper()
    return shape, f"{moment}/{ends if ends.startswith('P') else _moment(ends, zone=zone)[1]}"


def _moment(text: str, *, asked: str = "", zone: str) -> tuple[Shape, str]:
    found = MOMENT.fullmatch(text)
    if not found:
        return Shape.UNKNOWN, text
    year, month, day, hour, minute, second, offset = found.groups()
    is_day = hour is None or (asked == "DATE" and f"{hour}{minute}{second or '00'}" == "000000")
    if is_day:
        return Shape.DAY, f"{year}{month}{day}"
    second = min(second or "00", "59")  # a leap second is shown as the one before
    written = f"{year}{month}{day}T{hour}{minute}{second}"
    if hour == "24":
        written = _next_day(written)
    if offset and offset.upper() != "Z":
        return Shape.UTC, _in_utc(written, offset)
    return (Shape.UTC, f"{written}Z") if offset or zone == "UTC" else (Shape.LOCAL, written)


def _next_day(written: str) -> str:
    midnight = datetime.strptime(written[:8], "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
    return f"{midnight:%Y%m%d}T00{written[11:]}"


def _in_utc(written: str, offset: str) -> str:
    found = OFFSET.fullmatch(offset)
    if not found:
        return f"{written}Z"
    shift = timedelta(hours=int(found[2]), minutes=int(found[3]))
    zone = timezone(-shift if found[1] == "-" else shift)
    moment = datetime.strptime(written, "%Y%m%dT%H%M%S").replace(tzinfo=zone)
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}Z"
