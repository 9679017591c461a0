"""One-use links in mails to colleagues: an invitation, a new password, a way in past the wait.

A link's token is 128 random bits and only its hash is kept, so neither a copy of the database nor
the secret key makes one. An account has at most one of each purpose: a newer one ends the older.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from newsletter.account_rows import AccountLink
from newsletter.accounts.tokens import new_link_token, token_hash
from newsletter.errors import AccountLinkGone
from newsletter.model import User
from storage.session import Database

MAIL_EVERY: Final = timedelta(minutes=10)  # whoever asks, however often: no mailbox is flooded


class LinkPurpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"
    UNLOCK = "unlock"


LIVES: Final[Mapping[LinkPurpose, timedelta]] = MappingProxyType(
    {
        LinkPurpose.INVITATION: timedelta(days=7),
        LinkPurpose.RESET: timedelta(hours=1),
        LinkPurpose.UNLOCK: timedelta(hours=1),
    }
)


def issue(session: Session, user_id: int, purpose: LinkPurpose, *, now: datetime) -> str:
    """Return the token of a new link; the one of before is worth nothing any more."""
    withdraw(session, user_id, purpose)
    token = new_link_token()
    row = AccountLink(
        token_hash=token_hash(token), user_id=user_id, purpose=purpose, created_at=now
    )
    session.add(row)
    return token


def was_just_issued(session: Session, user_id: int, purpose: LinkPurpose, *, now: datetime) -> bool:
    """Say whether a mail with such a link went out so lately that another would be too much."""
    row = session.scalar(_of(user_id, purpose))
    return row is not None and now - row.created_at < MAIL_EVERY


def find(
    session: Session, token: str, purpose: LinkPurpose, *, now: datetime
) -> tuple[AccountLink, User] | None:
    """Return a link that still works, and whose it is; None for any other."""
    joined = select(AccountLink, User).join(User, User.id == AccountLink.user_id)
    found = session.execute(
        joined.where(AccountLink.token_hash == token_hash(token), AccountLink.purpose == purpose)
    ).one_or_none()
    if found is None or found[1].disabled_at is not None:
        return None
    link, user = found
    return None if now - link.created_at > LIVES[purpose] else (link, user)


def find_owner(db: Database, token: str, purpose: LinkPurpose, *, now: datetime) -> User:
    """Return whose link this is. Raises AccountLinkGone when it does not work any more."""
    with db.read() as session:
        found = find(session, token, purpose, now=now)
    if found is None:
        raise AccountLinkGone(f"no such {purpose}, or not any more")
    return found[1]


def withdraw(session: Session, user_id: int, *purposes: LinkPurpose) -> None:
    """End an account's links of these purposes."""
    mine = AccountLink.user_id == user_id
    session.execute(delete(AccountLink).where(mine, AccountLink.purpose.in_(purposes)))


def expires_at(session: Session, user_id: int, purpose: LinkPurpose) -> datetime | None:
    """Return until when an account's link works, or worked; None when there is none."""
    row = session.scalar(_of(user_id, purpose))
    return None if row is None else row.created_at + LIVES[purpose]


def expiring(session: Session, purpose: LinkPurpose) -> dict[int, datetime]:
    """Return until when the links of this purpose work, or worked, by account."""
    rows = session.scalars(select(AccountLink).where(AccountLink.purpose == purpose))
    return {row.user_id: row.created_at + LIVES[purpose] for row in rows}


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove the links for a password that are too old to work; return how many.

    An invitation stays: the page of people tells that it is too old.
    """
    old = AccountLink.created_at < now - LIVES[LinkPurpose.RESET]
    gone = delete(AccountLink).where(old, AccountLink.purpose != LinkPurpose.INVITATION)
    return len(session.scalars(gone.returning(AccountLink.token_hash)).all())


def _of(user_id: int, purpose: LinkPurpose) -> Select[AccountLink]:
    return select(AccountLink).where(AccountLink.user_id == user_id, AccountLink.purpose == purpose)
