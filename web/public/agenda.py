"""The agenda: what is when, where and for whom; as pages, and as calendars to follow."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response

from feeds import shown
from feeds.model import Item
from feeds.themes import list_themes
from feeds.values import ItemKind
from newsletter.store import published
from subscribers.values import Audience
from web.errors import PageUnknown
from web.pages import Call, page
from web.public.calendar import Dated, write_calendar
from web.public.documents import document
from web.public.events import (
    EventView,
    by_month,
    programme_of,
    read_event,
    read_events,
    stands_alone,
    theme_labels,
    today,
    types_of,
)

CALENDAR_TYPE: Final = "text/calendar; charset=utf-8; method=PUBLISH"
LOOK_BACK: Final = timedelta(days=92)
PAST: Final = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters in the address: kant and soort."""

    audience: Audience | None
    type: str

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return self.audience is not None or bool(self.type)

    def lets_pass(self, event: EventView) -> bool:
        """Say whether the event is asked for."""
        return event.is_for(self.audience) and self.type in {"", event.type}


def show_agenda(call: Call) -> Response:
    """Show what is coming, by month."""
    chosen = read_chosen(call)
    begin = today(call.now)
    with call.services.db.read() as session:
        upcoming = read_events(shown.events_from(session, begin))
        before = shown.events_before(session, begin, since=begin - LOOK_BACK, limit=PAST)
    base_url = call.services.settings.base_url
    return page(
        call,
        "public/agenda.html",
        chosen=chosen,
        types=types_of(upcoming),
        months=by_month([event for event in upcoming if chosen.lets_pass(event)]),
        past=read_events(before),
        calendar_url=f"{base_url}/agenda.ics",
        follow_url=f"webcal://{urlsplit(base_url).netloc}/agenda.ics",
    )


def show_event(call: Call) -> Response:
    """Show one event, also one that is over or cancelled."""
    with call.services.db.read() as session:
        item = shown.get_shown(session, call.number("event"), ItemKind.EVENT)
        themes = {theme.slug: theme.label for theme in list_themes(session)}
    event = read_event(item)
    return page(
        call,
        "public/event.html",
        event=event,
        is_past=event.is_past(call.now),
        programme=programme_of(item),
        themes=theme_labels(item.themes, themes),
        source=item.source.name if item.source else "",
    )


def give_calendar(call: Call) -> Response:
    """Give the whole agenda as a calendar, with what was cancelled: followers must learn of it."""
    with call.services.db.read() as session:
        items = shown.events_from(session, today(call.now) - LOOK_BACK)
    whole = [item for item in items if stands_alone(item)]
    return document(call, _write(call, whole), CALENDAR_TYPE)


def give_event(call: Call) -> Response:
    """Give one event as a calendar, for whoever wants just that one."""
    event_id = call.number("event")
    with call.services.db.read() as session:
        item = shown.get_shown(session, event_id, ItemKind.EVENT)
    name = f"bijeenkomst-{event_id}.ics"
    return document(call, _write(call, [item]), CALENDAR_TYPE, file_name=name)


def give_edition(call: Call) -> Response:
    """Give the events of one edition's agenda, as this side got them. Raises UnknownEdition.

    Blocks for a saved segment are there for whoever got them: their mail names them (`blok`).
    """
    audience = read_chosen(call).audience
    own = set(call.query.get("blok", "").split("."))
    with call.services.db.read() as session:
        edition = published.get_published(session, call.number("edition"))
    items = [
        block.item
        for block in edition.blocks
        if block.item is not None
        and block.item.kind == ItemKind.EVENT
        and (str(block.id) in own if block.segment else _is_for(block.audience, audience))
    ]
    name = f"agenda-editie-{edition.id}.ics"
    return document(call, _write(call, items), CALENDAR_TYPE, file_name=name)


def _is_for(audience: str | None, side: Audience | None) -> bool:
    return side is None or audience in {None, side}


def read_chosen(call: Call) -> Chosen:
    """Return the filters. Raises PageUnknown for a side that does not exist."""
    kant = call.query.get("kant", "")
    if kant not in {"", *Audience}:
        raise PageUnknown("kant")
    return Chosen(Audience(kant) if kant else None, call.query.get("soort", "").strip().lower())


def _write(call: Call, items: list[Item]) -> bytes:
    settings = call.services.settings
    dated = [Dated(read_event(item), item.first_seen_at, item.changed_at) for item in items]
    return write_calendar(dated, name=settings.organisation.name, base_url=settings.base_url)
