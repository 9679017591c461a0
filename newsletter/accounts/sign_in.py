"""Coming in with a password: the right one, and only that; wrong ones make the next wait.

Whoever tries learns nothing about who has an account: for an address that nobody has, the same is
hashed, counted and answered.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import passwords
from newsletter.accounts import links, waits
from newsletter.accounts.links import LinkPurpose
from newsletter.accounts.people import address_key
from newsletter.accounts.waits import Counter
from newsletter.errors import AccountLinkGone
from newsletter.model import User
from storage.log import record
from storage.session import Database

GUESSED: Final = 10  # wrong passwords in a row for one account: its owner is mailed a way in
TOLD_EVERY: Final = 50  # the log tells of it again after so many more
LINK_TRIES: Final = 5  # wrong passwords with one mailed link

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a password.

    user_id:    whose it is; None: nobody comes in.
    wait_until: when the next may be tried; None: at once.
    is_unseen:  refused because of a wait, without being looked at.
    guessed_id: the account that so many wrong ones were given for that its owner should be told.
    """

    user_id: int | None = None
    wait_until: datetime | None = None
    is_unseen: bool = False
    guessed_id: int | None = None


def check_password(
    db: Database, email: str, password: str, *, key: bytes, network: str = "", now: datetime
) -> Tried:
    """Say whose password this is, if anybody's. network: what a try from there counts for."""
    if len(password) > passwords.PASSWORD_MAXIMUM:
        return Tried()
    address = address_key(email)
    counters = waits.counters_of(key, address=address or email, network=network)
    with passwords.SLOTS:  # all of it inside: no more than four guesses slip through a wait
        with db.read() as session:
            if until := waits.wait_until(session, counters, now):
                return Tried(wait_until=until, is_unseen=True)
            user = session.scalar(select(User).where(User.email_key == address))
        known, who = passwords.NOBODY, 0  # for nobody, the same steps: they take the same time
        if user is not None and user.password_hash and user.disabled_at is None:
            known, who = user.password_hash, user.id
        right = passwords.matches(known, password)
        renewed = passwords.rehash(password) if right and passwords.is_old(known) else None
        with db.write() as session:
            if right:
                return _let_in(session, who, counters, renewed)
            return _refuse(session, who, counters, now)


def check_with_link(db: Database, token: str, password: str, *, key: bytes, now: datetime) -> Tried:
    """The same with a link from a mail: it goes around every wait, once. Raises AccountLinkGone."""
    if len(password) > passwords.PASSWORD_MAXIMUM:
        return Tried()
    with passwords.SLOTS:
        with db.read() as session:
            found = links.find(session, token, LinkPurpose.UNLOCK, now=now)
        if found is None or found[0].tries >= LINK_TRIES:
            raise AccountLinkGone("the link is too old or was used")
        user = found[1]
        right = passwords.matches(user.password_hash or passwords.NOBODY, password)
        with db.write() as session:
            again = links.find(session, token, LinkPurpose.UNLOCK, now=now)
            if again is None:
                raise AccountLinkGone("the link was used meanwhile")
            if not right:
                again[0].tries += 1
                return Tried()
            links.withdraw(session, user.id, LinkPurpose.UNLOCK)
            record(session, "account.unlocked", now=now, by=user.id)
            counters = waits.counters_of(key, address=user.email_key)
            return _let_in(session, user.id, counters, None)


def confirm_password(
    db: Database, user_id: int, password: str, *, key: bytes, now: datetime
) -> bool:
    """Say whether somebody who is signed in knows the password; guesses count here too."""
    with db.read() as session:
        email = session.get_one(User, user_id).email
    return check_password(db, email, password, key=key, now=now).user_id == user_id


def _let_in(
    session: Session, user_id: int, counters: tuple[Counter, ...], renewed: str | None
) -> Tried:
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.disabled_at is not None:
        return Tried()
    waits.forget_failures(session, counters)
    user.password_hash = renewed or user.password_hash
    return Tried(user_id=user.id)


def _refuse(session: Session, user_id: int, counters: tuple[Counter, ...], now: datetime) -> Tried:
    failures = waits.count_failure(session, counters, now)
    session.flush()
    until = waits.wait_until(session, counters, now)
    if failures < GUESSED or not user_id:
        return Tried(wait_until=until)
    if failures == GUESSED or failures % TOLD_EVERY == 0:
        about = session.get_one(User, user_id)
        record(
            session,
            "account.guessed",
            now=now,
            about=about.name or about.email,
            detail={"failures": failures},
        )
        log.warning("many wrong passwords for one account", user=user_id, failures=failures)
    return Tried(wait_until=until, guessed_id=user_id)
