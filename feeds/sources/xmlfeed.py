"""RSS 0.9x to 2.0, RDF and Atom (RFC 4287) by feedparser, the most tolerant reader there is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import feedparser

from feeds.errors import STUMBLES, MalformedSource
from feeds.sources.charsets import without_prolog
from feeds.sources.children import Children, read_children
from feeds.sources.cut import cut
from feeds.sources.dates import believable, read_date
from feeds.sources.entries import Enclosure, Image, RawEntry, Reading, looks_like_image

NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0 §2.2
# What WordPress adds to each entry and nobody reads: a fifth of the time that feedparser takes.
UNREAD: Final = re.compile(r"<(comments|wfw:commentRss|slash:comments)>[^<]{0,2000}</\1>")
PERMALINK: Final = re.compile(r"https?://", re.I)
EMPTY_FEED: Final = re.compile(  # old kinds that feedparser knows by their entries only
    r"<(?:[\w.-]{1,40}:)?rdf\b[^<>]*(?:netscape\.com/rdf|purl\.org/(?:net/)?rss)|<channel\b", re.I
)
DATES: Final = ("published", "updated")
PLACED: Final = re.compile(r"<unknown>:(\d+):\d+: (.*)")  # as the parser of XML says it


@dataclass(frozen=True, slots=True)
class _Said:
    """What an entry itself says, not something that is nested in it. dates: None for none."""

    guid: str
    link: str
    title: str
    texts: tuple[str, ...]
    dates: tuple[str, ...] | None


def read_xml_feed(text: str, *, now: datetime, base_url: str) -> Reading:
    """Return the entries of a feed; one that is not well-formed gives those that can be read.

    Raises: MalformedSource when it is anything else.
    """
    # feedparser takes the square of the time for spaces before the first element.
    whole = cut(UNREAD.sub("", NOT_XML.sub("", without_prolog(text).lstrip())))
    read = _parse(whole.text, base_url)
    complaints = list(whole.complaints)
    is_complete = not complaints
    if read.bozo:
        complaints.append(f"not well-formed: {_why(read)}")
        is_complete = is_complete and len(read.entries) >= whole.begun
    raws = _entries(read, read_children(whole.text, base=base_url), now)
    title = str(read.feed.get("title", ""))
    return Reading(title, tuple(raws), tuple(complaints), is_complete=is_complete)


def _entries(read: Any, children: list[Children], now: datetime) -> list[RawEntry]:
    version = str(read.get("version", ""))
    is_atom = version.startswith("atom")
    owns: list[Children] = []
    if not version.startswith("cdf") and (len(children) == len(read.entries) or read.bozo):
        # Of a feed that is not well-formed those up to the error are known, and are the same ones.
        owns = children[: len(read.entries)]
    unknown = read.entries[len(owns) :]
    said = [
        *(_confirmed(entry, own) for entry, own in zip(read.entries, owns, strict=False)),
        *(_said(entry, is_atom=is_atom) for entry in unknown),
    ]
    return [_entry(entry, one, now) for entry, one in zip(read.entries, said, strict=True)]


def _parse(text: str, base_url: str) -> Any:
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
    if not read.get("version") and not read.entries and not EMPTY_FEED.search(text[:2_000]):
        raise MalformedSource(f"not a feed: {_why(read)}")
    return read


def _why(read: Any) -> str:
    reason = read.get("bozo_exception")
    if not reason:
        return "no feed element was found"
    line = str(reason).splitlines()[0]
    placed = PLACED.fullmatch(line)
    # One less: it counts the declaration that feedparser puts before the first line.
    return f"{placed[2]} near line {max(int(placed[1]) - 1, 1)}" if placed else line


def _said(entry: Any, *, is_atom: bool) -> _Said:
    """Return what feedparser made of an entry and all that is in it."""
    return _Said(
        guid=_own(entry, "id"),
        link=_link(entry, is_atom=is_atom),
        title=_own(entry, "title"),
        texts=tuple(_texts(entry)),
        dates=tuple(filter(None, (_own(entry, name) for name in DATES))),
    )


def _confirmed(entry: Any, own: Children) -> _Said:
    """Return what an entry's own children say, in place of what feedparser made of all."""
    texts = tuple(_texts(entry))
    if description := "" if own.is_atom else own.texts.get("description", ""):
        texts = (description, *(text for text in texts if text != description))
    return _Said(
        guid=_own(entry, "id") if own.named & {"guid", "id"} and not own.guid else own.guid,
        link=own.url,
        title=own.texts.get("title") or _own(entry, "title"),
        texts=texts,
        dates=own.dates or None,
    )


def _entry(entry: Any, said: _Said, now: datetime) -> RawEntry:
    return RawEntry(
        guid=said.guid,
        link=said.link,
        title=said.title,
        texts=said.texts,
        author=_own(entry, "author"),
        published_at=None if said.dates is None else _first_readable(said.dates, entry, now),
        categories=tuple(
            str(tag.get("term") or tag.get("label") or "") for tag in _several(entry, "tags")
        ),
        images=tuple(_images(entry)),
        enclosures=tuple(
            Enclosure(
                str(one.get("href", "")), str(one.get("type", "")), str(one.get("length", ""))
            )
            for one in entry.get("enclosures", ())
        ),
        cover=str((dict.get(entry, "image") or {}).get("href", "")),
    )


def _own(entry: Any, name: str) -> str:
    """Return a field without feedparser's stand-ins, such as `updated` for `published`."""
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""


def _several(entry: Any, name: str) -> Any:
    # feedparser's own `get` takes ten times as long, for names that are spelt in several ways.
    return dict.get(entry, name) or ()


def _link(entry: Any, *, is_atom: bool) -> str:
    alternates = [
        str(link.get("href", ""))
        for link in _several(entry, "links")
        if link.get("rel") == "alternate"
    ]
    # In Atom feedparser offers the id for a link; an id is a name, not an address.
    if is_atom:
        return alternates[0] if alternates else ""
    link = _own(entry, "link") or (alternates[0] if alternates else "")
    is_guid = link == _own(entry, "id") and not PERMALINK.match(link)
    return "" if is_guid else link


def _texts(entry: Any) -> Iterable[str]:
    yield _own(entry, "summary")
    for content in _several(entry, "content"):
        yield str(content.get("value", ""))


def _first_readable(dates: Iterable[str], entry: Any, now: datetime) -> datetime | None:
    for text in dates:
        if moment := read_date(text, now=now):
            return moment
    # A shape that only feedparser knows: Korean, Hungarian, Greek.
    known = (dict.get(entry, f"{name}_parsed") for name in DATES)
    return next((moment for parts in known if parts and (moment := _from_parts(parts, now))), None)


def _from_parts(parts: Any, now: datetime) -> datetime | None:
    try:
        moment = datetime(*parts[:6]).replace(tzinfo=UTC)  # noqa: DTZ001 - feedparser gives UTC
        return believable(moment, now=now)
    except (ValueError, TypeError):
        return None


def _images(entry: Any) -> Iterable[Image]:
    for media in _several(entry, "media_content"):
        kind = str(media.get("medium") or media.get("type") or "")
        url = str(media.get("url", ""))
        if kind.startswith("image") or (not kind and looks_like_image(url)):
            yield Image(url, str(media.get("width", "")))
    for thumbnail in _several(entry, "media_thumbnail"):
        yield Image(str(thumbnail.get("url", "")), str(thumbnail.get("width", "")))
