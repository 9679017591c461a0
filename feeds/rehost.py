"""Pictures of items, found and kept on our own site: no reader's program asks another for one.

Network first, database after, one item at a time, within a time for all of them together.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from feeds.decoding import read_picture
from feeds.errors import GatherError, ImageRefused
from feeds.fetch import Fetch, Fetcher, Limits
from feeds.model import Item, Source
from feeds.pictures import HIDDEN, keep_picture
from feeds.sharing import PAGE_BYTES, sharing_picture
from feeds.values import (
    LARGEST_PICTURE_BYTES,
    GatherReport,
    ItemKind,
    ItemStatus,
    Outcome,
    Picture,
)
from storage.session import Database

log = structlog.get_logger(__name__)

MOST: Final = 20  # items of one round
FEW: Final = 5  # new items of one look: a flood is not worth a visit to each of its pages
NARROWEST: Final = 200  # pixels; a smaller picture is a button or an emoji
RECENT: Final = timedelta(days=30)
PAGES_S: Final = 10.0  # for the pages of new items; a round of gathering ends with them
PICTURES_S: Final = 30.0  # for the pictures; what is left is for the next round
PAGE_LIMITS: Final = Limits(first_byte_s=5.0, whole_s=10.0, size_bytes=PAGE_BYTES)
PICTURE_LIMITS: Final = Limits(whole_s=15.0, size_bytes=LARGEST_PICTURE_BYTES)
KINDS: Final = (ItemKind.NEWS, ItemKind.REPORT, ItemKind.PUBLICATION, ItemKind.PRACTICE)


@dataclass(frozen=True, slots=True)
class Rehosted:
    """The items that got a picture of ours, and those of which none could be had."""

    done: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()


def find_pictures(db: Database, *, fetcher: Fetcher, report: GatherReport, now: datetime) -> int:
    """Look at the pages of new items without a picture for one; return how many were found.

    Only of sources that brought a handful, and only on the source's own site.
    """
    few = [one.slug for one in report.sources if one.outcome is Outcome.OK and 0 < one.new <= FEW]
    with db.read() as session:
        new = _without_picture(session, few, now) if few else []
    if not new:
        return 0
    with fetcher.within(PAGE_LIMITS).round() as fetch:
        found = {
            item.id: link for item in _in_time(new, PAGES_S) if (link := _of_page(item, fetch))
        }
    if found:
        rows = [{"id": item_id, "image_url": link} for item_id, link in found.items()]
        with db.write() as session:
            session.execute(update(Item), rows)
    return len(found)


def rehost_pictures(
    db: Database,
    *,
    fetcher: Fetcher,
    wanted: Collection[int],
    leave: Collection[int] = (),
    now: datetime,
) -> Rehosted:
    """Give accepted items, and these, a picture of our own; at most twenty a round.

    wanted: ids of items that an edition in the making holds.
    leave:  ids of those of which none could be had lately.
    """
    with db.read() as session:
        items = _to_rehost(session, wanted, leave, now)
    if not items:
        return Rehosted()
    done, failed = [], []
    pages, pictures = fetcher.within(PAGE_LIMITS), fetcher.within(PICTURE_LIMITS)
    with pages.round() as fetch_page, pictures.round() as fetch_picture:
        for item in _in_time(items, PICTURES_S):
            found = _first_picture(item, fetch_page, fetch_picture)
            if found is None:
                failed.append(item.id)
                continue
            with db.write() as session:
                image = keep_picture(session, found[1], now=now, source_url=found[0])
                _give(session, item.id, image.id)
            done.append(item.id)
    return Rehosted(tuple(done), tuple(failed))


def _first_picture(
    item: Item, fetch_page: Fetch, fetch_picture: Fetch
) -> tuple[str, Picture] | None:
    """Return the first usable picture with its address: the item's own, else its page's."""
    for url in _addresses(item, fetch_page):
        try:
            picture = read_picture(fetch_picture(url).body)
        except (GatherError, ImageRefused) as failure:
            log.info("picture not taken", item=item.id, reason=type(failure).__name__)
            continue
        if picture.width >= NARROWEST:
            return url, picture
    return None


def _addresses(item: Item, fetch_page: Fetch) -> Iterator[str]:
    if item.image_url:
        yield item.image_url
    if (link := _of_page(item, fetch_page)) and link != item.image_url:
        yield link


def _of_page(item: Item, fetch: Fetch) -> str:
    """Return the picture of an item's page, "" when it has none or leads to another site."""
    if not item.url:
        return ""
    try:
        page = fetch(item.url)
    except GatherError:
        return ""
    if site_of(page.final_url) != site_of(item.url):
        return ""
    return sharing_picture(page.body, url=page.final_url, content_type=page.content_type)


def site_of(url: str) -> str:
    """Return the host and port of an address, without "www."."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _in_time(items: Iterable[Item], seconds: float) -> Iterator[Item]:
    """Yield at most twenty items, until that time is used."""
    started = time.perf_counter()
    for number, item in enumerate(items):
        if number >= MOST or time.perf_counter() - started > seconds:
            return
        yield item


def _without_picture(session: Session, slugs: Collection[str], now: datetime) -> list[Item]:
    query = (
        select(Item)
        .join(Source, Source.id == Item.source_id)
        .where(
            Source.slug.in_(slugs),
            Item.first_seen_at == now,
            Item.kind.in_(KINDS),
            Item.image_url == "",
            Item.url != "",
        )
        .options(joinedload(Item.source))
        .order_by(Item.id)
    )
    return [
        item
        for item in session.scalars(query)
        if item.source and site_of(item.url) == site_of(item.source.url)
    ]


def _to_rehost(
    session: Session, wanted: Collection[int], leave: Collection[int], now: datetime
) -> list[Item]:
    is_recent = (Item.status == ItemStatus.ACCEPTED) & (Item.first_seen_at > now - RECENT)
    query = select(Item).where(
        Item.image_id.is_(None),
        Item.kind.in_(KINDS),
        or_(Item.image_url != "", Item.url != ""),
        or_(is_recent, Item.id.in_(wanted)),
        Item.status.not_in(HIDDEN),
        Item.id.not_in(leave),
    )
    return list(session.scalars(query.order_by(Item.id.desc()).limit(MOST)))


def _give(session: Session, item_id: int, image_id: int) -> None:
    """Set the picture, unless the item was withdrawn or refused meanwhile."""
    session.execute(
        update(Item).where(Item.id == item_id, Item.status.not_in(HIDDEN)).values(image_id=image_id)
    )
