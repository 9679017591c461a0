"""Sessions: who is signed in with which browser, for how long.

A session is kept as the hash of its cookie, so that a copy of the database signs nobody in.
One that a password opened is worth nothing until its `step` is done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.tokens import new_token, token_hash
from newsletter.model import DeskSession, User
from newsletter.values import Role
from storage.log import record
from storage.session import Database

IDLE: Final = timedelta(minutes=30)  # docs/decisions/0012: typing counts, and nothing is lost
ABSOLUTE: Final = timedelta(hours=12)  # nobody stays signed in overnight
STEP_WITHIN: Final = timedelta(minutes=15)  # from the password to the code
SEEN_EVERY: Final = timedelta(minutes=1)  # how exact `seen_at` is: not a write for every request
AGENT_LENGTH: Final = 300


class Step(StrEnum):
    """What must happen before a session is worth anything."""

    DONE = ""
    CODE = "code"  # give the code of the second step
    SET_UP = "set_up"  # make a second step: this role must have one


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a request. csrf: what every form of this session must hold."""

    user_id: int
    email: str
    name: str
    role: Role
    csrf: str
    step: Step = Step.DONE

    @property
    def called(self) -> str:
        """What the desk calls this person."""
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of somebody's sessions. mark: names it in a form, and opens nothing."""

    mark: str
    agent: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def open_session(
    db: Database, user_id: int, *, now: datetime, agent: str = "", step: Step = Step.DONE
) -> str:
    """Start a session, a new one at every sign-in; return what goes into the cookie."""
    with db.write() as session:
        return add_session(session, user_id, now=now, agent=agent, step=step)


def add_session(
    session: Session,
    user_id: int,
    *,
    now: datetime,
    agent: str = "",
    step: Step = Step.DONE,
    is_coming_in: bool = True,
) -> str:
    """Start a session within the change that leads to it; return what goes into the cookie."""
    token = new_token()
    row = DeskSession(
        token_hash=token_hash(token),
        user_id=user_id,
        csrf=new_token(),
        created_at=now,
        seen_at=now,
        step=step,
        agent="".join(letter for letter in agent if letter.isprintable())[:AGENT_LENGTH],
    )
    session.add(row)
    if step is Step.DONE:
        session.get_one(User, user_id).seen_at = now
        if is_coming_in:
            record(session, "account.signed_in", now=now, by=user_id)
    return token


def find_session(
    db: Database, token: str, *, now: datetime, is_active: bool = True
) -> SignedIn | None:
    """Return who is signed in with this cookie; None when nobody is, or not any more.

    is_active: whether a person did something; a page that renews itself keeps nobody signed in.
    """
    if not token:
        return None
    with db.read() as session:
        found = session.execute(_with_user(token)).one_or_none()
    if found is None or found[1].disabled_at is not None or _is_over(found[0], now):
        return None
    row, user = found
    if is_active and now - row.seen_at >= SEEN_EVERY:
        _mark_seen(db, row, now)
    return SignedIn(user.id, user.email, user.name, Role(user.role), row.csrf, Step(row.step))


def find_ended(db: Database, token: str, *, now: datetime) -> int | None:
    """Return whose session this was, when time ended it not long ago; None for any other cookie."""
    if not token:
        return None
    with db.read() as session:
        found = session.execute(_with_user(token)).one_or_none()
    if found is None or found[1].disabled_at is not None or found[0].step != Step.DONE:
        return None
    return found[1].id if _is_over(found[0], now) else None


def complete_session(session: Session, token: str, *, now: datetime) -> str:
    """Put a whole session in the place of one whose step was done; return its new cookie.

    Also of one that was whole already, when what it rests on changed.
    """
    row = session.get_one(DeskSession, token_hash(token), with_for_update=True)
    user_id, agent, is_coming_in = row.user_id, row.agent, row.step != Step.DONE
    session.delete(row)
    return add_session(session, user_id, now=now, agent=agent, is_coming_in=is_coming_in)


