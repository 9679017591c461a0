"""From the VEVENTs that share a UID to their occurrences in a window (S-61, S-62)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final

import recurring_ical_events
from icalendar import Calendar, Component
from icalendar.prop import vDDDTypes
from recurring_ical_events.selection.name import ComponentsWithName

from feeds.errors import STUMBLES
from feeds.sources.budget import OF_ONE_UID, BoundedSeries, Budget, TooManyRepetitions
from feeds.sources.vevent import dates_of, moment, start_of, text_of
from feeds.values import AMSTERDAM

BEHIND: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=400)
MOST: Final = 400
MOST_A_DAY: Final = 24

RECURRING: Final = ("RRULE", "RDATE", "RECURRENCE-ID")
# dateutil does not come back from INTERVAL=0.
REFUSED: Final = re.compile(r"FREQ=(SECONDLY|MINUTELY)|INTERVAL=(-|0+\b)", re.I)
TIMES_OF_DAY: Final = re.compile(r"BY(?:HOUR|MINUTE|SECOND)=([\d,]+)", re.I)
Version = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place. name: which one of its series, "" for a single event."""

    component: Component
    name: str = ""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Those of one UID. complaint: what was left out and why, or ""."""

    found: Sequence[Occurrence]
    complaint: str = ""


def expand(events: Sequence[Component], *, zone: str, now: datetime, budget: Budget) -> Occurrences:
    """Return the occurrences of one UID.

    A single event always; of a recurring one what touches now - 30 days to now + 400 days, at most
    the first 400. Cancelled ones are among them.
    """
    if not any(name in event for event in events for name in RECURRING):
        return Occurrences(_singles(events))
    masters = [event for event in events if "RECURRENCE-ID" not in event]
    if refused := next(filter(_is_refused, masters), None):
        complaint = "it recurs more than hourly; only its first time is kept"
        return Occurrences([Occurrence(_without_rules(refused))], complaint)
    try:
        found = list(_expanded(_latest(events), zone, now, budget.part(OF_ONE_UID)))
    except TooManyRepetitions:
        first = [Occurrence(_without_rules(one)) for one in masters[:1] if _is_ahead(one, now)]
        return Occurrences(first, "its repetitions take too long to work out")
    except STUMBLES as failure:
        reason = f"its recurrence cannot be worked out: {type(failure).__name__}: {failure}"
        return Occurrences([Occurrence(event) for event in masters[:1]], reason)
    complaint = f"of {len(found)} times the first {MOST} are kept" if len(found) > MOST else ""
    return Occurrences(found[:MOST], complaint)


def _singles(events: Sequence[Component]) -> list[Occurrence]:
    """Return the last version of an event that does not recur; nothing when it is excepted.

    Some calendars give all their events one UID: what differs in title and start is no version.
    """
    last = max(events, key=_version)
    told = {_told(last): last}
    for event in events:
        is_other = _sequence(event) == _sequence(last) and _told(event) not in told
        if is_other and (_is_apart(event, last) or _version(event) == _version(last)):
            told[_told(event)] = event
    kept = [event for event in told.values() if not _is_excepted(event)]
    if len(told) == 1:
        return [Occurrence(event) for event in kept]
    names = [f"{start_of(event)}"[:10] for event in kept]
    if len(set(names)) < len(names):
        names = [_written(start_of(event)) for event in kept]
    return [Occurrence(event, name) for event, name in zip(kept, names, strict=True)]


def _told(event: Component) -> tuple[str, str]:
    return text_of(event, "SUMMARY"), _written(start_of(event))


def _is_apart(event: Component, other: Component) -> bool:
    return all(one != two for one, two in zip(_told(event), _told(other), strict=True))


def _is_excepted(event: Component) -> bool:
    """Say whether its own start is among its exceptions."""
    start = start_of(event)
    days = {moment(start).astimezone(AMSTERDAM).date(), _day(start)}
    return any(
        moment(one) == moment(start) if isinstance(one, datetime) else one in days
        for one in dates_of(event, "EXDATE")
    )


def _latest(events: Sequence[Component]) -> list[Component]:
    """Return the last version of the series, and of each of its overrides."""
    masters = [event for event in events if "RECURRENCE-ID" not in event]
    master = max(masters, key=_version, default=None)
    latest: dict[str, Component] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            _fit_recurrence_id(event, master)
            named: Any = event["RECURRENCE-ID"]
            name = _written(named.dt)
            latest[name] = max(latest.get(name, event), event, key=_version)
    return [*([master] if master is not None else []), *latest.values()]


def _fit_recurrence_id(event: Component, master: Component | None) -> None:
    """Make the name of an occurrence a date where the series has dates, else a moment."""
    named: Any = event["RECURRENCE-ID"]
    start = start_of(master) if master is not None else named.dt
    if isinstance(start, datetime) == isinstance(named.dt, datetime):
        return
    if isinstance(start, datetime):
        fitting: date = datetime.combine(named.dt, start.timetz())
    else:
        fitting = named.dt.date()
    event["RECURRENCE-ID"] = vDDDTypes(fitting)
    event["RECURRENCE-ID"].params.update(
        {name: value for name, value in named.params.items() if name == "RANGE"}
    )


def _expanded(
    events: Sequence[Component], zone: str, now: datetime, budget: Budget
) -> Iterator[Occurrence]:
    calendar = Calendar()
    if zone:
        calendar.add("X-WR-TIMEZONE", zone)
    for event in events:
        calendar.add_component(event)
    kind = ComponentsWithName("VEVENT", series=partial(BoundedSeries, budget=budget))
    found = recurring_ical_events.of(calendar, components=[kind]).between(now - BEHIND, now + AHEAD)
    moved = _moves(events)
    for component in sorted(found, key=lambda one: _written(start_of(one))):
        yield Occurrence(component, _name(component, moved))


def _moves(events: Sequence[Component]) -> dict[str, timedelta]:
    """Return by how much the occurrences after each change "of this and future ones" moved."""
    moves = {}
    for event in events:
        named: Any = event.get("RECURRENCE-ID")
        if named is not None and "RANGE" in named.params:
            moves[_written(named.dt)] = _difference(start_of(event), named.dt)
    return moves


def _difference(one: date, other: date) -> timedelta:
    """Return the difference as clocks show it; between a date and a moment there is none."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        if (one.tzinfo is None) != (other.tzinfo is None):
            return timedelta(0)
        return one - (other.astimezone(one.tzinfo) if one.tzinfo else other)
    return timedelta(0) if isinstance(one, datetime) or isinstance(other, datetime) else one - other


