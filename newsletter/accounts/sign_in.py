"""Coming in with a password: the right one, and only that; wrong ones make the next wait."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from newsletter import passwords
from newsletter.accounts.people import address_key
from newsletter.model import User
from storage.session import Database

FREE_FAILURES: Final = 4  # wrong passwords in a row before there is any waiting
FIRST_DELAY: Final = timedelta(seconds=15)
LONGEST_DELAY: Final = timedelta(minutes=15)


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


def _find(db: Database, email: str) -> User | None:
    with db.read() as session:
        return session.scalar(select(User).where(User.email_key == address_key(email)))


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
