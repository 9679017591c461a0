"""Queries on what came back: what was read already, who got the edition, what followed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from newsletter.model import Delivery, Edition
from newsletter.returned_rows import ReturnedMail, SeenMail, UnknownMail
from newsletter.values import DeliveryState, EditionStatus
from storage.dialect import insert_new
from subscribers.model import Consent, Subscriber
from subscribers.values import ConsentKind

KEPT: Final = timedelta(days=90)  # returned mail holds addresses: no longer than it is evidence
EVIDENCE_KEPT: Final = timedelta(days=365)  # as long as whose a delivery was
LOOKED_BACK: Final = 20  # editions of one reader
_SEEN: Final = cast("Table", SeenMail.__table__)  # a mapped class's table is a Table
_TABLE: Final = cast("Table", Delivery.__table__)
D = DeliveryState


@dataclass(frozen=True, slots=True)
class Went:
    """One edition that went to a reader, as the rules want it.

    bounced: it came back for now, or was refused for another reason than us.
    """

    edition_id: int
    at: datetime
    bounced: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """One reader whom a server refused for good. email: as it is now."""

    delivery_id: int
    edition_id: int
    subscriber_id: int
    email: str
    code: int | None
    reply: str


def was_seen(session: Session, mark: str) -> bool:
    """Say whether a message was processed already."""
    return session.get(SeenMail, mark) is not None


def mark_seen(session: Session, mark: str, *, now: datetime) -> bool:
    """Note that a message is processed; return False when it was before, by anybody."""
    known = session.scalar(select(func.count()).select_from(SeenMail).where(SeenMail.mark == mark))
    if known:
        return False
    insert_new(session, _SEEN, [{"mark": mark, "at": now}])
    return True


def delivery_of(session: Session, edition_id: int, subscriber_id: int) -> Delivery | None:
    """Return the ledger's row of an edition to a reader, None when they did not get it."""
    return session.scalar(
        select(Delivery).where(
            Delivery.edition_id == edition_id, Delivery.subscriber_id == subscriber_id
        )
    )


def prove_arrival(session: Session, edition_id: int, subscriber_id: int) -> bool:
    """Settle a delivery whose outcome was unknown as sent: something came back of it.

    Whether it waits for a person or for a second copy: the relay has it, so none is needed. One
    that was never in doubt stays as it is, and so does the moment at which it was handed over.
    Return whether this call did it.
    """
    again = (_TABLE.c.state.in_((D.PENDING, D.DEFERRED))) & (_TABLE.c.resends > 0)
    settled = session.execute(
        update(_TABLE)
        .where(
            _TABLE.c.edition_id == edition_id,
            _TABLE.c.subscriber_id == subscriber_id,
            or_(_TABLE.c.state == D.IN_DOUBT, again),
        )
        .values(state=D.SENT.value, next_at=None, reply="something came back of it")
        .returning(_TABLE.c.id)
    )
    return settled.first() is not None


def readers_of(
    session: Session, edition_id: int, keys: Collection[str]
) -> Sequence[tuple[int, str]]:
    """Return the id and key of the readers with these addresses who got an edition."""
    rows = session.execute(
        select(Subscriber.id, Subscriber.email_key)
        .join(Delivery, Delivery.subscriber_id == Subscriber.id)
        .where(Delivery.edition_id == edition_id, Subscriber.email_key.in_(keys))
    )
    return [(row.id, row.email_key) for row in rows]


def last_edition_of(
    session: Session, keys: Collection[str], *, before: datetime
) -> tuple[int, int] | None:
    """Return the reader with one of these addresses and the last edition that went to them."""
    row = session.execute(
        select(Delivery.subscriber_id, Delivery.edition_id)
        .join(Subscriber, Delivery.subscriber_id == Subscriber.id)
        .where(
            Subscriber.email_key.in_(keys),
            Delivery.state.in_((D.SENT, D.FAILED, D.IN_DOUBT, D.ATTEMPTING, D.DEFERRED)),
            or_(Delivery.at.is_(None), Delivery.at <= before),
        )
        .order_by(Delivery.at.desc(), Delivery.id.desc())
        .limit(1)
    ).first()
    return (int(row.subscriber_id), int(row.edition_id)) if row else None


def is_reader(session: Session, keys: Collection[str]) -> bool:
    """Say whether any of these addresses is a reader's."""
    return bool(session.scalar(select(exists().where(Subscriber.email_key.in_(keys)))))


def has_moved_since(session: Session, subscriber_id: int, at: datetime | None) -> bool:
    """Say whether a reader gave another address after this moment."""
    moved = (Consent.subscriber_id == subscriber_id) & (Consent.kind == ConsentKind.MOVED)
    return at is not None and bool(session.scalar(select(exists().where(moved, Consent.at > at))))


