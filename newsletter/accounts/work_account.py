"""The account of somebody's work, in the place of a password: whose account here it opens.

At the first time its address decides; the issuer's name for the person is kept, and from then on
only that decides. Addresses are given to another person one day, and names of an issuer never are.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts import links
from newsletter.accounts.links import LinkPurpose
from newsletter.accounts.people import address_key, called, get_user, has_come_in
from newsletter.accounts.sessions import end_sessions
from newsletter.errors import AccountChanged, NoAccount, NoAccountFault
from newsletter.model import User
from storage.log import record
from storage.session import Database


def find_account(
    db: Database, *, issuer: str, subject: str, email: str, may_match: bool, now: datetime
) -> int:
    """Return the account that a work account opens. Raises NoAccount.

    may_match: whether the address may be looked up, when this work account was never here.
    """
    with db.write() as session:
        known = session.scalar(
            select(User).where(User.work_issuer == issuer, User.work_subject == subject)
        )
        if known is not None:
            return _let_in(known)
        if not may_match:
            raise NoAccount(NoAccountFault.UNVERIFIED)
        return _join(session, issuer, subject, email, now)


def unlink(db: Database, user_id: int, *, by: int | None, now: datetime) -> None:
    """Let an account forget its work account; sessions end. The next one with its address joins.

    Raises UnknownUser, and AccountChanged when there is none.
    """
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        if user.work_subject is None:
            raise AccountChanged("no work account was used with it")
        user.work_issuer = user.work_subject = None
        end_sessions(session, user.id)
        record(session, "account.work_unlinked", now=now, by=by, about=called(user))


def _let_in(user: User) -> int:
    if user.disabled_at is not None:
        raise NoAccount(NoAccountFault.UNKNOWN)
    return user.id


def _join(session: Session, issuer: str, subject: str, email: str, now: datetime) -> int:
    user = session.scalar(
        select(User).where(User.email_key == address_key(email)).with_for_update()
    )
    if user is None or not address_key(email):
        raise NoAccount(NoAccountFault.UNKNOWN)
    _let_in(user)
    if user.work_subject is not None:
        raise NoAccount(NoAccountFault.OTHER)
    if not has_come_in(user):
        _accept(session, user, now)
    user.work_issuer, user.work_subject = issuer, subject
    record(session, "account.work_linked", now=now, by=user.id)
    return user.id


def _accept(session: Session, user: User, now: datetime) -> None:
    """Take the invitation that waits. Raises NoAccount when it is too old."""
    until = links.expires_at(session, user.id, LinkPurpose.INVITATION)
    if until is None or until < now:
        raise NoAccount(NoAccountFault.UNKNOWN)
    links.withdraw(session, user.id, LinkPurpose.INVITATION)
    record(session, "account.accepted", now=now, by=user.id)
