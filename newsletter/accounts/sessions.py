"""Sessions: who is signed in with which browser, for how long.

A session is kept as the hash of its cookie, so that a copy of the database signs nobody in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from newsletter.model import DeskSession, User
from newsletter.values import Role
from storage.session import Database

IDLE: Final = timedelta(hours=8)  # a working day with the desk open
ABSOLUTE: Final = timedelta(hours=12)  # nobody stays signed in overnight
SEEN_EVERY: Final = timedelta(minutes=5)  # how exact `seen_at` is: not a write for every request


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a request. csrf: what every form of this session must hold."""

    user_id: int
    email: str
    name: str
    role: Role
    csrf: str


def open_session(db: Database, user_id: int, *, now: datetime) -> str:
    """Start a session, a new one at every sign-in; return what goes into the cookie."""
    token = secrets.token_urlsafe(32)
    row = DeskSession(
        token_hash=_token_hash(token),
        user_id=user_id,
        csrf=secrets.token_urlsafe(32),
        created_at=now,
        seen_at=now,
    )
    with db.write() as session:
        session.add(row)
    return token


def find_session(db: Database, token: str, *, now: datetime) -> SignedIn | None:
    """Return who is signed in with this cookie; None when nobody is, or not any more."""
    if not token:
        return None
    with db.read() as session:
        found = session.execute(
            select(DeskSession, User)
            .join(User, User.id == DeskSession.user_id)
            .where(DeskSession.token_hash == _token_hash(token))
        ).one_or_none()
    if found is None or _is_over(found[0], now):
        return None
    row, user = found
    if now - row.seen_at >= SEEN_EVERY:
        _mark_seen(db, row.token_hash, now)
    return SignedIn(user.id, user.email, user.name, Role(user.role), row.csrf)


def close_session(db: Database, token: str) -> None:
    """End one session; the cookie that is left means nothing."""
    with db.write() as session:
        session.execute(delete(DeskSession).where(DeskSession.token_hash == _token_hash(token)))


def close_expired(db: Database, *, now: datetime) -> int:
    """Remove the rows of sessions that are over; return how many."""
    over = or_(DeskSession.created_at < now - ABSOLUTE, DeskSession.seen_at < now - IDLE)
    with db.write() as session:
        gone = session.scalars(delete(DeskSession).where(over).returning(DeskSession.token_hash))
        return len(gone.all())


def end_sessions(session: Session, user: User) -> None:
    """End all sessions of an account, within the change that asks for it."""
    if user.id is not None:
        session.execute(delete(DeskSession).where(DeskSession.user_id == user.id))


def _token_hash(token: str) -> str:
    # Plain SHA-256 will do: 256 random bits cannot be guessed, so there is nothing to slow down.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _is_over(row: DeskSession, now: datetime) -> bool:
    return now - row.created_at > ABSOLUTE or now - row.seen_at > IDLE


def _mark_seen(db: Database, token_hash: str, now: datetime) -> None:
    with db.write() as session:
        session.execute(
            update(DeskSession).where(DeskSession.token_hash == token_hash).values(seen_at=now)
        )
