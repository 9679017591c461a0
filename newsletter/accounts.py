"""Accounts of the desk: passwords that are never stored, sessions that end, roles in order.

A session is kept as the hash of its cookie, so that a copy of the database signs nobody in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from newsletter import passwords
from newsletter.errors import UnknownUser
from newsletter.model import DeskSession, User
from newsletter.values import Role
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress

IDLE: Final = timedelta(hours=8)  # a working day with the desk open
ABSOLUTE: Final = timedelta(hours=12)  # nobody stays signed in overnight
SEEN_EVERY: Final = timedelta(minutes=5)  # how exact `seen_at` is: not a write for every request
FREE_FAILURES: Final = 4  # wrong passwords in a row before there is any waiting
FIRST_DELAY: Final = timedelta(seconds=15)
LONGEST_DELAY: Final = timedelta(minutes=15)

_ORDER: Final = tuple(Role)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a request. csrf: what every form of this session must hold."""

    user_id: int
    email: str
    name: str
    role: Role
    csrf: str


def includes(role: Role, needed: Role) -> bool:
    """Say whether a role may do what the needed one may; each includes the one before it."""
    return _ORDER.index(role) >= _ORDER.index(needed)


def add_user(
    db: Database, *, email: str, role: Role, name: str = "", password: str | None, now: datetime
) -> int:
    """Make an account, or change the one with this address; return its id.

    password: None leaves it as it was; a new account without one cannot sign in.
    A change of role or password ends the account's sessions.
    Raises:   InvalidAddress, PasswordUnusable.
    """
    address = normalise(email)
    password_hash = None if password is None else passwords.hash_new(password)
    with db.write() as session:
        user = session.scalar(select(User).where(User.email_key == address.key))
        if user is None:
            user = User(email=address.email, email_key=address.key, role=role, created_at=now)
            session.add(user)
        user.name = one_line(name, maximum=200) or user.name or ""
        if user.role != role or password_hash is not None:
            _end_sessions(session, user)
        user.role = role
        if password_hash is not None:
            user.password_hash, user.failed_logins, user.locked_until = password_hash, 0, None
        session.flush()
        return user.id


def check_password(db: Database, email: str, password: str, *, now: datetime) -> User | None:
    """Return the account when the password is right, or None: for whatever reason, equally late.

    After FREE_FAILURES wrong ones in a row the account waits, each time twice as long, at most
    LONGEST_DELAY; while it waits the right password is refused too.
    """
    if len(password) > passwords.PASSWORD_MAXIMUM:
        return None
    with passwords.SLOTS:  # all of it inside: no more than four guesses slip through a delay
        user = _find(db, email)
        known, who = passwords.NOBODY, 0  # for nobody, the same steps: they take the same time
        if user is not None and user.password_hash and not _is_waiting(user, now):
            known, who = user.password_hash, user.id
        right = passwords.matches(known, password)
        renewed = passwords.rehash(password) if right and passwords.is_old(known) else None
        return _record(db, who, right=right, renewed=renewed, now=now)


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


def user_by_email(session: Session, email: str) -> User:
    """Return the account with this address. Raises UnknownUser."""
    user = session.scalar(select(User).where(User.email_key == _key(email)))
    if user is None:
        raise UnknownUser("no account has that address; see newsletter user add")
    return user


def list_users(session: Session) -> list[User]:
    """Return the accounts by address."""
    return list(session.scalars(select(User).order_by(User.email_key)))


def user_names(session: Session) -> dict[int, str]:
    """Return what each account is called at the desk, by id: its name, else its address."""
    return {user.id: user.name or user.email for user in list_users(session)}


def _find(db: Database, email: str) -> User | None:
    with db.read() as session:
        return session.scalar(select(User).where(User.email_key == _key(email)))


def _key(email: str) -> str:
    try:
        return normalise(email).key
    except InvalidAddress:
        return ""  # no account has it; the caller goes on as for any unknown address


def _is_waiting(user: User, now: datetime) -> bool:
    return user.locked_until is not None and user.locked_until > now


def _record(
    db: Database, user_id: int, *, right: bool, renewed: str | None, now: datetime
) -> User | None:
    with db.write() as session:
        user = session.get(User, user_id, with_for_update=True)
        if user is None:
            return None
        if not right:
            user.failed_logins += 1
            user.locked_until = _wait_until(user.failed_logins, now)
            return None
        user.failed_logins, user.locked_until = 0, None
        user.password_hash = renewed or user.password_hash
        return user


def _wait_until(failures: int, now: datetime) -> datetime | None:
    if failures <= FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES - 1, 10)  # more would only make a number too large
    return now + min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


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


def _end_sessions(session: Session, user: User) -> None:
    if user.id is not None:
        session.execute(delete(DeskSession).where(DeskSession.user_id == user.id))
