"""Discovery: what can be followed at an address, whatever somebody pasted (S-50).

The address is a feed or a calendar itself, or a page that names some, or the front of a site that
keeps them in the usual places. Each is fetched and read before it is offered; nothing is added.
"""

import re
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final
from urllib.parse import urljoin, urlsplit

from feeds.clean import title_text
from feeds.errors import GatherError, SourceTooSlow, SourceUnreachable
from feeds.fetch import Fetch, Fetcher, Limits
from feeds.reading import Read, Readers
from feeds.sources.charsets import to_text
from feeds.sources.syndication import is_web_page
from feeds.typed import web_addresses
from feeds.values import Fetched, ParsedItem, SourceKind
from feeds.webpage import PageLink, is_of_comments, page_links

MOST_TRIED: Final = 8
CALENDARS_TRIED: Final = 2  # of those, kept for calendars: a page may name a feed per category
PATIENCE_S: Final = 45.0  # somebody waits for the answer
OF_ONE_TRY: Final = Limits(connect_s=5.0, first_byte_s=10.0, whole_s=15.0)
TITLES: Final = 3
HEAD_BYTES: Final = 64 * 1024
SOMETHING_ELSE: Final = re.compile(r"<(?:rss|feed|rdf:rdf)[\s>]|^\s*(?:BEGIN:V|[{\[])", re.I)
CALENDAR: Final = re.compile(rb"^\s*BEGIN:VCALENDAR", re.I | re.M)
USUAL_FEEDS: Final = ("/feed/", "/?feed=rss2", "/feed/atom/")
USUAL_CALENDARS: Final = ("/events/?ical=1", "?ical=1")


class Standing(StrEnum):
    """Whether an offer is one to take, or why it stands aside."""

    PROPOSED = "proposed"
    COMMENTS = "comments"  # what visitors wrote under the items
    TWIN = "twin"  # the same items as an offer before it, such as WordPress gives as Atom too


@dataclass(frozen=True, slots=True)
class Offer:
    """One feed or calendar that was fetched and read.

    newest_at: when its newest entry was published; of a calendar, when the next event starts.
    titles:    the first three in its own order; of a calendar, those of the next events.
    """

    url: str
    kind: SourceKind
    title: str
    entries: int
    newest_at: datetime | None = None
    titles: tuple[str, ...] = ()
    standing: Standing = Standing.PROPOSED


