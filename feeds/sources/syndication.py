"""Feeds: RSS 0.9x to 2.0, RDF and Atom (RFC 4287) by feedparser; JSON Feed by our own reader."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import feedparser

from feeds.errors import STUMBLES, MalformedSource
from feeds.sources.charsets import to_text, without_prolog
from feeds.sources.dates import believable, read_date
from feeds.sources.entries import Enclosure, RawEntry, newest, to_item
from feeds.sources.jsonfeed import looks_like_json, read_json_feed
from feeds.values import Parsed

KEPT: Final = 200
READ: Final = (
    1000  # feedparser takes a quarter of a millisecond an entry: 50,000 would hold up the round
)
NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0 §2.2
WEB_PAGE: Final = re.compile(r"<!doctype\s+html|<html|<head|<body", re.I)
LEADING: Final = re.compile(r"(?:\s|<!--.*?-->)*", re.S)
BEGIN: Final = re.compile(r"<(?:item|entry)[\s>]")
CATEGORY: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:category|subject)\b")
MOST_ELEMENTS: Final = 100_000  # feedparser takes two seconds for so many
MOST_CATEGORIES: Final = 500  # of one entry: its time grows with their square
# feedparser looks for an address in each of these, in time that grows with its length squared.
NAME: Final = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner)\b"
    r"[^<>]{0,1000}(?<!/)>",
    re.I,
)
NAME_END: Final = re.compile(
    r"</(?:[\w.-]{1,40}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner)\b",
    re.I,
)
NAME_LENGTH: Final = 4_000
END: Final = re.compile(r"</(?:item|entry)\s*>")


def parse_feed(document: bytes, *, now: datetime, base_url: str) -> Parsed:
    """Return the entries of a feed in their own order; the 200 newest when there are more.

    A feed that is not well-formed gives the entries that could be read.
    Raises: MalformedSource when it is a web page, or anything else that is no feed.
    """
    text = to_text(document)
    if not text.strip():
        raise MalformedSource("the document is empty")
    if looks_like_json(text):
        title, raws, unreadable = read_json_feed(text, now=now)
        complaints = [f"{unreadable} entries could not be read"] if unreadable else []
    else:
        title, raws, complaints = _read_xml(text, now, base_url)
    items = [to_item(raw, base=base_url) for raw in raws]
    if len(items) > KEPT:
        complaints.append(f"of {len(items)} entries the {KEPT} newest are kept")
    return Parsed(items=newest(items, KEPT), complaints=tuple(complaints), title=title.strip())


def _read_xml(text: str, now: datetime, base_url: str) -> tuple[str, list[RawEntry], list[str]]:
    if is_web_page(text):
        raise MalformedSource("this is a web page, not a feed")
    text, complaints = _shorten(NOT_XML.sub("", without_prolog(text)))
    _judge_elements(text)
    headers = {"content-type": "application/xml; charset=utf-8"}  # we decoded it ourselves
    if "xml:base" in text:
        # feedparser joins every element to its base, which costs a third of its time: only at need,
        # else `to_item` does it once a link.
        headers["content-location"] = base_url
    try:
        # Bytes only: given a string, feedparser would open it as a file or an address (S-21).
        read = feedparser.parse(
            BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except STUMBLES as failure:
        raise MalformedSource(f"not a feed: {type(failure).__name__}: {failure}") from failure
    if not read.get("version") and not read.entries:
        raise MalformedSource(f"not a feed: {_why(read)}")
    if read.bozo:
        complaints.append(f"not well-formed: {_why(read)}")
    is_atom = str(read.get("version", "")).startswith("atom")
    raws = [_entry(entry, now, is_atom=is_atom) for entry in read.entries]
    return str(read.feed.get("title", "")), raws, complaints


def is_web_page(text: str) -> bool:
    """Say whether a document begins as a web page does."""
    text = without_prolog(text)
    return WEB_PAGE.match(text, LEADING.match(text).end()) is not None  # type: ignore[union-attr]  # matches nothing too


def _shorten(text: str) -> tuple[str, list[str]]:
    """Leave out the entries after the first thousand; feeds have the newest first."""
    begins = [found.start() for found in BEGIN.finditer(text)]
    if len(begins) <= READ:
        return text, []
    complaint = f"of {len(begins)} entries the first {READ} were read"
    ends = [found.end() for found in END.finditer(text)]
    return text[: begins[READ]] + text[ends[-1] if ends else len(text) :], [complaint]


def _judge_elements(text: str) -> None:
    """Refuse what no feed has and what would hold up the round. Raises MalformedSource."""
    first, *others = text.split("<![CDATA[")
    bare = first + "".join(other.partition("]]>")[2] for other in others)
    if bare.count("<") > 2 * MOST_ELEMENTS:
        raise MalformedSource(f"it has more than {MOST_ELEMENTS} elements")
    if any(len(CATEGORY.findall(entry)) > MOST_CATEGORIES for entry in BEGIN.split(bare)):
        raise MalformedSource(f"an entry has more than {MOST_CATEGORIES} categories")
    for name in NAME.finditer(text):
        if not NAME_END.search(text, name.end(), name.end() + NAME_LENGTH):
            raise MalformedSource(f"a name has more than {NAME_LENGTH} characters")


def _why(read: Any) -> str:
    reason = read.get("bozo_exception")
    return str(reason).splitlines()[0] if reason else "no feed element was found"


def _entry(entry: Any, now: datetime, *, is_atom: bool) -> RawEntry:
    return RawEntry(
        guid=_own(entry, "id"),
        link=_link(entry, is_atom=is_atom),
        title=_own(entry, "title"),
        texts=tuple(_texts(entry)),
        author=_own(entry, "author"),
        published_at=_published(entry, now),
        categories=tuple(
            str(tag.get("term") or tag.get("label") or "") for tag in entry.get("tags", ())
        ),
        images=tuple(_images(entry)),
        enclosures=tuple(
            Enclosure(
                str(one.get("href", "")), str(one.get("type", "")), str(one.get("length", ""))
            )
            for one in entry.get("enclosures", ())
        ),
    )


def _own(entry: Any, name: str) -> str:
    """Return a field without feedparser's stand-ins, such as `updated` for `published`."""
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""


