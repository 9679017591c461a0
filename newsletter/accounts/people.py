"""Accounts of the desk: who there is, in which role. Roles stand in order."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import passwords
from newsletter.accounts.sessions import end_sessions
from newsletter.errors import UnknownUser
from newsletter.model import User
from newsletter.values import Role
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress

_ORDER: Final = tuple(Role)


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
            end_sessions(session, user)
        user.role = role
        if password_hash is not None:
            user.password_hash, user.failed_logins, user.locked_until = password_hash, 0, None
        session.flush()
        return user.id


def user_by_email(session: Session, email: str) -> User:
    """Return the account with this address. Raises UnknownUser."""
    user = session.scalar(select(User).where(User.email_key == address_key(email)))
    if user is None:
        raise UnknownUser("no account has that address; see newsletter user add")
    return user


def list_users(session: Session) -> list[User]:
    """Return the accounts by address."""
    return list(session.scalars(select(User).order_by(User.email_key)))


def user_names(session: Session) -> dict[int, str]:
    """Return what each account is called at the desk, by id: its name, else its address."""
    return {user.id: user.name or user.email for user in list_users(session)}


def address_key(email: str) -> str:
    """Return what an address is looked up by; "" for what is none."""
    try:
        return normalise(email).key
    except InvalidAddress:
        return ""  # no account has it; the caller goes on as for any unknown address
