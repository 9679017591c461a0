"""Reminders on record: which person was told of which deadline of which edition."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, Table, and_, or_, select, update
from sqlalchemy.orm import Session

from newsletter.due import Deadline
from newsletter.model import Edition, Reminder, User
from newsletter.store.editions import log_event
from newsletter.store.waiting import Waiting
from storage.dialect import insert_new
from storage.session import Database

TABLE: Final = cast("Table", Reminder.__table__)  # SQLAlchemy types it as FromClause
IN_HAND: Final = timedelta(minutes=15)  # longer than a relay takes; what is older, a crash left


@dataclass(frozen=True, slots=True)
class Mark:
    """What there is one mail for."""

    edition_id: int
    user_id: int
    what: Deadline
    due_on: date


def begin(db: Database, mark: Mark, *, now: datetime) -> bool:
    """Take the sending of one reminder; False when it was sent, or another process is at it."""
    with db.write() as session:
        insert_new(session, TABLE, [{**asdict(mark), "begun_at": None, "done_at": None}])
        is_free = or_(Reminder.begun_at.is_(None), Reminder.begun_at <= now - IN_HAND)
        taken = session.execute(
            update(Reminder)
            .where(_is(mark), Reminder.done_at.is_(None), is_free)
            .values(begun_at=now)
            .returning(Reminder.id)
        ).first()
        return taken is not None


def end(db: Database, mark: Mark, *, now: datetime) -> None:
    """Put on record that there is nothing more to send."""
    with db.write() as session:
        session.execute(update(Reminder).where(_is(mark)).values(done_at=now))


def give_up(db: Database, mark: Mark) -> None:
    """Leave a reminder that could not be handed over to the next time."""
    with db.write() as session:
        session.execute(update(Reminder).where(_is(mark)).values(begun_at=None))


def log_reminded(db: Database, waiting: Waiting, *, mails: int, now: datetime) -> None:
    """Put on record that people were told of an edition; how many, and of what."""
    detail = {"deadline": waiting.what.value, "mails": mails}
    with db.write() as session:
        session.get_one(Edition, waiting.edition_id).reminded_at = now
        log_event(session, waiting.edition_id, what="reminded", now=now, detail=detail)


def wants_reminders(session: Session, user_id: int) -> bool:
    """Say whether somebody gets reminders by mail."""
    return bool(session.scalar(select(User.wants_reminders).where(User.id == user_id)))


def choose_reminders(db: Database, user_id: int, *, wants: bool) -> None:
    """Let somebody get reminders, or none."""
    with db.write() as session:
        session.execute(update(User).where(User.id == user_id).values(wants_reminders=wants))


def _is(mark: Mark) -> ColumnElement[bool]:
    return and_(
        Reminder.edition_id == mark.edition_id,
        Reminder.user_id == mark.user_id,
        Reminder.what == mark.what,
        Reminder.due_on == mark.due_on,
    )
