"""Invitations: how somebody comes to have an account without a password passing through a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import passwords
from newsletter.accounts import links, waits
from newsletter.accounts.links import LinkPurpose
from newsletter.accounts.people import NAME_LENGTH, called, get_user, has_come_in, set_password
from newsletter.dutch import role_word
from newsletter.errors import AccountChanged, AccountExists, AccountLinkGone
from newsletter.model import User
from newsletter.values import Role
from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import normalise

MAILED: Final = {
    LinkPurpose.RESET: "account.reset_mailed",
    LinkPurpose.UNLOCK: "account.unlock_mailed",
}
SPENT: Final = {
    LinkPurpose.INVITATION: "account.accepted",
    LinkPurpose.RESET: "account.password_reset",
}


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that is to be mailed. token: what its link holds."""

    user_id: int
    email: str
    name: str
    role: Role
    token: str


def invite(
    db: Database, *, email: str, name: str, role: Role, by: int | None, now: datetime
) -> Invited:
    """Make an account that waits for its owner. Raises InvalidAddress, AccountExists.

    An account that nobody ever came in with is invited anew, with this name and role.
    """
    address = normalise(email)
    with db.write() as session:
        user = session.scalar(select(User).where(User.email_key == address.key))
        if user is None:
            user = User(email=address.email, email_key=address.key, created_at=now)
            session.add(user)
        elif has_come_in(user):
            raise AccountExists("this address has an account already")
        user.name = one_line(name, maximum=NAME_LENGTH)
        user.role, user.disabled_at = role, None
        session.flush()
        return _ask(session, user, "account.invited", by=by, now=now)


def invite_again(db: Database, user_id: int, *, by: int | None, now: datetime) -> Invited:
    """Return an invitation with another link; the one of before works no more.

    Raises UnknownUser, and AccountChanged for who has come in already.
    """
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        if has_come_in(user):
            raise AccountChanged("this person has come in already")
        user.disabled_at = None
        return _ask(session, user, "account.invited_again", by=by, now=now)


def take_back(db: Database, user_id: int, *, by: int | None, now: datetime) -> None:
    """End an invitation. Raises UnknownUser, and AccountChanged for who has come in already."""
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        if has_come_in(user):
            raise AccountChanged("this person has come in already")
        links.withdraw(session, user.id, LinkPurpose.INVITATION)
        user.disabled_at = now
        record(session, "account.invitation_withdrawn", now=now, by=by, about=called(user))


def accept(
    db: Database, token: str, password: str, *, near: Sequence[str] = (), now: datetime
) -> int:
    """Give the account that is waiting its first password. Raises as `reset_password` does."""
    return _spend(db, token, password, LinkPurpose.INVITATION, near, now)


def reset_password(
    db: Database,
    token: str,
    password: str,
    *,
    key: bytes,
    near: Sequence[str] = (),
    now: datetime,
) -> int:
    """Set a new password by a mailed link, end every session and every wait; return whose.

    Raises AccountLinkGone, PasswordUnusable; in the second case the link still works.
    """
    user_id = _spend(db, token, password, LinkPurpose.RESET, near, now)
    with db.write() as session:
        address = get_user(session, user_id).email_key
        waits.forget_failures(session, waits.counters_of(key, address=address))
    return user_id


def ask_reset(db: Database, email: str, *, now: datetime) -> tuple[str, str, str] | None:
    """Return address, name and token for a mail; None when there is nobody to mail, or too often.

    Only who has a password can have another: the others come in by an invitation, or with the
    account of their work.
    """
    key = normalise(email).key
    with db.write() as session:
        user = session.scalar(select(User).where(User.email_key == key).with_for_update())
        if user is None or user.disabled_at is not None or not user.password_hash:
            return None
        return _mailable(session, user, LinkPurpose.RESET, now)


def ask_unlock(db: Database, user_id: int, *, now: datetime) -> tuple[str, str, str] | None:
    """Return address, name and token for a mail with a way in; None when one works already."""
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        until = links.expires_at(session, user.id, LinkPurpose.UNLOCK)
        if user.disabled_at is not None or (until and until > now):
            return None
        return _mailable(session, user, LinkPurpose.UNLOCK, now)


def _mailable(
    session: Session, user: User, purpose: LinkPurpose, now: datetime
) -> tuple[str, str, str] | None:
    if links.was_just_issued(session, user.id, purpose, now=now):
        return None
    record(session, MAILED[purpose], now=now, about=called(user))
    return user.email, user.name, links.issue(session, user.id, purpose, now=now)


def _ask(session: Session, user: User, what: str, *, by: int | None, now: datetime) -> Invited:
    user.invited_at = now
    token = links.issue(session, user.id, LinkPurpose.INVITATION, now=now)
    record(session, what, now=now, by=by, about=called(user), detail={"role": role_word(user.role)})
    return Invited(user.id, user.email, user.name, Role(user.role), token)


def _spend(
    db: Database,
    token: str,
    password: str,
    purpose: LinkPurpose,
    near: Sequence[str],
    now: datetime,
) -> int:
    user = links.find_owner(db, token, purpose, now=now)
    password_hash = passwords.hash_new(password, near=(user.email, user.name, *near))
    with db.write() as session:
        if links.find(session, token, purpose, now=now) is None:
            raise AccountLinkGone("the link was used meanwhile")
        owner = get_user(session, user.id, to_change=True)
        set_password(session, owner, password_hash)
        record(session, SPENT[purpose], now=now, by=owner.id)
        return owner.id
