"""How the sending of an edition ends: complete, halted for a person, or waiting for its relay."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from newsletter.model import Delivery, Edition
from newsletter.send.ledger import OPEN, D
from newsletter.store.deliveries import state_counts
from newsletter.store.editions import last_event, last_event_of, log_event
from newsletter.values import EditionStatus


def close_if_complete(session: Session, edition_id: int, *, now: datetime) -> EditionStatus:
    """Close an edition of which nothing is open, if the counts prove it; return its status.

    "Sent" is an equality of counts in one transaction, never the absence of a query's rows. Where
    the counts contradict each other, the edition is paused for a person to look at.
    """
    edition = session.get_one(Edition, edition_id, with_for_update=True)
    if edition.state is not EditionStatus.SENDING:
        return edition.state
    if session.scalar(_is_open(edition_id)):
        return edition.state
    counted = state_counts(session, edition_id)
    if sum(counted.values()) != edition.size:
        note = f"{sum(counted.values())} deliveries, but {edition.size} readers"
        halt_faulty(session, edition_id, note=note, now=now)
        return edition.state
    edition.move(EditionStatus.SENT, now=now)
    edition.finished_at = edition.finished_at or now  # it stays when it was complete first
    log_event(session, edition_id, what="sent", now=now, note=f"{counted.get(D.SENT, 0)} sent")
    return edition.state


def halt(session: Session, edition_id: int, *, note: str, now: datetime) -> None:
    """Pause an edition because the relay refuses reader after reader."""
    edition = session.get_one(Edition, edition_id, with_for_update=True)
    if edition.state is EditionStatus.SENDING:
        edition.move(EditionStatus.PAUSED, now=now)
        log_event(session, edition_id, what="halted", now=now, note=note)


def halt_many_refused(
    session: Session, edition_id: int, *, refused: int, of: int, now: datetime
) -> None:
    """Pause an edition because more readers are refused than a good list has, once.

    A person who goes on knows of it: then the rest is sent to, however many are refused.
    """
    edition = session.get_one(Edition, edition_id, with_for_update=True)
    known = last_event_of(session, edition_id, "many_refused") is not None
    if edition.state is EditionStatus.SENDING and not known:
        edition.move(EditionStatus.PAUSED, now=now)
        note = f"{refused} of {of} readers refused"
        log_event(session, edition_id, what="many_refused", now=now, note=note)


def halt_refused(session: Session, *, why: str, now: datetime) -> None:
    """Pause what is being sent because the relay refuses us again and again."""
    sending = select(Edition.id).where(Edition.status == EditionStatus.SENDING)
    for edition_id in session.scalars(sending.order_by(Edition.id)).all():
        halt(session, edition_id, note=f"the relay refuses us: {why}", now=now)


def halt_faulty(session: Session, edition_id: int, *, note: str, now: datetime) -> None:
    """Pause an edition because something is wrong with it that a person must look at."""
    edition = session.get_one(Edition, edition_id, with_for_update=True)
    if edition.state is EditionStatus.SENDING:
        edition.move(EditionStatus.PAUSED, now=now)
        log_event(session, edition_id, what="faulted", now=now, note=note)


def halt_changed(
    session: Session, edition_id: int, *, detail: Mapping[str, str], now: datetime
) -> None:
    """Pause an edition whose mails are not those that were approved; both hashes are on record."""
    edition = session.get_one(Edition, edition_id, with_for_update=True)
    if edition.state is EditionStatus.SENDING:
        edition.move(EditionStatus.PAUSED, now=now)
        log_event(session, edition_id, what="mails_changed", now=now, detail=detail)


def note_outage(session: Session, edition_id: int, *, note: str, now: datetime) -> None:
    """Put an outage of the relay on record, once for each row of failures."""
    last = last_event(session, edition_id)
    if last is None or last.what != "relay_unavailable":
        log_event(session, edition_id, what="relay_unavailable", now=now, note=note)


def note_retry(session: Session, at: datetime | None) -> None:
    """Say of what is being sent when the relay is tried again; None: it was reached."""
    session.execute(
        update(Edition).where(Edition.status == EditionStatus.SENDING).values(retry_at=at)
    )


def _is_open(edition_id: int) -> Select[bool]:
    """Ask whether somebody waits, or is sent a second copy after a while."""
    again = and_(Delivery.state == D.IN_DOUBT, Delivery.next_at.is_not(None))
    waits = or_(*(Delivery.state == state for state in OPEN), again)
    return select(select(Delivery.id).where(Delivery.edition_id == edition_id, waits).exists())