def _link(entry: Any, *, is_atom: bool) -> str:
    alternates = [
        str(link.get("href", ""))
        for link in entry.get("links", ())
        if link.get("rel") == "alternate"
    ]
    # In Atom feedparser offers the id for a link; an id is a name, not an address.
    if is_atom:
        return alternates[0] if alternates else ""
    return _own(entry, "link") or (alternates[0] if alternates else "")


def _texts(entry: Any) -> Iterable[str]:
    yield _own(entry, "summary")
    for content in entry.get("content", ()):
        yield str(content.get("value", ""))


def _published(entry: Any, now: datetime) -> datetime | None:
    for name in ("published", "updated", "created"):
        text = _own(entry, name)
        if text and (moment := read_date(text, now=now)):
            return moment
        parts = dict.get(entry, f"{name}_parsed")
        if parts:  # a shape that only feedparser knows: Korean, Hungarian, Greek
            return _from_parts(parts, now)
    return None


def _from_parts(parts: Any, now: datetime) -> datetime | None:
    try:
        moment = datetime(*parts[:6]).replace(tzinfo=UTC)  # noqa: DTZ001 - feedparser gives UTC
        return believable(moment, now=now)
    except (ValueError, TypeError):
        return None


def _images(entry: Any) -> Iterable[str]:
    for media in entry.get("media_content", ()):
        if media.get("medium") == "image" or str(media.get("type", "")).startswith("image/"):
            yield str(media.get("url", ""))
    for thumbnail in entry.get("media_thumbnail", ()):
        yield str(thumbnail.get("url", ""))
