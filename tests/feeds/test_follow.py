"""What becomes of an address that somebody wants to follow."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from feeds.discover import Standing
from feeds.errors import MalformedSource, SourceAnswered, SourceRefused, UnknownSource
from feeds.fetch import Fetcher
from feeds.follow import Followed, Labels, follow_address, follow_folder, follow_offers
from feeds.model import Source
from feeds.themes import add_default_themes
from feeds.values import SourceKind
from storage.session import Database
from tests.fakes import START
from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site

FEED, AGENDA = SourceKind.FEED, SourceKind.AGENDA
NEWS = rss(entry("a", "Eerste"), title="Nieuws van de site")
EVENTS = calendar(vevent("a", "DTSTART:20270501T080000Z"))
LINK = '<link rel="alternate" type="{}" href="{}">'


def put_page(site: Site, *links: tuple[str, str]) -> str:
    head = "".join(LINK.format(*link) for link in links)
    return site.put("/", f"<!doctype html><html><head>{head}", Content_Type="text/html")


def follow(
    db: Database,
    fetcher: Fetcher,
    url: str,
    kind: SourceKind | None = None,
    **labels: str | tuple[str, ...],
) -> Followed:
    return follow_address(
        db,
        url,
        kind=kind,
        labels=Labels(**labels),  # type: ignore[arg-type]  # each by its name
        fetcher=fetcher,
        now=START,
    )


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Source)) or 0


def test_a_feed_is_followed_under_its_own_name(db: Database, site: Site, fetcher: Fetcher) -> None:
    url = site.put("/feed/", NEWS)

    followed = follow(db, fetcher, url)

    assert followed.source
    assert followed.source.slug == "nieuws-van-de-site"
    assert followed.source.name == "Nieuws van de site"
    assert (followed.source.kind, followed.source.url) == (FEED, url)
    assert followed.source.next_look_at is None
    assert followed.is_new
    assert followed.warning == ""


def test_what_people_say_about_it_wins(db: Database, site: Site, fetcher: Fetcher) -> None:
    add_default_themes(db)
    url = site.put("/feed/", NEWS)

    source = follow(
        db, fetcher, url, name="VO-raad", themes=("visie",), audiences=("school",)
    ).source

    assert source
    assert (source.slug, source.themes, source.audiences) == ("vo-raad", ["visie"], ["school"])


def test_the_same_address_twice_is_one_source(db: Database, site: Site, fetcher: Fetcher) -> None:
    url = site.put("/feed/", NEWS)
    follow(db, fetcher, url)

    again = follow(db, fetcher, url, kind=FEED, name="Anders")

    assert not again.is_new
    assert again.source
    assert again.source.name == "Nieuws van de site"
    assert count(db) == 1


@pytest.mark.parametrize("kind", [None, FEED])
def test_an_address_in_another_form_is_the_same_source(
    db: Database, site: Site, fetcher: Fetcher, kind: SourceKind | None
) -> None:
    first = follow(db, fetcher, site.put("/feed", NEWS))

    again = follow(db, fetcher, site.put("/feed/", NEWS) + "#boven", kind)

    assert not again.is_new
    assert again.source
    assert first.source
    assert again.source.id == first.source.id


@pytest.mark.parametrize("kind", [None, FEED])
def test_the_only_feed_of_a_page_is_followed(
    db: Database, site: Site, fetcher: Fetcher, kind: SourceKind | None
) -> None:
    url = site.put("/feed/", NEWS)
    site.put("/comments/feed/", rss(entry("r"), title="Reacties voor de site"))
    rss_type = "application/rss+xml"
    page = put_page(site, (rss_type, "/comments/feed/"), (rss_type, "/feed/"))

    followed = follow(db, fetcher, page, kind)

    assert followed.source
    assert followed.source.url == url
    assert followed.found
    assert [offer.standing for offer in followed.found.offers] == [
        Standing.PROPOSED,
        Standing.COMMENTS,
    ]


def test_of_a_page_with_both_the_kind_that_was_asked_is_followed(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    site.put("/feed/", NEWS)
    agenda = site.put("/uit.ics", EVENTS)
    page = put_page(site, ("application/rss+xml", "/feed/"), ("text/calendar", "/uit.ics"))

    followed = follow(db, fetcher, page, AGENDA)

    assert followed.source
    assert (followed.source.url, followed.source.kind) == (agenda, AGENDA)


@pytest.mark.parametrize("kind", [None, AGENDA])
def test_a_choice_is_left_to_who_asked(
    db: Database, site: Site, fetcher: Fetcher, kind: SourceKind | None
) -> None:
    site.put("/feed/", NEWS)
    site.put("/ander/feed/", rss(entry("b", "Ander"), title="Ander nieuws"))
    rss_type = "application/rss+xml"
    page = put_page(site, (rss_type, "/feed/"), (rss_type, "/ander/feed/"))

    followed = follow(db, fetcher, page, kind)

    assert followed.source is None
    assert followed.found
    assert len(followed.found.offers) == 2
    assert count(db) == 0


@pytest.mark.parametrize(
    ("path", "warning"),
    [
        ("/weg", "the server answered 404"),
        ("/stuk", "not a feed"),
        ("/leeg.html", "this is a web page, and no feed or calendar was found on its site"),
    ],
)
def test_with_a_kind_it_is_followed_although_nothing_is_there_yet(
    db: Database, site: Site, fetcher: Fetcher, path: str, warning: str
) -> None:
    site.put("/stuk", "geen nieuws")
    site.put("/leeg.html", "<!doctype html>")

    followed = follow(db, fetcher, site.url(path), FEED)

    assert followed.source
    assert followed.source.url == site.url(path)
    assert warning in followed.warning
    assert followed.offer is None


def test_with_a_kind_also_what_may_not_be_visited_yet(db: Database, fetcher: Fetcher) -> None:
    with Site() as private:
        followed = follow(db, fetcher, private.url("/feed/"), FEED)

        assert "not 80 or 443" in followed.warning
        assert private.asked == []
    assert count(db) == 1


def test_a_kind_that_is_not_what_is_there_is_warned_of(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    followed = follow(db, fetcher, site.put("/feed/", NEWS), AGENDA)

    assert followed.source
    assert followed.source.kind == AGENDA
    assert followed.warning == "what is there now is of kind feed, not agenda"


@pytest.mark.parametrize(("path", "error"), [("/weg", SourceAnswered), ("/stuk", MalformedSource)])
def test_without_a_kind_nothing_is_followed_unseen(
    db: Database, site: Site, fetcher: Fetcher, path: str, error: type[Exception]
) -> None:
    site.put("/stuk", "geen nieuws")

    with pytest.raises(error):
        follow(db, fetcher, site.url(path))

    assert count(db) == 0


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://[::1", "https://user:secret@example.org/feed"]
)
def test_what_is_no_address_is_refused_also_with_a_kind(
    db: Database, fetcher: Fetcher, url: str
) -> None:
    with pytest.raises(SourceRefused) as caught:
        follow(db, fetcher, url, FEED)

    assert "secret" not in str(caught.value)


def test_a_theme_of_no_name_is_refused(db: Database, site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(UnknownSource):
        follow(db, fetcher, site.put("/feed/", NEWS), themes=("kaas",))

    assert count(db) == 0


def test_offers_are_followed_once_in_whatever_form(db: Database) -> None:
    first = ("https://www.example.org/feed/", FEED, "Nieuws")
    again = ("http://example.org/feed", FEED, "Hetzelfde")
    other = ("https://example.org/uit.ics", AGENDA, "")

    followed = follow_offers(db, [first, again, other], now=START)

    assert [(one.source.name, one.is_new) for one in followed if one.source] == [
        ("Nieuws", True),
        ("Nieuws", False),
        ("example.org", True),
    ]


def test_a_folder_is_followed_as_it_is(db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "voorbeelden"

    followed = follow_folder(db, str(folder), labels=Labels(name="Praktijk"), now=START)

    assert followed.source
    assert followed.source.url == str(folder)
    assert followed.is_new
    assert followed.warning == "there is no such folder"
    folder.mkdir()
    assert follow_folder(db, str(folder), labels=Labels(), now=START).warning == ""


@pytest.mark.parametrize("path", ["", "  ", "https://example.org/voorbeelden", "/voor\x07beelden"])
def test_what_is_no_path_is_no_folder(db: Database, path: str) -> None:
    with pytest.raises(SourceRefused, match="give its path"):
        follow_folder(db, path, labels=Labels(), now=START)

    assert count(db) == 0
