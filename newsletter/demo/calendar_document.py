"""The demo's calendar as one iCalendar stream (RFC 5545), in its first or its second version.

Times carry the zone of Amsterdam with its definition, so that a series keeps its hour when the
clock changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from feeds.values import AMSTERDAM
from newsletter.demo.material import Event, Repeat, Talk, weekday_of

ZONE: Final = f"""\
BEGIN:VTIMEZONE
TZID:{AMSTERDAM.key}
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE""".splitlines()

LINE_OCTETS: Final = 75  # RFC 5545 §3.1


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the calendar needs to become a document. labels: Dutch words of theme slugs."""

    events: tuple[Event, ...]
    day: date
    address: str
    labels: Mapping[str, str]

    def uid(self, *parts: str) -> str:
        """Return a name that stays when the demo runs on another port."""
        return f"{'-'.join(parts)}-{self.day:%Y%m%d}@example.org"


def write_calendar(calendar: Calendar) -> bytes:
    """Return the stream, folded, with CRLF line ends."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example.org//demo//NL"]
    lines += ["X-WR-CALNAME:Agenda Opleidingsscholen", *ZONE]
    for event in calendar.events:
        lines += _event(calendar, event)
        for talk in event.talks:
            lines += _talk(calendar, event, talk)
        for number, starts in enumerate(event.breaks):
            lines += _break(calendar, event, number, starts)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines).encode()


def _event(calendar: Calendar, event: Event) -> Iterator[str]:
    day = event.day(calendar.day)
    lines = list(_head(calendar, event, uid=calendar.uid(event.slug)))
    repeat = event.repeat
    yield from _component(
        [
            *lines,
            *_span(event, day),
            *(
                [f"RRULE:FREQ=WEEKLY;INTERVAL={repeat.every_weeks};COUNT={repeat.times}"]
                if repeat
                else []
            ),
        ]
    )
    if repeat:
        yield from _exceptions(calendar, event, repeat, lines)


def _exceptions(
    calendar: Calendar, event: Event, repeat: Repeat, lines: list[str]
) -> Iterator[str]:
    def occurrence(number: int) -> int:
        return event.week + (number - 1) * repeat.every_weeks

    def original(number: int) -> str:
        day = weekday_of(calendar.day, week=occurrence(number), weekday=event.weekday)
        return f"RECURRENCE-ID;{_local(day, event.starts)}"

    moved_to = weekday_of(calendar.day, week=occurrence(repeat.moved), weekday=repeat.moved_to)
    yield from _component([*lines, original(repeat.moved), *_span(event, moved_to)])
    dropped = weekday_of(calendar.day, week=occurrence(repeat.cancelled), weekday=event.weekday)
    yield from _component(
        [*lines, original(repeat.cancelled), *_span(event, dropped), "STATUS:CANCELLED"]
    )


def _head(calendar: Calendar, event: Event, *, uid: str) -> Iterator[str]:
    page = f"{calendar.address}/agenda/{event.slug}"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{_stamp(calendar.day)}"
    yield f"SEQUENCE:{event.version}"
    yield f"SUMMARY:{_text(event.title)}"
    yield f"DESCRIPTION:{_text(event.summary)}"
    yield f"LOCATION:{_text(event.location)}"
    yield f"URL:{page}"
    yield _categories(calendar, event.type, *event.themes, *event.audiences)
    if event.register:
        yield f"X-REGISTER-URL:{page}/aanmelden"
        yield f"X-REGISTER-BY:{event.register_by(calendar.day)}"
    if event.cancelled:
        yield "STATUS:CANCELLED"


def _talk(calendar: Calendar, event: Event, talk: Talk) -> Iterator[str]:
    day = event.day(calendar.day)
    yield from _component(
        [
            f"UID:{calendar.uid(event.slug, talk.slug)}",
            f"DTSTAMP:{_stamp(calendar.day)}",
            f"RELATED-TO:{calendar.uid(event.slug)}",
            f"SUMMARY:{_text(talk.title)}",
            f"DESCRIPTION:{_text(talk.summary)}",
            f"LOCATION:{_text(event.location)}",
            f"CONTACT:{_text(talk.leader)}",
            f"URL:{calendar.address}/agenda/{event.slug}/{talk.slug}",
            _categories(calendar, "sessie", *talk.themes, *talk.audiences),
            f"DTSTART;{_local(day, talk.starts)}",
            f"DTEND;{_local(day, talk.ends)}",
        ]
    )


def _break(calendar: Calendar, event: Event, number: int, starts: str) -> Iterator[str]:
    yield from _component(
        [
            f"UID:{calendar.uid(event.slug, 'samen', str(number))}",
            f"DTSTAMP:{_stamp(calendar.day)}",
            f"RELATED-TO:{calendar.uid(event.slug)}",
            f"SUMMARY:{_text(event.breaks[starts])}",
            f"LOCATION:{_text(event.location)}",
            f"DTSTART;{_local(event.day(calendar.day), starts)}",
        ]
    )


def _component(lines: list[str]) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield from lines
    yield "END:VEVENT"


def _span(event: Event, day: date) -> list[str]:
    return [f"DTSTART;{_local(day, event.starts)}", f"DTEND;{_local(day, event.ends)}"]


def _local(day: date, hour: str) -> str:
    moment = datetime.combine(day, time.fromisoformat(hour))
    return f"TZID={AMSTERDAM.key}:{moment:%Y%m%dT%H%M%S}"


def _stamp(day: date) -> str:
    midnight = datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
    return f"{midnight - timedelta(hours=8):%Y%m%dT%H%M%SZ}"


def _categories(calendar: Calendar, *words: str) -> str:
    return "CATEGORIES:" + ",".join(_text(calendar.labels.get(word, word)) for word in words)


def _text(words: str) -> str:
    """Escape a text value (RFC 5545 §3.3.11)."""
    for plain in ("\\", ";", ","):
        words = words.replace(plain, f"\\{plain}")
    return words.replace("\n", "\\n")


def _fold(line: str) -> str:
    """Break a line into pieces of at most 75 octets, never inside a character."""
    pieces, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += octets
    return "\r\n".join(pieces)
