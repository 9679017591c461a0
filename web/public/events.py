"""An event as the agenda, its own page and the front page show it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from feeds.model import Item
from newsletter import dutch
from newsletter.compose.blocks import congress, kind
from newsletter.compose.blocks.kind import Frame, View
from newsletter.compose.escape import clean_line
from newsletter.values import EditionKind
from subscribers.values import Audience

FRAME: Final = Frame(base_url="", edition_kind=EditionKind.NEWSLETTER)
PART_OF: Final = "part_of"  # a session of a congress: it stands in the congress' programme


@dataclass(frozen=True, slots=True)
class EventView:
    """One event. audiences: the sides it is for, () for everybody; type: lower case, or ""."""

    id: int
    title: str
    summary: str
    type: str
    starts_at: datetime
    ends_at: datetime | None
    all_day: bool
    location: str
    audiences: tuple[str, ...]
    cancelled: bool
    moved_from: datetime | None
    url: str
    register_url: str
    register_by: date | None

    @property
    def times(self) -> str:
        """Return "10.00 tot 16.30 uur"."""
        return dutch.time_range(self.starts_at, self.ends_at, self.all_day)

    @property
    def facts(self) -> str:
        """Return "Doorn, 10.00 tot 16.30 uur"."""
        return ", ".join(part for part in (self.location, self.times) if part)

    @property
    def short_facts(self) -> str:
        """Return "Doorn, 10.00 uur"."""
        begins = self.times if self.all_day else f"{dutch.clock(self.starts_at)} uur"
        return ", ".join(part for part in (self.location, begins) if part)

    def is_past(self, now: datetime) -> bool:
        """Say whether it is over."""
        return (self.ends_at or self.starts_at) <= now

    def is_for(self, audience: Audience | None) -> bool:
        """Say whether this side is welcome; None asks for everybody's."""
        return audience is None or not self.audiences or audience in self.audiences


def read_event(item: Item) -> EventView:
    """Return the event in a row of kind event. Raises ValueError for one without a start."""
    if item.starts_at is None:
        raise ValueError("an event needs a start")
    details = item.details
    return EventView(
        id=item.id,
        title=clean_line(item.shown_title),
        summary=clean_line(item.shown_summary),
        type=kind.text(details, "type").lower(),
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        all_day=item.all_day,
        location=clean_line(item.location),
        audiences=tuple(one for one in Audience if one in item.audiences),
        cancelled=item.cancelled,
        moved_from=item.moved_from,
        url=kind.link({"url": item.url}, "url"),
        register_url=kind.link(details, "register_url"),
        register_by=kind.date_in(details.get("register_by")),
    )


def read_events(items: Iterable[Item]) -> list[EventView]:
    """Return the events that stand by themselves: sessions of a congress are in its programme."""
    return [read_event(item) for item in items if stands_alone(item)]


def stands_alone(item: Item) -> bool:
    """Say whether it is more than a session of something larger."""
    return item.starts_at is not None and not item.details.get(PART_OF)


def today(now: datetime) -> datetime:
    """Return the midnight that this day began with, in Amsterdam."""
    return dutch.local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def by_month(events: Sequence[EventView]) -> list[tuple[str, list[EventView]]]:
    """Return the events, ordered by start, under "juni 2026" and so on."""
    return [(month, list(group)) for month, group in groupby(events, key=_month)]


def types_of(events: Iterable[EventView]) -> list[str]:
    """Return the kinds of event that occur, in the order of the alphabet."""
    return sorted({event.type for event in events if event.type})


def programme_of(item: Item) -> list[View]:
    """Return the rounds of a congress, each with its sessions; [] without a programme."""
    fields = {**congress.KIND.blank, **congress.from_item(item)}
    rounds: list[View] = congress.view(fields, FRAME)["programme"]
    return rounds


def theme_labels(slugs: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """Return what people call these themes; one that is no longer there is left out."""
    return [labels[slug] for slug in slugs if slug in labels]


def _month(event: EventView) -> str:
    day = dutch.local(event.starts_at).date()
    return f"{dutch.month(day)} {day.year}"
