"""Queries on items that wait for an editor: judged by nobody yet, and carried by no edition."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.store.editions import carried_items


def count_waiting(session: Session, *, since: datetime, now: datetime) -> dict[str, int]:
    """Return how many items of each kind wait that were first seen since then.

    Events count only while they are to come.
    """
    rows = session.execute(
        select(Item.kind, func.count())
        .where(*_waits(ItemStatus.NEW, now), Item.first_seen_at >= since)
        .group_by(Item.kind)
    )
    return {row[0]: row[1] for row in rows}


def list_waiting(
    session: Session,
    kind: ItemKind,
    *,
    status: ItemStatus = ItemStatus.NEW,
    now: datetime,
    offset: int = 0,
    limit: int,
) -> list[Item]:
    """Return a page of one kind, sources loaded: events by their start, the rest newest first."""
    newest = func.coalesce(Item.published_at, Item.first_seen_at).desc()
    order = Item.starts_at if kind is ItemKind.EVENT else newest
    query = (
        select(Item)
        .where(Item.kind == kind, *_waits(status, now))
        .options(joinedload(Item.source))
        .order_by(order, Item.id.desc())
    )
    return list(session.scalars(query.offset(offset).limit(limit)))


def _waits(status: ItemStatus, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Item.status == status,
        Item.id.not_in(carried_items()),
        or_(Item.starts_at.is_(None), Item.starts_at >= now),
    )
