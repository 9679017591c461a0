"""Events by number, for whoever names one: in a list to choose from, or in a condition."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feeds.errors import UnknownSource
from feeds.model import Item
from feeds.values import ItemKind, ItemStatus


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event as it is named. starts_at: None for one whose source forgot it."""

    id: int
    title: str
    starts_at: datetime | None


def get_event(session: Session, event_id: int) -> NamedEvent:
    """Return one event. Raises UnknownSource for none, and for an item of another kind."""
    found = _named(session, [event_id])
    if not found:
        raise UnknownSource(f"there is no event {event_id}; see newsletter item list --kind event")
    return found[0]


def name_events(session: Session, ids: Collection[int]) -> list[NamedEvent]:
    """Return those of these that are events, the latest first."""
    return _named(session, ids) if ids else []


def find_events(session: Session, *, since: datetime, until: datetime) -> list[NamedEvent]:
    """Return the events that began in the window, the latest first; no session of a congress."""
    rows = session.execute(
        select(Item.id, Item.title, Item.own_title, Item.starts_at, Item.details)
        .where(Item.kind == ItemKind.EVENT, Item.cancelled.is_(False))
        .where(Item.status.not_in((ItemStatus.REFUSED, ItemStatus.WITHDRAWN)))
        .where(Item.starts_at >= since, Item.starts_at < until)
        .order_by(Item.starts_at.desc(), Item.id.desc())
    )
    return [
        NamedEvent(row.id, row.own_title or row.title, row.starts_at)
        for row in rows
        if not row.details.get("part_of")
    ]


def event_numbers(session: Session) -> frozenset[str]:
    """Return the numbers of all events, as people type them."""
    found = session.scalars(select(Item.id).where(Item.kind == ItemKind.EVENT))
    return frozenset(map(str, found))


def _named(session: Session, ids: Collection[int]) -> list[NamedEvent]:
    asked = select(Item.id, Item.title, Item.own_title, Item.starts_at)
    rows = session.execute(
        asked.where(Item.kind == ItemKind.EVENT, Item.id.in_(ids)).order_by(
            func.coalesce(Item.starts_at, Item.first_seen_at).desc(), Item.id.desc()
        )
    )
    return [NamedEvent(row.id, row.own_title or row.title, row.starts_at) for row in rows]
