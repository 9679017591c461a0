"""Queries on items that a new edition may take up."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.store.editions import carried_items

WITH: Final = (joinedload(Item.source), joinedload(Item.image))  # what a block is filled from
ENOUGH: Final = 100  # of a kind; the choice takes a handful of the newest


def candidates(session: Session, *, now: datetime, until: datetime) -> list[Item]:
    """Return the items to choose from, their sources loaded, in a fixed number of queries.

    now, until: the window in which an event must start, unless editors accepted it.
    """
    kinds = {ItemKind.NEWS, ItemKind.REPORT, ItemKind.PUBLICATION, ItemKind.PRACTICE}
    found = [item for kind in sorted(kinds) for item in session.scalars(_newest(kind))]
    in_window = or_(Item.starts_at.between(now, until), and_(_is_accepted(), Item.starts_at >= now))
    events = _free(ItemKind.EVENT).where(in_window, Item.cancelled.is_(False))
    return [*found, *session.scalars(events.order_by(Item.starts_at, Item.id).limit(4 * ENOUGH))]


def find_item(session: Session, item_id: int) -> Item | None:
    """Return one item with its source and its picture."""
    query = select(Item).where(Item.id == item_id).options(*WITH)
    return session.scalars(query).one_or_none()


def _newest(kind: ItemKind) -> Select[Item]:
    when = func.coalesce(Item.published_at, Item.first_seen_at)
    return _free(kind).order_by(_is_accepted().desc(), when.desc(), Item.id.desc()).limit(ENOUGH)


def _free(kind: ItemKind) -> Select[Item]:
    passed_over = (ItemStatus.REFUSED, ItemStatus.PARKED, ItemStatus.WITHDRAWN)
    return (
        select(Item)
        .where(Item.kind == kind, Item.status.not_in(passed_over), Item.id.not_in(carried_items()))
        .where(or_(_is_accepted(), and_(not_(Item.backlog), Item.vanished_at.is_(None))))
        .options(*WITH)
    )


def _is_accepted() -> ColumnElement[bool]:
    return Item.status == ItemStatus.ACCEPTED
