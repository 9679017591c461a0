"""Who there is at the desk, in which role. Roles stand in order; accounts are never removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import passwords
from newsletter.accounts import links
from newsletter.accounts.links import LinkPurpose
from newsletter.accounts.sessions import end_sessions
from newsletter.dutch import role_word
from newsletter.errors import AccountChanged, LastAdministrator, UnknownUser
from newsletter.model import User
from newsletter.values import Role
from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress

_ORDER: Final = tuple(Role)
NAME_LENGTH: Final = 200


def includes(role: Role, needed: Role) -> bool:
    """Say whether a role may do what the needed one may; each includes the one before it."""
    return _ORDER.index(role) >= _ORDER.index(needed)


def add_user(  # noqa: PLR0913 - what an account is made of; all by name
    db: Database,
    *,
    email: str,
    role: Role,
    name: str = "",
    password: str | None,
    now: datetime,
    near: Sequence[str] = (),
) -> int:
    """Make an account, or change the one with this address; return its id.

    password: None leaves it as it was; a new account without one cannot sign in.
    near:     names that a password may not lean on, besides the person's own.
    A change of role or password ends the account's sessions; one that was off is on again.
    Raises:   InvalidAddress, PasswordUnusable, LastAdministrator.
    """
    address = normalise(email)
    own = (address.email, one_line(name, maximum=NAME_LENGTH))
    near = (*own, *near)
    password_hash = None if password is None else passwords.hash_new(password, near=near)
    with db.write() as session:
        user = session.scalar(select(User).where(User.email_key == address.key))
        if user is None:
            user = User(email=address.email, email_key=address.key, role=role, created_at=now)
            session.add(user)
            session.flush()
            record(
                session,
                "account.added",
                now=now,
                about=own[1] or own[0],
                detail={"role": role_word(role)},
            )
        user.name = own[1] or user.name or ""
        if user.disabled_at is not None:
            user.disabled_at = None
            record(session, "account.switched_on", now=now, about=called(user))
        _set_role(session, user, role, by=None, now=now)
        if password_hash:
            set_password(session, user, password_hash)
            record(session, "account.password_set", now=now, about=called(user))
        return user.id


def set_password(session: Session, user: User, password_hash: str, *, keep: str = "") -> None:
    """Give an account another password. keep: the cookie of the one session that goes on."""
    user.password_hash = password_hash
    end_sessions(session, user.id, keep=keep)
    links.withdraw(session, user.id, *LinkPurpose)


def change_password(
    db: Database,
    user_id: int,
    password: str,
    *,
    keep: str,
    near: Sequence[str] = (),
    now: datetime,
) -> None:
    """Set somebody's own password; every session but `keep` ends. Raises PasswordUnusable."""
    password_hash = passwords.hash_new(password, near=near)
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        set_password(session, user, password_hash, keep=keep)
        record(session, "account.password_changed", now=now, by=user_id)


def change_role(db: Database, user_id: int, role: Role, *, by: int | None, now: datetime) -> None:
    """Give somebody another role; their sessions end. Raises UnknownUser, LastAdministrator."""
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        _set_role(session, user, role, by=by, now=now)


def switch_off(db: Database, user_id: int, *, by: int | None, now: datetime) -> None:
    """Let nobody in with this account any more. Raises UnknownUser, LastAdministrator."""
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        if user.disabled_at is not None:
            return
        _require_another_administrator(session, user)
        user.disabled_at = now
        end_sessions(session, user.id)
        links.withdraw(session, user.id, *LinkPurpose)
        record(session, "account.switched_off", now=now, by=by, about=called(user))


def switch_on(db: Database, user_id: int, *, by: int | None, now: datetime) -> None:
    """Let somebody in again, as they were. Raises UnknownUser, AccountChanged."""
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        if user.disabled_at is None:
            return
        if not has_come_in(user):
            raise AccountChanged("nobody ever came in with it: invite this person again")
        user.disabled_at = None
        record(session, "account.switched_on", now=now, by=by, about=called(user))


def get_user(session: Session, user_id: int, *, to_change: bool = False) -> User:
    """Return an account; to_change: and let nobody else change it meanwhile. Raises UnknownUser."""
    user = session.get(User, user_id, with_for_update=to_change)
    if user is None:
        raise UnknownUser("there is no such account")
    return user


def user_by_email(session: Session, email: str) -> User:
    """Return the account with this address. Raises UnknownUser."""
    user = find_by_email(session, email)
    if user is None:
        raise UnknownUser("no account has that address; see newsletter user add")
    return user


def find_by_email(session: Session, email: str) -> User | None:
    """Return the account with this address; None when there is none."""
    return session.scalar(select(User).where(User.email_key == address_key(email)))


def list_users(session: Session) -> list[User]:
    """Return the accounts by address."""
    return list(session.scalars(select(User).order_by(User.email_key)))


def user_names(session: Session) -> dict[int, str]:
    """Return what each account is called at the desk, by id: its name, else its address."""
    return {user.id: called(user) for user in list_users(session)}


def names_of_role(session: Session, needed: Role) -> list[str]:
    """Return what the people are called who may do what this role may, by name."""
    roles = [role for role in Role if includes(role, needed)]
    may = select(User).where(User.role.in_(roles), User.disabled_at.is_(None))
    return sorted(called(user) for user in session.scalars(may) if has_come_in(user))


def called(user: User) -> str:
    """Return what the desk calls this account."""
    return user.name or user.email


def has_come_in(user: User) -> bool:
    """Say whether there is a way in: an invitation was taken, or a password was set."""
    return user.has_come_in


def address_key(email: str) -> str:
    """Return what an address is looked up by; "" for what is none."""
    try:
        return normalise(email).key
    except InvalidAddress:
        return ""  # no account has it; the caller goes on as for any unknown address


def _set_role(session: Session, user: User, role: Role, *, by: int | None, now: datetime) -> None:
    if user.role == role:
        return
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(session, user)
    detail = {"from": role_word(user.role), "to": role_word(role)}
    user.role = role
    end_sessions(session, user.id)
    record(session, "account.role_changed", now=now, by=by, about=called(user), detail=detail)


def _require_another_administrator(session: Session, user: User) -> None:
    """Raise LastAdministrator when this is the only one who can come in."""
    if user.role != Role.ADMINISTRATOR or user.disabled_at is not None:
        return
    query = select(User).where(User.role == Role.ADMINISTRATOR, User.disabled_at.is_(None))
    others = [one for one in session.scalars(query.with_for_update()) if one.id != user.id]
    if not any(has_come_in(one) for one in others) and has_come_in(user):
        raise LastAdministrator("this is the last administrator")
