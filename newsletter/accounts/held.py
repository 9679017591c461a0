"""Forms that arrived just after their session had ended: kept until their writer is back.

Only for who had a session, and shown to nobody else; so no stranger can fill our disk with them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.account_rows import HeldForm
from storage.dialect import insert_new
from storage.session import Database

HELD: Final = timedelta(hours=12)
LONGEST_PATH: Final = 1_000
MOST: Final = 10  # forms of one person; the oldest go
LARGEST: Final = 200_000  # characters of one form

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Held:
    """One form as it was sent. path: where to, with what it asked for."""

    id: int
    path: str
    fields: tuple[tuple[str, str], ...]
    at: datetime


def hold(db: Database, user_id: int, *, path: str, fields: Fields, now: datetime) -> bool:
    """Keep a form; a later one for the same address takes its place. False when it is too large."""
    size = sum(len(name) + len(text) for name, text in fields)
    if size > LARGEST or len(path) > LONGEST_PATH:
        return False
    pairs = [[name, text] for name, text in fields]
    with db.write() as session:
        mine = HeldForm.user_id == user_id
        session.execute(delete(HeldForm).where(mine, HeldForm.path == path))
        kept = {"user_id": user_id, "path": path, "fields": {"pairs": pairs}, "at": now}
        insert_new(
            session, HeldForm.metadata.tables["held_form"], [kept]
        )  # unless one came just now
        newest = select(HeldForm.id).where(mine).order_by(HeldForm.id.desc())
        old = session.scalars(newest.offset(MOST)).all()
        session.execute(delete(HeldForm).where(HeldForm.id.in_(old)))
    return True


def list_held(db: Database, user_id: int, *, now: datetime) -> list[Held]:
    """Return what is kept for somebody, newest first."""
    mine = select(HeldForm).where(HeldForm.user_id == user_id, HeldForm.at > now - HELD)
    with db.read() as session:
        return [
            Held(row.id, row.path, tuple((n, t) for n, t in row.fields["pairs"]), row.at)
            for row in session.scalars(mine.order_by(HeldForm.id.desc()))
        ]


def drop(db: Database, user_id: int, held_id: int) -> None:
    """Forget one: it was sent again, or is not wanted any more."""
    with db.write() as session:
        session.execute(delete(HeldForm).where(HeldForm.user_id == user_id, HeldForm.id == held_id))


def forget_naming(session: Session, addresses: Collection[str]) -> int:
    """Remove the forms that name any of these addresses; return how many. There are few forms."""
    naming = [
        row.id
        for row in session.scalars(select(HeldForm))
        if any(one in f"{unquote(row.path)} {row.fields['pairs']}".lower() for one in addresses)
    ]
    session.execute(delete(HeldForm).where(HeldForm.id.in_(naming)))
    return len(naming)


def forget_old(db: Database, *, now: datetime) -> int:
    """Remove what was kept long enough; return how many."""
    with db.write() as session:
        gone = delete(HeldForm).where(HeldForm.at <= now - HELD).returning(HeldForm.id)
        return len(session.scalars(gone).all())
