"""What a page of HTML is made of, apart from its words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Tag = tuple[str, tuple[str, ...]]
"""A start tag: its name, and the names of its attributes in order of the alphabet."""


@dataclass
class Skeleton:
    """tags, links (href) and sources (src) in order; text with single spaces; comments whole."""

    tags: list[Tag] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    text: str = ""


def read(html: str) -> Skeleton:
    """Return what this page is made of."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.found.text = " ".join("".join(reader.texts).split())
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Skeleton()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        for name, value in attrs:
            if name == "href":
                self.found.links.append(value or "")
            elif name in {"src", "background", "poster", "action", "formaction"}:
                self.found.sources.append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.comments.append(data)
