"""Agenda: the events of an iCalendar stream (RFC 5545), each occurrence an item."""

import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from icalendar import Component

from feeds.clean import plain_text, safe_link, summary_text, title_text
from feeds.errors import STUMBLES, MalformedSource
from feeds.sources import vevent
from feeds.sources.charsets import to_text
from feeds.sources.ics import Block, Stream, take_apart, with_zones
from feeds.sources.occurrences import Occurrence, effort, expand
from feeds.sources.programme import with_programmes
from feeds.sources.zones import known_zone
from feeds.values import ItemKind, Parsed, ParsedItem
from feeds.words import audiences_in, event_type_in
from storage.text import shorten

MOST: Final = 2000  # VEVENTs and items; icalendar takes a fifth of a millisecond for one
MOST_SECONDS: Final = 10.0  # for the recurring events of one document; some rules never match a day
MOST_EFFORT: Final = 1_000_000  # steps of recurrence in one document, about five seconds
CALLED_OFF: Final = re.compile(
    r"\W*(geannuleerd|afgelast|vervallen|vervalt|gaat niet door|cancelled|canceled)\b", re.I
)
RAW_START: Final = re.compile(r"^DTSTART.*?:(\d{8})", re.I | re.M)
LOCATION_LENGTH: Final = 300
SERIES_LENGTH: Final = 300


def parse_agenda(document: bytes, *, now: datetime, base_url: str) -> Parsed:
    """Return every occurrence, in the order of their starts; cancelled ones are marked so.

    Of a recurring event those from a month ago to 400 days ahead. What cannot be read is left out
    and complained of, with the line where it starts.
    Raises: MalformedSource when there is no calendar in the document.
    """
    stream = take_apart(to_text(document))
    if not stream.begun and not stream.events:
        raise MalformedSource(_what_else(document))
    reading = _Reading(stream, now, base_url)
    items = sorted(reading.items(), key=_start)
    if len(items) > MOST:
        reading.complaints.append(f"of {len(items)} occurrences the {MOST} nearest are kept")
        nearest = sorted(items, key=lambda item: abs(_start(item) - now))[:MOST]
        items = sorted(nearest, key=_start)
    title = plain_text(stream.properties.get("X-WR-CALNAME", ""))
    return Parsed(
        tuple(with_programmes(items)),
        complaints=tuple(reading.complaints),
        title=title,
        events=len(stream.events),
    )


class _Reading:
    """One document being read, and what could not be."""

    def __init__(self, stream: Stream, now: datetime, base_url: str) -> None:
        self.complaints = list(stream.complaints)
        self._stream, self._now, self._base = stream, now, base_url
        self._zone = known_zone(stream.properties.get("X-WR-TIMEZONE", ""))
        self._effort = 0
        self._until = time.monotonic() + MOST_SECONDS
        self._is_cancelling = stream.properties.get("METHOD", "").upper() == "CANCEL"

    def items(self) -> Iterator[ParsedItem]:
        """Yield the items of all events, in no order."""
        by_uid: dict[str, list[Component]] = defaultdict(list)
        for event in self._events():
            by_uid[vevent.uid_of(event)].append(event)
        for uid, events in by_uid.items():
            yield from self._items_of(uid, events)

    def _events(self) -> Iterator[Component]:
        for block in self._nearest(self._stream.events):
            try:
                event, dropped = vevent.read_vevent(with_zones(block, self._stream))
            except STUMBLES as failure:
                self._complain(f"line {block.number}: the event cannot be read", failure)
                continue
            for name in dropped:
                self.complaints.append(
                    f"line {block.number}: {name} makes no sense and is left out"
                )
            yield event

    def _items_of(self, uid: str, events: Sequence[Component]) -> Iterator[ParsedItem]:
        asked = effort(events, self._now)
        is_late = asked > 0 and time.monotonic() > self._until
        if is_late or self._effort + asked > MOST_EFFORT:
            self.complaints.append(f"event {uid[:80]}: too many repetitions in this calendar")
            return
        self._effort += asked
        occurrences, complaint = expand(events, zone=self._zone, now=self._now)
        if complaint:
            self.complaints.append(f"event {uid[:80]}: {complaint}")
        for occurrence in occurrences:
            try:
                yield self._item(uid, occurrence)
            except STUMBLES as failure:
                self._complain(f"event {uid[:80]} cannot be read", failure)

    def _item(self, uid: str, occurrence: Occurrence) -> ParsedItem:
        event, text = occurrence.component, vevent.text_of
        title, categories = title_text(text(event, "SUMMARY")), vevent.categories_of(event)
        is_off = text(event, "STATUS").upper() == "CANCELLED" or CALLED_OFF.match(title)
        return ParsedItem(
            kind=ItemKind.EVENT,
            guid=f"{uid}#{occurrence.name}" if occurrence.name else uid,
            title=title,
            summary=summary_text(text(event, "DESCRIPTION")),
            url=safe_link(text(event, "URL"), base=self._base),
            image_url=vevent.image_of(event, self._base),
            categories=categories,
            audiences=audiences_in(categories),
            times=vevent.times_of(event),
            location=shorten(plain_text(text(event, "LOCATION")), LOCATION_LENGTH),
            series=uid[:SERIES_LENGTH],
            cancelled=bool(is_off) or self._is_cancelling,
            details=dict(_details(event, categories, self._base)),
        )

    def _nearest(self, blocks: list[Block]) -> list[Block]:
        if len(blocks) <= MOST:
            return blocks
        self.complaints.append(f"of {len(blocks)} events the {MOST} nearest were read")
        nearest = sorted(blocks, key=lambda block: _days_away(block, self._now))[:MOST]
        return sorted(nearest, key=lambda block: block.number)

    def _complain(self, what: str, failure: Exception) -> None:
        reason = (str(failure) or type(failure).__name__).splitlines()[0]
        self.complaints.append(f"{what}: {reason}")


def _details(event: Component, categories: tuple[str, ...], base: str) -> Iterator[tuple[str, str]]:
    if kind := event_type_in(categories):
        yield "type", kind
    if parent := vevent.parent_of(event):
        yield "part_of", parent
        if leader := vevent.leader_of(event):
            yield "leader", leader
    # Not in any standard; publishers that know them say where, and until which day, to sign up.
    if register_url := safe_link(vevent.text_of(event, "X-REGISTER-URL"), base=base):
        yield "register_url", register_url
    by = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", vevent.text_of(event, "X-REGISTER-BY"))
    if by:
        yield "register_by", "-".join(by.groups())


def _days_away(block: Block, now: datetime) -> int:
    """Return roughly how far an event is, from its text; 0 for one that recurs."""
    text = "\n".join(block.lines)
    start = RAW_START.search(text)
    if not start or "RRULE" in text:
        return 0
    return abs(int(start[1]) - int(now.strftime("%Y%m%d")))


def _start(item: ParsedItem) -> datetime:
    return item.times.starts_at if item.times else datetime.max.replace(tzinfo=UTC)


def _what_else(document: bytes) -> str:
    start = document.lstrip()[:200].lower()
    if not start:
        return "the document is empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return "this is a web page, not a calendar"
    return "not a calendar: there is no BEGIN:VCALENDAR"
