"""A partner's feed as a document: RSS 2.0, or Atom (RFC 4287)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from feeds.values import AMSTERDAM
from newsletter.demo.material import Entry, Feed

ATOM: Final = "http://www.w3.org/2005/Atom"
CONTACT: Final = "redactie@example.org"


@dataclass(frozen=True, slots=True)
class Edition:
    """What a feed needs to become a document. labels: Dutch words of theme slugs."""

    feed: Feed
    day: date
    today: date
    address: str
    labels: Mapping[str, str]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is published today, newest first."""
        return self.feed.published((self.today - self.day).days)

    @property
    def updated_at(self) -> datetime:
        """When the newest entry appeared."""
        return published_at(self.day, self.entries[0], 0)

    def guid(self, entry: Entry) -> str:
        """Return a name (RFC 4151) that stays when the demo runs on another port."""
        return f"tag:example.org,{self.day}:{self.feed.slug}/{entry.slug}"

    def link(self, entry: Entry) -> str:
        """Return the address of the entry's page."""
        return f"{self.address}/{self.feed.slug}/{entry.slug}"

    def words(self, entry: Entry) -> list[str]:
        """Return the entry's categories: what it is, its themes in Dutch, and for whom it is."""
        kind = [entry.publication] if entry.publication else []
        return [*kind, *(self.labels.get(slug, slug) for slug in entry.themes), *entry.audiences]


def published_at(day: date, entry: Entry, place: int) -> datetime:
    """Return a moment on the afternoon before, a little earlier for each place further down.

    The afternoon before: whoever starts the demo early in the morning sees it too.
    """
    midnight = datetime.combine(day - timedelta(days=entry.days_ago), time(), AMSTERDAM)
    return (midnight - timedelta(hours=8, minutes=17 * place)).astimezone(UTC)


def write_feed(edition: Edition) -> bytes:
    """Return the document in the format that the partner uses."""
    return WRITERS[edition.feed.format](edition)


def write_rss(edition: Edition) -> bytes:
    """Return an RSS 2.0 document."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", edition.feed.name)
    _add(channel, "link", edition.address)
    _add(channel, "description", edition.feed.description)
    _add(channel, "language", "nl")
    _add(channel, "lastBuildDate", format_datetime(edition.updated_at))
    for place, entry in enumerate(edition.entries):
        item = ET.SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", edition.link(entry))
        _add(item, "guid", edition.guid(entry), isPermaLink="false")
        _add(item, "pubDate", format_datetime(published_at(edition.day, entry, place)))
        _add(item, "description", f"<p>{_escape(entry.summary)}</p>")
        for word in edition.words(entry):
            _add(item, "category", word)
    return _document(root)


def write_atom(edition: Edition) -> bytes:
    """Return an Atom document."""
    root = ET.Element("feed", xmlns=ATOM)
    root.set("xml:lang", "nl")
    _add(root, "title", edition.feed.name)
    _add(root, "subtitle", edition.feed.description)
    _add(root, "id", f"tag:example.org,2026:{edition.feed.slug}")
    _add(root, "link", "", rel="self", href=f"{edition.address}/{edition.feed.slug}/feed.xml")
    _add(root, "updated", edition.updated_at.isoformat())
    author = ET.SubElement(root, "author")
    _add(author, "name", edition.feed.name)
    _add(author, "email", CONTACT)
    for place, entry in enumerate(edition.entries):
        _atom_entry(root, edition, entry, published_at(edition.day, entry, place).isoformat())
    return _document(root)


def _atom_entry(root: ET.Element, edition: Edition, entry: Entry, moment: str) -> None:
    item = ET.SubElement(root, "entry")
    _add(item, "title", entry.title)
    _add(item, "link", "", rel="alternate", href=edition.link(entry))
    _add(item, "id", edition.guid(entry))
    _add(item, "published", moment)
    _add(item, "updated", moment)
    _add(item, "summary", entry.summary)
    for word in edition.words(entry):
        _add(item, "category", "", term=word)


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text or None


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _document(root: ET.Element) -> bytes:
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


WRITERS: Final[Mapping[str, Callable[[Edition], bytes]]] = {"rss": write_rss, "atom": write_atom}
