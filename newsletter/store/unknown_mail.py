"""Queries on returned mail that no program understood: the list for people at the desk."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from newsletter.returned_rows import UnknownMail


def add_unknown(session: Session, row: UnknownMail) -> None:
    """Put a message on the list for a person, once."""
    known = session.scalar(select(UnknownMail.id).where(UnknownMail.mark == row.mark))
    if known is None:
        session.add(row)


def open_unknown(session: Session, *, limit: int = 100) -> list[UnknownMail]:
    """Return the messages that a person has not dealt with, the newest first."""
    waiting = select(UnknownMail).where(UnknownMail.dealt_at.is_(None))
    return list(session.scalars(waiting.order_by(UnknownMail.id.desc()).limit(limit)))


def count_unknown(session: Session) -> int:
    """Return how many messages wait for a person."""
    waiting = select(func.count()).select_from(UnknownMail).where(UnknownMail.dealt_at.is_(None))
    return session.scalar(waiting) or 0


def is_waiting(session: Session, mark: str) -> bool:
    """Say whether a message waits for a person."""
    waits = (UnknownMail.mark == mark) & UnknownMail.dealt_at.is_(None)
    return bool(session.scalar(select(exists().where(waits))))


def unsettled(session: Session) -> dict[int, str]:
    """Return what was dealt with and the mailbox was not told of: ids, with where it stays."""
    rows = session.execute(
        select(UnknownMail.id, UnknownMail.place).where(
            UnknownMail.dealt_at.is_not(None),
            UnknownMail.settled.is_(False),
            UnknownMail.place != "",
        )
    )
    return {row.id: row.place for row in rows}


def settle(session: Session, ids: Collection[int]) -> None:
    """Note that the mailbox was told."""
    session.execute(update(UnknownMail).where(UnknownMail.id.in_(ids)).values(settled=True))


def is_listed(session: Session, unknown_id: int) -> bool:
    """Say whether there is such a message, dealt with or not."""
    return session.get(UnknownMail, unknown_id) is not None


def deal_with(session: Session, unknown_id: int, *, by: int, now: datetime) -> bool:
    """Note that somebody dealt with a message; return whether this call did it."""
    waiting = (UnknownMail.id == unknown_id) & UnknownMail.dealt_at.is_(None)
    done = session.execute(
        update(UnknownMail)
        .where(waiting)
        .values(dealt_at=now, dealt_by_id=by)
        .returning(UnknownMail.id)
    )
    return done.first() is not None


def put_back(session: Session, unknown_id: int) -> bool:
    """Let a message that was dealt with wait again; return whether this call did it.

    Not once the mailbox was told: there it is put away as read.
    """
    dealt = (UnknownMail.id == unknown_id) & UnknownMail.dealt_at.is_not(None)
    done = session.execute(
        update(UnknownMail)
        .where(dealt, UnknownMail.settled.is_(False))
        .values(dealt_at=None, dealt_by_id=None)
        .returning(UnknownMail.id)
    )
    return done.first() is not None


def forget_naming(session: Session, address_key: str) -> None:
    """Remove the messages for people that name an address."""
    named = address_key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    columns = (UnknownMail.sender, UnknownMail.subject, UnknownMail.excerpt)
    naming = (func.lower(one).like(f"%{named}%", escape="\\") for one in columns)
    session.execute(delete(UnknownMail).where(or_(*naming)))
