"""Events as an iCalendar stream that other programs follow (RFC 5545, METHOD:PUBLISH). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event, Timezone

from newsletter import dutch
from web.public.events import EventView

# The rules since 1996, valid for every date we show; clients need no tz database for it.
TIMEZONE: Final = """BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
LOOK_AGAIN: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Dated:
    """An event with the moments that clients compare. changed_at: None when it never changed."""

    event: EventView
    first_seen_at: datetime
    changed_at: datetime | None


def write_calendar(events: Iterable[Dated], *, name: str, base_url: str) -> bytes:
    """Return the stream: CRLF line ends, folded at 75 octets, one UID for ever for each event."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{name}//Agenda//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", f"Agenda {name}")  # RFC 7986 §5.1
    calendar.add("x-wr-calname", f"Agenda {name}")
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    calendar.add_component(Timezone.from_ical(TIMEZONE))
    for dated in events:
        calendar.add_component(_event(dated, base_url))
    stream: bytes = calendar.to_ical(sorted=False)
    return stream


def _event(dated: Dated, base_url: str) -> Event:
    event, page = dated.event, f"{base_url}/agenda/{dated.event.id}"
    written = (dated.changed_at or dated.first_seen_at).astimezone(UTC).replace(microsecond=0)
    made = Event()
    made.add("uid", f"bijeenkomst-{event.id}@{urlsplit(base_url).hostname}")
    made.add("dtstamp", written)
    made.add("last-modified", written)
    made.add("sequence", _sequence(dated))
    _add_times(made, event)
    made.add("summary", f"Afgezegd: {event.title}" if event.cancelled else event.title)
    made.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    made.add("description", "\n\n".join(part for part in (event.summary, page) if part))
    made.add("url", page)
    if event.location:
        made.add("location", event.location)
    if event.type:
        made.add("categories", [event.type])
    return made


def _add_times(made: Event, event: EventView) -> None:
    starts, ends = dutch.local(event.starts_at), event.ends_at and dutch.local(event.ends_at)
    if event.all_day:
        made.add("dtstart", starts.date())
        made.add("transp", "TRANSPARENT")
        if ends and ends.date() > starts.date():
            made.add("dtend", ends.date())  # exclusive, as in the row
        return
    made.add("dtstart", starts)
    if ends and ends > starts:
        made.add("dtend", ends)


def _sequence(dated: Dated) -> int:
    """Return a number that only grows with a change (RFC 5545 §3.8.7.4): the minutes until it."""
    if dated.changed_at is None:
        return 0
    return max(0, int((dated.changed_at - dated.first_seen_at).total_seconds() // 60))
