"""What the checks read: the links, pictures and headings of a mail, and the words of its blocks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final

from newsletter.values import BlockContent, EditionContent

NO_PROSE: Final = frozenset(
    {
        *("url", "register_url", "image", "offered_image", "picture"),
        *("starts_at", "ends_at", "register_by", "published_on", "agenda_starts_at"),
    }
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINK: Final = re.compile(r"\[([^\]\[]*)\]\([^)\s]*\)")
_MARKS: Final = re.compile(r"\*{1,2}|_{2}")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a reader sees it: where it goes, and the words that it is made of."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; alt is None when the attribute is missing, "" for a decorative one."""

    url: str
    alt: str | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. level: 1 to 6."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text of an edition, and where it stands. field: "" for the subject and the preheader."""

    text: str
    where: str
    field: str = ""


@dataclass(slots=True)
class Mail:
    """The links, pictures and headings of one rendered mail, in reading order."""

    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


@lru_cache(maxsize=64)  # each check reads each variant, of which there may be 24
def read_mail(html: str) -> Mail:
    """Return the links, pictures and headings of a mail: for looking only, it is shared."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.mail


def name_of(block: BlockContent) -> str:
    """Return what a finding calls a block: its title in quotation marks, or that it has none."""
    title = " ".join(str(block.fields.get("title") or "").split())
    return f"“{title}”" if title else "een blok zonder titel"


def shown_address(block: BlockContent, base_url: str) -> tuple[str, str]:
    """Return the field and the address of a block's own picture; "" for the second without one.

    An address on our own site may be given without its host.
    """
    name = "picture" if block.kind == "image" else "image"
    url = str(block.fields.get(name) or "").strip()
    return name, f"{base_url}{url}" if url.startswith("/") and not url.startswith("//") else url


def where(block: BlockContent) -> str:
    """Return the place of a finding about one block."""
    return f"block {block.id}"


def words_of(content: EditionContent) -> Iterator[Words]:
    """Yield every text of an edition: those of the inbox, then those of its blocks."""
    yield Words(content.subject, "subject")
    yield Words(content.preheader, "preheader")
    for side, head in content.heads.items():
        yield Words(head.subject, f"subject {side}")
        yield Words(head.preheader, f"preheader {side}")
    for block in content.blocks:
        for name, value in block.fields.items():
            yield from (Words(text, where(block), name) for text in _texts(value))


def prose_of(content: EditionContent) -> Iterator[Words]:
    """Yield the texts that readers read as words: no addresses and no moments."""
    return (one for one in words_of(content) if one.field not in NO_PROSE)


def plain(words: str) -> str:
    """Return a text of the editors without its marks: no stars, a link as its words."""
    return _MARKS.sub("", _LINK.sub(r"\1", words))


def _texts(value: object) -> Iterator[str]:
    """Yield the texts in a field; a programme is a list of rows with texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.mail = Mail()
        self._url: str | None = None
        self._words: list[str] = []
        self._level = 0
        self._heading: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and "href" in values:
            self._url, self._words = values["href"] or "", []
        elif tag == "img":
            self._see_picture(values)
        elif tag in _HEADINGS:
            self._level, self._heading = int(tag[1]), []

    def handle_data(self, data: str) -> None:
        if self._url is not None:
            self._words.append(data)
        if self._level:
            self._heading.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._url is not None:
            self.mail.links.append(Link(self._url, _joined(self._words)))
            self._url = None
        elif tag in _HEADINGS and self._level:
            self.mail.headings.append(Heading(self._level, _joined(self._heading)))
            self._level = 0

    def _see_picture(self, values: Mapping[str, str | None]) -> None:
        alt = (values["alt"] or "") if "alt" in values else None
        self.mail.pictures.append(Picture(values.get("src") or "", alt))
        if self._url is not None:
            self._words.append(alt or "")
        if self._level:
            self._heading.append(alt or "")


def _joined(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).split())
