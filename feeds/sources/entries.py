"""What every kind of feed shares: making one item of what an entry says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from feeds.clean import safe_link, summary_text, title_text
from feeds.values import ItemKind, ParsedItem
from feeds.words import audiences_in
from storage.text import one_line

KINDS: Final = {
    "publicatie": ItemKind.PUBLICATION,
    "publicaties": ItemKind.PUBLICATION,
    "factsheet": ItemKind.PUBLICATION,
    "katern": ItemKind.PUBLICATION,
    "instrument": ItemKind.PUBLICATION,
    "handreiking": ItemKind.PUBLICATION,
    "verslag": ItemKind.REPORT,
    "verslagen": ItemKind.REPORT,
}
"""What a category of an entry says about its kind; all else is news."""

IMAGE_TAG: Final = re.compile(r"<img\b[^<>]{1,3000}>", re.I)
ATTRIBUTE: Final = re.compile(
    r"""\b(data-src|src|width)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I
)
EMOJI: Final = ("s.w.org", "/emoji/", "gravatar.com", "feedburner.com/~", "/pixel")
SMALL_PX: Final = 200
MAILBOX: Final = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}\.\w{1,63}")
WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an entry."""

    url: str
    type: str = ""
    length: str = ""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as written, not yet cleaned. texts: HTML, the best for a summary first."""

    guid: str = ""
    link: str = ""
    title: str = ""
    texts: tuple[str, ...] = ()
    author: str = ""
    published_at: datetime | None = None
    categories: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = field(default=())


def to_item(raw: RawEntry, *, base: str) -> ParsedItem:
    """Clean an entry; links become absolute or empty."""
    categories = tuple(dict.fromkeys(filter(None, map(title_text, raw.categories))))
    kind = next((KINDS[c.lower()] for c in categories if c.lower() in KINDS), ItemKind.NEWS)
    summaries = (summary_text(text) for text in raw.texts)
    return ParsedItem(
        kind=kind,
        guid=one_line(raw.guid),
        title=title_text(raw.title),
        summary=next((summary for summary in summaries if summary), ""),
        url=safe_link(raw.link, base=base),
        author=_author(raw.author),
        image_url=_image(raw, base),
        published_at=raw.published_at,
        categories=categories,
        audiences=audiences_in(categories),
        details=_file(raw.enclosures, base) if kind is ItemKind.PUBLICATION else {},
    )


def newest(items: list[ParsedItem], count: int) -> tuple[ParsedItem, ...]:
    """Return the `count` newest items, in their own order; without a date counts as oldest."""
    if len(items) <= count:
        return tuple(items)
    order = sorted(range(len(items)), key=lambda n: (_age(items[n]), n))
    return tuple(items[n] for n in sorted(order[:count]))


def _age(item: ParsedItem) -> float:
    return -item.published_at.timestamp() if item.published_at else 0.0


def _author(text: str) -> str:
    """Return the name without the mail address that RSS wants beside it."""
    name = MAILBOX.sub("", title_text(text)).strip(" ()<>,;")
    return title_text(name)


def _image(raw: RawEntry, base: str) -> str:
    given = [*raw.images, *(one.url for one in raw.enclosures if one.type.startswith("image/"))]
    in_text = (source for text in reversed(raw.texts) for source in _images_in(text))
    for candidate in (*given, *in_text):
        if link := safe_link(unescape(candidate), base=base):
            return link
    return ""


def _images_in(text: str) -> Iterable[str]:
    for tag in IMAGE_TAG.findall(text):
        found = {name.lower(): a or b or c for name, a, b, c in ATTRIBUTE.findall(tag)}
        width = found.get("width", "")
        source = found.get("data-src") or found.get("src", "")
        if WHOLE_NUMBER.fullmatch(width) and int(width) < SMALL_PX:
            continue
        if source and not source.startswith("data:") and not any(e in source for e in EMOJI):
            yield source


def _file(enclosures: tuple[Enclosure, ...], base: str) -> Mapping[str, object]:
    for one in enclosures:
        path = urlsplit(safe_link(one.url, base=base)).path
        suffix = PurePosixPath(unquote(path)).suffix.lstrip(".").lower()
        size = int(one.length) if WHOLE_NUMBER.fullmatch(one.length) else 0
        return {"format": title_text(suffix or one.type), "size": _readable(size)}
    return {}


def _readable(size: int) -> str:
    """Return a size as people read it in Dutch: "320 kB", "1,4 MB"; "" when it is not known."""
    if size < 1_000_000:
        return f"{max(size // 1000, 1)} kB" if size else ""
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
