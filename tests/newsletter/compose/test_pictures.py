"""Pictures that come after a draft was made: offered there, and asked for with patience."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from feeds.fetch import Fetcher
from feeds.model import Item, Source
from newsletter import pipeline
from newsletter.compose.draft import draft_newsletter
from newsletter.model import Block, Run
from newsletter.store.runs import Missed, not_yet_again
from newsletter.wiring import Services
from tests.factories import make_item, store_items
from tests.fakes import START, FakeClock
from tests.feeds.pictures import picture
from tests.feeds.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def near(services: Services, site: Site) -> Services:
    fetcher = Fetcher(allow=frozenset({site.host_port}), contact="https://example.org")
    return replace(services, fetcher=fetcher)


def draft_with(near: Services, image_url: str) -> int:
    """Make a draft that holds one article with such a picture at its source."""
    with near.db.write() as session:
        store_items(session, make_item(1, image_url=image_url, url=""))
        session.execute(update(Source).values(active=False))
    return draft_newsletter(near.db, now=near.clock())


def run_gather(near: Services) -> Run:
    with near.db.write() as session:
        run = pipeline.begin_run(session, "gather", due_at=near.clock(), now=near.clock())
    return pipeline.run_stage(near, run)


def article(near: Services) -> Block:
    with near.db.read() as session:
        return session.scalars(select(Block).where(Block.kind == "article")).one()


def test_a_draft_is_offered_the_picture_of_its_item(near: Services, site: Site) -> None:
    draft_with(near, site.put("/foto.jpg", picture()))

    run = run_gather(near)

    assert (run.error, run.report["pictures"], run.report["pictures_missed"]) == ("", 1, [])
    with near.db.read() as session:
        item = session.get_one(Item, 1)
        session.refresh(item, ["image"])
    assert item.image is not None
    fields = article(near).fields
    assert (fields["offered_image"], fields["image_alt"]) == (item.image.path, "")


def test_a_missed_picture_is_asked_for_again_with_patience(
    near: Services, site: Site, clock: FakeClock
) -> None:
    draft_with(near, site.url("/weg.jpg"))

    for _ in range(50):
        run_gather(near)
        clock.later(hours=1)

    assert site.paths() == ["/weg.jpg"] * 4


def test_the_rule_of_patience() -> None:
    hours = [Missed(START - timedelta(hours=one), (1,)) for one in (30, 20, 10)]
    just = Missed(START - timedelta(hours=5), (2, 3))

    assert not_yet_again([*hours, just], now=START) == {2, 3}
    assert not_yet_again([*hours, replace(just, item_ids=(1,))], now=START) == {1}
    assert not_yet_again([], now=START) == set()
