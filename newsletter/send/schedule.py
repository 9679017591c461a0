"""When an approved edition goes out, and stopping it: schedule, send now, pause, resume, cancel.

Each move is one transaction with its event. Workers read the edition's status in every claim, so
pause and cancel hold for every message but the ones that are being handed over at that moment.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.errors import ContentChanged, MoveNotAllowed, NothingToSend, TooLate
from newsletter.model import Delivery, Edition
from newsletter.store.deliveries import topic_of
from newsletter.store.editions import lock_edition, log_event
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.segments import conditions_of
from subscribers.store import recipients_select

S = EditionStatus
WAITING = (DeliveryState.PENDING, DeliveryState.DEFERRED)


def schedule(
    db: Database, edition_id: int, *, at: datetime, now: datetime, by: int | None = None
) -> int:
    """Plan when an approved edition goes out; a moment that has passed means: now.

    Raises MoveNotAllowed, ContentChanged when another moment was approved, TooLate for an
    announcement after its event, NothingToSend when no segment has a reader.
    """
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        _plan(session, edition, at=at, now=now)
        log_event(session, edition_id, what="scheduled", now=now, user_id=by, note=at.isoformat())
    return edition_id


def unschedule(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Take the plan back; the approval stands. Raises MoveNotAllowed once sending has begun."""
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        edition.move(S.APPROVED, now=now)
        edition.due_at = None
        log_event(session, edition_id, what="unscheduled", now=now, user_id=by)
    return edition_id


def send_now(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Make an approved edition due now; a paused one goes on; one that is under way or done stays.

    Raises as `schedule` does.
    """
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state in {S.SENDING, S.SENT}:
            return edition_id
        if edition.state is S.PAUSED:
            edition.move(S.SENDING, now=now)
            log_event(session, edition_id, what="resumed", now=now, user_id=by)
            return edition_id
        if edition.state is S.SCHEDULED and _is_due(edition, now):
            return edition_id
        _plan(session, edition, at=now, now=now)
        log_event(session, edition_id, what="send_now", now=now, user_id=by)
    return edition_id


def pause(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Stop handing over, for now; what is in hand is finished. Raises MoveNotAllowed."""
    return _move(db, edition_id, S.PAUSED, what="paused", now=now, by=by)


def resume(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Go on with a paused edition. Raises MoveNotAllowed."""
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state is S.SENDING:
            return edition_id
        if edition.state is not S.PAUSED:  # the table also lets a freeze begin sending; this is not
            raise MoveNotAllowed(edition_id, edition.state, S.SENDING)
        edition.move(S.SENDING, now=now)
        log_event(session, edition_id, what="resumed", now=now, user_id=by)
    return edition_id


def cancel(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Stop for good: who still waits gets nothing, and is on record so. Raises MoveNotAllowed."""
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        cancel_in(session, edition, now=now)
        log_event(session, edition_id, what="cancelled", now=now, user_id=by)
    return edition_id


def cancel_in(session: Session, edition: Edition, *, now: datetime) -> None:
    """Cancel within the caller's transaction."""
    edition.move(S.CANCELLED, now=now)
    if edition.started_at is not None:
        edition.finished_at = now
    skip_waiting(session, edition.id, now=now)


def skip_waiting(session: Session, edition_id: int, *, now: datetime) -> None:
    """Mark every delivery that has not begun as skipped, because the edition was cancelled."""
    session.execute(
        update(Delivery)
        .where(Delivery.edition_id == edition_id, Delivery.state.in_(WAITING))
        .values(state=DeliveryState.SKIPPED, reply="cancelled", next_at=None, at=now)
        .execution_options(synchronize_session=False)
    )


def _plan(session: Session, edition: Edition, *, at: datetime, now: datetime) -> None:
    _require_approved_moment(edition, at=at, now=now)
    if edition.not_after is not None and max(at, now) > edition.not_after:
        raise TooLate(f"edition {edition.id} announces what is over by then ({edition.not_after})")
    if edition.state is S.SCHEDULED:
        edition.status_since = now
    else:
        edition.move(S.SCHEDULED, now=now)
    _require_readers(session, edition)
    edition.due_at = at


def _require_approved_moment(edition: Edition, *, at: datetime, now: datetime) -> None:
    """An approved moment holds; once it has passed, now is as near as it gets."""
    planned = edition.planned_at
    if planned is None or at == planned or (planned <= now and at <= now):
        return
    raise ContentChanged(
        f"edition {edition.id} was approved to go out at {planned.isoformat()}, "
        f"not at {at.isoformat()}: withdraw it and have the new moment approved"
    )


def _require_readers(session: Session, edition: Edition) -> None:
    chosen = recipients_select(conditions_of(session, edition.segments), topic_of(edition))
    if session.execute(chosen.limit(1)).first() is None:
        raise NothingToSend(f"no segment of edition {edition.id} has a reader")


def _is_due(edition: Edition, now: datetime) -> bool:
    return edition.due_at is not None and edition.due_at <= now


def _move(
    db: Database, edition_id: int, to: EditionStatus, *, what: str, now: datetime, by: int | None
) -> int:
    with db.write() as session:
        lock_edition(session, edition_id).move(to, now=now)
        log_event(session, edition_id, what=what, now=now, user_id=by)
    return edition_id
