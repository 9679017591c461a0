"""What can be followed at an address: a feed, a page that names some, a site that keeps some."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from feeds.discover import MOST_TRIED, Found, Offer, Standing, discover
from feeds.errors import (
    GatherError,
    MalformedSource,
    SourceAnswered,
    SourceRefused,
    TooManyRedirects,
)
from feeds.fetch import Fetcher, Limits
from feeds.values import SourceKind
from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
FEED, AGENDA = SourceKind.FEED, SourceKind.AGENDA
NEWS = rss(
    entry("a", "Eerste", pubDate="Mon, 19 Apr 2027 08:00:00 +0000"),
    entry("b", "Tweede", pubDate="Sun, 18 Apr 2027 08:00:00 +0000"),
    entry("c", "Derde"),
    entry("d", "Vierde"),
    title="Nieuws &amp;amp; meer",
)
EVENTS = calendar(
    vevent("oud", "DTSTART:20270401T080000Z", summary="Voorbij"),
    vevent("a", "DTSTART:20270501T080000Z", "RRULE:FREQ=DAILY;COUNT=3", summary="Cursus"),
    vevent("b", "DTSTART:20270601T080000Z", summary="Congres"),
    head=("X-WR-CALNAME:Agenda van de site",),
)
HTML = "text/html; charset=utf-8"


@pytest.fixture
def canary() -> Iterator[Site]:
    """A server on this machine that may not be visited."""
    with Site() as running:
        running.put("/feed/", NEWS)
        yield running


def page(*links: str, body: str = "") -> str:
    return f"<!doctype html><html><head>{''.join(links)}</head><body>{body}</body></html>"


def rss_link(href: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'


def found_at(site: Site, fetcher: Fetcher, path: str) -> Found:
    return discover(site.url(path), fetcher=fetcher, now=NOW)


def names(found: Found) -> list[tuple[str, Standing]]:
    return [(offer.title, offer.standing) for offer in found.offers]


def test_a_feed_is_its_own_offer(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/feed/", NEWS, Content_Type="text/html")  # whatever its server says

    assert found_at(site, fetcher, "/feed/") == Found(
        url,
        (
            Offer(
                url,
                FEED,
                "Nieuws & meer",
                entries=4,
                newest_at=datetime(2027, 4, 19, 8, 0, tzinfo=UTC),
                titles=("Eerste", "Tweede", "Derde"),
            ),
        ),
        is_itself=True,
    )


def test_a_json_feed_is_its_own_offer(site: Site, fetcher: Fetcher) -> None:
    document = '{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":1,"title":"Een"}]}'
    site.put("/feed.json", document, Content_Type="application/json")

    (offer,) = found_at(site, fetcher, "/feed.json").offers

    assert (offer.kind, offer.title, offer.titles) == (FEED, "J", ("Een",))


@pytest.mark.parametrize(
    ("body", "kind"), [(EVENTS, AGENDA), (b"\r\n" + EVENTS, AGENDA), (NEWS.encode(), FEED)]
)
def test_what_a_server_calls_a_page_is_judged_by_what_is_in_it(
    site: Site, fetcher: Fetcher, body: bytes, kind: SourceKind
) -> None:
    site.put("/x", body, Content_Type=HTML)

    assert [offer.kind for offer in found_at(site, fetcher, "/x").offers] == [kind]


def test_a_calendar_is_offered_by_what_is_to_come(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/agenda", EVENTS, Content_Type="text/plain")

    assert found_at(site, fetcher, "/agenda").offers == (
        Offer(
            url,
            AGENDA,
            "Agenda van de site",
            entries=3,
            newest_at=datetime(2027, 5, 1, 8, 0, tzinfo=UTC),
            titles=("Cursus", "Congres"),
        ),
    )


def test_a_page_offers_what_it_names_comments_last(site: Site, fetcher: Fetcher) -> None:
    site.put("/feed/", NEWS)
    site.put("/comments/feed/", rss(entry("r", "Mooi"), title="Reacties voor Site"))
    site.put("/uit.ics", EVENTS)
    head = (rss_link("/comments/feed/", "Reactiesfeed"), rss_link("/feed/"))
    site.put("/", page(*head, body='<a href="/uit.ics">agenda</a>'), Content_Type=HTML)

    found = found_at(site, fetcher, "/")

    assert names(found) == [
        ("Nieuws & meer", Standing.PROPOSED),
        ("Agenda van de site", Standing.PROPOSED),
        ("Reacties voor Site", Standing.COMMENTS),
    ]
    assert [offer.title for offer in found.proposed(AGENDA)] == ["Agenda van de site"]
    assert not found.is_itself


def test_the_same_items_in_another_format_stand_aside(site: Site, fetcher: Fetcher) -> None:
    site.put("/feed/", NEWS)
    site.put("/feed/atom/", NEWS)
    site.put("/leeg/", rss(title="Nog niets"))
    site.put("/leeg2/", rss(title="Ook nog niets"))
    links = (rss_link("/feed/"), rss_link("/feed/atom/"), rss_link("/leeg/"), rss_link("/leeg2/"))
    site.put("/", page(*links), Content_Type=HTML)

    assert names(found_at(site, fetcher, "/")) == [
        ("Nieuws & meer", Standing.PROPOSED),
        ("Nog niets", Standing.PROPOSED),
        ("Ook nog niets", Standing.PROPOSED),
        ("Nieuws & meer", Standing.TWIN),
    ]


def test_a_page_that_names_none_is_asked_in_the_usual_places(site: Site, fetcher: Fetcher) -> None:
    site.put("/over-ons/", page(), Content_Type=HTML)
    site.put("/?feed=rss2", NEWS)
    site.put("/over-ons/?ical=1", EVENTS)

    found = found_at(site, fetcher, "/over-ons/")

    assert [offer.url for offer in found.offers] == [
        site.url("/?feed=rss2"),
        site.url("/over-ons/?ical=1"),
    ]
    assert found.complaints == ()


def test_what_a_page_names_in_vain_is_said_and_the_usual_places_are_asked(
    site: Site, fetcher: Fetcher
) -> None:
    site.put("/", page(rss_link("/weg/"), rss_link("/stuk/")), Content_Type=HTML)
    site.put("/stuk/", page(), Content_Type=HTML)
    site.put("/feed/", NEWS)

    found = found_at(site, fetcher, "/")

    assert [offer.url for offer in found.offers] == [site.url("/feed/")]
    assert found.complaints == (
        f"{site.url('/weg/')}: the server answered 404",
        f"{site.url('/stuk/')}: this is a web page, not a feed",
    )


def test_what_a_page_names_in_vain_is_not_tried_again(site: Site, fetcher: Fetcher) -> None:
    site.put("/", page(rss_link("/feed/")), Content_Type=HTML)

    found_at(site, fetcher, "/")

    assert site.paths().count("/feed/") == 1


def test_a_page_with_nothing_offers_nothing(site: Site, fetcher: Fetcher) -> None:
    site.put("/", "<p>Welkom</p>", Content_Type="text/html")

    assert found_at(site, fetcher, "/") == Found(site.url("/"), ())


def test_links_are_relative_to_where_the_page_was_found(site: Site, fetcher: Fetcher) -> None:
    site.put("/oud", status=302, Location="/nieuw/start/")
    site.put("/nieuw/start/", page(rss_link("feed/")), Content_Type=HTML)
    site.put("/nieuw/start/feed/", NEWS)

    (offer,) = found_at(site, fetcher, "/oud").offers

    assert offer.url == site.url("/nieuw/start/feed/")


def test_of_a_page_with_ten_thousand_links_eight_are_tried(site: Site, fetcher: Fetcher) -> None:
    feeds = [f"/{number}/feed/" for number in range(1_000)]
    for number, path in enumerate(feeds):
        site.put(path, rss(entry("a", f"Bericht {number}"), title=f"Rubriek {number}"))
    site.put("/uit.ics", EVENTS)
    plain = "".join(f'<a href="/{number}">{number}</a>' for number in range(10_000))
    body = plain + '<a href="/uit.ics">agenda</a>'
    site.put("/", page(*map(rss_link, feeds), body=body), Content_Type=HTML)

    found = found_at(site, fetcher, "/")

    assert [offer.title for offer in found.offers] == [
        *(f"Rubriek {number}" for number in range(6)),
        "Agenda van de site",
        "Rubriek 6",
    ]
    assert found.complaints == ("993 more addresses were not tried",)
    assert len(site.asked) == 1 + MOST_TRIED


def test_a_page_cannot_lead_us_to_this_machine(site: Site, fetcher: Fetcher, canary: Site) -> None:
    site.put("/omweg/", status=302, Location=canary.url("/feed/"))
    links = (
        rss_link(canary.url("/feed/")),
        rss_link(f"http://localhost:{canary.port}/feed/"),
        rss_link("http://127.0.0.1/feed/"),
        rss_link("http://[::1]/feed/"),
        rss_link("/omweg/"),
        rss_link("javascript:alert(1)"),
        rss_link("file:///etc/passwd"),
        f'<base href="{canary.url("/")}">',
    )
    site.put("/", page(*links), Content_Type=HTML)

    found = found_at(site, fetcher, "/")

    assert found.offers == ()
    assert len(found.complaints) == 5
    assert canary.asked == []


def test_a_base_that_leads_to_this_machine_leads_nowhere(
    site: Site, fetcher: Fetcher, canary: Site
) -> None:
    site.put("/", page(f'<base href="{canary.url("/")}">', rss_link("feed/")), Content_Type=HTML)

    assert found_at(site, fetcher, "/").offers == ()
    assert canary.asked == []


def test_after_some_time_no_further_address_is_tried(site: Site, fetcher: Fetcher) -> None:
    site.put("/feed/", NEWS)
    site.put("/", page(rss_link("/feed/")), Content_Type=HTML)

    found = discover(site.url("/"), fetcher=fetcher, now=NOW, patience_s=0.0)

    assert found.offers == ()
    assert found.complaints == ("1 more addresses were not tried",)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/lus", TooManyRedirects),
        ("/weg", SourceAnswered),
        ("/stuk", MalformedSource),
        ("/leeg", MalformedSource),
        ("/png", MalformedSource),
        ("/kanarie", SourceRefused),
    ],
)
def test_what_is_neither_is_an_error_of_one_line(
    site: Site, fetcher: Fetcher, canary: Site, path: str, error: type[GatherError]
) -> None:
    site.put("/lus", status=302, Location="/lus")
    site.put("/stuk", "BEGIN:VCALENDARx\r\n", Content_Type="text/calendar")
    site.put("/leeg", "")
    site.put("/png", b"\x89PNG\r\n\x1a\n" + bytes(200), Content_Type="application/rss+xml")
    site.put("/kanarie", status=301, Location=canary.url("/feed/"))

    with pytest.raises(error) as caught:
        found_at(site, fetcher, path)

    assert len(str(caught.value).splitlines()) == 1
    assert canary.asked == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.org/", "http://[::1", "/feed"]
)
def test_what_is_no_web_address_is_refused(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(SourceRefused):
        discover(url, fetcher=fetcher, now=NOW)


def test_a_bare_host_is_asked_by_http_when_it_has_no_https(site: Site) -> None:
    allow = frozenset({site.host_port})
    fetcher = Fetcher(allow=allow, contact="", limits=Limits(connect_s=1.0, first_byte_s=1.0))
    url = site.put("/feed/", NEWS)

    found = discover(f"{site.host_port}/feed/", fetcher=fetcher, now=NOW)

    assert (found.address, found.is_itself) == (url, True)


def test_a_visible_link_to_a_feed_is_offered(site: Site, fetcher: Fetcher) -> None:
    site.put("/nieuws/rss", NEWS)
    site.put("/", page(body='<a href="/nieuws/rss">RSS</a>'), Content_Type=HTML)

    assert names(found_at(site, fetcher, "/")) == [("Nieuws & meer", Standing.PROPOSED)]