@dataclass(frozen=True, slots=True)
class Found:
    """What there is at an address.

    offers:     those to take first, comments last. is_itself: the address is the one offer.
    complaints: what the page named and could not be read, in one English line each.
    """

    address: str
    offers: tuple[Offer, ...]
    is_itself: bool = False
    complaints: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The site that it is about."""
        return urlsplit(self.address).hostname or ""

    def proposed(self, kind: SourceKind | None = None) -> tuple[Offer, ...]:
        """Return the offers to take, of every kind or of this one."""
        return tuple(
            offer
            for offer in self.offers
            if offer.standing is Standing.PROPOSED and kind in {None, offer.kind}
        )


def discover(url: str, *, fetcher: Fetcher, now: datetime, patience_s: float = PATIENCE_S) -> Found:
    """Find what can be followed at an address, at most eight addresses further.

    patience_s: after so long no further address is tried; one that is being fetched may end.
    Raises one of the GatherError tree when the address itself cannot be fetched, or is neither a
    feed, a calendar nor a page.
    """
    address, fetched = _first_answer(web_addresses(url), fetcher)
    with fetcher.within(OF_ONE_TRY).round() as fetch, Readers() as readers:
        tries = _Tries(fetch, readers.read, now, until=time.monotonic() + patience_s)
        if not _is_page(fetched):
            return Found(address, (tries.offer(address, fetched),), is_itself=True)
        named = page_links(
            fetched.body, url=fetched.final_url or address, content_type=fetched.content_type
        )
        tries.all_of(_chosen(named))
        if not tries.offers:
            tries.first_of(urljoin(fetched.final_url, path) for path in USUAL_FEEDS)
            tries.first_of(urljoin(fetched.final_url, path) for path in USUAL_CALENDARS)
    return Found(address, _in_order(tries.offers), complaints=tuple(tries.complaints))


def _first_answer(addresses: Sequence[str], fetcher: Fetcher) -> tuple[str, Fetched]:
    """Return the first address where somebody answers, and the answer; raise what the last gave."""
    *before, last = addresses
    for address in before:
        with suppress(SourceUnreachable, SourceTooSlow):  # there may be a site without https
            return address, fetcher.within(OF_ONE_TRY).fetch(address)
    return last, fetcher.fetch(last)


@dataclass(slots=True)
class _Tries:
    """Addresses being tried, one after the other, and what came of them."""

    fetch: Fetch
    read: Read
    now: datetime
    until: float
    tried: set[str] = field(default_factory=set)
    offers: list[Offer] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def all_of(self, links: Sequence[PageLink]) -> None:
        """Try what a page names; what fails is complained of, since the page says it is there."""
        for number, link in enumerate(links):
            if not self._may_go_on():
                self.complaints.append(f"{len(links) - number} more addresses were not tried")
                return
            if failure := self._try(link.url, link.title):
                self.complaints.append(f"{link.url}: {failure}")

    def first_of(self, addresses: Iterable[str]) -> None:
        """Try where sites usually keep such a thing, until one answers with it."""
        for address in addresses:
            if address in self.tried:
                continue
            if not self._may_go_on() or self._try(address, "") is None:
                return

    def _may_go_on(self) -> bool:
        return len(self.tried) < MOST_TRIED and time.monotonic() < self.until

    def _try(self, url: str, name: str) -> GatherError | None:
        """Keep what an address offers; return why not when it offers nothing."""
        self.tried.add(url)
        try:
            offer = self.offer(url, self.fetch(url))
        except GatherError as failure:
            return failure
        self.offers.append(replace(offer, title=offer.title or title_text(name)))
        return None

    def offer(self, url: str, fetched: Fetched) -> Offer:
        """Read what was fetched. Raises MalformedSource when it is no feed and no calendar."""
        is_calendar = CALENDAR.search(fetched.body[:HEAD_BYTES]) is not None
        kind = SourceKind.AGENDA if is_calendar else SourceKind.FEED
        parsed = self.read(
            kind,
            fetched.body,
            base_url=fetched.final_url,
            now=self.now,
            content_type=fetched.content_type,
        )
        shown = _next_events(parsed.items, self.now) if is_calendar else parsed.items
        titles = dict.fromkeys(item.title for item in shown if item.title)
        return Offer(
            url=url,
            kind=kind,
            title=title_text(parsed.title),
            entries=parsed.entries,
            newest_at=_newest(shown, is_calendar=is_calendar),
            titles=tuple(islice(titles, TITLES)),
        )


def _chosen(named: Sequence[PageLink]) -> list[PageLink]:
    """Return what a page names in the order to try it: comments last, and room for calendars."""
    of_items = [link for link in named if not link.is_of_comments]
    feeds = [link for link in of_items if link.kind is SourceKind.FEED]
    calendars = [link for link in of_items if link.kind is SourceKind.AGENDA]
    first, second = MOST_TRIED - CALENDARS_TRIED, CALENDARS_TRIED
    comments = [link for link in named if link.is_of_comments]
    return [*feeds[:first], *calendars[:second], *feeds[first:], *calendars[second:], *comments]


def _in_order(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Say which offers stand aside, and put those last."""
    judged: list[Offer] = []
    for offer in offers:
        judged.append(replace(offer, standing=_standing(offer, judged)))
    return tuple(sorted(judged, key=lambda offer: tuple(Standing).index(offer.standing)))


def _standing(offer: Offer, before: Sequence[Offer]) -> Standing:
    if is_of_comments(offer.title, offer.url):
        return Standing.COMMENTS
    is_again = any(
        offer.kind is other.kind and offer.titles and offer.titles == other.titles
        for other in before
    )
    return Standing.TWIN if is_again else Standing.PROPOSED


def _is_page(fetched: Fetched) -> bool:
    head = to_text(fetched.body[:HEAD_BYTES], content_type=fetched.content_type)
    if is_web_page(head):
        return True
    return "html" in fetched.content_type.lower() and not SOMETHING_ELSE.search(head)


def _next_events(items: Sequence[ParsedItem], now: datetime) -> list[ParsedItem]:
    """Return the events to come, or all when none is to come; in the order of their starts."""
    coming = [item for item in items if item.times and item.times.starts_at >= now]
    return coming or list(items)


def _newest(shown: Sequence[ParsedItem], *, is_calendar: bool) -> datetime | None:
    if is_calendar:
        return next((item.times.starts_at for item in shown if item.times), None)
    return max((item.published_at for item in shown if item.published_at), default=None)
