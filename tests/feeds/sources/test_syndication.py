"""Feeds of each kind, and what is no feed."""

import json
import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import MalformedSource
from feeds.sources.syndication import KEPT, parse_feed
from feeds.values import ItemKind, Parsed, ParsedItem
from tests.feeds.documents import entry, rss

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
BASE = "https://partner.example.org/feed/"


def parse(document: str | bytes) -> Parsed:
    raw = document.encode() if isinstance(document, str) else document
    return parse_feed(raw, now=NOW, base_url=BASE)


def test_an_entry_of_rss_becomes_an_item() -> None:
    document = rss(
        entry(
            "a",
            title="Q&amp;amp;A &lt;b&gt;samen&lt;/b&gt; opleiden",
            description="&lt;p&gt;Twee scholen. Eén plan. Nog meer.&lt;/p&gt;",
            pubDate="Mon, 19 Apr 2027 10:00:00 CEST",
            author="jan@example.org (Jan Jansen)",
            category="school",
        )
    )

    assert parse(document) == Parsed(
        title="Partner",
        items=(
            ParsedItem(
                ItemKind.NEWS,
                guid="urn:a",
                title="Q&A samen opleiden",
                summary="Twee scholen. Eén plan.",
                url="https://partner.example.org/a",
                author="Jan Jansen",
                published_at=datetime(2027, 4, 19, 8, 0, tzinfo=UTC),
                categories=("school",),
                audiences=("school",),
                details={},
            ),
        ),
    )


def test_an_entry_of_atom_has_its_alternate_link_and_never_its_id() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/blog/"><title>A</title>'
        '<entry><id>https://a.example/1</id><title type="html">Een &amp;amp; twee</title>'
        '<link rel="self" href="https://x.example/"/><link href="b"/>'
        "<published>2027-04-19T08:00:00Z</published><updated>2027-04-20T08:00:00Z</updated></entry>"
        "<entry><id>https://partner.example.org/2</id><title>Zonder</title></entry></feed>"
    )

    first, second = parse(atom).items
    assert (first.title, first.url) == ("Een & twee", "https://partner.example.org/blog/b")
    assert first.published_at == datetime(2027, 4, 19, 8, 0, tzinfo=UTC)
    assert (second.guid, second.url) == ("https://partner.example.org/2", "")


def test_a_json_feed_is_read_tolerantly() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "items": [
            {
                "id": 7,
                "url": "/7",
                "title": "A < B",
                "content_html": "<p>Hallo.</p>",
                "tags": ["x"],
            },
            {"id": "8", "title": ["wrong"], "content_text": "1 < 2 & 3", "authors": "wrong"},
            "wrong",
        ],
    }

    parsed = parse(json.dumps(feed))
    assert [(i.guid, i.title, i.summary, i.url) for i in parsed.items] == [
        ("7", "A < B", "Hallo.", "https://partner.example.org/7"),
        ("8", "", "1 < 2 & 3", ""),
    ]
    assert parsed.complaints == ("1 entries could not be read",)
    assert not parsed.complete


@pytest.mark.parametrize(
    ("extra", "image"),
    [
        ('<enclosure url="/a.jpg" type="image/jpeg" length="1"/>', "https://partner.example.org/a.jpg"),
        ('<enclosure url="/a.mp3" type="audio/mpeg" length="1"/>', ""),
        (
            '<m:content xmlns:m="http://search.yahoo.com/mrss/" url="/m.png" medium="image"/>',
            "https://partner.example.org/m.png",
        ),
        ("<description>&lt;img src='data:x'&gt;&lt;img src='/b.jpg?x&amp;amp;y'&gt;</description>",
         "https://partner.example.org/b.jpg?x&y"),
        ("<description>&lt;img width=16 src='/s.jpg'&gt;</description>", ""),
        ("<description>&lt;img data-src='/lazy.jpg' src='data:x'&gt;</description>",
         "https://partner.example.org/lazy.jpg"),
        ("<description>&lt;img src='//s.w.org/emoji/1.png'&gt;</description>", ""),
    ],
)  # fmt: skip
def test_the_image_is_the_first_real_one(extra: str, image: str) -> None:
    document = rss(entry("a").replace("</item>", f"{extra}</item>"))

    assert parse(document).items[0].image_url == image


def test_a_publication_says_what_file_it_is() -> None:
    file = '<enclosure url="https://a.example/Fact%20sheet.PDF" type="x/pdf" length="320000"/>'
    document = rss(entry("a", category="Factsheet").replace("</item>", f"{file}</item>"))

    item = parse(document).items[0]
    assert (item.kind, item.details) == (ItemKind.PUBLICATION, {"format": "pdf", "size": "320 kB"})


def test_a_feed_that_is_not_well_formed_gives_what_can_be_read() -> None:
    whole = rss(entry("a"), entry("b", title="Jan & Piet"), entry("c"))
    cut_off = whole[: whole.rindex("</item>") - 5]

    assert [item.title for item in parse(whole).items] == ["Bericht", "Jan & Piet", "Bericht"]
    assert [item.guid for item in parse(cut_off).items][:2] == ["urn:a", "urn:b"]
    assert parse(cut_off).complaints


