"""Queries on the items that the public site shows: not what was refused or withdrawn."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from feeds.errors import UnknownSource
from feeds.model import Item
from feeds.values import ItemKind, ItemStatus


def events_from(session: Session, start: datetime) -> list[Item]:
    """Return the events that end after `start`, cancelled ones too, ordered by their beginning."""
    query = _shown(ItemKind.EVENT).where(func.coalesce(Item.ends_at, Item.starts_at) >= start)
    return list(session.scalars(query.order_by(Item.starts_at, Item.id)))


def events_before(session: Session, end: datetime, *, since: datetime, limit: int) -> list[Item]:
    """Return the events that were over at `end` and began after `since`, the last one first."""
    over = func.coalesce(Item.ends_at, Item.starts_at) < end
    query = _shown(ItemKind.EVENT).where(Item.starts_at >= since, over)
    return list(session.scalars(query.order_by(Item.starts_at.desc(), Item.id.desc()).limit(limit)))


def practice_examples(session: Session, *, limit: int, offset: int = 0) -> list[Item]:
    """Return practice examples, the newest first."""
    query = _shown(ItemKind.PRACTICE).order_by(Item.first_seen_at.desc(), Item.id.desc())
    return list(session.scalars(query.limit(limit).offset(offset)))


def examples_of(session: Session, partnership: str, *, limit: int) -> list[Item]:
    """Return practice examples of the partnership of this name, the newest first."""
    theirs = Item.details["partnership"].as_string() == partnership
    query = _shown(ItemKind.PRACTICE).where(theirs)
    newest = query.order_by(Item.first_seen_at.desc(), Item.id.desc())
    return list(session.scalars(newest.limit(limit)))


def count_practice_examples(session: Session) -> int:
    """Return how many practice examples there are."""
    counted = select(func.count()).select_from(Item)
    return session.scalar(counted.where(*_is_shown(ItemKind.PRACTICE))) or 0


def get_shown(session: Session, item_id: int, kind: ItemKind) -> Item:
    """Return an item of this kind, source and image loaded. Raises UnknownSource for none shown."""
    loaded = (joinedload(Item.source), joinedload(Item.image))
    query = _shown(kind).where(Item.id == item_id).options(*loaded)
    item = session.scalars(query).one_or_none()
    if item is None:
        raise UnknownSource(f"no {kind} {item_id} is shown")
    return item


def _shown(kind: ItemKind) -> Select[Item]:
    return select(Item).where(*_is_shown(kind))


def _is_shown(kind: ItemKind) -> tuple[ColumnElement[bool], ...]:
    shown: tuple[ColumnElement[bool], ...] = (
        Item.kind == kind,
        Item.status.not_in((ItemStatus.REFUSED, ItemStatus.WITHDRAWN)),
    )
    return (*shown, Item.starts_at.is_not(None)) if kind is ItemKind.EVENT else shown