def close_session(db: Database, token: str, *, now: datetime) -> None:
    """End one session; the cookie that is left means nothing."""
    with db.write() as session:
        gone = delete(DeskSession).where(DeskSession.token_hash == token_hash(token))
        by = session.scalar(gone.returning(DeskSession.user_id))
        if by is not None:
            record(session, "account.signed_out", now=now, by=by)


def close_expired(db: Database, *, now: datetime) -> int:
    """Remove the rows of sessions that are over; return how many."""
    over = or_(
        DeskSession.created_at < now - ABSOLUTE,
        DeskSession.seen_at < now - IDLE,
        (DeskSession.step != Step.DONE) & (DeskSession.created_at < now - STEP_WITHIN),
    )
    with db.write() as session:
        gone = session.scalars(delete(DeskSession).where(over).returning(DeskSession.token_hash))
        return len(gone.all())


def list_sessions(
    session: Session, user_id: int, token: str, *, now: datetime
) -> list[OpenSession]:
    """Return somebody's sessions that are not over, the one of this cookie first."""
    mine = DeskSession.user_id == user_id
    query = select(DeskSession).where(mine, DeskSession.step == Step.DONE)
    rows = session.scalars(query.order_by(DeskSession.seen_at.desc()))
    this = token_hash(token)
    found = [
        OpenSession(
            mark_of(row.token_hash), row.agent, row.created_at, row.seen_at, row.token_hash == this
        )
        for row in rows
        if not _is_over(row, now)
    ]
    return sorted(found, key=lambda one: not one.is_this)


def close_one(db: Database, user_id: int, mark: str, *, now: datetime) -> bool:
    """End one of somebody's own sessions; False when it was over already."""
    with db.write() as session:
        hashes = session.scalars(
            select(DeskSession.token_hash).where(DeskSession.user_id == user_id)
        ).all()
        gone = [one for one in hashes if mark_of(one) == mark]
        session.execute(delete(DeskSession).where(DeskSession.token_hash.in_(gone)))
        if gone:
            record(session, "account.session_ended", now=now, by=user_id)
    return bool(gone)


def close_others(db: Database, user_id: int, token: str, *, now: datetime) -> int:
    """End all sessions of somebody but the one of this cookie; return how many."""
    with db.write() as session:
        ended = end_sessions(session, user_id, keep=token)
        if ended:
            record(session, "account.sessions_ended", now=now, by=user_id, detail={"count": ended})
    return ended


def end_sessions(session: Session, user_id: int, *, keep: str = "") -> int:
    """End an account's sessions within the change that asks for it. keep: the cookie of one."""
    mine: ColumnElement[bool] = DeskSession.user_id == user_id
    if keep:
        mine &= DeskSession.token_hash != token_hash(keep)
    gone = session.scalars(delete(DeskSession).where(mine).returning(DeskSession.token_hash))
    return len(gone.all())


def end_all_sessions(session: Session) -> int:
    """End the sessions of everybody; return how many there were."""
    return len(session.scalars(delete(DeskSession).returning(DeskSession.token_hash)).all())


def end_unfinished(session: Session, user_id: int) -> None:
    """End the sessions of an account that wait for a step: the first one must be done again."""
    mine = DeskSession.user_id == user_id
    session.execute(delete(DeskSession).where(mine, DeskSession.step != Step.DONE))


def mark_of(hashed: str) -> str:
    """Return what names a session in a form."""
    return hashed[:16]


def _with_user(token: str) -> Select[DeskSession, User]:
    joined = select(DeskSession, User).join(User, User.id == DeskSession.user_id)
    return joined.where(DeskSession.token_hash == token_hash(token))


def _is_over(row: DeskSession, now: datetime) -> bool:
    if row.step != Step.DONE and now - row.created_at > STEP_WITHIN:
        return True
    return now - row.created_at > ABSOLUTE or now - row.seen_at > IDLE


def _mark_seen(db: Database, row: DeskSession, now: datetime) -> None:
    with db.write() as session:
        this = DeskSession.token_hash == row.token_hash
        session.execute(update(DeskSession).where(this).values(seen_at=now))
        session.execute(update(User).where(User.id == row.user_id).values(seen_at=now))
