"""The picture with which a page wants to be shared (og:image of ogp.me). Pure.

Each tag is read by itself and cut to a length: the time grows with the page and no faster.
"""

from html.parser import HTMLParser
from typing import Final

from feeds.clean import safe_link
from feeds.sources.charsets import to_text

PAGE_BYTES: Final = 512 * 1024  # such pictures stand in the head
TAG_LENGTH: Final = 4_000
NAMES: Final = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")


def sharing_picture(document: bytes, *, url: str, content_type: str = "") -> str:
    """Return the address of the page's picture, absolute http(s), or "".

    url: where the page came from; an address in it is relative to that.
    """
    text = to_text(document[:PAGE_BYTES], content_type=content_type)
    reader, found = _OneTag(), dict[str, str]()
    for piece in text.split("<")[1:]:
        if piece[:4].lower() == "meta":
            name, value = reader.read("<" + piece[:TAG_LENGTH])
            if name in NAMES and (link := safe_link(value, base=url)):
                found.setdefault(name, link)
    return next((found[name] for name in NAMES if name in found), "")


class _OneTag(HTMLParser):
    def read(self, text: str) -> tuple[str, str]:
        """Return the name and the content of the meta tag that a text begins with."""
        self.reset()
        self._values: dict[str, str] = {}
        self.feed(text)
        name = self._values.get("property") or self._values.get("name") or ""
        return name.strip().lower(), self._values.get("content", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes; of one that is there twice the first counts."""
        self._values = {name: value or "" for name, value in reversed(attrs)}
