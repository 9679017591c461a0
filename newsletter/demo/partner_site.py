"""What the invented partners' web server says: a document for each path."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Final

from feeds.values import AMSTERDAM
from newsletter.demo import material
from newsletter.demo.calendar_document import Calendar, write_calendar
from newsletter.demo.feed_documents import Edition, published_at, write_feed
from newsletter.demo.material import Event, Feed
from newsletter.demo.templates import TEMPLATES
from newsletter.dutch import long_date

AGENDA_PATH: Final = "/agenda/agenda.ics"


@dataclass(frozen=True, slots=True)
class Document:
    """One answer, with what a conditional request is compared to (RFC 9110 §13)."""

    content_type: str
    body: bytes
    modified_at: datetime

    @property
    def etag(self) -> str:
        """A strong validator: the same bytes have the same one."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a link leads to: plain words, no layout of its own.

    alternates: the feeds and calendars that it names: media type and address.
    """

    title: str
    kicker: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    alternates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PartnerSite:
    """Everything the partners publish.

    day:    the demo's day zero.
    labels: Dutch words of theme slugs.
    """

    day: date
    address: str
    labels: Mapping[str, str]
    feeds: tuple[Feed, ...] = field(default_factory=material.read_feeds)
    events: tuple[Event, ...] = field(default_factory=material.read_events)

    def document(self, path: str, *, today: date, changed: bool) -> Document | None:
        """Return what stands at a path on that day, or None.

        changed: whether the calendar's second version is out: an event moved, one cancelled.
        """
        for feed in self.feeds:
            if path == f"/{feed.slug}/feed.xml":
                return self._feed(feed, today)
        events = tuple(event.changed() if changed else event for event in self.events)
        if path == AGENDA_PATH:
            calendar = Calendar(events, self.day, self.address, self.labels)
            return Document(
                "text/calendar; charset=utf-8", write_calendar(calendar), self._midnight()
            )
        page = dict(self._pages(events, today)).get(path.rstrip("/"))
        return self._page(page) if page else None

    def _feed(self, feed: Feed, today: date) -> Document:
        edition = Edition(feed, self.day, today, self.address, self.labels)
        kind = f"application/{feed.format}+xml; charset=utf-8"
        return Document(kind, write_feed(edition), edition.updated_at)

    def _page(self, page: Page) -> Document:
        html = TEMPLATES.get_template("partner.html").render(page=page)
        return Document("text/html; charset=utf-8", html.encode(), self._midnight())

    def _midnight(self) -> datetime:
        return datetime.combine(self.day, time(), AMSTERDAM).astimezone(UTC)

    def _pages(self, events: tuple[Event, ...], today: date) -> Iterator[tuple[str, Page]]:
        yield "", self._front(events)
        for feed in self.feeds:
            yield from self._feed_pages(feed, today)
        for event in events:
            yield from self._event_pages(event)

    def _front(self, events: tuple[Event, ...]) -> Page:
        links = [(feed.name, f"/{feed.slug}") for feed in self.feeds]
        links += [(event.title, f"/agenda/{event.slug}") for event in events]
        sentence = "Hier staat wat de verzonnen partners van de demo schrijven."
        named = (*map(_named, self.feeds), ("text/calendar", AGENDA_PATH))
        return Page("Partners", "Demo", (sentence,), links=tuple(links), alternates=named)

    def _feed_pages(self, feed: Feed, today: date) -> Iterator[tuple[str, Page]]:
        entries = feed.published((today - self.day).days)
        links = tuple((entry.title, f"/{feed.slug}/{entry.slug}") for entry in entries)
        named = (_named(feed),)
        yield (
            f"/{feed.slug}",
            Page(feed.name, "Berichten", (feed.description,), links=links, alternates=named),
        )
        for place, entry in enumerate(entries):
            moment = published_at(self.day, entry, place).astimezone(AMSTERDAM)
            facts = (("Datum", long_date(moment.date())),)
            kicker = entry.publication.capitalize() or feed.name
            paragraphs = (entry.summary, entry.text)
            yield f"/{feed.slug}/{entry.slug}", Page(entry.title, kicker, paragraphs, facts)

    def _event_pages(self, event: Event) -> Iterator[tuple[str, Page]]:
        path = f"/agenda/{event.slug}"
        times = f"{_hour(event.starts)} tot {_hour(event.ends)} uur"
        when = f"{long_date(event.day(self.day))}, {times}"
        facts = [("Wanneer", when), ("Waar", event.location)]
        if event.cancelled:
            facts.insert(0, ("Let op", "Deze bijeenkomst gaat niet door"))
        links = [(talk.title, f"{path}/{talk.slug}") for talk in event.talks]
        if event.register and not event.cancelled:
            links.append(("Meld je aan", f"{path}/aanmelden"))
        kicker = event.type.capitalize()
        yield (
            path,
            Page(event.title, kicker, (event.summary, event.text), tuple(facts), tuple(links)),
        )
        yield f"{path}/aanmelden", Page("Aanmelden", event.title, (NO_FORM,), tuple(facts))
        for talk in event.talks:
            hours = f"{_hour(talk.starts)} tot {_hour(talk.ends)} uur"
            about = (("Wanneer", hours), ("Wie", talk.leader))
            yield f"{path}/{talk.slug}", Page(talk.title, "Sessie", (talk.summary,), about)


NO_FORM: Final = (
    "In de demo kun je je niet echt aanmelden. Op deze plek staat anders het formulier."
)


def _named(feed: Feed) -> tuple[str, str]:
    return f"application/{feed.format}+xml", f"/{feed.slug}/feed.xml"


def _hour(text: str) -> str:
    return text.removeprefix("0").replace(":", ".")
