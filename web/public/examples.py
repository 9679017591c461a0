"""A practice example as the site shows it. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from feeds.model import Item
from newsletter import dutch
from newsletter.compose.blocks import kind
from newsletter.compose.escape import clean_line
from subscribers.values import Audience
from web.public.story import story_html

ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


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


def read_example(item: Item) -> ExampleView:
    """Return the example in a row of kind practice."""
    contact = kind.text(item.details, "contact")
    found = ADDRESS.search(contact)
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
        contact_address=found.group() if found else "",
        partnership=kind.text(item.details, "partnership"),
        audiences=tuple(one for one in Audience if one in item.audiences),
        since=dutch.local(item.published_at or item.first_seen_at).date(),
        url=url,
        url_host=kind.host(url),
    )


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
