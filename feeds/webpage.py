"""What a web page says can be followed: its links to feeds and calendars. Pure.

Each tag is read by itself, by the standard library's parser, and cut to a length: the time grows
with the length of the page and no faster, whatever stands in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import islice
from typing import Final
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from feeds.clean import safe_link
from feeds.sources.charsets import to_text
from feeds.values import SourceKind

PAGE_BYTES: Final = 512 * 1024  # the links to feeds stand in the head
TAG_LENGTH: Final = 4_000
MOST_TAGS: Final = 2_000  # of those that may matter; a page of links to other pages has none
FEED_TYPES: Final = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
)
# Types that other things have too: what WordPress says of its own interface is application/json.
VAGUE_TYPES: Final = frozenset(("application/json", "application/xml", "text/xml"))
CALENDAR_TYPE: Final = "text/calendar"
TAG: Final = re.compile(r"(?:link|a|base)\s", re.I)
FEED_WORD: Final = re.compile(r"feed|rss|atom", re.I)
HINT: Final = re.compile(r"webcal|\.ics|ical=1|feed|rss|atom", re.I)  # of a link worth reading
SAYS_FEED: Final = re.compile(r"\W{0,9}(?:rss|atom)\b[^.?!]{0,30}", re.I)  # what a link is called
FEED_PATH: Final = re.compile(
    r"(?:^|/)(?:feed|rss|atom)(?:/(?:rss2?|atom|rdf))?/?$|[/.](?:rss|atom|feed)(?:\.(?:xml|json|php))?$",
    re.I,
)
COMMENTS: Final = re.compile(r"\breacties|\bcomments?\b", re.I)
COMMENTS_ADDRESS: Final = re.compile(r"/comments/feed|feed=comments-|/feed/comments", re.I)


@dataclass(frozen=True, slots=True)
class PageLink:
    """One link to what can be followed, as the page names it. url: absolute http(s)."""

    url: str
    kind: SourceKind
    title: str = ""

    @property
    def is_of_comments(self) -> bool:
        """Whether it leads to what visitors wrote, by its words."""
        return is_of_comments(self.title, self.url)


def page_links(document: bytes, *, url: str, content_type: str = "") -> tuple[PageLink, ...]:
    """Return the links of a page to feeds and calendars, in their order, each address once.

    What its head names comes first. A visible link that looks like one to a feed comes after that;
    to a feed of another host only when the page names none of its own.
    url: where the page came from; its links are relative to that, or to its own <base>.
    """
    text = _without_comments(to_text(document[:PAGE_BYTES], content_type=content_type))
    base = url
    named: dict[str, PageLink] = {}
    visible: dict[str, PageLink] = {}
    for name, attributes, shown in islice(_tags(text), MOST_TAGS):
        if name == "base":
            base = safe_link(attributes.get("href", ""), base=url) or base
        elif link := _link(name, attributes, base, shown=shown):
            is_visible = name == "a" and link.kind is SourceKind.FEED
            (visible if is_visible else named).setdefault(link.url, link)
    own = {one: link for one, link in visible.items() if _host(one) == _host(url)}
    has_feed = any(link.kind is SourceKind.FEED for link in (named | own).values())
    return tuple((named | (own if has_feed else visible)).values())


def is_of_comments(title: str, url: str) -> bool:
    """Say whether a feed is one of visitors' comments, by its title or its address."""
    return bool(COMMENTS.search(title) or COMMENTS_ADDRESS.search(url))


def is_feed_address(url: str) -> bool:
    """Say whether an address is one under which feeds are kept."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        return False
    return bool(FEED_PATH.search(parts.path) or "feed" in asked or asked.get("format") == ["feed"])


def is_calendar_address(url: str) -> bool:
    """Say whether an address is one under which calendars are kept."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        return False
    return parts.path.lower().endswith(".ics") or asked.get("ical") == ["1"]


def _tags(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield the name, the attributes, and the text right after each tag that may matter."""
    reader = _OneTag()
    for piece in text.split("<")[1:]:
        if not TAG.match(piece) or (piece[:1] in "aA" and not HINT.search(piece, 0, TAG_LENGTH)):
            continue
        if tag := reader.read("<" + piece[:TAG_LENGTH]):
            yield *tag, piece[:TAG_LENGTH].rpartition(">")[2]


class _OneTag(HTMLParser):
    """Reads one tag at a time."""

    def read(self, text: str) -> tuple[str, dict[str, str]] | None:
        """Return the name and the attributes of the tag that a text begins with."""
        self.reset()
        self._tag: tuple[str, dict[str, str]] | None = None
        self.feed(text)
        return self._tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag; of an attribute that is there twice the first counts."""
        self._tag = (tag, {name: value or "" for name, value in reversed(attrs)})


def _link(name: str, attributes: dict[str, str], base: str, *, shown: str) -> PageLink | None:
    href = attributes.get("href", "").strip()
    kind = _alternate_kind(attributes) if name == "link" else None
    if name == "a" and re.match(r"webcals?:", href, re.I):
        kind = SourceKind.AGENDA
    url = _absolute(href, base)
    if name == "a" and kind is None and url:
        kind = _kind_by_address(url) or (SourceKind.FEED if SAYS_FEED.fullmatch(shown) else None)
    return PageLink(url, kind, attributes.get("title", "")) if url and kind else None


def _kind_by_address(url: str) -> SourceKind | None:
    if is_calendar_address(url):
        return SourceKind.AGENDA
    return SourceKind.FEED if is_feed_address(url) else None


def _alternate_kind(attributes: dict[str, str]) -> SourceKind | None:
    if not {"alternate", "feed"} & set(attributes.get("rel", "").lower().split()):
        return None
    media_type = attributes.get("type", "").partition(";")[0].strip().lower()
    words = f"{attributes.get('title', '')} {attributes.get('href', '')}"
    if media_type in FEED_TYPES or (media_type in VAGUE_TYPES and FEED_WORD.search(words)):
        return SourceKind.FEED
    return SourceKind.AGENDA if media_type == CALENDAR_TYPE else None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _absolute(href: str, base: str) -> str:
    """Return the http(s) address of a link without its fragment, or "".

    webcal is a manner of speaking of http (it has no RFC): of the page's own host it is read as the
    page was, of another as https.
    """
    try:
        there, here = urlsplit(urljoin(base, href)), urlsplit(base)
    except ValueError:
        return ""
    if there.scheme in {"webcal", "webcals"}:
        scheme = here.scheme if there.netloc == here.netloc else "https"
        href = there._replace(scheme=scheme).geturl()
    return urldefrag(safe_link(href, base=base)).url


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)
