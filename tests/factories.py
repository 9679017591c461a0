"""Rows for tests: plain functions, no surprises; a test names only what it is about."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from feeds.model import Item, Source
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Edition, User
from newsletter.values import EditionKind, Role
from storage.base import Base
from storage.session import Database
from subscribers.model import Segment, Subscriber
from subscribers.segments import DEFAULT_SEGMENTS
from subscribers.themes import give_bits, number_of
from subscribers.values import Audience, ConsentKind, SubscriberStatus
from tests.fakes import START

KEY = b"a secret key of at least 32 bytes"

Row = TypeVar("Row", bound=Base)


def make_source(session: Session, slug: str = "bron", **fields: Any) -> Source:
    """Store a feed that was never looked at."""
    values = {
        "slug": slug,
        "name": "De Bron",
        "kind": "feed",
        "url": f"https://{slug}.example.org/feed",
        "created_at": START,
    }
    return _stored(session, Source(**{**values, **fields}))


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
            "themes": [],
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


def store_item(session: Session, title: str, kind: ItemKind = ItemKind.NEWS, **fields: Any) -> Item:
    """Store an item without a source, first seen now; the database gives it its id."""
    seen = {"first_seen_at": START, "published_at": None}
    values = {"id": None, "key": title, "title": title, **seen}
    return _stored(session, make_item(0, kind, **{**values, **fields}))


def judge_item(db: Database, item_id: int, status: ItemStatus) -> None:
    """Decide about a stored item."""
    with db.write() as session:
        session.get_one(Item, item_id).status = status.value


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
    themes: Collection[str] = (),
    **fields: Any,
) -> Subscriber:
    """Store somebody, active unless said otherwise; without evidence."""
    chosen = number_of(themes, give_bits(session, themes)) if themes else 0
    values = _person(email, audience, since) | {"themes": chosen}
    return _stored(session, Subscriber(**{**values, "status": status, **fields}))


def make_readers(session: Session, number: int, *, now: datetime = START, first: int = 1) -> None:
    """Store readers r1@, r2@ ...: schools, institutes and neither in turn."""
    audiences = (Audience.SCHOOL, Audience.TEACHER_EDUCATION, None)
    people = [
        _person(f"r{one}@example.org", audiences[one % 3], now) | {"name": f"Zoë {one}"}
        for one in range(first, first + number)
    ]
    session.execute(insert(Subscriber), people)


def make_segments(session: Session) -> None:
    """Store the three segments that everybody begins with."""
    for slug, name, conditions in DEFAULT_SEGMENTS:
        session.add(Segment(slug=slug, name=name, conditions=dict(conditions)))
    session.flush()


def make_user(
    session: Session, email: str, role: Role = Role.EDITOR, *, now: datetime = START
) -> int:
    """Store an account that nobody can sign in with; return its id."""
    user = User(email=email, email_key=email, role=role, created_at=now)
    return _stored(session, user).id


def make_edition(session: Session, *, now: datetime = START, **fields: Any) -> Edition:
    """Store a draft of a newsletter, without blocks unless they are given."""
    values = {
        "kind": EditionKind.NEWSLETTER,
        "title": "Nieuwsbrief",
        "dated_on": now.date(),
        "status_since": now,
        "created_at": now,
    }
    return _stored(session, Edition(**{**values, **fields}))


def _person(email: str, audience: Audience | None, since: datetime) -> dict[str, Any]:
    return {
        "email": email,
        "email_key": email.lower(),
        "audience": audience,
        "status": SubscriberStatus.ACTIVE,
        "since": since,
        "ground": ConsentKind.ASKED,
        "changed_at": since,
    }


def _stored(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
