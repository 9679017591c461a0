"""Rows for tests: plain functions, no surprises; a test names only what it is about."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from feeds.model import Item, Source
from feeds.values import ItemKind, ItemStatus
from subscribers.model import Subscriber
from subscribers.values import Audience, ConsentKind, SubscriberStatus
from tests.fakes import START

KEY = b"a secret key of at least 32 bytes"


def make_source(session: Session, slug: str = "bron", **fields: Any) -> Source:
    """Store a feed that was never looked at."""
    row = Source(
        **{
            "slug": slug,
            "name": "De Bron",
            "kind": "feed",
            "url": f"https://{slug}.example.org/feed",
            "created_at": START,
            **fields,
        }
    )
    session.add(row)
    session.flush()
    return row


def make_item(number: int, kind: ItemKind = ItemKind.NEWS, **fields: Any) -> Item:
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
            **fields,
        }
    )


def make_event(number: int, starts_at: datetime, **fields: Any) -> Item:
    """Return an event of two hours that is not stored."""
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    return make_item(number, ItemKind.EVENT, **{**times, "location": "Breda", **fields})


def store_items(session: Session, *items: Item) -> None:
    """Store items, all of one source."""
    source = make_source(session)
    for item in items:
        item.source = source
    session.add_all(items)
    session.flush()


def make_subscriber(
    session: Session,
    email: str = "jan@example.org",
    *,
    audience: Audience | None = Audience.SCHOOL,
    status: SubscriberStatus = SubscriberStatus.ACTIVE,
    since: datetime = START,
    **fields: Any,
) -> Subscriber:
    """Store somebody, active unless said otherwise; without evidence."""
    row = Subscriber(
        **{
            "email": email,
            "email_key": email.lower(),
            "audience": audience,
            "status": status,
            "since": since,
            "ground": ConsentKind.ASKED,
            "changed_at": since,
            **fields,
        }
    )
    session.add(row)
    session.flush()
    return row
