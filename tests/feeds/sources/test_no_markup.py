"""No field of what a source gives holds markup, a script's address or a hidden character (S-40)."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from feeds.sources import PARSERS
from feeds.values import ParsedItem, SourceKind
from storage.text import INVISIBLE
from tests.feeds.documents import calendar, rss, vevent

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
ATTACKS = (
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&amp;amp;amp;amp;amp;lt;img src=x onerror=alert(1)&amp;amp;amp;amp;amp;gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#38;#60;script&#38;#62;",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)",
    "<svg/onload=alert(1)>",
    "<a href='java&#x09;script:alert(1)'>klik</a>",
    "<a href=javascript:alert(1)>klik</a>",
    "<iframe src='data:text/html,x'></iframe>",
    "<style>@import 'x'</style><link rel=stylesheet href=x>",
    "<!--><script>alert(1)</script>-->",
    "< script >alert(1)< / script >",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "\u202e<b\x08>txet\u2066",
    "<mj-text>{{ 7 * 7 }}</mj-text>",
    "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>',
)  # fmt: skip
SEEN_AS_MARKUP = re.compile(r"<[a-z/!?]|<script", re.I)


def values_of(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        yield from (text for pair in found.items() for one in pair for text in values_of(one))
    elif isinstance(found, tuple | list):
        yield from (text for one in found for text in values_of(one))


def decoded(text: str) -> str:
    while (once := html.unescape(text)) != text:
        text = once
    return re.sub(r"\s", "", text)


def check(item: ParsedItem) -> None:
    for field in fields(item):
        for text in values_of(getattr(item, field.name)):
            assert not INVISIBLE.search(text), (field.name, text)
            assert not SEEN_AS_MARKUP.search(decoded(text)), (field.name, text)
    links = (item.url, item.image_url, str(item.details.get("register_url", "")))
    assert all(link == "" or link.startswith(("http://", "https://")) for link in links)


def xml(text: str) -> str:
    return escape("".join(char for char in text if char >= " "), {'"': "&quot;"})


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_feed_gives_none(attack: str) -> None:
    bad = xml(attack)
    names = ("title", "link", "guid", "author", "category", "description", "comments")
    inside = "".join(f"<{name}>{bad}</{name}>" for name in names)
    inside += f'<category>publicatie</category><enclosure url="{bad}" type="{bad}" length="{bad}"/>'
    atom = "".join(f'<{name} type="html">{bad}</{name}>' for name in ("title", "summary", "id"))
    atom += f'<link href="{bad}"/><author><name>{bad}</name></author><category term="{bad}"/>'
    documents = (
        rss(f"<item>{inside}</item>", title=bad),
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{bad}</title><entry>{atom}</entry></feed>',
    )
    for document in documents:
        parsed = PARSERS[SourceKind.FEED](
            document.encode(), now=NOW, base_url="https://example.org/feed/"
        )
        assert len(parsed.items) == 1
        check(parsed.items[0])
        assert not SEEN_AS_MARKUP.search(decoded(parsed.title))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_json_feed_gives_none(attack: str) -> None:
    entry = {
        "id": attack,
        "url": attack,
        "title": attack,
        "content_html": attack,
        "summary": attack,
        "image": attack,
        "tags": [attack, "publicatie"],
        "authors": [{"name": attack}],
        "attachments": [{"url": attack, "mime_type": attack, "size_in_bytes": 5}],
    }
    document = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [entry]})

    parsed = PARSERS[SourceKind.FEED](document.encode(), now=NOW, base_url="https://example.org/")

    assert len(parsed.items) == 1
    check(parsed.items[0])


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_calendar_gives_none(attack: str) -> None:
    bad = attack.replace("\\", "\\\\").replace(",", "\\,")
    names = ("DESCRIPTION", "LOCATION", "URL", "CONTACT", "CATEGORIES", "X-REGISTER-URL")
    lines = [f"{name}:{bad}" for name in names]
    lines += [f"ATTACH;FMTTYPE=image/png:{bad}", f"RELATED-TO:{bad}", f'ORGANIZER;CN="{bad}":x']
    congress = vevent(f"c{bad}", "DTSTART:20270501T100000Z", *lines, summary=bad)
    session = vevent("s", "DTSTART:20270501T110000Z", f"RELATED-TO:c{bad}", *lines, summary=bad)

    parsed = PARSERS[SourceKind.AGENDA](
        calendar(congress, session, head=[f"X-WR-CALNAME:{bad}"]), now=NOW, base_url="https://a.nl/"
    )

    assert len(parsed.items) == 2
    for item in parsed.items:
        check(item)
    assert not SEEN_AS_MARKUP.search(decoded(parsed.title))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_practice_example_gives_none_but_in_its_story_which_is_shown_as_text(attack: str) -> None:
    names = ("title", "question", "approach", "result", "partnership", "contact", "url", "image")
    head = "".join(f"{name}: {json.dumps('Voorbeeld ' + attack)}\n" for name in names)
    lists = f"themes: [{json.dumps(attack)}]\naudiences: [{json.dumps(attack)}, school]\n"

    (item,) = PARSERS[SourceKind.PRACTICE](
        f"---\n{head}{lists}---\n\u202eVerhaal\n".encode(), now=NOW, base_url="/v/x.md"
    ).items

    assert item.audiences == ("school",)
    check(item)
