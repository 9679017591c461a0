"""Who sends what: workers, and the shares of an edition that each is at.

A share only keeps workers out of each other's way. What makes a message go once is its own row,
which one statement claims. So a share that changes hands too early costs a wasted word with the
relay, and no second copy.

Where several processes can write, a worker is dead when its lock is free, or when its lease ran
out by the server's clock: a process that was stopped for long finds on waking that it may begin
nothing. The lease outlives the longest time that a message may take. Where one process sends at a
time, who holds the lock is the only one alive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
from sqlalchemy.orm import Session

from newsletter.model import Delivery
from newsletter.sending_rows import Share, Worker
from newsletter.values import DeliveryState
from storage.dialect import has_many_writers, insert_new, lock, moment_ahead
from storage.session import Database

D = DeliveryState
MOST: Final = 2_000  # deliveries of a share
LEAST: Final = 50
PARTS: Final = 20  # of a short list, so that several workers have something to do
ONE: Final = "worker"  # the lock where one process sends at a time


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a worker counts as alive without a sign, in seconds.

    margin_s: what must be left of it for a message to be begun: the longest that one takes.
    """

    lasts_s: float = 1200
    margin_s: float = 960

    @property
    def renew_s(self) -> float:
        """How often it is renewed."""
        return self.lasts_s / 20

    def scaled(self, by: float) -> "Lease":
        """Return it shorter or longer by a factor."""
        return Lease(self.lasts_s * by, self.margin_s * by)


@dataclass(frozen=True, slots=True)
class Mine:
    """This process as a worker. lease: None where only one process sends."""

    id: int
    lease: Lease | None


@dataclass(frozen=True, slots=True)
class Range:
    """The deliveries of a share: from the first id to the last, both included."""

    first_id: int
    last_id: int


def new_name(session: Session) -> str:
    """Return the name of the lock that a worker holds: its own where there may be several."""
    return f"{ONE}-{uuid4().hex[:16]}" if has_many_writers(session) else ONE


def enrol(db: Database, name: str, *, connections: int, lease: Lease, now: datetime) -> Mine:
    """Put this process on record as a worker; it holds the lock of that name."""
    with db.write() as session:
        row = Worker(name=name, connections=connections, started_at=now)
        session.add(row)
        session.flush()
        mine = Mine(row.id, lease if has_many_writers(session) else None)
        renew(session, mine)
    return mine


def renew(session: Session, mine: Mine) -> None:
    """Let the lease run from now; one that was found dead stays so."""
    if mine.lease is not None:
        session.execute(
            update(Worker)
            .where(Worker.id == mine.id, Worker.ended_at.is_(None))
            .values(lease_until=moment_ahead(mine.lease.lasts_s))
        )


def may_work(mine: Mine) -> ColumnElement[bool]:
    """Return the condition that this worker may begin a message."""
    alive = and_(Worker.id == mine.id, Worker.ended_at.is_(None))
    if mine.lease is not None:
        alive = and_(alive, Worker.lease_until > moment_ahead(mine.lease.margin_s))
    return select(Worker.id).where(alive).exists()


def stay(db: Database, mine: Mine) -> bool:
    """Renew the lease, if there is one; say whether this worker may still begin messages."""
    if mine.lease is not None:
        with db.write_lightly() as session:
            renew(session, mine)
    with db.read() as session:
        return bool(session.scalar(select(may_work(mine))))


def find_dead(db: Database, mine: Mine) -> list[int]:
    """Return the workers that ended without a word."""
    is_over = true() if mine.lease is None else Worker.lease_until <= moment_ahead(0)
    others = select(Worker.id, Worker.name, is_over.label("is_over")).where(
        Worker.ended_at.is_(None), Worker.id != mine.id
    )
    with db.read() as session:
        found = session.execute(others.order_by(Worker.id)).all()
    return [one.id for one in found if one.is_over or _is_free(db, one.name)]


def bury(session: Session, workers: Sequence[int], *, now: datetime) -> None:
    """Write down that these begin nothing any more, and let others have their shares."""
    session.execute(update(Worker).where(Worker.id.in_(workers)).values(ended_at=now))
    release(session, workers)


def release(session: Session, workers: Sequence[int]) -> None:
    """Let others have the shares of these workers."""
    session.execute(update(Share).where(Share.worker_id.in_(workers)).values(worker_id=None))


def cut_into_shares(session: Session, edition_id: int, *, size: int | None = None) -> None:
    """Divide the deliveries of an edition, unless that was done."""
    if session.scalar(select(Share.first_id).where(Share.edition_id == edition_id).limit(1)):
        return
    own = Delivery.edition_id == edition_id
    first, last = session.execute(
        select(func.min(Delivery.id), func.max(Delivery.id)).where(own)
    ).one()
    if first is None:
        return
    short = max(LEAST, (last - first) // PARTS + 1) if has_many_writers(session) else MOST
    size = size or min(MOST, short)
    rows = [
        {"edition_id": edition_id, "first_id": start, "last_id": min(start + size - 1, last)}
        for start in range(first, last + 1, size)
    ]
    insert_new(session, Share.metadata.tables[Share.__tablename__], rows)


def take_share(
    session: Session, edition_id: int, mine: Mine, *, now: datetime, after: int = 0
) -> Range | None:
    """Take the next share in which something is due and that nobody is at; None for none.

    after: the last id of the share before.
    """
    row = session.execute(
        select(Share)
        .where(
            Share.edition_id == edition_id,
            Share.first_id > after,
            Share.worker_id.is_(None),
            or_(*map(_holds, due(now))),
        )
        .order_by(Share.first_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if row is None:
        return None
    row.worker_id = mine.id
    return Range(row.first_id, row.last_id)


class Due(NamedTuple):
    """Deliveries that may be due. which: what must hold besides their state."""

    state: DeliveryState
    which: ColumnElement[bool]


def due(now: datetime) -> tuple[Due, ...]:
    """Return what is due at that moment, in the order of its turn."""
    in_time = Delivery.next_at <= now
    return Due(D.PENDING, true()), Due(D.DEFERRED, in_time), Due(D.IN_DOUBT, in_time)


def _holds(one: Due) -> ColumnElement[bool]:
    return (
        select(Delivery.id)
        .where(
            Delivery.edition_id == Share.edition_id,
            Delivery.state == one.state,
            Delivery.id.between(Share.first_id, Share.last_id),
            one.which,
        )
        .correlate(Share)
        .exists()
    )


def _is_free(db: Database, name: str) -> bool:
    with lock(db.engine, name) as held:
        return held is not None
