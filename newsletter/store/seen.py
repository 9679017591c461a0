"""What each person saw of an edition when they last judged it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Table, Text, delete, or_, select
from sqlalchemy import cast as cast_in_sql
from sqlalchemy.orm import Session

from newsletter.model import Edition
from newsletter.review_rows import EditionLook
from newsletter.values import EditionStatus
from storage.dialect import insert_new

Content = Mapping[str, Any]

ONE_SITTING: Final = timedelta(hours=1)
OVER: Final = (EditionStatus.SENT, EditionStatus.CANCELLED)
TABLE: Final = cast("Table", EditionLook.__table__)  # SQLAlchemy types it as FromClause


@dataclass(frozen=True, slots=True)
class Before:
    """What somebody saw the time before, and when."""

    at: datetime
    content: Content


def look_of(session: Session, edition_id: int, user_id: int) -> EditionLook | None:
    """Return what somebody last saw of an edition; None for who never looked."""
    return session.get(EditionLook, (edition_id, user_id), populate_existing=True)


def before_of(look: EditionLook | None, content: Content, *, now: datetime) -> Before | None:
    """Return what to hold an edition's content against; None for who sees it for the first time.

    As long as somebody sits with it, a page that is opened again tells the same.
    """
    if look is None:
        return None
    is_new = look.content != content
    if not is_new and look.before_at is not None and now - look.at < ONE_SITTING:
        return Before(look.before_at, look.before)
    return Before(look.at, look.content)


def note_look(
    session: Session, edition_id: int, user_id: int, *, content: Content, now: datetime
) -> None:
    """Remember that somebody saw this; what they saw until then stays beside it."""
    row = {"edition_id": edition_id, "user_id": user_id, "at": now, "before": {}}
    insert_new(session, TABLE, [{**row, "content": dict(content), "before_at": None}])
    look = session.get_one(
        EditionLook, (edition_id, user_id), with_for_update=True, populate_existing=True
    )
    if look.content != content:
        look.before, look.before_at = look.content, look.at
        look.content, look.at = dict(content), now


def forget_items(session: Session, item_ids: Collection[int]) -> None:
    """Forget what was seen of editions with a block about one of these items, whole."""
    saw = [
        cast_in_sql(column, Text).contains(f'"item_id": {number}, "fields":')
        for number in sorted(item_ids)
        for column in (EditionLook.content, EditionLook.before)
    ]
    if saw:
        session.execute(delete(EditionLook).where(or_(*saw)))


def forget_seen(session: Session, *, before: datetime) -> int:
    """Forget what was seen of editions that were over before then; return how many looks."""
    over = select(Edition.id).where(Edition.status.in_(OVER), Edition.status_since < before)
    gone = delete(EditionLook).where(EditionLook.edition_id.in_(over))
    return len(session.scalars(gone.returning(EditionLook.user_id)).all())
