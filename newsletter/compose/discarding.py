"""Throwing away a draft that was never approved, and bringing it back."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.errors import MoveNotAllowed
from newsletter.model import Edition
from newsletter.rhythm import open_slots
from newsletter.store import editions as store
from newsletter.store.planning import read_choices, read_rhythm
from newsletter.values import EditionKind, EditionStatus
from storage.session import Database

S = EditionStatus
FOLLOWS_NUMBER: Final = ("title", "subject")


def is_disposable(session: Session, edition: Edition) -> bool:
    """Say whether an edition can be thrown away: a draft that nobody ever approved."""
    if edition.state is not S.DRAFT:
        return False
    return store.last_event_of(session, edition.id, "approved", "agreed") is None


def discard(db: Database, edition_id: int, *, now: datetime, by: int | None) -> None:
    """Throw a draft away: its items are free again, and its number when it was the last.

    Its turn of the rhythm is free too, unless a draft would come of that by itself at once.
    Raises MoveNotAllowed for what is no draft, or was ever approved; then nothing changed.
    """
    with db.write() as session:
        edition = store.lock_edition(session, edition_id)
        if edition.state is S.DISCARDED:
            return
        if not is_disposable(session, edition):
            raise MoveNotAllowed(edition_id, edition.state, S.DISCARDED)
        detail = {"number": edition.number, "period": edition.period}
        edition.move(S.DISCARDED, now=now)
        if edition.number == session.scalar(select(func.max(Edition.number))):
            edition.number = None
        if not _would_come_again(session, edition, now):
            edition.period = None
        store.log_event(session, edition_id, what="discarded", now=now, user_id=by, detail=detail)


def bring_back(db: Database, edition_id: int, *, now: datetime, by: int | None) -> None:
    """Make what was thrown away a draft again, with the number and the turn that are still free.

    Raises MoveNotAllowed for what was not thrown away.
    """
    with db.write() as session:
        edition = store.lock_edition(session, edition_id)
        if edition.state is S.DRAFT:
            return
        if edition.state is not S.DISCARDED:
            raise MoveNotAllowed(edition_id, edition.state, S.DRAFT)
        event = store.last_event_of(session, edition_id, "discarded")
        had = event.detail if event else {}
        edition.move(S.DRAFT, now=now)
        if edition.kind == EditionKind.NEWSLETTER:
            _number_again(session, edition, had.get("number"))
            _turn_again(session, edition, had.get("period"))
        store.log_event(session, edition_id, what="brought_back", now=now, user_id=by)


def _would_come_again(session: Session, edition: Edition, now: datetime) -> bool:
    rhythm = read_rhythm(session)
    if rhythm is None or edition.period is None:
        return False
    return edition.period in {one.key for one in open_slots(rhythm, now, read_choices(session))}


def _number_again(session: Session, edition: Edition, had: int | None) -> None:
    """Give it the number that it had, or the next one; proposed words with the number go along."""
    if edition.number is not None or had is None:
        return
    is_taken = session.scalar(select(Edition.id).where(Edition.number == had)) is not None
    edition.number = store.next_number(session) if is_taken else had
    for name in FOLLOWS_NUMBER:
        if getattr(edition, name) == f"Editie {had}":
            setattr(edition, name, f"Editie {edition.number}")


def _turn_again(session: Session, edition: Edition, had: str | None) -> None:
    kind = EditionKind(edition.kind)
    if edition.period is None and had and store.find_by_period(session, kind, had) is None:
        edition.period = had