def went_to(
    session: Session, subscriber_id: int, *, until: int, counted: Collection[str]
) -> list[Went]:
    """Return the editions that went to a reader up to this one, the last one first.

    counted: the outcomes of returned mail that say that it did not arrive.
    """
    bounced = (
        exists()
        .where(
            ReturnedMail.subscriber_id == subscriber_id,
            ReturnedMail.edition_id == Delivery.edition_id,
            ReturnedMail.outcome.in_(counted),
            ReturnedMail.undone_at.is_(None),
        )
        .label("bounced")
    )
    last = (
        select(Delivery.at)
        .where(Delivery.subscriber_id == subscriber_id, Delivery.edition_id == until)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Delivery.edition_id, Delivery.at, bounced)
        .where(
            Delivery.subscriber_id == subscriber_id,
            Delivery.state.in_((D.SENT, D.FAILED, D.IN_DOUBT)),
            Delivery.at <= last,
        )
        .order_by(Delivery.at.desc(), Delivery.id.desc())
        .limit(LOOKED_BACK)
    )
    return [Went(row.edition_id, row.at, bool(row.bounced)) for row in rows]


def refused_of_late(session: Session, *, since: datetime, limit: int) -> list[Refused]:
    """Return who was refused of editions that went out since, and of which nothing followed yet.

    Without the editions of which no more arrived than was refused.
    """
    states = (D.SENT, D.FAILED)
    arrived, refused = (
        func.sum(case((Delivery.state == one, 1), else_=0)).label(one.value) for one in states
    )
    fine = (
        select(Delivery.edition_id)
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(Edition.status == EditionStatus.SENT, Edition.finished_at >= since)
        .where(Delivery.state.in_(states))
        .group_by(Delivery.edition_id)
        .having((refused > 0) & (arrived > refused))
    )
    followed = exists().where(
        ReturnedMail.subscriber_id == Delivery.subscriber_id,
        ReturnedMail.edition_id == Delivery.edition_id,
    )
    rows = session.execute(
        select(
            *(Delivery.id, Delivery.edition_id, Delivery.subscriber_id),
            *(Subscriber.email, Delivery.code, Delivery.reply),
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.edition_id.in_(fine), Delivery.state == D.FAILED, ~followed)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return [
        Refused(row.id, row.edition_id, int(row.subscriber_id), row.email, row.code, row.reply)
        for row in rows
    ]


def take_back(session: Session, subscriber_id: int, *, now: datetime) -> None:
    """Note that what followed of a reader's returned mail was undone: their count begins anew."""
    mine = ReturnedMail.subscriber_id == subscriber_id
    session.execute(
        update(ReturnedMail).where(mine, ReturnedMail.undone_at.is_(None)).values(undone_at=now)
    )


def refusals_of_us(session: Session, *, since: datetime) -> list[tuple[Edition, int, str]]:
    """Return the editions that servers refused for our sake: how often, and one of their answers.

    The last one first.
    """
    rows = session.execute(
        select(ReturnedMail.edition_id, func.count(), func.max(ReturnedMail.reason))
        .where(ReturnedMail.outcome == "ours", ReturnedMail.at >= since)
        .group_by(ReturnedMail.edition_id)
        .order_by(ReturnedMail.edition_id.desc())
        .limit(10)
    ).all()
    editions = session.scalars(select(Edition).where(Edition.id.in_([row[0] for row in rows])))
    by_id = {one.id: one for one in editions}
    return [(by_id[row[0]], row[1], row[2]) for row in rows if row[0] in by_id]


def recent_outcomes(
    session: Session, outcomes: Collection[str], *, since: datetime, limit: int = 100
) -> list[tuple[ReturnedMail, Subscriber, Edition]]:
    """Return what followed since a moment and was not taken back, the newest first."""
    rows = session.execute(
        select(ReturnedMail, Subscriber, Edition)
        .join(Subscriber, Subscriber.id == ReturnedMail.subscriber_id)
        .join(Edition, Edition.id == ReturnedMail.edition_id)
        .where(
            ReturnedMail.outcome.in_(outcomes),
            ReturnedMail.undone_at.is_(None),
            ReturnedMail.at >= since,
        )
        .order_by(ReturnedMail.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def has_outcome(session: Session, edition_id: int, outcome: str) -> bool:
    """Say whether this followed of any returned mail of an edition."""
    found = (ReturnedMail.edition_id == edition_id) & (ReturnedMail.outcome == outcome)
    return bool(session.scalar(select(exists().where(found))))


def mail_of(session: Session, subscriber_id: int) -> list[ReturnedMail]:
    """Return what came back of one reader's mail, the oldest first."""
    mine = select(ReturnedMail).where(ReturnedMail.subscriber_id == subscriber_id)
    return list(session.scalars(mine.order_by(ReturnedMail.id)))


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove what was kept long enough; return how many messages that were.

    Of evidence the server's words go first, which may hold an address; that it came back stays with
    the reader for EVIDENCE_KEPT, and so does what is known to be processed.
    """
    before, long_before = now - KEPT, now - EVIDENCE_KEPT
    blanked = update(ReturnedMail).where(ReturnedMail.at < before, ReturnedMail.reason != "")
    words = session.execute(blanked.values(reason="").returning(ReturnedMail.id)).all()
    gone = session.execute(
        delete(UnknownMail).where(UnknownMail.at < before).returning(UnknownMail.id)
    ).all()
    over = delete(ReturnedMail).where(ReturnedMail.at < long_before)
    evidence = session.execute(over.returning(ReturnedMail.id)).all()
    session.execute(delete(SeenMail).where(SeenMail.at < long_before))
    return len(words) + len(gone) + len(evidence)