def test_an_entry_behind_a_password_is_left_out() -> None:
    form = "&lt;form class=&quot;post-password-form&quot;&gt;Wachtwoord: &lt;/form&gt;"

    parsed = parse(rss(entry("a", title="Beveiligd: a", description=form), entry("b")))

    assert [item.guid for item in parsed.items] == ["urn:b"]
    assert parsed.complaints == ("1 entries behind a password are left out",)
    assert parsed.complete


def test_control_characters_do_no_harm() -> None:
    assert parse(rss(entry("a", title="Een\x0b\x00twee"))).items[0].title == "Eentwee"


def test_only_the_newest_are_kept() -> None:
    entries = [
        entry(str(n), pubDate=f"{1 + n % 28} Mar {2000 + n // 28} 10:00:00 GMT") for n in range(250)
    ]

    parsed = parse(rss(*entries))
    assert [item.guid for item in parsed.items] == [f"urn:{n}" for n in range(250 - KEPT, 250)]
    assert parsed.complaints == ("of 250 entries the 200 newest are kept",)


def test_a_flood_is_cut_before_it_is_parsed() -> None:
    parsed = parse(rss(*(entry(str(n)) for n in range(5000))))

    assert [item.guid for item in parsed.items] == [f"urn:{n}" for n in range(KEPT)]
    assert parsed.complaints[0] == "of 5000 entries the first 1000 were read"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "the document is empty"),
        (b"  \n", "the document is empty"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "this is a web page, not a feed"),
        (b"<!-- x --><!-- y --> <HTML></HTML>", "this is a web page, not a feed"),
        (b"<!doctype html><title>Log in</title>", "this is a web page, not a feed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a feed"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "not a feed"),
        (b"gewoon tekst", "not a feed"),
        (b'{"error": "no"}', "JSON, but not a JSON feed"),
        (b"{", "not a JSON feed"),
        (b"[" * 5000, "not a JSON feed"),
    ],
)
def test_what_is_no_feed_is_refused_in_one_line(document: bytes, message: str) -> None:
    with pytest.raises(MalformedSource, match=message) as raised:
        parse(document)

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "document",
    [
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://channel.netscape.com/rdf/simple/0.9/"></rdf:RDF>',
        "<CHANNEL><TITLE>Leeg</TITLE></CHANNEL>",
        rss(),
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '{"version": "https://jsonfeed.org/version/1.1"}',
    ],
)
def test_a_feed_without_entries_is_no_error(document: str) -> None:
    parsed = parse(document)

    assert parsed.items == ()
    assert parsed.complete


def test_a_feed_that_says_it_is_a_web_page_is_a_feed_all_the_same() -> None:
    page = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0" "x"><!-- y -->'

    assert [item.guid for item in parse(page + rss(entry("a")).partition("?>")[2]).items] == [
        "urn:a"
    ]


def test_entities_that_grow_or_point_outside_bring_nothing() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    outside = '<!ENTITY f SYSTEM "file:///etc/passwd">'
    document = rss(entry("a", title="&a9;&f;")).partition("?>")[2]

    item = parse(f'<!DOCTYPE rss [<!ENTITY a0 "ha">{laughs}{outside}]>{document}').items[0]
    assert len(item.title) < 100
    assert "root:" not in item.title


@given(st.binary(max_size=300))
def test_any_bytes_end_in_items_or_one_error(document: bytes) -> None:
    try:
        parse(b"<rss version='2.0'><channel><item><title>" + document)
    except MalformedSource as failure:
        assert "\n" not in str(failure)  # noqa: PT017 - both ends are right


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("geen nieuws", "not a feed: syntax error near line 1"),
        ("<opml>\n\n<<", "not a feed: not well-formed (invalid token) near line 3"),
        ("<urlset/>", "not a feed: no feed element was found"),
        ("\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "this is a calendar, not a feed"),
        (
            '{"version": "https://jsonfeed.org/version/1", "items": [' + "9" * 5000 + "]}",
            "not a JSON feed: Exceeds the limit (4300 digits) for integer string conversion: "
            "value has 5000 digits",
        ),
    ],
)
def test_what_is_no_feed_is_told_in_few_words(document: str, reason: str) -> None:
    with pytest.raises(MalformedSource) as caught:
        parse(document)

    assert str(caught.value) == reason


def test_millions_of_spaces_take_no_time_and_no_memory() -> None:
    document = b" \n" * 1_000_000 + rss(entry("a")).partition("?>")[2].encode()
    began = time.process_time()
    tracemalloc.start()
    try:
        (item,) = parse(document).items
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert item.guid == "urn:a"
    assert peak < 20 * len(document)
    assert time.process_time() - began < 5  # a bound, not a measurement
