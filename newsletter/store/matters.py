"""News on record: what colleagues are to hear of editions, and who heard it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, func, or_, select, update
from sqlalchemy.orm import Session

from newsletter.model import User
from newsletter.review_rows import Comment, Matter, MatterTold
from newsletter.store.editions import OF_EDITION, to_event
from newsletter.values import EditionEvent, Role
from storage.dialect import insert_new
from storage.log import LogEntry
from storage.session import Database

TABLE: Final = cast("Table", MatterTold.__table__)  # SQLAlchemy types it as FromClause
IN_HAND: Final = timedelta(minutes=15)  # longer than a relay takes; what is older, a crash left
AT_DESK: Final = (Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR)


def open_matters(session: Session) -> list[EditionEvent]:
    """Return what somebody may still have to hear of, oldest first."""
    query = select(LogEntry).join(Matter, Matter.entry_id == LogEntry.id)
    query = query.where(Matter.settled_at.is_(None), LogEntry.edition_id.is_not(None))
    return [to_event(one) for one in session.scalars(query.order_by(LogEntry.id))]


def colleagues(session: Session) -> dict[int, User]:
    """Return everybody who works at the desk, by id: not who was switched off or never came."""
    came_in = or_(
        User.invited_at.is_(None), User.password_hash != "", User.work_subject.is_not(None)
    )
    query = select(User).where(User.disabled_at.is_(None), User.role.in_(AT_DESK), came_in)
    return {one.id: one for one in session.scalars(query.order_by(User.id))}


def names_of(session: Session) -> dict[int, str]:
    """Return what every account is called, by id."""
    return {row.id: row.name for row in session.execute(select(User.id, User.name))}


def told_of(session: Session, entry_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return who has nothing more to hear of which of these: pairs of entry and person."""
    query = select(MatterTold.entry_id, MatterTold.user_id)
    query = query.where(MatterTold.entry_id.in_(entry_ids), MatterTold.done_at.is_not(None))
    return {(row.entry_id, row.user_id) for row in session.execute(query)}


def told_last(
    session: Session, whats: Iterable[str], *, since: datetime
) -> dict[tuple[int, int], datetime]:
    """Return when somebody was last told of such a thing since then, by edition and person."""
    names = [OF_EDITION + what for what in whats]
    last = func.max(MatterTold.done_at).label("last")
    query = (
        select(LogEntry.edition_id, MatterTold.user_id, last)
        .join(LogEntry, LogEntry.id == MatterTold.entry_id)
        .where(LogEntry.what.in_(names), MatterTold.done_at >= since)
        .group_by(LogEntry.edition_id, MatterTold.user_id)
    )
    return {(row.edition_id, row.user_id): row.last for row in session.execute(query)}


def threads_of(session: Session, editions: Collection[int]) -> Mapping[int, Comment]:
    """Return all that was said about these editions, by id."""
    query = select(Comment).where(Comment.edition_id.in_(editions)).order_by(Comment.id)
    return {one.id: one for one in session.scalars(query)}


def begin(db: Database, entry_ids: Sequence[int], user_id: int, *, now: datetime) -> frozenset[int]:
    """Take the telling of these to one person; return those that no other process is at."""
    rows = [
        {"entry_id": one, "user_id": user_id, "begun_at": None, "done_at": None}
        for one in entry_ids
    ]
    is_free = or_(MatterTold.begun_at.is_(None), MatterTold.begun_at <= now - IN_HAND)
    with db.write() as session:
        insert_new(session, TABLE, rows)
        taken = session.execute(
            update(MatterTold)
            .where(MatterTold.entry_id.in_(entry_ids), MatterTold.user_id == user_id)
            .where(MatterTold.done_at.is_(None), is_free)
            .values(begun_at=now)
            .returning(MatterTold.entry_id)
        )
        return frozenset(taken.scalars())


def end(db: Database, entry_ids: Collection[int], user_id: int, *, now: datetime) -> None:
    """Put on record that there is nothing more to send."""
    _set(db, entry_ids, user_id, {"done_at": now})


def give_up(db: Database, entry_ids: Collection[int], user_id: int) -> None:
    """Leave what could not be handed over to the next time."""
    _set(db, entry_ids, user_id, {"begun_at": None})


def settle(db: Database, entry_ids: Collection[int], *, now: datetime) -> None:
    """Put on record that nobody needs to hear of these any more."""
    if entry_ids:
        with db.write() as session:
            session.execute(
                update(Matter).where(Matter.entry_id.in_(entry_ids)).values(settled_at=now)
            )


def wants_news(session: Session, user_id: int) -> bool:
    """Say whether somebody gets mail when something happens to an edition."""
    return bool(session.scalar(select(User.wants_news).where(User.id == user_id)))


def choose_news(db: Database, user_id: int, *, wants: bool) -> None:
    """Let somebody get mail when something happens to an edition, or none."""
    with db.write() as session:
        session.execute(update(User).where(User.id == user_id).values(wants_news=wants))


def _set(
    db: Database, entry_ids: Collection[int], user_id: int, values: Mapping[str, datetime | None]
) -> None:
    with db.write() as session:
        session.execute(
            update(MatterTold)
            .where(MatterTold.entry_id.in_(entry_ids), MatterTold.user_id == user_id)
            .values(**values)
        )
