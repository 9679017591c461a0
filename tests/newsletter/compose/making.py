"""Rows for the tests of drafting: an item with only what the test is about."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from feeds.model import Item, Source
from feeds.values import ItemKind, ItemStatus
from tests.fakes import START


def make_item(number: int, kind: ItemKind = ItemKind.NEWS, **values: Any) -> Item:
    """Return an item that is not stored; the higher its number, the newer it is."""
    seen = START - timedelta(days=10) + timedelta(hours=number)
    return Item(
        **{
            "id": number,
            "kind": kind,
            "key": f"key {number}",
            "title": f"Titel {number}",
            "summary": f"Tekst {number}.",
            "own_title": "",
            "own_summary": "",
            "url": f"https://bron.example.org/{number}",
            "status": ItemStatus.NEW,
            "first_seen_at": seen,
            "published_at": seen,
            "audiences": [],
            "details": {},
            "series": "",
            "cancelled": False,
            "all_day": False,
            "location": "",
            **values,
        }
    )


def make_event(number: int, starts_at: datetime, **values: Any) -> Item:
    """Return an event of two hours that is not stored."""
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    return make_item(number, ItemKind.EVENT, **{**times, "location": "Breda", **values})


def store(session: Session, *items: Item) -> None:
    """Store items, all of one source."""
    source = Source(
        slug="bron",
        name="De Bron",
        kind="feed",
        url="https://bron.example.org/feed",
        created_at=START,
    )
    session.add(source)
    for item in items:
        item.source = source
    session.add_all(items)
    session.flush()
