"""From an approved edition to one delivery for each person, before the first mail goes out.

The readers are written in chunks, each one transaction; the highest reader written is the place to
go on from, so a kill at any moment costs nothing, and two processes at once write nobody twice.
Sending begins with `materialised_at`, which the last chunk sets: half a list is never sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session

from newsletter.breach import Breach, What, broken_of, find_breach, void_broken
from newsletter.model import Delivery, Edition
from newsletter.outdated import find_outdated, what_happened
from newsletter.ports import Preflight, Terms
from newsletter.send.failures import Skipped
from newsletter.send.lateness import Begin, Patience
from newsletter.send.ledger import CUT
from newsletter.send.schedule import cancel_in
from newsletter.settings import Settings
from newsletter.store.approvals import set_plan, variants_of, void_approval
from newsletter.store.cuts import cut_key, segments_of_blocks
from newsletter.store.deliveries import topic_of
from newsletter.store.editions import content_of, get_edition, lock_edition, log_event
from newsletter.values import DeliveryState, EditionStatus, Finding, Level
from storage.session import Database
from subscribers.counts import count_left_out
from subscribers.model import Subscriber
from subscribers.pausing import end_pauses
from subscribers.segments import conditions_of
from subscribers.store import recipients_select

COLUMNS: Final = (
    *("edition_id", "subscriber_id", "audience", "cut", "state"),
    *("attempts", "resends", "reply", "at"),
)
SCHEDULED: Final = EditionStatus.SCHEDULED
CHUNK: Final = 50_000  # a third of a second on SQLite: so long somebody else may wait to write


def freeze_due(
    db: Database,
    *,
    terms: Terms,
    preflight: Preflight,
    now: datetime,
    chunk: int = CHUNK,
    patience: Patience = Patience(),  # noqa: B008 - a frozen value
) -> list[int]:
    """Freeze the readers of every edition that is due; return the ids of those that now send.

    An edition whose seal is broken, that tells what is not true any more (`find_outdated`), or in
    which the checks find an error, goes back to draft, and an announcement whose event is over is
    cancelled: nothing of them is sent, and each is on record. One whose moment passed long ago,
    while nobody ran, loses its plan and waits for a person.
    """
    end_pauses(db, now=now)  # who is back today is a reader of what is due today
    with db.read() as session:
        due = session.scalars(
            select(Edition.id)
            .where(Edition.status == EditionStatus.SCHEDULED, Edition.due_at <= now)
            .order_by(Edition.due_at, Edition.id)
        ).all()
    ready = (
        one
        for one in due
        if _may_go_out(db, one, terms=terms, preflight=preflight, patience=patience, now=now)
    )
    return [one for one in ready if _freeze(db, one, terms=terms, now=now, chunk=chunk)]


def begin_due(
    db: Database, *, settings: Settings, terms: Terms, preflight: Preflight, now: datetime
) -> list[int]:
    """Freeze what is due; in quiet hours only call off what comes too late after them."""
    limits = settings.limits
    if limits.quiet_until(now) is not None:
        call_off_late(db, now=now)
        return []
    patience = Patience(settings.late_hours, limits.quiet_until)
    return freeze_due(db, terms=terms, preflight=preflight, now=now, patience=patience)


def call_off_late(db: Database, *, now: datetime) -> None:
    """Cancel every announcement that is due and too late, while nothing else may begin."""
    with db.read() as session:
        late = session.scalars(
            select(Edition.id).where(
                Edition.status == EditionStatus.SCHEDULED,
                Edition.due_at <= now,
                Edition.not_after < now,
            )
        ).all()
    for one in late:
        _stop_if_too_late(db, one, now=now)


def _may_go_out(
    db: Database,
    edition_id: int,
    *,
    terms: Terms,
    preflight: Preflight,
    patience: Patience,
    now: datetime,
) -> bool:
    """Say whether an edition may go out now; one that may not is no longer planned."""
    if _is_broken(db, edition_id, terms=terms, now=now):
        return False
    if _stop_if_too_late(db, edition_id, now=now):
        return False
    if _is_left_to_people(db, edition_id, patience, now=now):
        return False
    stop = _outdated(db, edition_id)
    if stop is None and (wrong := _errors(preflight(edition_id, now=now))):
        stop = _Stop(Stopped.CHECKS_FAILED, note=wrong)
    if stop is not None:
        _break_off(db, edition_id, stop, now=now)
    return stop is None


def _freeze(db: Database, edition_id: int, *, terms: Terms, now: datetime, chunk: int) -> bool:
    _drop_leftovers(db, edition_id)
    while (status := _write_chunk(db, edition_id, terms=terms, now=now, chunk=chunk)) is SCHEDULED:
        continue
    return status is EditionStatus.SENDING


def _stop_if_too_late(db: Database, edition_id: int, *, now: datetime) -> bool:
    with db.write() as session:
        edition = _scheduled(session, edition_id)
        if edition is None or edition.not_after is None or now <= edition.not_after:
            return False
        cancel_in(session, edition, now=now, why=Skipped.TOO_LATE)
        log_event(session, edition_id, what="too_late", now=now, note=str(edition.not_after))
        return True


def _is_left_to_people(db: Database, edition_id: int, patience: Patience, *, now: datetime) -> bool:
    """Say whether an edition overslept its moment: then its approval stands without a plan.

    One that is only caught up is on record as well.
    """
    with db.write() as session:
        edition = _scheduled(session, edition_id)
        if edition is None or edition.due_at is None:
            return False
        begin = patience.judge(edition.due_at, not_after=edition.not_after, now=now)
        if begin is Begin.IN_TIME or _is_begun(session, edition):
            return False
        detail = {"due_at": edition.due_at.isoformat()}
        if begin is Begin.OVERSLEPT:
            edition.move(EditionStatus.APPROVED, now=now)
            set_plan(edition, None)
        log_event(session, edition_id, what=begin.value, now=now, detail=detail)
        return begin is Begin.OVERSLEPT


def _is_begun(session: Session, edition: Edition) -> bool:
    """Say whether its list is being written: a crash in that is gone on with, however late."""
    written = select(Delivery.id).where(
        Delivery.edition_id == edition.id, Delivery.at >= edition.status_since
    )
    return session.scalar(written.limit(1)) is not None


class Stopped(StrEnum):
    """Why an edition does not go out after all: the names in its history."""

    EVENT_CHANGED = "event_changed"  # an event in it was moved or called off
    EXAMPLE_WITHDRAWN = "example_withdrawn"
    CHECKS_FAILED = "checks_failed"  # something became wrong that was right when it was approved


@dataclass(frozen=True, slots=True)
class _Stop:
    """Why an edition does not go out, with what the editors should know."""

    why: Stopped
    note: str = ""


def _errors(findings: Iterable[Finding]) -> str:
    """Return the errors as sentences; warnings do not stop what was approved with them."""
    return " ".join(f"{one.message} {one.mend}" for one in findings if one.level is Level.ERROR)


def _is_broken(db: Database, edition_id: int, *, terms: Terms, now: datetime) -> bool:
    """Say whether an edition is not what was approved; then it is a draft again.

    What would go out is rendered again and compared: the stored variants are not simply trusted.
    What stands in the rows is looked at first: a value that we never wrote may not be readable.
    """
    with db.read() as session:
        breach = broken_of(session, get_edition(session, edition_id, with_blocks=True), terms=terms)
    if breach is not None:
        _void_broken(db, edition_id, breach, now=now)
    return breach is not None


def _void_broken(db: Database, edition_id: int, breach: Breach, *, now: datetime) -> None:
    with db.write() as session:
        edition = _scheduled(session, edition_id)
        if edition is not None:
            void_broken(session, edition, breach, now=now)


def _outdated(db: Database, edition_id: int) -> _Stop | None:
    """Return why an edition that is what was approved may not go out all the same, or None."""
    with db.read() as session:
        content = content_of(get_edition(session, edition_id, with_blocks=True))
    outdated = list(find_outdated(content))
    return _Stop(Stopped(what_happened(outdated))) if outdated else None


def _break_off(db: Database, edition_id: int, stop: _Stop, *, now: datetime) -> None:
    with db.write() as session:
        edition = _scheduled(session, edition_id)
        if edition is None:
            return
        void_approval(session, edition, now=now)
        log_event(session, edition_id, what=stop.why.value, now=now, note=stop.note)


def _drop_leftovers(db: Database, edition_id: int) -> None:
    """Remove rows of an earlier freezing that was called off before anything was sent.

    A row that is older than the present schedule is such a one; after a kill nothing is.
    """
    with db.write() as session:
        edition = _scheduled(session, edition_id)
        if edition is None:
            return
        session.execute(
            delete(Delivery).where(
                Delivery.edition_id == edition_id, Delivery.at < edition.status_since
            )
        )


def _write_chunk(
    db: Database, edition_id: int, *, terms: Terms, now: datetime, chunk: int
) -> EditionStatus | None:
    """Write the next deliveries; when none is left, start sending. None: called off meanwhile."""
    with db.write() as session:
        edition = _scheduled(session, edition_id)
        if edition is None:
            return None
        last = _last_written(session, edition_id)
        _insert_after(session, edition, last, now=now, chunk=chunk)
        # Asked of the table, not of the driver's row count, which is not the same everywhere.
        if _last_written(session, edition_id) == last:
            _start_if_whole(session, edition, terms=terms, now=now)
        return edition.state


def _insert_after(
    session: Session, edition: Edition, last: int, *, now: datetime, chunk: int
) -> None:
    key = cut_key(session, segments_of_blocks(session, edition.id)).label("cut")
    chosen = recipients_select(session, conditions_of(session, edition.segments), topic_of(edition))
    chosen = chosen.add_columns(key)
    readers = chosen.where(Subscriber.id > last).order_by(Subscriber.id).limit(chunk).subquery()
    rows = select(
        literal(edition.id),
        readers.c.id,
        readers.c.audience,
        readers.c.cut,
        literal(DeliveryState.PENDING.value),
        literal(0),
        literal(0),
        literal(""),
        literal(now, Delivery.at.type),
    )
    session.execute(insert(Delivery).from_select(COLUMNS, rows))


def _last_written(session: Session, edition_id: int) -> int:
    written = select(func.max(Delivery.subscriber_id)).where(Delivery.edition_id == edition_id)
    return session.scalar(written) or 0


def _start_if_whole(session: Session, edition: Edition, *, terms: Terms, now: datetime) -> None:
    """Start sending, unless something was changed under our hands while the list was written."""
    edition = lock_edition(session, edition.id, with_blocks=True)
    breach = find_breach(session, edition, terms=terms) or _without_mail(session, edition)
    if breach is None:
        _start(session, edition, now=now)
    else:
        void_broken(session, edition, breach, now=now)


def _without_mail(session: Session, edition: Edition) -> Breach | None:
    """Return a breach when somebody on the list has no mail: a segment was changed and back."""
    cuts = select(CUT).where(Delivery.edition_id == edition.id).distinct()
    made = {one.key for one in variants_of(session, edition.id)}
    missing = sorted(set(session.scalars(cuts)) - made)
    return Breach(What.STORED, edition.content_hash, f"no {missing[0]}") if missing else None


def _start(session: Session, edition: Edition, *, now: datetime) -> None:
    edition.size = session.scalar(
        select(func.count()).select_from(Delivery).where(Delivery.edition_id == edition.id)
    )
    edition.materialised_at = edition.started_at = now
    edition.move(EditionStatus.SENDING, now=now)
    left_out = count_left_out(session, edition.segments, topic_of(edition))
    log_event(
        session,
        edition.id,
        what="sending",
        now=now,
        note=f"{edition.size} readers",
        detail={"left_out": {reason.value: number for reason, number in left_out.items()}},
    )


def _scheduled(session: Session, edition_id: int) -> Edition | None:
    """Return the edition, locked, if it still is scheduled; somebody may have called it off."""
    edition = session.get(Edition, edition_id, with_for_update=True)
    if edition is None or edition.state is not EditionStatus.SCHEDULED:
        return None
    return edition
