"""Taking an iCalendar stream apart, so that one bad component loses only itself (S-60)."""

import quopri
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from feeds.sources.charsets import to_text
from feeds.sources.icstimes import tidy_rule, with_iana_zone
from feeds.sources.ownzones import CalendarZones
from feeds.sources.zones import HOME, known_zone

LINE_END: Final = re.compile(r"\r\n|\n|\r")
NAME: Final = re.compile(r"\s*([A-Za-z0-9-]{1,60})\s*[;:]")
MOST_DATES: Final = 5_000  # of one event: each is parsed and compared to the others
MOST_DATES_IN_ALL: Final = 30_000  # a second and a half
MOST_LINES: Final = 50_000  # in all; icalendar takes 30 microseconds for one
A_LINE: Final = 5  # parameters: they take as long as a line
# How often a property counts that may stand in an event more than once; of any other the first.
SEVERAL: Final = {"CATEGORIES": 20, "IMAGE": 20, "ATTACH": 20, "RELATED-TO": 20, "RRULE": 3}
LISTS: Final = frozenset({"EXDATE", "RDATE"})
ENOUGH: Final = 20_000  # characters of a line
# What is not read is not given to icalendar.
READ: Final = frozenset(
    ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "CATEGORIES", "ORGANIZER",
     "CONTACT", "RELATED-TO", "IMAGE", "ATTACH", "DTSTART", "DTEND", "RECURRENCE-ID", "DURATION",
     "RRULE", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP", "X-REGISTER-URL", "X-REGISTER-BY")
)  # fmt: skip
DEEPEST: Final = 50  # components inside each other; real calendars have three
# vCalendar 1.0: the value in pieces that end in "=", and not folded.
QUOTED: Final = re.compile(r"[^:]*;\s*(?:ENCODING=)?QUOTED-PRINTABLE\b[^:]*:", re.I)
QUOTED_PARAMETER: Final = re.compile(r";\s*(?:(?:ENCODING=)?QUOTED-PRINTABLE|CHARSET=[^;:]*)", re.I)
CHARSET: Final = re.compile(r";\s*CHARSET=([^;:]*)", re.I)


@dataclass(slots=True)
class Block:
    """The lines of one VEVENT that are read, without what is nested in it.

    number: its first line, from 1. dates: how many its lists of dates hold.
    """

    number: int
    lines: list[str] = field(default_factory=list)
    alike: Counter[str] = field(default_factory=Counter)
    dates: int = 0

    def take(self, line: str) -> None:
        """Add a line, if it is one that is read; too long a text is cut."""
        name = NAME.match(line)
        if not name:
            self._take_rest(line)
        elif name[1].upper() in LISTS:
            self.dates += 1 + line.count(",")
            if self.dates <= MOST_DATES:
                self.lines.append(line)
        elif name[1].upper() in READ:
            self.alike[name[1].upper()] += 1
            if self.alike[name[1].upper()] <= SEVERAL.get(name[1].upper(), 1):
                self.lines.append(line[:ENOUGH])

    def _take_rest(self, line: str) -> None:
        """Add a line to the description before it: some texts are not folded."""
        last = self.lines[-1] if self.lines else ""
        if last[:11].upper() == "DESCRIPTION" and len(last) < ENOUGH:
            self.lines[-1] = f"{last}\\n{line[:ENOUGH]}"


@dataclass(slots=True)
class Stream:
    """A calendar taken apart. properties: those of the calendar itself, names in capitals."""

    events: list[Block] = field(default_factory=list)
    zones: CalendarZones = field(default_factory=CalendarZones)
    properties: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    begun: bool = False
    ended: bool = False
    begun_events: int = 0
    named_zones: dict[str, str] = field(default_factory=dict)
    dates_left: int = MOST_DATES_IN_ALL
    lines_left: int = MOST_LINES

    @property
    def default_zone(self) -> str:
        """The zone for unknown names: the calendar's own, else Amsterdam."""
        return known_zone(self.properties.get("X-WR-TIMEZONE", "")) or HOME

    @property
    def is_whole(self) -> bool:
        """Whether it was read to its end, and every event in it has one too."""
        return self.ended and self.begun_events == len(self.events)

    def zone_of(self, tzid: str) -> str:
        """Return the zone that a TZID means, or none at all: floating is Amsterdam's (S-67).

        What cannot be known is complained of.
        """
        if not tzid:
            return HOME
        if tzid not in self.named_zones:
            zone = self.zones.find(tzid)
            if not zone:
                zone = self.default_zone
                self.complaints.append(f"the zone {tzid[:80]!r} is not known; {zone} is taken")
            self.named_zones[tzid] = zone
        return self.named_zones[tzid]


