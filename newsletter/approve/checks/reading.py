"""What the checks read: the links and pictures of a mail, and what editors call a block."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from newsletter.values import BlockContent, EditionContent


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
class Words:
    """A text of an edition, and where it stands. field: "" for the subject and the preheader."""

    text: str
    where: str
    field: str = ""


@dataclass(slots=True)
class Mail:
    """The links and pictures of one rendered mail, in reading order."""

    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def read_mail(html: str) -> Mail:
    """Return the links and pictures of a mail."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.mail


def name_of(block: BlockContent) -> str:
    """Return what a finding calls a block: its title in quotation marks, or that it has none."""
    title = " ".join(str(block.fields.get("title") or "").split())
    return f"“{title}”" if title else "een blok zonder titel"


def where(block: BlockContent) -> str:
    """Return the place of a finding about one block."""
    return f"block {block.id}"


def words_of(content: EditionContent) -> Iterator[Words]:
    """Yield every text of an edition: those of the inbox, then those of its blocks."""
    yield Words(content.subject, "subject")
    yield Words(content.preheader, "preheader")
    for block in content.blocks:
        for name, value in block.fields.items():
            if isinstance(value, str):
                yield Words(value, where(block), name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.mail = Mail()
        self._url: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and "href" in values:
            self._url, self._words = values["href"] or "", []
        elif tag == "img":
            alt = (values["alt"] or "") if "alt" in values else None
            self.mail.pictures.append(Picture(values.get("src") or "", alt))
            if self._url is not None:
                self._words.append(alt or "")

    def handle_data(self, data: str) -> None:
        if self._url is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._url is not None:
            words = " ".join(" ".join(self._words).split())
            self.mail.links.append(Link(self._url, words))
            self._url = None
