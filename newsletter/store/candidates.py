"""Queries on items that a new edition may take up."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.store.editions import is_carried

WITH: Final = (joinedload(Item.source), joinedload(Item.image))  # what a block is filled from
PASSED_OVER: Final = (ItemStatus.REFUSED, ItemStatus.PARKED, ItemStatus.WITHDRAWN)
PASSED_BY: Final = 12  # of what cannot be chosen; enough to see why something is not there
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


def passed_by(session: Session, *, since: datetime | None, now: datetime) -> list[Item]:
    """Return what came in since then that no draft takes by itself, newest first.

    That is what an edition carries, what came along in a flood, and what its source does not hold
    any more. since: None for ever. Past events are left out.
    """
    is_barred = and_(not_(_is_accepted()), or_(Item.backlog, Item.vanished_at.is_not(None)))
    query = (
        select(Item)
        .where(Item.status.not_in(PASSED_OVER), or_(is_barred, is_carried()))
        .where(or_(Item.starts_at.is_(None), Item.starts_at >= now))
    )
    if since is not None:
        query = query.where(Item.first_seen_at >= since)
    newest = query.order_by(Item.first_seen_at.desc(), Item.id.desc()).limit(PASSED_BY)
    return list(session.scalars(newest))


def still_left(
    session: Session, ids: Collection[int], *, elsewhere: Collection[int]
) -> dict[int, Item]:
    """Return which of these items nobody put into an edition, refused or withdrew since.

    elsewhere: those that another edition had already: of these it says nothing that one has them.
    """
    is_free = or_(not_(is_carried()), Item.id.in_(elsewhere))
    query = select(Item).where(Item.id.in_(ids), Item.status.not_in(PASSED_OVER), is_free)
    return {item.id: item for item in session.scalars(query.options(joinedload(Item.source)))}


def find_item(session: Session, item_id: int) -> Item | None:
    """Return one item with its source and its picture."""
    query = select(Item).where(Item.id == item_id).options(*WITH)
    return session.scalars(query).one_or_none()


def _newest(kind: ItemKind) -> Select[Item]:
    when = func.coalesce(Item.published_at, Item.first_seen_at)
    return _free(kind).order_by(_is_accepted().desc(), when.desc(), Item.id.desc()).limit(ENOUGH)


def _free(kind: ItemKind) -> Select[Item]:
    return (
        select(Item)
        .where(Item.kind == kind, Item.status.not_in(PASSED_OVER), not_(is_carried()))
        .where(or_(_is_accepted(), and_(not_(Item.backlog), Item.vanished_at.is_(None))))
        .options(*WITH)
    )


def _is_accepted() -> ColumnElement[bool]:
    return Item.status == ItemStatus.ACCEPTED