def take_apart(text: str) -> Stream:
    """Return the parts of a stream. Never fails: what has no end is left out, with a complaint."""
    stream, taker = Stream(), _Taker()
    lines = unfolded(text)
    for number, line in _unquoted(lines) if "QUOTED-PRINTABLE" in text.upper() else lines:
        taker.take(stream, number, line)
    taker.finish(stream)
    return stream


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the content lines with the number of their first line (RFC 5545 §3.1).

    Blank lines are passed over, also between the pieces of a line: some doubled their line ends.
    """
    held, held_number = "", 0
    for number, line in enumerate(LINE_END.split(text), start=1):
        if line[:1] in {" ", "\t"} and held:
            held += line[1:]
            continue
        if not line:
            continue
        if held.strip():
            yield held_number, held
        held, held_number = line, number
    if held.strip():
        yield held_number, held


def with_zones(block: Block, stream: Stream) -> str:
    """Return a VEVENT as text whose times name an IANA zone, one of the stream's own, or UTC.

    Raises ValueError for more dates or lines than an event, or all of them, can have.
    """
    if block.dates > MOST_DATES:
        raise ValueError(f"it has more than {MOST_DATES} dates")
    stream.dates_left -= block.dates
    if stream.dates_left < 0:
        raise ValueError(f"the calendar has more than {MOST_DATES_IN_ALL} dates")
    stream.lines_left -= sum(1 + line.count(";") // A_LINE for line in block.lines)
    if stream.lines_left < 0:
        raise ValueError(f"the calendar has more than {MOST_LINES} lines")
    made = (one for line in block.lines for one in with_iana_zone(line, stream.zone_of))
    lines = (tidy_rule(line) for line in made)
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


def _unquoted(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines of vCalendar 1.0 as those of its successor."""
    for number, line in lines:
        head = QUOTED.match(line)
        if not head:
            yield number, line
            continue
        pieces = [line[head.end() :]]
        while pieces[-1].endswith("=") and (following := next(lines, None)):
            pieces[-1] = pieces[-1][:-1]
            pieces.append(following[1])
        charset = CHARSET.search(head[0])
        raw = quopri.decodestring("".join(pieces).encode("utf-8", "replace"))
        text = to_text(raw, content_type=f"charset={charset[1]}" if charset else "")
        text = LINE_END.sub(r"\\n", text)
        yield number, QUOTED_PARAMETER.sub("", head[0]) + text


class _Taker:
    """Where we are in the stream: the names of the components that are open, outermost first."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.event: Block | None = None
        self.zone: list[str] = []

    def take(self, stream: Stream, number: int, line: str) -> None:
        name, _, value = line.partition(":")
        verb, component = name.strip().upper(), value.strip().upper()
        if "VTIMEZONE" in self.open:
            self.zone.append(line)
        if verb == "BEGIN":
            self._begin(stream, number, component)
        elif verb == "END":
            self._end(stream, component)
        elif self.open[-1:] == ["VEVENT"] and self.event:
            self.event.take(line)
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
            stream.begun_events += 1
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
                name = names[0].partition(":")[2].strip()
                stream.zones.definitions[name] = self.zone
        elif component == "VCALENDAR":
            if self.event:
                stream.complaints.append(f"line {self.event.number}: the event has no end")
                self._end(stream, "VEVENT")
            stream.ended = True
