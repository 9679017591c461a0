"""Feeds: RSS 0.9x to 2.0, RDF, Atom and JSON Feed; each entry an item."""

import re
from datetime import datetime
from typing import Final

from feeds.clean import title_text
from feeds.errors import MalformedSource
from feeds.sources.charsets import to_text, without_prolog
from feeds.sources.entries import Reading, is_locked, newest, to_item
from feeds.sources.jsonfeed import looks_like_json, read_json_feed
from feeds.sources.xmlfeed import read_xml_feed
from feeds.values import Parsed

KEPT: Final = 200
WEB_PAGE: Final = re.compile(
    r"<!doctype\s+html\b(?![^<>]{0,1000}>(?:\s++|<!--.{0,1000}?-->)*+<(?:rss|feed|rdf:rdf)\b)"
    r"|<html|<head|<body",
    re.I | re.S,
)
# Possessive: a way back for each of five million spaces takes half a gigabyte.
LEADING: Final = re.compile(r"(?:\s++|<!--.*?-->)*+", re.S)
CALENDAR: Final = re.compile(r"\s*+BEGIN:VCALENDAR", re.I)


def parse_feed(document: bytes, *, now: datetime, base_url: str) -> Parsed:
    """Return the entries of a feed in their own order; the 200 newest when there are more.

    A feed that is not well-formed gives the entries that could be read.
    Raises: MalformedSource when it is a web page, or anything else that is no feed.
    """
    reading = _read(to_text(document), now, base_url)
    complaints = list(reading.complaints)
    items = [to_item(raw, base=base_url) for raw in reading.entries if not is_locked(raw)]
    if locked := len(reading.entries) - len(items):
        complaints.append(f"{locked} entries behind a password are left out")
    if len(items) > KEPT:
        complaints.append(f"of {len(items)} entries the {KEPT} newest are kept")
    return Parsed(
        items=newest(items, KEPT),
        complaints=tuple(complaints),
        title=title_text(reading.title),
        complete=reading.is_complete and len(items) <= KEPT,
    )


def is_web_page(text: str) -> bool:
    """Say whether a document begins as a web page does."""
    text = without_prolog(text)
    return WEB_PAGE.match(text, LEADING.match(text).end()) is not None  # type: ignore[union-attr]  # matches nothing too


def _read(text: str, now: datetime, base_url: str) -> Reading:
    if not text.strip():
        raise MalformedSource("the document is empty")
    if looks_like_json(text):
        return read_json_feed(text, now=now)
    if is_web_page(text):
        raise MalformedSource("this is a web page, not a feed")
    if CALENDAR.match(text):
        raise MalformedSource("this is a calendar, not a feed")
    return read_xml_feed(text, now=now, base_url=base_url)
