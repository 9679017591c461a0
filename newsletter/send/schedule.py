"""When an approved edition goes out, and stopping it: schedule, send now, pause, resume, cancel.

Each move is one transaction with its event. What is planned is still what was approved, or it goes
back to draft. Workers read the edition's status in every claim, so
pause and cancel hold for every message but the ones that are being handed over at that moment.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, delete, not_, select, update
from sqlalchemy.orm import Session

from newsletter.breach import if_as_approved
from newsletter.errors import (
    AlreadyLeft,
    MomentNotApproved,
    MoveNotAllowed,
    NothingToSend,
    TooLate,
)
from newsletter.model import Delivery, Edition
from newsletter.ports import Terms
from newsletter.send.failures import Skipped
from newsletter.send.lateness import NOTED
from newsletter.send.watching.trail import note_many
from newsletter.sending_rows import Share
from newsletter.store.approvals import set_plan
from newsletter.store.deliveries import topic_of
from newsletter.store.editions import last_event_of, lock_edition, log_event
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.segments import conditions_of
from subscribers.store import recipients_select

S = EditionStatus
D = DeliveryState
WAITING = (D.PENDING, D.DEFERRED)
BEGUN: Final = frozenset({S.SENDING, S.PAUSED})
ENDINGS: Final = (Skipped.CANCELLED, Skipped.TOO_LATE)  # as the history of an edition has them
# Nothing of these can have arrived: not tried yet, given back, put off, refused or left out.
UNTOUCHED: Final = and_(
    Delivery.state.in_((D.PENDING, D.DEFERRED, D.FAILED, D.SKIPPED)), Delivery.resends == 0
)


def standing(edition: Edition) -> str:
    """Return the mark of where an edition stands: a form that carries it was made for that."""
    return f"{edition.status} {edition.status_since.isoformat()}"


def schedule(  # noqa: PLR0913 - by name; a plan has this many facts
    db: Database,
    edition_id: int,
    *,
    at: datetime,
    wait: timedelta = timedelta(),
    terms: Terms,
    now: datetime,
    by: int | None = None,
) -> datetime:
    """Plan when an approved edition goes out; a moment that has passed means: now.

    wait: the while in which it can be taken back, however near the moment is.
    Returns when it will go: the moment, or later by what is left of the wait.
    Raises ContentChanged when it is not what was approved, and then it is a draft again;
    MoveNotAllowed, MomentNotApproved when another moment was approved, TooLate for an announcement
    after its event, NothingToSend when no segment has a reader.
    """

    goes_at = max(at, now + wait) if wait else at

    def plan(session: Session, edition: Edition) -> datetime:
        if edition.state is S.SCHEDULED and edition.due_at == at:
            return at
        _plan(session, edition, at=goes_at, now=now, wait=wait)
        note = goes_at.isoformat()
        log_event(session, edition_id, what="scheduled", now=now, user_id=by, note=note)
        return goes_at

    return if_as_approved(db, edition_id, plan, terms=terms, now=now, by=by)


def unschedule(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Take the plan back; the approval stands.

    When sending has begun, as long as nothing has left: who gets it is then found anew.
    Raises AlreadyLeft, MoveNotAllowed.
    """
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state is S.APPROVED:
            return edition_id
        if edition.state is S.SENT:
            raise AlreadyLeft(edition.id, edition.state, S.APPROVED)
        if edition.state in BEGUN:
            _forget_list(session, edition)
        edition.move(S.APPROVED, now=now)
        set_plan(edition, None)
        log_event(session, edition_id, what="unscheduled", now=now, user_id=by)
    return edition_id


def send_now(
    db: Database, edition_id: int, *, terms: Terms, now: datetime, by: int | None = None
) -> int:
    """Make an approved edition due now; a paused one goes on; one that is under way or done stays.

    Raises as `schedule` does.
    """

    def begin(session: Session, edition: Edition) -> None:
        is_due = edition.state is S.SCHEDULED and _is_due(edition, now)
        is_due = is_due and not _is_due(edition, now - NOTED)  # long due: a person says so anew
        if is_due or edition.state in {S.SENDING, S.SENT}:
            return
        if edition.state is S.PAUSED:
            _go_on(session, edition, now=now, by=by)
            return
        _plan(session, edition, at=now, now=now)
        log_event(session, edition_id, what="send_now", now=now, user_id=by)

    if_as_approved(db, edition_id, begin, terms=terms, now=now, by=by)
    return edition_id


def send_after(  # noqa: PLR0913 - by name; an order has this many facts
    db: Database,
    edition_id: int,
    *,
    wait: timedelta,
    seen: str = "",
    terms: Terms,
    now: datetime,
    by: int | None = None,
) -> bool:
    """Make an approved edition due after a while in which it can be taken back; say whether it did.

    One that leaves sooner, or is further on its way, stays as it is: pressing twice is pressing
    once. seen: the `standing` that was looked at; a form that comes again after that does nothing.
    Raises as `schedule` does.
    """

    def begin(session: Session, edition: Edition) -> bool:
        leaves_sooner = edition.state is S.SCHEDULED and _is_due(edition, now + wait)
        is_further = edition.state in {*BEGUN, S.SENT} or leaves_sooner
        if is_further or (seen and seen != standing(edition)):
            return False
        _plan(session, edition, at=now + wait, now=now, wait=wait)
        log_event(session, edition_id, what="send_now", now=now, user_id=by)
        return True

    return if_as_approved(db, edition_id, begin, terms=terms, now=now, by=by)


