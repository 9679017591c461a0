"""What every kind of feed shares: making one item of what an entry says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from feeds.clean import name_text, safe_link, summary_text, title_text
from feeds.values import ItemKind, ParsedItem
from feeds.words import audiences_in

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
    r"""(?<![\w-])(data-src|data-lazy-src|data-original|src|width|height|class)\s*=\s*"""
    r"""(?:"([^"]*)"|'([^']*)'|([^\s>]+))""",
    re.I,
)
LAZY: Final = ("data-src", "data-lazy-src", "data-original")
NO_PICTURE: Final = (
    "s.w.org", "/emoji/", "wp-smiley", "gravatar.com", "feedburner.com/~", "/pixel", "/spacer",
)  # fmt: skip
SMALL_PX: Final = 200
IN_NAME: Final = re.compile(r"-(\d{1,4})x(\d{1,4})\.\w{3,4}$")  # as WordPress names its sizes
PICTURE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
ENOUGH: Final = 200_000  # of a text, for the first picture in it
# How WordPress gives an entry that asks for a password, in the languages that our sources use.
LOCKED: Final = (
    'class="post-password-form', "action=postpass", "because this is a protected post",
    "omdat dit een beveiligd bericht is", "omdat dit een beschermd bericht is",
)  # fmt: skip
MAILBOX: Final = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}\.\w{1,63}")
WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,15}")
PIXELS: Final = re.compile(r"\s*([0-9]{1,6})\s*(?:px)?\s*")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an entry."""

    url: str
    type: str = ""
    length: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that an entry names. width: in pixels, as written, or ""."""

    url: str
    width: str = ""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as written, not yet cleaned. texts: HTML, the best for a summary first.

    cover: the picture of a podcast, which is rarely of this one entry.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    texts: tuple[str, ...] = ()
    author: str = ""
    published_at: datetime | None = None
    categories: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    enclosures: tuple[Enclosure, ...] = field(default=())
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed as written. is_complete: whether all of its entries were read."""

    title: str
    entries: tuple[RawEntry, ...]
    complaints: tuple[str, ...] = ()
    is_complete: bool = True


def to_item(raw: RawEntry, *, base: str) -> ParsedItem:
    """Clean an entry; links become absolute or empty."""
    categories = tuple(dict.fromkeys(filter(None, map(title_text, raw.categories))))
    kind = next((KINDS[c.lower()] for c in categories if c.lower() in KINDS), ItemKind.NEWS)
    summaries = (summary_text(text) for text in raw.texts)
    return ParsedItem(
        kind=kind,
        guid=name_text(raw.guid),
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


def is_locked(raw: RawEntry) -> bool:
    """Say whether an entry is behind a password, so that there is nothing of it to read (S-55)."""
    return any(sign in text for text in raw.texts for sign in LOCKED)


def looks_like_image(link: str) -> bool:
    """Say whether the name of a file is one of a picture that mail programs show."""
    return link.partition("?")[0].lower().endswith(PICTURE_SUFFIXES)


def _image(raw: RawEntry, base: str) -> str:
    """Return the first real picture: what the entry names, what is enclosed, what its text shows.

    The text is read last: the pictures in it may be anybody's.
    """
    given = (one.url for one in raw.images if not _is_small(one.width))
    enclosed = (one.url for one in raw.enclosures if _is_image(one))
    shown = (source for text in reversed(raw.texts) for source in _images_in(text[:ENOUGH]))
    for candidate in (*given, *enclosed, *shown, raw.cover):
        link = safe_link(unescape(candidate), base=base) if candidate else ""
        if link and not _is_no_picture(link):
            return link
    return ""


def _is_image(enclosure: Enclosure) -> bool:
    kind = enclosure.type.lower()
    return kind.startswith("image/") or (not kind and looks_like_image(enclosure.url))


def _images_in(text: str) -> Iterable[str]:
    for tag in IMAGE_TAG.findall(text):
        found = {name.lower(): a or b or c for name, a, b, c in ATTRIBUTE.findall(tag)}
        if _is_small(found.get("width", "")) or _is_small(found.get("height", "")):
            continue
        source = next((found[name] for name in LAZY if found.get(name)), found.get("src", ""))
        is_inline = source.lstrip().lower().startswith("data:")
        if source and not is_inline and not _is_no_picture(found.get("class", "")):
            yield source


def _is_no_picture(link: str) -> bool:
    """Say whether it is an emoji, a face, a counter, too small, or what mail does not show."""
    path = link.partition("?")[0]
    size = IN_NAME.search(path)
    is_small = size is not None and min(int(size[1]), int(size[2])) < SMALL_PX
    return is_small or path.lower().endswith(".svg") or any(one in link for one in NO_PICTURE)


def _is_small(written: str) -> bool:
    pixels = PIXELS.fullmatch(written)
    return pixels is not None and int(pixels[1]) < SMALL_PX


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
