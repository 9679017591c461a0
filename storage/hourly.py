"""What an hour takes of something, for all processes together, and also after a restart.

Whoever it is counted for stands in the rows as a keyed hash, for that hour only.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base
from storage.bulk import hold_table
from storage.session import Database

WINDOW: Final = timedelta(hours=1)


class Taken(Base):
    """One time that something was done. what: which thing; mark: for whom it counts."""

    __tablename__ = "taken"
    __table_args__ = (Index("ix_taken_what_mark_at", "what", "mark", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20))
    mark: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(index=True)


def take(db: Database, what: str, limits: Mapping[str, int], *, key: bytes, now: datetime) -> bool:
    """Count one and return True; False when the hour is full for any, and nothing is counted.

    limits: for whom it counts, with how many an hour has.
    """
    marked = {_mark(key, what, who): most for who, most in limits.items()}
    with db.read() as session:
        if _is_full(session, what, marked, now):
            return False  # without keeping writers waiting: a flood asks very often
    with db.write() as session:
        hold_table(session, Taken.metadata.tables["taken"])
        if _is_full(session, what, marked, now):
            return False
        forget_old(session, now=now)
        session.add_all(Taken(what=what, mark=mark, at=now) for mark in marked)
    return True


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove what was counted more than WINDOW ago; return how many rows."""
    old = delete(Taken).where(Taken.at <= now - WINDOW)
    return len(session.scalars(old.returning(Taken.id)).all())


def _is_full(session: Session, what: str, marked: Mapping[str, int], now: datetime) -> bool:
    counted = session.execute(
        select(Taken.mark, func.count())
        .where(Taken.what == what, Taken.mark.in_(marked), Taken.at > now - WINDOW)
        .group_by(Taken.mark)
    )
    return any(count >= marked[mark] for mark, count in counted)


def _mark(key: bytes, what: str, who: str) -> str:
    return hmac.digest(key, f"taken {what} {who}".encode(), hashlib.sha256).hex()[:32]
