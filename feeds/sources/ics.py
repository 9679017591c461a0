"""Taking an iCalendar stream apart, so that one bad component loses only itself (S-60)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from feeds.sources.zones import HOME, known_zone, zone_name

LINE_END: Final = re.compile(r"\r\n|\n|\r")
TIMED: Final = re.compile(r"(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)([;:].*)", re.I)
TZID: Final = re.compile(r';TZID=("[^"]*"|[^;]*)', re.I)
MOST_DATES: Final = 5_000  # in one RDATE or EXDATE: each is parsed and compared to the others
DEEPEST: Final = 50  # components inside each other; real calendars have three
KEPT_PARAMETERS: Final = re.compile(r";(?:VALUE|RANGE)=[^;:]*", re.I)


@dataclass(slots=True)
class Block:
    """The lines of one VEVENT, without what is nested in it. number: its first line, from 1."""

    number: int
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stream:
    """A calendar taken apart. properties: those of the calendar itself, names in capitals."""

    events: list[Block] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    begun: bool = False
    ended: bool = False

    @property
    def default_zone(self) -> str:
        """The zone for unknown names: the calendar's own, else Amsterdam."""
        return known_zone(self.properties.get("X-WR-TIMEZONE", "")) or HOME


def take_apart(text: str) -> Stream:
    """Return the parts of a stream. Never fails: what has no end is left out, with a complaint."""
    stream, taker = Stream(), _Taker()
    for number, line in unfolded(text):
        taker.take(stream, number, line)
    taker.finish(stream)
    stream.ended = stream.ended or not stream.begun
    return stream


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the content lines with the number of their first line (RFC 5545 §3.1)."""
    held, held_number = "", 0
    for number, line in enumerate(LINE_END.split(text), start=1):
        if line[:1] in {" ", "\t"} and held:
            held += line[1:]
            continue
        if held.strip():
            yield held_number, held
        held, held_number = line, number
    if held.strip():
        yield held_number, held


def with_zones(block: Block, stream: Stream) -> str:
    """Return a VEVENT as text whose times name an IANA zone or UTC; floating is Amsterdam.

    Raises ValueError for more dates than an event can have.
    """
    if sum(line.count(",") for line in block.lines if TIMED.match(line)) > MOST_DATES:
        raise ValueError(f"it has more than {MOST_DATES} dates")
    lines = (_with_zone(line, stream.zones, stream.default_zone) for line in block.lines)
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


class _Taker:
    """Where we are in the stream: the names of the components that are open, outermost first."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.event: Block | None = None
        self.zone: list[str] = []

    def take(self, stream: Stream, number: int, line: str) -> None:
        name, _, value = line.partition(":")
        verb, component = name.strip().upper(), value.strip().upper()
        if verb == "BEGIN":
            self._begin(stream, number, component)
        elif verb == "END":
            self._end(stream, component)
        elif self.open[-1:] == ["VEVENT"] and self.event:
            self.event.lines.append(line)
        elif "VTIMEZONE" in self.open:
            self.zone.append(line)
        elif self.open[-1:] == ["VCALENDAR"]:
            stream.properties.setdefault(name.partition(";")[0].strip().upper(), value.strip())

    def finish(self, stream: Stream) -> None:
        if self.event:
            stream.complaints.append(f"line {self.event.number}: the event has no end")
        if stream.begun and not stream.ended:
            stream.complaints.append("the calendar is cut off: it has no END:VCALENDAR")

    def _begin(self, stream: Stream, number: int, component: str) -> None:
        if component == "VEVENT":
            if self.event:  # the one before was never closed; what it says still counts
                stream.complaints.append(f"line {self.event.number}: the event has no end")
                self._end(stream, "VEVENT")
            self.event = Block(number)
        elif component == "VTIMEZONE":
            self.zone = []
        elif component == "VCALENDAR":
            stream.begun, stream.ended, self.open = True, False, []
        if len(self.open) < DEEPEST:
            self.open.append(component)

    def _end(self, stream: Stream, component: str) -> None:
        if component in self.open:  # closes also what was left open inside it
            del self.open[len(self.open) - 1 - self.open[::-1].index(component) :]
        if component == "VEVENT" and self.event:
            stream.events.append(self.event)
            self.event = None
        elif component == "VTIMEZONE":
            names = [line for line in self.zone if line.upper().startswith("TZID")]
            if names:
                stream.zones[names[0].partition(":")[2].strip()] = self.zone
        elif component == "VCALENDAR":
            stream.ended = True


def _with_zone(line: str, zones: Mapping[str, list[str]], default: str) -> str:
    timed = TIMED.match(line)
    if not timed:
        return line
    # Values of these properties hold no colon; an unquoted "(UTC+01:00) Amsterdam" does.
    parameters, _, value = timed[2].rpartition(":")
    kept = "".join(KEPT_PARAMETERS.findall(parameters))
    value = value.strip()
    if "T" not in value.upper() or value.upper().endswith("Z"):
        return f"{timed[1]}{kept}:{value}"
    given = TZID.search(parameters)
    tzid = given[1].strip('"') if given else ""
    zone = zone_name(tzid, definition=zones.get(tzid, ()), default=default) if tzid else HOME
    if zone == "UTC":
        value = ",".join(f"{one}Z" for one in value.split(",")) if "/" not in value else value
        return f"{timed[1]}{kept}:{value}"
    return f"{timed[1]}{kept};TZID={zone}:{value}"
