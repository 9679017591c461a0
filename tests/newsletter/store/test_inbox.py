"""What waits for an editor."""

from datetime import timedelta

from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Block, Edition
from newsletter.store.inbox import count_waiting, list_waiting
from newsletter.values import EditionKind, EditionStatus
from tests.fakes import START


def add(session: Session, title: str, **changed: object) -> Item:
    values: dict[str, object] = {"kind": ItemKind.NEWS, "first_seen_at": START, **changed}
    item = Item(key=title, title=title, **values)
    session.add(item)
    session.flush()
    return item


def carry(session: Session, item: Item, status: EditionStatus) -> None:
    session.add(
        Edition(
            kind=EditionKind.NEWSLETTER,
            title="Editie",
            dated_on=START.date(),
            status=status,
            status_since=START,
            created_at=START,
            blocks=[Block(kind="article", position=0, item_id=item.id)],
        )
    )
    session.flush()


def waiting(session: Session, kind: ItemKind = ItemKind.NEWS) -> list[str]:
    return [item.title for item in list_waiting(session, kind, now=START, limit=10)]


def test_what_is_judged_or_carried_does_not_wait(session: Session) -> None:
    add(session, "wacht")
    add(session, "geweigerd", status=ItemStatus.REFUSED)
    carry(session, add(session, "in een concept"), EditionStatus.DRAFT)
    carry(session, add(session, "in een afgebroken editie"), EditionStatus.CANCELLED)

    assert waiting(session) == ["in een afgebroken editie", "wacht"]
    refused = list_waiting(session, ItemKind.NEWS, status=ItemStatus.REFUSED, now=START, limit=10)
    assert [item.title for item in refused] == ["geweigerd"]


def test_events_wait_in_the_order_of_their_start_until_they_begin(session: Session) -> None:
    for days in (9, -1, 2):
        starts_at = START + timedelta(days=days)
        add(session, f"over {days}", kind=ItemKind.EVENT, starts_at=starts_at)

    assert waiting(session, ItemKind.EVENT) == ["over 2", "over 9"]
    assert count_waiting(session, since=START, now=START) == {"event": 2}


def test_news_waits_newest_first_and_counts_since_it_was_seen(session: Session) -> None:
    add(session, "oud", first_seen_at=START - timedelta(days=40))
    add(session, "nieuw")
    add(session, "eerder verschenen", published_at=START - timedelta(days=3))

    assert waiting(session) == ["nieuw", "eerder verschenen", "oud"]
    assert count_waiting(session, since=START - timedelta(days=30), now=START) == {"news": 2}


def test_pages_follow_each_other(session: Session) -> None:
    for number in range(5):
        add(session, f"bericht {number}")

    pages = [
        list_waiting(session, ItemKind.NEWS, now=START, offset=offset, limit=2)
        for offset in (0, 2, 4)
    ]

    titles = [item.title for page in pages for item in page]
    assert titles == [f"bericht {number}" for number in (4, 3, 2, 1, 0)]
