"""Pictures of items from a real server: kept on our own site, or missed and told so."""

from typing import Any

import pytest
from sqlalchemy import func, select

from feeds.fetch import Fetcher
from feeds.model import Image, Item
from feeds.rehost import FEW, MOST, Rehosted, find_pictures, rehost_pictures
from feeds.values import GatherReport, ItemKind, ItemStatus, Outcome, SourceReport
from storage.session import Database
from tests.factories import make_item, make_source
from tests.fakes import START
from tests.feeds.pictures import picture, png_of, with_exif
from tests.feeds.site import Answer, Site


def add_item(db: Database, site: Site, number: int = 1, **fields: Any) -> int:
    """Store an accepted item of a source of that site."""
    with db.write() as session:
        source = session.scalar(select(Item.source_id).limit(1))
        if source is None:
            source = make_source(session, "bron", url=site.url("/feed")).id
        item = make_item(
            number,
            **{
                "status": ItemStatus.ACCEPTED,
                "url": site.url(f"/artikel/{number}"),
                "source_id": source,
                "first_seen_at": START,
                **fields,
            },
        )
        session.add(item)
        session.flush()
        return item.id


def rehost(db: Database, fetcher: Fetcher, **options: Any) -> Rehosted:
    return rehost_pictures(db, **{"fetcher": fetcher, "wanted": (), "now": START, **options})


def image_of(db: Database, item_id: int) -> Image | None:
    with db.read() as session:
        item = session.get_one(Item, item_id)
        return session.get(Image, item.image_id) if item.image_id else None


def test_the_picture_of_an_accepted_item_is_kept_on_our_own_site(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    link = site.put("/foto.jpg", with_exif(size=(2000, 1000)))
    item_id = add_item(db, site, image_url=link)

    assert rehost(db, fetcher) == Rehosted(done=(item_id,))

    image = image_of(db, item_id)
    assert image is not None
    assert (image.width, image.height, image.source_url) == (1200, 600, link)
    assert site.paths() == ["/foto.jpg"]
    assert rehost(db, fetcher) == Rehosted()


def test_without_a_picture_of_its_own_the_page_is_asked(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    site.put("/artikel/1", '<meta property="og:image" content="/deel.png">')
    site.put("/deel.png", picture(form="PNG"))
    item_id = add_item(db, site, image_url=site.url("/weg.jpg"))

    assert rehost(db, fetcher).done == (item_id,)

    assert site.paths() == ["/weg.jpg", "/artikel/1", "/deel.png"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", status=404),
        Answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>", headers={"Content-Type": "image/png"}),
        Answer(picture(size=(120, 90))),
        Answer(picture()[:900]),
        Answer(png_of(50_000, 50_000)),
        Answer(picture() + bytes(6 * 1024 * 1024)),
        Answer(b"", status=302, headers={"Location": "http://169.254.169.254/latest"}),
    ],
    ids=["gone", "svg", "small", "half", "bomb", "heavy", "inward"],
)
def test_a_picture_that_cannot_be_had_is_missed_and_nothing_is_kept(
    db: Database, site: Site, fetcher: Fetcher, answer: Answer
) -> None:
    site.pages["/foto"] = answer
    item_id = add_item(db, site, image_url=site.url("/foto"))

    assert rehost(db, fetcher) == Rehosted(failed=(item_id,))

    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Image)) == 0


def test_a_page_that_leads_to_another_site_is_not_believed(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    with Site() as other:
        other.put("/", '<meta property="og:image" content="/vreemd.jpg">')
        other.put("/vreemd.jpg", picture())
        both = Fetcher(
            allow=frozenset({site.host_port, other.host_port}), contact="https://x.example.org"
        )
        site.put("/artikel/1", b"", status=302, Location=other.url("/"))
        item_id = add_item(db, site)

        assert rehost(db, both) == Rehosted(failed=(item_id,))

        assert other.paths() == ["/"]


def test_only_what_is_accepted_or_wanted_gets_one(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    link = site.put("/foto.jpg", picture())
    add_item(db, site, 1, image_url=link, status=ItemStatus.NEW)
    drafted = add_item(db, site, 2, image_url=link, status=ItemStatus.NEW)
    add_item(db, site, 3, image_url=link, status=ItemStatus.REFUSED)
    withdrawn = add_item(db, site, 4, image_url=link, status=ItemStatus.WITHDRAWN)
    add_item(db, site, 5, image_url=link, kind=ItemKind.EVENT)
    left = add_item(db, site, 6, image_url=link)

    got = rehost(db, fetcher, wanted=(drafted, withdrawn), leave=(left,))

    assert got == Rehosted(done=(drafted,))


def test_a_round_fetches_a_bounded_number(db: Database, site: Site, fetcher: Fetcher) -> None:
    link = site.url("/weg.jpg")
    ids = [add_item(db, site, number, url="", image_url=link) for number in range(1, MOST + 4)]

    missed = rehost(db, fetcher).failed

    assert sorted(missed) == ids[-MOST:]


def report(new: int, outcome: Outcome = Outcome.OK) -> GatherReport:
    one = SourceReport(slug="bron", name="", url="", kind="feed", outcome=outcome, new=new)
    return GatherReport((one,))


def image_url_of(db: Database, item_id: int) -> str:
    with db.read() as session:
        return session.get_one(Item, item_id).image_url


def test_new_items_without_a_picture_take_that_of_their_page(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    site.put("/artikel/1", '<meta property="og:image" content="/deel.png">')
    first = add_item(db, site, 1, status=ItemStatus.NEW)
    named = add_item(db, site, 2, image_url="https://example.org/eigen.jpg")
    elsewhere = add_item(db, site, 3, url="https://elders.example.org/artikel")

    assert find_pictures(db, fetcher=fetcher, report=report(3), now=START) == 1

    assert image_url_of(db, first) == site.url("/deel.png")
    assert image_url_of(db, named) == "https://example.org/eigen.jpg"
    assert image_url_of(db, elsewhere) == ""
    assert site.paths() == ["/artikel/1"]


def test_a_flood_or_a_failure_makes_nobody_visit_pages(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add_item(db, site)

    for one in (report(FEW + 1), report(0), report(1, Outcome.FAILED)):
        assert find_pictures(db, fetcher=fetcher, report=one, now=START) == 0

    assert site.paths() == []


def test_a_page_that_is_too_long_is_left(db: Database, site: Site, fetcher: Fetcher) -> None:
    site.put("/artikel/1", '<meta property="og:image" content="/deel.png">' + " " * 600_000)
    item_id = add_item(db, site)

    assert find_pictures(db, fetcher=fetcher, report=report(1), now=START) == 0

    assert image_url_of(db, item_id) == ""
