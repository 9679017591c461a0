"""JSON Feed 1.0 and 1.1 (jsonfeed.org): a wrong type loses its field, not the feed (S-52)."""

import html
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from feeds.errors import MalformedSource
from feeds.sources.cut import READ
from feeds.sources.dates import read_date
from feeds.sources.entries import Enclosure, Image, RawEntry, Reading

PICTURES: Final = ("image", "banner_image")


def looks_like_json(text: str) -> bool:
    """Say whether a document can only be JSON."""
    return text.lstrip()[:1] in {"{", "["}


def read_json_feed(text: str, *, now: datetime) -> Reading:
    """Return the entries of a feed; what is no entry is complained of.

    Raises: MalformedSource when it is not JSON, or JSON of another kind.
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as failure:
        reason = str(failure).partition(";")[0]  # after it stands advice for programmers
        raise MalformedSource(f"not a JSON feed: {reason}") from failure
    if not isinstance(feed, dict) or not (
        "items" in feed or "jsonfeed" in _text(feed.get("version"))
    ):
        raise MalformedSource("JSON, but not a JSON feed: it has no version and no items")
    items = _list(feed.get("items"))
    entries = [item for item in items[:READ] if isinstance(item, dict)]
    complaints = []
    if len(items) > READ:
        complaints.append(f"of {len(items)} entries the first {READ} were read")
    if unreadable := len(items[:READ]) - len(entries):
        complaints.append(f"{unreadable} entries could not be read")
    raws = tuple(_entry(one, now) for one in entries)
    title = html.escape(_text(feed.get("title")), quote=False)
    return Reading(title, raws, tuple(complaints), is_complete=not complaints)


def _entry(one: dict[str, Any], now: datetime) -> RawEntry:
    published = _text(one.get("date_published")) or _text(one.get("date_modified"))
    texts = (
        html.escape(_text(one.get("summary")), quote=False),
        _text(one.get("content_html")),
        html.escape(_text(one.get("content_text")), quote=False),
    )
    return RawEntry(
        guid=_text(one.get("id")),
        link=_text(one.get("url")) or _text(one.get("external_url")),
        title=html.escape(_text(one.get("title")), quote=False),
        texts=tuple(text for text in texts if text),
        author=_author(one),
        published_at=read_date(published, now=now) if published else None,
        categories=tuple(_text(tag) for tag in _list(one.get("tags"))),
        images=tuple(Image(url) for name in PICTURES if (url := _text(one.get(name)))),
        enclosures=tuple(_enclosures(_list(one.get("attachments")))),
    )


def _author(one: dict[str, Any]) -> str:
    authors = [*_list(one.get("authors")), one.get("author")]
    names = [_text(author.get("name")) for author in authors if isinstance(author, dict)]
    return next((name for name in names if name), "")


def _enclosures(attachments: Iterable[object]) -> Iterable[Enclosure]:
    for one in attachments:
        if isinstance(one, dict):
            size = _text(one.get("size_in_bytes"))
            yield Enclosure(_text(one.get("url")), _text(one.get("mime_type")), size)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