def pause(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Stop handing over, for now; what is in hand is finished. Raises MoveNotAllowed."""
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state is not S.PAUSED:
            edition.move(S.PAUSED, now=now)
            log_event(session, edition_id, what="paused", now=now, user_id=by)
    return edition_id


def resume(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Go on with a paused edition. Raises MoveNotAllowed."""
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state is S.SENDING:
            return edition_id
        if edition.state is not S.PAUSED:  # the table also lets a freeze begin sending; this is not
            raise MoveNotAllowed(edition_id, edition.state, S.SENDING)
        _go_on(session, edition, now=now, by=by)
    return edition_id


def cancel(db: Database, edition_id: int, *, now: datetime, by: int | None = None) -> int:
    """Stop for good: who still waits gets nothing, and is on record so. Raises MoveNotAllowed."""
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state is not S.CANCELLED:
            cancel_in(session, edition, now=now)
            log_event(session, edition_id, what="cancelled", now=now, user_id=by)
    return edition_id


def cancel_in(
    session: Session, edition: Edition, *, now: datetime, why: Skipped = Skipped.CANCELLED
) -> None:
    """Cancel within the caller's transaction. why: what is on record of who still waits."""
    edition.move(S.CANCELLED, now=now)
    if edition.started_at is not None:
        edition.finished_at = now
    _skip(session, edition.id, why, now=now)


def skip_waiting(session: Session, edition_id: int, *, now: datetime) -> None:
    """Mark every delivery of a cancelled edition that waits again as skipped, for the same."""
    last = last_event_of(session, edition_id, *(one.value for one in ENDINGS))
    _skip(session, edition_id, Skipped(last.what) if last else Skipped.CANCELLED, now=now)


def _skip(session: Session, edition_id: int, why: Skipped, *, now: datetime) -> None:
    """Skip whoever waits; what may have arrived is in doubt, and is not sent again."""
    own = Delivery.edition_id == edition_id
    waits = own & Delivery.state.in_(WAITING)
    doubtful = (waits & (Delivery.resends > 0)) | (own & (Delivery.state == D.IN_DOUBT))
    session.execute(
        update(Delivery)
        .where(doubtful)
        .values(state=D.IN_DOUBT, next_at=None)
        .execution_options(synchronize_session=False)
    )
    skipped = session.connection().execute(
        update(Delivery)
        .where(waits)
        .values(state=D.SKIPPED, code=None, reply=why.value, next_at=None, at=now)
    )
    note_many(session, edition_id, D.SKIPPED, skipped.rowcount, now)


def _plan(
    session: Session,
    edition: Edition,
    *,
    at: datetime,
    now: datetime,
    wait: timedelta = timedelta(),
) -> None:
    _require_approved_moment(edition, at=at, soonest=now + wait, now=now)
    if edition.not_after is not None and max(at, now) > edition.not_after:
        raise TooLate(f"edition {edition.id} announces what is over by then ({edition.not_after})")
    if edition.state is S.SCHEDULED:
        edition.status_since = now
    else:
        edition.move(S.SCHEDULED, now=now)
    _require_readers(session, edition)
    set_plan(edition, at)


def _require_approved_moment(
    edition: Edition, *, at: datetime, soonest: datetime, now: datetime
) -> None:
    """An approved moment holds; when it is too near or has passed, the soonest takes its place."""
    planned = edition.planned_at
    if planned is None or at == planned or (planned <= max(at, now) and at <= soonest):
        return
    raise MomentNotApproved(
        f"edition {edition.id} was approved to go out at {planned.isoformat()}, "
        f"not at {at.isoformat()}: withdraw it and have the new moment approved"
    )


def _require_readers(session: Session, edition: Edition) -> None:
    chosen = recipients_select(session, conditions_of(session, edition.segments), topic_of(edition))
    if session.execute(chosen.limit(1)).first() is None:
        raise NothingToSend(f"no segment of edition {edition.id} has a reader")


def _is_due(edition: Edition, now: datetime) -> bool:
    return edition.due_at is not None and edition.due_at <= now


def _go_on(session: Session, edition: Edition, *, now: datetime, by: int | None) -> None:
    edition.move(S.SENDING, now=now)
    edition.told_at = None
    log_event(session, edition.id, what="resumed", now=now, user_id=by)


def _forget_list(session: Session, edition: Edition) -> None:
    """Remove the deliveries of an edition of which nothing left. Raises AlreadyLeft.

    What a worker takes in hand meanwhile is not removed by the first statement, and found by the
    second: then nothing changes.
    """
    own = Delivery.edition_id == edition.id
    if session.scalar(select(Delivery.id).where(own, not_(UNTOUCHED)).limit(1)) is None:
        session.execute(delete(Delivery).where(own, UNTOUCHED))
    if session.scalar(select(Delivery.id).where(own).limit(1)) is not None:
        raise AlreadyLeft(edition.id, edition.state, S.APPROVED)
    session.execute(delete(Share).where(Share.edition_id == edition.id))
    edition.size = edition.materialised_at = edition.started_at = edition.retry_at = None
