"""What administrators do to one source."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from feeds import administer, store
from feeds.errors import (
    AddressTaken,
    MalformedSource,
    SourceChanged,
    SourceInUse,
    SourceRefused,
    UnknownSource,
)
from feeds.fetch import Fetcher
from feeds.follow import Labels
from feeds.gather import gather_due
from feeds.marks import labels_mark
from feeds.model import Source
from feeds.themes import add_default_themes
from storage.session import Database
from tests import factories
from tests.fakes import START
from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site

NEWS = rss(entry("a"), title="Nieuws")


def make(db: Database, slug: str = "bron", **fields: Any) -> None:
    with db.write() as session:
        factories.make_source(session, slug, **fields)


def get(db: Database, slug: str = "bron") -> Source:
    with db.read() as session:
        return store.get_source(session, slug)


def failing(error: str = "SourceTooSlow") -> dict[str, Any]:
    return {
        "last_error": error,
        "last_error_line": "no answer",
        "failures_in_row": 4,
        "failing_since": START - timedelta(days=2),
        "next_look_at": START + timedelta(hours=9),
        "active": error != "SourceGone",
    }


def due(db: Database) -> list[str]:
    with db.read() as session:
        return [source.slug for source in store.due_sources(session, START + timedelta(days=9))]


def mark(db: Database) -> str:
    return labels_mark(get(db))


def test_what_somebody_else_said_first_is_not_written_over(db: Database) -> None:
    make(db)
    seen, anna = mark(db), Labels("Van Anna", (), ("school",))
    administer.label_source(db, "bron", anna, seen=seen, now=START)

    administer.label_source(db, "bron", anna, seen=seen, now=START)  # the button pressed twice
    with pytest.raises(SourceChanged):
        administer.label_source(db, "bron", Labels("Van Bas"), seen=seen, now=START)

    assert (get(db).name, get(db).audiences) == ("Van Anna", ["school"])


def test_labels_are_kept(db: Database) -> None:
    add_default_themes(db)
    make(db)

    administer.label_source(
        db, "bron", Labels(" VO\nraad ", ("visie",), ("school",)), seen=mark(db), now=START
    )

    assert (get(db).name, get(db).themes, get(db).audiences) == ("VO raad", ["visie"], ["school"])


def test_without_a_name_it_keeps_the_one_it_has(db: Database) -> None:
    make(db)

    administer.label_source(db, "bron", Labels(), seen=mark(db), now=START)

    assert get(db).name == "De Bron"


def test_a_theme_of_no_name_changes_nothing(db: Database) -> None:
    make(db)

    with pytest.raises(UnknownSource):
        administer.label_source(db, "bron", Labels("Nieuw", ("kaas",)), seen=mark(db), now=START)

    assert get(db).name == "De Bron"


def test_what_is_off_is_not_looked_at_until_it_is_on(db: Database) -> None:
    make(db, **failing())

    administer.turn_off(db, "bron", now=START)

    assert due(db) == []
    assert get(db).last_error == "SourceTooSlow"

    administer.turn_on(db, "bron", now=START)

    assert due(db) == ["bron"]
    assert (get(db).last_error, get(db).failures_in_row) == ("", 0)
    assert get(db).next_look_at is None


def test_what_is_gone_can_be_turned_off_for_good(db: Database) -> None:
    make(db, **failing("SourceGone"))
    assert due(db) == ["bron"]

    administer.turn_off(db, "bron", now=START)

    assert due(db) == []


def test_a_source_is_led_to_a_feed_and_remembers_where_it_was(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    make(db, etag='"a"', last_modified="x", body_hash="h", **failing("SourceGone"))
    url = site.put("/feed/", NEWS)

    led = administer.lead_elsewhere(db, "bron", url, fetcher=fetcher, now=START)

    source = get(db)
    assert led.is_there
    assert (source.url, source.previous_url) == (url, "https://bron.example.org/feed")
    assert (source.etag, source.last_modified, source.body_hash) == ("", "", "")
    assert source.active
    assert (source.last_error, source.next_look_at) == ("", None)


def test_a_source_is_not_led_to_another_kind(db: Database, site: Site, fetcher: Fetcher) -> None:
    make(db)
    site.put("/uit.ics", calendar(vevent("a", "DTSTART:20270501T080000Z")))

    led = administer.lead_elsewhere(db, "bron", site.url("/uit.ics"), fetcher=fetcher, now=START)

    assert not led.is_there
    assert get(db).url == "https://bron.example.org/feed"


def test_a_page_is_a_choice_not_an_address(db: Database, site: Site, fetcher: Fetcher) -> None:
    make(db)
    site.put("/", "<!doctype html><html>", Content_Type="text/html")
    url = site.put("/feed/", NEWS)

    led = administer.lead_elsewhere(db, "bron", site.url("/"), fetcher=fetcher, now=START)

    assert not led.is_there
    assert [offer.url for offer in led.found.offers] == [url]
    assert get(db).url == "https://bron.example.org/feed"


def test_an_address_of_another_source_is_taken(db: Database, site: Site, fetcher: Fetcher) -> None:
    url = site.put("/feed/", NEWS)
    make(db)
    make(db, "ander", name="De andere", url=url)

    with pytest.raises(AddressTaken) as caught:
        administer.lead_elsewhere(db, "bron", url, fetcher=fetcher, now=START)

    assert (caught.value.slug, caught.value.name) == ("ander", "De andere")
    assert get(db).url == "https://bron.example.org/feed"


@pytest.mark.parametrize(
    ("path", "error"), [("javascript:alert(1)", SourceRefused), ("/stuk", MalformedSource)]
)
def test_what_cannot_be_read_changes_nothing(
    db: Database, site: Site, fetcher: Fetcher, path: str, error: type[Exception]
) -> None:
    make(db)
    site.put("/stuk", "geen nieuws")
    url = site.url(path) if path.startswith("/") else path

    with pytest.raises(error):
        administer.lead_elsewhere(db, "bron", url, fetcher=fetcher, now=START)

    assert get(db).previous_url == ""


def test_led_back_it_does_not_move_away_again(db: Database, site: Site, fetcher: Fetcher) -> None:
    old = site.put("/oud/", NEWS)
    new = site.put("/nieuw/", rss(entry("a"), entry("b"), title="Nieuws"))
    make(db, url=old)
    gather_due(db, fetcher=fetcher, now=START)
    site.put("/oud/", status=301, Location="/nieuw/")
    for day in range(1, 5):  # often and long enough to be believed
        gather_due(db, fetcher=fetcher, now=START + timedelta(days=day), only=["bron"])
    assert get(db).url == new

    administer.lead_back(db, "bron", now=START)
    for day in range(5, 10):
        gather_due(db, fetcher=fetcher, now=START + timedelta(days=day), only=["bron"])

    assert (get(db).url, get(db).previous_url) == (old, new)


def test_what_never_moved_stays(db: Database) -> None:
    make(db)

    administer.lead_back(db, "bron", now=START)

    assert get(db).url == "https://bron.example.org/feed"


def test_the_site_of_a_source_is_searched_for_what_is_not_followed(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    known, new = site.put("/bekend/", NEWS), site.put("/nieuw/", rss(entry("n", "Nieuw")))
    site.put("/uit.ics", calendar(vevent("a", "DTSTART:20270501T080000Z")))
    links = "".join(
        f'<link rel="alternate" type="{kind}" href="{path}">'
        for kind, path in (
            ("application/rss+xml", "/bekend/"),
            ("application/rss+xml", "/nieuw/"),
            ("text/calendar", "/uit.ics"),
        )
    )
    site.put("/", f"<!doctype html><html><head>{links}", Content_Type="text/html")
    make(db, url=site.url("/diep/weg/feed/"))
    make(db, "bekend", url=known)

    offers = administer.search_site(db, "bron", fetcher=fetcher, now=START)

    assert [offer.url for offer in offers] == [new]


def test_what_never_brought_anything_is_removed(db: Database) -> None:
    make(db)

    administer.remove_source(db, "bron", now=START)

    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Source)) == 0


def test_what_brought_an_item_stays(db: Database, site: Site, fetcher: Fetcher) -> None:
    make(db, url=site.put("/feed/", NEWS))
    gather_due(db, fetcher=fetcher, now=START)

    with pytest.raises(SourceInUse):
        administer.remove_source(db, "bron", now=START)

    assert get(db).name == "De Bron"


@pytest.mark.parametrize(
    "act",
    [administer.turn_off, administer.turn_on, administer.lead_back, administer.remove_source],
)
def test_a_source_of_no_name(db: Database, act: object) -> None:
    with pytest.raises(UnknownSource):
        act(db, "weg", now=START)  # type: ignore[operator]  # each takes these three