def _name(component: Component, moved: dict[str, timedelta]) -> str:
    """Return the original start, in UTC or as a date; a moved occurrence keeps it."""
    named: Any = component["RECURRENCE-ID"]
    if "RANGE" in named.params:  # the same for all that follow, so it names none of them
        return _written(start_of(component) - moved.get(_written(named.dt), timedelta(0)))
    return _written(named.dt)


def _written(value: date) -> str:
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    return str(value).replace(" ", "T").replace("+00:00", "Z")


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _version(event: Component) -> Version:
    """Order versions of one event: SEQUENCE, then LAST-MODIFIED, then DTSTAMP."""
    return (_sequence(event), _stamp(event, "LAST-MODIFIED"), _stamp(event, "DTSTAMP"))


def _sequence(event: Component) -> int:
    try:
        return int(event.get("SEQUENCE", -1))
    except (TypeError, ValueError):
        return -1


def _stamp(event: Component, name: str) -> str:
    stamped = getattr(event.get(name), "dt", None)
    return _written(stamped) if isinstance(stamped, date) else ""


def _is_ahead(event: Component, now: datetime) -> bool:
    return moment(start_of(event)) > now - BEHIND


def _without_rules(event: Component) -> Component:
    single: Component = event.copy()
    for name in ("RRULE", "RDATE"):
        single.pop(name, None)
    return single


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
