"""Agenda: the events of an iCalendar stream (RFC 5545), each occurrence an item."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from icalendar import Component

from feeds.clean import safe_link, summary_text, title_text
from feeds.errors import STUMBLES, MalformedSource
from feeds.sources import vevent
from feeds.sources.budget import OF_A_DOCUMENT, Budget
from feeds.sources.charsets import to_text
from feeds.sources.eventscalendar import EventName, is_made_by_it, steady_name
from feeds.sources.ics import Block, Stream, take_apart, with_zones
from feeds.sources.occurrences import Occurrence, expand
from feeds.sources.programme import with_programmes
from feeds.sources.zones import known_zone
from feeds.values import ItemKind, Parsed, ParsedItem
from feeds.words import audiences_in, event_type_in

MOST: Final = 2000  # VEVENTs and items; icalendar takes a fifth of a millisecond for one
LOSING: Final = frozenset({"RRULE", "RDATE"})  # without them other occurrences are missing
CANCELLED: Final = frozenset({"CANCELLED", "CANCELED"})
CALLED_OFF: Final = re.compile(
    r"\W*(geannuleerd|afgelast|vervallen|vervalt|gaat niet door|cancelled|canceled)\b", re.I
)
RAW_START: Final = re.compile(r"^DTSTART.*?:(\d{8})", re.I | re.M)
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
        reading.lose(f"of {len(items)} occurrences the {MOST} nearest are kept")
        nearest = sorted(items, key=lambda item: abs(_start(item) - now))[:MOST]
        items = sorted(nearest, key=_start)
    return Parsed(
        tuple(with_programmes(items)),
        complaints=tuple(stream.complaints),
        title=title_text(stream.properties.get("X-WR-CALNAME", "")),
        events=stream.begun_events,
        complete=reading.is_complete,
    )


class _Reading:
    """One document being read. What could not be is added to the complaints of its stream."""

    def __init__(self, stream: Stream, now: datetime, base_url: str) -> None:
        self.is_complete = stream.is_whole
        self._stream, self._now, self._base = stream, now, base_url
        self._zone = known_zone(stream.properties.get("X-WR-TIMEZONE", ""))
        self._budget = Budget(OF_A_DOCUMENT)
        self._is_cancelling = stream.properties.get("METHOD", "").upper() == "CANCEL"
        self._is_events_calendar = is_made_by_it(stream.properties.get("PRODID", ""))

    def lose(self, complaint: str) -> None:
        """Complain of what is not among the items, so that nobody takes it for gone."""
        self.is_complete = False
        self._stream.complaints.append(complaint)

    def items(self) -> Iterator[ParsedItem]:
        """Yield the items of all events, in no order."""
        by_name: dict[EventName, list[Component]] = defaultdict(list)
        for event in self._events():
            by_name[self._name_of(event)].append(event)
        for name, events in by_name.items():
            yield from self._items_of(name, events)

    def _name_of(self, event: Component) -> EventName:
        url = safe_link(vevent.text_of(event, "URL"), base=self._base)
        return steady_name(vevent.uid_of(event), url=url, is_theirs=self._is_events_calendar)

    def _events(self) -> Iterator[Component]:
        for block in self._nearest(self._stream.events):
            try:
                text = with_zones(block, self._stream)
                event, dropped = vevent.read_vevent(text, self._stream.zones.own)
            except STUMBLES as failure:
                self._lose_one(f"line {block.number}: the event cannot be read", failure)
                continue
            for name in dropped:
                complain = (
                    self.lose if name in {"RRULE", "RDATE"} else self._stream.complaints.append
                )
                complain(f"line {block.number}: {name} makes no sense and is left out")
            yield event

    def _items_of(self, name: EventName, events: Sequence[Component]) -> Iterator[ParsedItem]:
        called = f"event {name.series[:80]}"
        try:
            known = expand(events, zone=self._zone, now=self._now, budget=self._budget)
        except STUMBLES as failure:
            self._lose_one(f"{called} cannot be read", failure)
            return
        if known.complaint:
            self.lose(f"{called}: {known.complaint}")
        for occurrence in known.found:
            try:
                item = self._item(name, occurrence)
                self._tell_of_skipped_hour(called, occurrence.component)
            except STUMBLES as failure:
                self._lose_one(f"{called} cannot be read", failure)
            else:
                yield item

    def _tell_of_skipped_hour(self, called: str, event: Component) -> None:
        told = f"{called}: the clock skips the hour that it starts at; it is shown an hour later"
        if vevent.is_in_the_gap(event) and told not in self._stream.complaints[-1:]:
            self._stream.complaints.append(told)

    def _item(self, name: EventName, occurrence: Occurrence) -> ParsedItem:
        event, text = occurrence.component, vevent.text_of
        title, categories = title_text(text(event, "SUMMARY")), vevent.categories_of(event)
        is_off = text(event, "STATUS").upper() in CANCELLED or CALLED_OFF.match(title)
        which = occurrence.name or name.which
        return ParsedItem(
            kind=ItemKind.EVENT,
            guid=f"{name.series}#{which}" if which else name.series,
            title=title,
            summary=summary_text(text(event, "DESCRIPTION")),
            url=safe_link(text(event, "URL"), base=self._base),
            image_url=vevent.image_of(event, self._base),
            categories=categories,
            audiences=audiences_in(categories),
            times=vevent.times_of(event),
            location=title_text(text(event, "LOCATION")),
            series=name.series[:SERIES_LENGTH],
            cancelled=bool(is_off) or self._is_cancelling,
            details=dict(_details(event, categories, self._base)),
        )

    def _nearest(self, blocks: list[Block]) -> list[Block]:
        if len(blocks) <= MOST:
            return blocks
        self.lose(f"of {len(blocks)} events the {MOST} nearest were read")
        nearest = sorted(blocks, key=lambda block: _days_away(block, self._now))[:MOST]
        return sorted(nearest, key=lambda block: block.number)

    def _lose_one(self, what: str, failure: Exception) -> None:
        reason = (str(failure) or type(failure).__name__).splitlines()[0]
        self.lose(f"{what}: {reason}")


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
