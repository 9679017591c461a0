"""The editions as an Atom feed (RFC 4287). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from newsletter.compose.escape import clean_line

NAMESPACE: Final = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """One edition. path: its page; updated_at: aware."""

    path: str
    title: str
    summary: str
    updated_at: datetime


def write_feed(
    entries: Sequence[Entry], *, title: str, author: str, base_url: str, now: datetime
) -> bytes:
    """Return the feed, its entries as given. now: the feed's moment while it has none."""
    feed = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "nl"})
    _add(feed, "id", f"{base_url}/archief.xml")
    _add(feed, "title", title)
    updated = max((entry.updated_at for entry in entries), default=now)
    _add(feed, "updated", _moment(updated))
    _add(ET.SubElement(feed, "author"), "name", author)
    own = {"rel": "self", "type": "application/atom+xml", "href": f"{base_url}/archief.xml"}
    ET.SubElement(feed, "link", own)
    ET.SubElement(feed, "link", _page(f"{base_url}/archief"))
    for entry in entries:
        _add_entry(feed, entry, base_url)
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _add_entry(feed: ET.Element, entry: Entry, base_url: str) -> None:
    made = ET.SubElement(feed, "entry")
    _add(made, "id", f"{base_url}{entry.path}")
    _add(made, "title", entry.title)
    _add(made, "updated", _moment(entry.updated_at))
    _add(made, "published", _moment(entry.updated_at))
    ET.SubElement(made, "link", _page(f"{base_url}{entry.path}"))
    _add(made, "summary", entry.summary or entry.title)


def _page(address: str) -> dict[str, str]:
    return {"rel": "alternate", "type": "text/html", "href": address}


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean_line(text)  # no character that XML 1.0 §2.2 refuses


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
