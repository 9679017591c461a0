"""What waits for an editor."""

from datetime import timedelta

from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Block
from newsletter.store.inbox import count_waiting, list_waiting
from newsletter.values import EditionStatus
from tests.factories import make_edition, store_item
from tests.fakes import START


def carry(session: Session, item: Item, status: EditionStatus) -> None:
    block = Block(kind="article", position=0, item_id=item.id)
    make_edition(session, status=status, blocks=[block])


def waiting(session: Session, kind: ItemKind = ItemKind.NEWS) -> list[str]:
    return [item.title for item in list_waiting(session, kind, now=START, limit=10)]


def test_what_is_judged_or_carried_does_not_wait(session: Session) -> None:
    store_item(session, "wacht")
    store_item(session, "geweigerd", status=ItemStatus.REFUSED)
    carry(session, store_item(session, "in een concept"), EditionStatus.DRAFT)
    carry(session, store_item(session, "in een afgebroken editie"), EditionStatus.CANCELLED)

    assert waiting(session) == ["in een afgebroken editie", "wacht"]
    refused = list_waiting(session, ItemKind.NEWS, status=ItemStatus.REFUSED, now=START, limit=10)
    assert [item.title for item in refused] == ["geweigerd"]


def test_events_wait_in_the_order_of_their_start_until_they_begin(session: Session) -> None:
    for days in (9, -1, 2):
        starts_at = START + timedelta(days=days)
        store_item(session, f"over {days}", kind=ItemKind.EVENT, starts_at=starts_at)

    assert waiting(session, ItemKind.EVENT) == ["over 2", "over 9"]
    assert count_waiting(session, since=START, now=START) == {"event": 2}


def test_news_waits_newest_first_and_counts_since_it_was_seen(session: Session) -> None:
    store_item(session, "oud", first_seen_at=START - timedelta(days=40))
    store_item(session, "nieuw")
    store_item(session, "eerder verschenen", published_at=START - timedelta(days=3))

    assert waiting(session) == ["nieuw", "eerder verschenen", "oud"]
    assert count_waiting(session, since=START - timedelta(days=30), now=START) == {"news": 2}


def test_pages_follow_each_other(session: Session) -> None:
    for number in range(5):
        store_item(session, f"bericht {number}")

    pages = [
        list_waiting(session, ItemKind.NEWS, now=START, offset=offset, limit=2)
        for offset in (0, 2, 4)
    ]

    titles = [item.title for page in pages for item in page]
    assert titles == [f"bericht {number}" for number in (4, 3, 2, 1, 0)]
