"""What an entry says itself wins from what stands deeper in it (S-31)."""

from datetime import UTC, datetime

import pytest

from feeds.sources.syndication import parse_feed
from feeds.values import ParsedItem
from tests.feeds.documents import rss

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
BASE = "https://partner.example.org/feed/"
OWN = (
    "<title>Eigen titel</title><link>https://partner.example.org/eigen</link><guid>urn:eigen</guid>"
)
SPACES = (
    'xmlns:x="https://example.org/x" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def only(inside: str, *, spaces: str = SPACES) -> ParsedItem:
    document = rss(f"<item {spaces}>{inside}</item>")
    (item,) = parse_feed(document.encode(), now=NOW, base_url=BASE).items
    return item


@pytest.mark.parametrize(
    "wrapper",
    [
        "<x:w><link>https://vreemd.example.org/</link></x:w>",
        "<x:w><link url='https://vreemd.example.org/'/></x:w>",
        "<x:w><guid>urn:vreemd</guid><title>Vreemd</title></x:w>",
        "<x:link>https://vreemd.example.org/</x:link><x:guid>urn:vreemd</x:guid>",
        "<media:group><media:title>Vreemd</media:title></media:group>",
        "<media:title>Vreemd</media:title>",
        "<x:w><atom:id>urn:vreemd</atom:id><atom:link href='https://vreemd.example.org/'/></x:w>",
        "<atom:link rel='alternate' href='https://vreemd.example.org/'/>",
        "<source url='https://vreemd.example.org/'>Vreemd</source>",
        "<dc:title>Vreemd</dc:title><dc:identifier>urn:vreemd</dc:identifier>",
        "<x:w><pubDate>Mon, 1 Mar 2027 10:00:00 GMT</pubDate></x:w>",
    ],
)
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_nested_element_does_not_overwrite_the_entrys_own(wrapper: str, order: str) -> None:
    item = only(wrapper + OWN if order == "before" else OWN + wrapper)

    assert (item.title, item.url, item.guid, item.published_at) == (
        "Eigen titel", "https://partner.example.org/eigen", "urn:eigen", None,
    )  # fmt: skip


def test_what_only_stands_deeper_is_not_the_entrys() -> None:
    deeper = "<x:w><link>https://x.example.org/</link><guid>urn:x</guid></x:w>"

    item = only(f"<title>Eigen</title>{deeper}")

    assert (item.url, item.guid) == ("", "")


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<guid>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid isPermaLink='true'>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid isPermaLink='false'>https://a.example/1</guid>", ""),
        ("<guid>1234</guid>", ""),
        ("<guid>tag:a.example,2027:1</guid>", ""),
        ("<atom:link href='/atom'/>", "https://partner.example.org/atom"),
        ("<link/><atom:link href='/atom'/>", "https://partner.example.org/atom"),
        ("<link> /met-spaties </link>", "https://partner.example.org/met-spaties"),
        ("<link><![CDATA[https://a.example/?a=1&b=2]]></link>", "https://a.example/?a=1&b=2"),
        ("<link>javascript:alert(1)</link><guid>https://a.example/1</guid>", ""),
    ],
)
def test_the_link_is_the_own_one_else_the_permanent_guid(inside: str, url: str) -> None:
    assert only(f"<title>T</title>{inside}").url == url


def test_a_caption_is_not_the_summary() -> None:
    item = only(
        "<title>T</title><media:content url='/a.jpg' medium='image'>"
        "<media:description>Een bijschrift.</media:description></media:content>"
        "<description>Waar het om gaat.</description>"
    )

    assert item.summary == "Waar het om gaat."


def test_a_title_with_markup_of_its_own_is_one_text() -> None:
    assert only("<title>Samen <b>opleiden</b></title>").title == "Samen opleiden"


def test_links_of_atom_follow_the_base_of_their_element() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/x/"><title>A</title>'
        '<entry xml:base="y/"><id>1</id><title>T</title><link href="z"/></entry>'
        '<entry><id>relatief/2</id><title>T</title><link href="z" rel="alternate"/></entry></feed>'
    )

    items = parse_feed(atom.encode(), now=NOW, base_url=BASE).items

    assert [item.url for item in items] == ["https://a.example/x/y/z", "https://a.example/x/z"]
    assert items[1].guid == "relatief/2"


@pytest.mark.parametrize(
    "dates",
    [
        "<t:created>2027-03-01T08:00:00Z</t:created>",
        "<t:modified>2027-03-02T08:00:00Z</t:modified><t:issued>2027-03-01T08:00:00Z</t:issued>",
        "<updated>2027-03-01T08:00:00Z</updated>",
        "<a:updated>2027-03-01T08:00:00Z</a:updated>",
        "<a:updated>2027-03-02T08:00:00Z</a:updated><pubDate>1 Mar 2027 08:00:00 GMT</pubDate>",
        "<d:date>2027-03-01T08:00:00Z</d:date><t:created>2027-02-01T08:00:00Z</t:created>",
    ],
)
def test_other_vocabularies_say_when_as_well(dates: str) -> None:
    spaces = (
        'xmlns:a="http://www.w3.org/2005/Atom" xmlns:t="http://purl.org/dc/terms/" '
        'xmlns:d="http://purl.org/dc/elements/1.1/"'
    )

    assert only(dates, spaces=spaces).published_at == datetime(2027, 3, 1, 8, tzinfo=UTC)


def test_an_entry_of_atom_is_not_what_its_source_is() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><source>'
        '<id>urn:bron</id><title>Bron</title><link href="https://bron.example.org/"/>'
        "<updated>2027-01-01T00:00:00Z</updated></source><id>urn:eigen</id><title>Eigen</title>"
        '<link href="https://a.example/eigen"/><updated>2027-04-01T00:00:00Z</updated>'
        "</entry></feed>"
    )

    (item,) = parse_feed(atom.encode(), now=NOW, base_url=BASE).items

    assert (item.guid, item.title, item.url) == ("urn:eigen", "Eigen", "https://a.example/eigen")
    assert item.published_at == datetime(2027, 4, 1, tzinfo=UTC)


def test_up_to_an_error_the_own_children_count_as_well() -> None:
    wrapped = "<item xmlns:x='https://x.example/'>{}<x:w><link>https://vreemd.example/</link></x:w></item>"
    bare = "<item><title>Jan & Piet</title><link>https://a.example/2</link></item>"

    items = parse_feed(rss(wrapped.format(OWN), bare).encode(), now=NOW, base_url=BASE).items

    assert [item.url for item in items] == [
        "https://partner.example.org/eigen",
        "https://a.example/2",
    ]
