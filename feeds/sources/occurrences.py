"""From the VEVENTs that share a UID to their occurrences in a window (S-61, S-62)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import recurring_ical_events
from icalendar import Calendar, Component

from feeds.errors import STUMBLES
from feeds.sources.vevent import start_of

BEHIND: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=400)
MOST: Final = 400
MOST_A_DAY: Final = 24
STEPS_A_YEAR: Final = {"HOURLY": 8760, "DAILY": 365, "WEEKLY": 52}  # others: a dozen at most

RECURRING: Final = ("RRULE", "RDATE", "RECURRENCE-ID")
# dateutil does not come back from INTERVAL=0.
REFUSED: Final = re.compile(r"FREQ=(SECONDLY|MINUTELY)|INTERVAL=(-|0+\b)", re.I)
FREQUENCY: Final = re.compile(r"FREQ=([A-Z]+)")
TIMES_OF_DAY: Final = re.compile(r"BY(?:HOUR|MINUTE|SECOND)=([\d,]+)", re.I)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place. name: which one of its series, "" for a single event."""

    component: Component
    name: str = ""


def expand(
    events: Sequence[Component], *, zone: str, now: datetime
) -> tuple[list[Occurrence], str]:
    """Return the occurrences of one UID, and a complaint or "".

    A single event always; of a recurring one what touches now - 30 days to now + 400 days, at most
    the first 400. Cancelled ones are among them.
    """
    masters = [event for event in events if "RECURRENCE-ID" not in event]
    if not any(name in event for event in events for name in RECURRING):
        return [Occurrence(max(masters, key=_version))], ""
    if refused := next(filter(_is_refused, masters), None):
        single = refused.copy(recursive=True)
        for name in ("RRULE", "RDATE"):
            single.pop(name, None)
        return [Occurrence(single)], "it recurs more than hourly; only its first time is kept"
    try:
        found = list(_expanded(events, zone, now))
    except STUMBLES as failure:
        reason = f"its recurrence cannot be worked out: {type(failure).__name__}: {failure}"
        return [Occurrence(event) for event in masters[:1]], reason
    complaint = f"of {len(found)} times the first {MOST} are kept" if len(found) > MOST else ""
    return found[:MOST], complaint


def effort(events: Sequence[Component], now: datetime) -> int:
    """Return about how many steps it takes from the starts of the events to the window's end.

    A million of them take five seconds; a daily rule from the year 1 has three quarters of that.
    """
    last = now.year + 2
    return sum(
        max(last - start_of(event).year, 1) * STEPS_A_YEAR.get(frequency, 12)
        for event in events
        for frequency in FREQUENCY.findall(_rules(event))
    )


def _expanded(events: Sequence[Component], zone: str, now: datetime) -> Iterator[Occurrence]:
    calendar = Calendar()
    if zone:
        calendar.add("X-WR-TIMEZONE", zone)
    for event in events:
        calendar.add_component(event)
    found = recurring_ical_events.of(calendar).between(now - BEHIND, now + AHEAD)
    for component in sorted(found, key=lambda one: str(_instant(start_of(one)))):
        yield Occurrence(component, _name(component))


def _name(component: Component) -> str:
    """Return the original start, in UTC or as a date; a moved occurrence keeps it."""
    recurrence_id: Any = component["RECURRENCE-ID"]
    if "RANGE" in recurrence_id.params:  # the same for all that follow, so it names none of them
        recurrence_id = component["DTSTART"]
    return str(_instant(recurrence_id.dt)).replace(" ", "T").replace("+00:00", "Z")


def _instant(moment: date) -> date:
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(UTC)
    return moment


def _version(event: Component) -> tuple[int, str, str]:
    """Order versions of one event: SEQUENCE, then LAST-MODIFIED, then DTSTAMP."""
    return (_sequence(event), _stamp(event, "LAST-MODIFIED"), _stamp(event, "DTSTAMP"))


def _sequence(event: Component) -> int:
    try:
        return int(event.get("SEQUENCE", -1))
    except (TypeError, ValueError):
        return -1


def _stamp(event: Component, name: str) -> str:
    moment = getattr(event.get(name), "dt", None)
    return moment.isoformat() if isinstance(moment, date) else ""


def _is_refused(event: Component) -> bool:
    return any(_is_too_often(rule) for rule in _rules(event).split("\n"))


def _is_too_often(rule: str) -> bool:
    times = MOST_A_DAY if "FREQ=HOURLY" in rule else 1
    for listed in TIMES_OF_DAY.findall(rule):
        times *= len(listed.split(","))
    return bool(REFUSED.search(rule)) or times > MOST_A_DAY


def _rules(event: Component) -> str:
    """Return the recurrence rules as written, one a line, in capitals."""
    given: Any = event.get("RRULE", [])
    rules = given if isinstance(given, list) else [given]
    return "\n".join(rule.to_ical().decode().upper() for rule in rules)
