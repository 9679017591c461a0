"""The links of a web page to feeds and calendars."""

import time

import pytest

from feeds.values import SourceKind
from feeds.webpage import PageLink, is_calendar_address, page_links

URL = "https://site.example.org/nieuws/?page=2"
FEED, AGENDA = SourceKind.FEED, SourceKind.AGENDA
RSS = '<link rel="alternate" type="application/rss+xml" '
PATIENCE_S = 3.0  # of the processor; each takes a third of a second at most


def links(head: str) -> list[PageLink]:
    return list(page_links(f"<!doctype html><html><head>{head}".encode(), url=URL))


@pytest.mark.parametrize(
    ("tag", "link"),
    [
        (RSS + 'href="/feed/">', PageLink("https://site.example.org/feed/", FEED)),
        (RSS + 'href=feed title="A > B &amp; C">',
         PageLink("https://site.example.org/nieuws/feed", FEED, "A > B & C")),
        ("<LINK REL='Alternate Feed' TYPE='application/atom+xml; charset=utf-8'"
         " HREF=//b.example.org/?a=1&amp;b=2>",
         PageLink("https://b.example.org/?a=1&b=2", FEED)),
        ('<link rel=alternate type=application/feed+json href=/feed.json>',
         PageLink("https://site.example.org/feed.json", FEED)),
        ('<link rel=alternate type=application/json href=/feed.json>',
         PageLink("https://site.example.org/feed.json", FEED)),
        ('<link rel=alternate type="text/calendar" href=/uit#vandaag>',
         PageLink("https://site.example.org/uit", AGENDA)),
        ('<a class="knop" href="/agenda.ics">Agenda</a>',
         PageLink("https://site.example.org/agenda.ics", AGENDA)),
        ('<a href="?ical=1">', PageLink("https://site.example.org/nieuws/?ical=1", AGENDA)),
        ('<a href="webcal://site.example.org/a">',
         PageLink("https://site.example.org/a", AGENDA)),
        ('<a href="webcal://b.example.org/a">', PageLink("https://b.example.org/a", AGENDA)),
        ('<base href="/onder/">' + RSS + 'href="feed">',
         PageLink("https://site.example.org/onder/feed", FEED)),
    ],
)  # fmt: skip
def test_a_link_to_what_can_be_followed(tag: str, link: PageLink) -> None:
    assert links(tag) == [link]


@pytest.mark.parametrize(
    "tag",
    [
        RSS + 'href="javascript:alert(1)">',
        RSS + 'href="file:///etc/passwd">',
        RSS + 'href="http://[::1">',
        RSS + 'href="https://user:secret@site.example.org/feed">',
        RSS + 'href="">',
        '<a href="javascript:alert(1)//x.ics">',
        '<a href="?outlook-ical=1">',
        '<a href="/feedback/">',
        '<a href="/nieuws/rss-uitleg.html">Wat is RSS?</a>',
        '<a href="/nieuws/1">Rss is een manier om nieuws te volgen. Lees meer</a>',
        '<a href="/atomen/">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/12">',
        '<link rel="alternate" hreflang="en" href="/en/">',
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        "<!-- " + RSS + 'href="/oud/"> -->',
    ],
)
def test_what_is_no_link_to_follow(tag: str) -> None:
    assert links(tag) == []


@pytest.mark.parametrize(
    "path",
    [
        *("/feed", "/feed/", "/nieuws/feed/atom/", "/rss", "/nieuws/rss/", "/nieuws.rss"),
        *(
            "/rss.xml",
            "/atom.xml",
            "/feed.json",
            "/rss.php",
            "/?feed=rss2",
            "/x?format=feed&type=rss",
        ),
    ],
)
def test_a_visible_link_that_looks_like_a_feed(path: str) -> None:
    found = links(f'<body><a class="knop" href="{path}">Volg ons</a>')

    assert found == [PageLink(f"https://site.example.org{path}", FEED)]


@pytest.mark.parametrize("words", ["RSS", " RSS-feed van de site", "Atom", "(rss)"])
def test_a_visible_link_that_says_it_is_a_feed(words: str) -> None:
    found = links(f'<body><a href="/uitvoer?id=3">{words}</a>')

    assert found == [PageLink("https://site.example.org/uitvoer?id=3", FEED)]


def test_a_visible_link_comes_after_what_the_head_names() -> None:
    body = '<a href="/rss">RSS</a><a href="https://www.site.example.org/b/feed">b</a>'

    found = links(f'{body}<a href="/uit.ics">{RSS}href="/feed/">')

    assert [link.url.removeprefix("https://") for link in found] == [
        *("site.example.org/uit.ics", "site.example.org/feed/"),
        *("site.example.org/rss", "www.site.example.org/b/feed"),
    ]


def test_a_feed_of_another_site_counts_only_when_the_page_has_none() -> None:
    other = '<a href="https://feeds.example.net/rss">RSS</a>'

    assert links(other) == [PageLink("https://feeds.example.net/rss", FEED)]
    assert links(other + '<a href="/feed/">') == [PageLink("https://site.example.org/feed/", FEED)]
    assert len(links(other + RSS + 'href="/feed/">')) == 1


def test_an_address_that_is_named_twice_is_one() -> None:
    assert len(links((RSS + 'href="/feed/">') * 3)) == 1


@pytest.mark.parametrize(
    ("title", "href", "is_of_comments"),
    [
        ("Site » Feed", "/feed/", False),
        ("Site » Reactiesfeed", "/x/", True),
        ("Site » Studiedag Reacties feed", "/studiedag/feed/", True),
        ("Site » Comments Feed", "/x/", True),
        ("", "/comments/feed/", True),
        ("", "/?feed=comments-rss2", True),
    ],
)
def test_comments_are_known_by_their_words(title: str, href: str, is_of_comments: bool) -> None:  # noqa: FBT001
    (link,) = links(f'{RSS} title="{title}" href="{href}">')

    assert link.is_of_comments is is_of_comments


def test_a_page_in_another_character_set_is_read() -> None:
    page = f'<html><head>{RSS} title="Één" href="/feed/">'.encode("cp1252")

    (link,) = page_links(page, url=URL, content_type="text/html; charset=windows-1252")

    assert link.title == "Één"


@pytest.mark.parametrize(
    "text",
    [
        "<a " * 170_000,
        "<link " * 85_000,
        "<!--" * 128_000,
        "<a .ics " * 64_000,
        "<a href=/feed/>" * 34_000,
        "<a href=/" + "feed/" * 100_000,
        "<link x=" + '"' * 500_000,
        "<a href=x.ics>" * 36_000,
        "<a href=/x.ics?" + "a" * 500_000,
        ("<a ical=1 " + "'" * 3_980) * 130,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_page_is_read_in_time(text: str) -> None:
    began = time.process_time()

    found = page_links(text.encode(), url=URL)

    assert len(found) <= 1
    assert time.process_time() - began < PATIENCE_S


@pytest.mark.parametrize("url", ["http://[::1", "https://x/?" + "a=1&" * 1_000, ""])
def test_an_odd_address_is_no_calendar(url: str) -> None:
    assert not is_calendar_address(url)
