"""What a VEVENT says, in our own types: icalendar gives a dozen of its own for each property."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote

from icalendar import Component
from icalendar.prop import vBroken, vRecur

from feeds.clean import name_text, safe_link, title_text
from feeds.values import AMSTERDAM, EventTimes

MATTERS: Final = frozenset({"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "DTEND", "DURATION"})
TIMED: Final = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
LAST_SECOND: Final = time(23, 59, 59)


def read_vevent(text: str, zones: Mapping[str, tzinfo]) -> tuple[Component, list[str]]:
    """Return the event, and the names of the properties about time that had to be left out.

    zones: those that a TZID may name besides the IANA zones.
    Raises ValueError, among others, when it cannot be read or has no usable start.
    """
    event = Component.from_ical(text)
    if zones:
        _place(event, zones)
    start = event.get("DTSTART")
    if isinstance(start, vBroken) or not isinstance(getattr(start, "dt", None), date):
        raise ValueError("it has no usable DTSTART")  # noqa: TRY004 - a value, of a document
    dropped = _drop_broken(event)
    _fit_ends(event)
    return event, dropped


def uid_of(event: Component) -> str:
    """Return the UID; one made of title and start for an event that has none."""
    if uid := name_text(text_of(event, "UID")):
        return uid
    told = f"{text_of(event, 'SUMMARY')}|{start_of(event)}"
    return "unnamed-" + sha256(told.encode()).hexdigest()[:32]


def text_of(event: Component, name: str) -> str:
    """Return the first value of a property as text, or ""."""
    values = _values(event, name)
    return str(values[0]) if values else ""


def categories_of(event: Component) -> tuple[str, ...]:
    """Return the categories as plain text, each once."""
    lists = (getattr(one, "cats", [one]) for one in _values(event, "CATEGORIES"))
    words = (title_text(str(word)) for words in lists for word in words)
    return tuple(dict.fromkeys(word for word in words if word))


def parent_of(event: Component) -> str:
    """Return the UID of the event that this one is part of (RFC 5545 §3.8.4.5), or ""."""
    for one in _values(event, "RELATED-TO"):
        if _parameter(one, "RELTYPE").upper() in {"", "PARENT"}:
            return name_text(str(one))
    return ""


def leader_of(event: Component) -> str:
    """Return who leads: the contact, else the organiser's name.

    The Events Calendar encodes a name as if it stood in an address: "Ren%C3%A9".
    """
    organisers = _values(event, "ORGANIZER")
    name = _parameter(organisers[0], "CN") if organisers else ""
    return title_text(text_of(event, "CONTACT") or unquote(name))


def image_of(event: Component, base: str) -> str:
    """Return the link of the first image that is attached, or ""."""
    for one in (*_values(event, "IMAGE"), *_values(event, "ATTACH")):
        is_image = _parameter(one, "FMTTYPE").startswith("image/")
        if is_image and (link := safe_link(str(one), base=base)):
            return link
    return ""


def start_of(event: Component) -> date:
    """Return DTSTART as a date or a moment."""
    value: Any = event["DTSTART"]
    start: date = value.dt
    return start


def dates_of(event: Component, name: str) -> list[date]:
    """Return the dates and moments that a list such as EXDATE holds."""
    values = (one for value in _values(event, name) for one in getattr(value, "dts", ()))
    return [one.dt for one in values if isinstance(one.dt, date)]


def times_of(event: Component) -> EventTimes:
    """Return when the event is; an end before or at the start is none.

    A date without an end lasts that day (RFC 5545 §3.6.1).
    """
    starts, ends = start_of(event), _end_of(event)
    if not isinstance(starts, datetime):
        last = ends.date() if isinstance(ends, datetime) else ends
        after = last if last and last > starts else starts + timedelta(days=1)
        return EventTimes(_midnight(starts), _midnight(after), all_day=True)
    starts_at = moment(starts)
    ends_at = moment(ends) if ends else None
    return EventTimes(starts_at, ends_at if ends_at and ends_at > starts_at else None)


def is_in_the_gap(event: Component) -> bool:
    """Say whether it starts at an hour that a night skips, when the clock goes forward."""
    start = start_of(event)
    if not isinstance(start, datetime):
        return False
    local = start if start.tzinfo else start.replace(tzinfo=AMSTERDAM)
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(
        tzinfo=None
    )


def moment(value: date) -> datetime:
    """Return a date or a time as a moment in UTC; floating is Amsterdam's."""
    if not isinstance(value, datetime):
        return _midnight(value)
    return (value if value.tzinfo else value.replace(tzinfo=AMSTERDAM)).astimezone(UTC)


def _place(event: Component, zones: Mapping[str, tzinfo]) -> None:
    """Give the times of an event the zones that icalendar does not know."""
    for name in TIMED:
        for value in _values(event, name):
            if zone := zones.get(_parameter(value, "TZID")):
                for one in getattr(value, "dts", ()):
                    one.dt = _in_zone(one.dt, zone)


def _in_zone(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, tuple):  # a period: its start, and its end or its length
        return tuple(_in_zone(one, zone) for one in value)
    is_floating = isinstance(value, datetime) and value.tzinfo is None
    return value.replace(tzinfo=zone) if is_floating else value


def _fit_ends(event: Component) -> None:
    """Make the UNTIL of each rule of the kind that its DTSTART is (RFC 5545 §3.3.10).

    A date is often written for a time; it means that whole day. A time without a zone is local.
    """
    start = start_of(event)
    for rule in _values(event, "RRULE"):
        if "UNTIL" in rule:
            rule["UNTIL"] = [_fitting(until, start) for until in rule["UNTIL"]]


def _fitting(until: date, start: date) -> date:
    if not isinstance(start, datetime):
        return until.date() if isinstance(until, datetime) else until
    if not isinstance(until, datetime):
        until = datetime.combine(until, LAST_SECOND)
    zone = start.tzinfo or AMSTERDAM
    return (until if until.tzinfo else until.replace(tzinfo=zone)).astimezone(UTC)


def _drop_broken(event: Component) -> list[str]:
    """Take out what cannot be read, and an end before the start; return the names that matter."""
    dropped = []
    for name in list(event):
        values = _values(event, name)
        whole = [value for value in values if not _is_broken(value)]
        if name == "DTEND" and whole and _ends_before_start(event, whole[0]):
            whole = []
        if len(whole) == len(values):
            continue
        if name in MATTERS:
            dropped.append(name)
        del event[name]
        if whole:
            event[name] = whole
    return dropped


def _is_broken(value: Any) -> bool:
    is_no_rule = isinstance(value, vRecur) and not value.get("FREQ")  # vCalendar 1.0: "W1 MO #4"
    return is_no_rule or isinstance(value, vBroken)


def _ends_before_start(event: Component, end: Any) -> bool:
    ends = getattr(end, "dt", None)
    return isinstance(ends, date) and moment(ends) < moment(start_of(event))


def _end_of(event: Component) -> date | None:
    for name in ("DTEND", "DURATION"):
        for one in _values(event, name)[:1]:
            value = getattr(one, "dt", None)
            if isinstance(value, timedelta):
                return start_of(event) + value
            if isinstance(value, date):
                return value
    return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def _values(event: Component, name: str) -> list[Any]:
    given = event.get(name, [])
    return given if isinstance(given, list) else [given]


def _parameter(value: Any, name: str) -> str:
    return str(getattr(value, "params", {}).get(name, ""))
