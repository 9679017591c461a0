"""A practice example as the site shows it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from feeds.examples import Example
from feeds.model import Image, Item
from newsletter import dutch
from newsletter.compose.blocks import kind
from newsletter.compose.escape import clean_line
from subscribers.values import Audience
from web.public.story import story_html

BELOW_TITLE: Final = 4  # an example that is not public stands on a page with parts and titles
ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on a page. src: its address on our own site."""

    src: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A link to something that belongs to an example, with the site that it leads to."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class ExampleView:
    """What a partnership asked, did and got. story: HTML; contact: who can tell more."""

    id: int
    title: str
    summary: str
    question: str
    approach: str
    result: str
    story: Markup
    contact: str
    contact_address: str
    partnership: str
    audiences: tuple[str, ...]
    since: date
    url: str
    url_host: str
    picture: Shown | None
    attachments: tuple[Attachment, ...]


def read_example(item: Item, image: Image | None = None) -> ExampleView:
    """Return the example in a row of kind practice. image: the item's, where it is shown."""
    contact = kind.text(item.details, "contact")
    url = kind.link({"url": item.url}, "url")
    return ExampleView(
        id=item.id,
        title=clean_line(item.shown_title),
        summary=_lead(item),
        question=kind.text(item.details, "question"),
        approach=kind.text(item.details, "approach"),
        result=kind.text(item.details, "result"),
        story=story_html(str(item.details.get("story") or "")),
        contact=contact.removesuffix("."),
        contact_address=address_in(contact),
        partnership=kind.text(item.details, "partnership"),
        audiences=tuple(one for one in Audience if one in item.audiences),
        since=dutch.local(item.published_at or item.first_seen_at).date(),
        url=url,
        url_host=kind.host(url),
        picture=shown_picture(image, image.path, kind.text(item.details, "image_alt"))
        if image
        else None,
        attachments=_attachments(item.details.get("links") or ()),
    )


def read_written(example: Example, *, on: date, picture: Shown | None) -> ExampleView:
    """Return an example that is not public yet, as it would be shown from that day on."""
    return ExampleView(
        id=0,
        title=clean_line(example.title),
        summary="",
        question=clean_line(example.question),
        approach=clean_line(example.approach),
        result=clean_line(example.result),
        story=story_html(example.story, highest=BELOW_TITLE),
        contact=clean_line(example.contact).removesuffix("."),
        contact_address=address_in(example.contact),
        partnership=clean_line(example.partnership),
        audiences=tuple(one for one in Audience if one in example.audiences),
        since=on,
        url="",
        url_host="",
        picture=picture,
        attachments=_attachments(example.links),
    )


def shown_picture(image: Image, src: str, alt: str) -> Shown | None:
    """Return a picture as a page shows it; one that nobody described is not shown."""
    return Shown(src, image.width, image.height, clean_line(alt)) if alt.strip() else None


def address_in(text: str) -> str:
    """Return the first e-mail address in a text, or ""."""
    found = ADDRESS.search(text)
    return found.group() if found else ""


def _attachments(links: Iterable[object]) -> tuple[Attachment, ...]:
    usable = (kind.link({"url": link}, "url") for link in links)
    return tuple(Attachment(url, kind.host(url)) for url in usable if url)


def with_mail_links(text: str) -> Markup:
    """Return text, escaped, in which each e-mail address is a link."""
    parts, end = Markup(""), 0
    for found in ADDRESS.finditer(text):
        link = Markup('<a href="mailto:{0}">{0}</a>').format(found.group())
        parts, end = parts + text[end : found.start()] + link, found.end()
    return parts + text[end:]


def _lead(item: Item) -> str:
    """Return the summary; "" when it only repeats the question, as a file's own does."""
    summary = clean_line(item.shown_summary)
    repeats = kind.text(item.details, "question").startswith(summary.rstrip("…. "))
    return "" if repeats else summary
