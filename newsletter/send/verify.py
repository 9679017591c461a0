"""Whether the ledger holds what it promises: the invariants I1 to I10, asked of its rows.

I1   an edition has one row for each reader of its list, for ever
I2   each row is in one of the states that there are, and together they are the list
I3   an edition is complete only when its list was whole and nothing of it is to be done
I4   no worker has more in hand than it has connections
I5   each second copy was announced: it has an attempt of its own
I6   nobody outside the list got it
I7   nothing was begun for somebody who had left
I8   nothing was begun after a pause or a cancellation, but what was in hand
I9   what goes out is what was approved
I10  the counts that people see are those of the ledger

Each edition is looked at in one snapshot, so that it can be asked at any time, also while sending.
What the relay took is held against it by `accepted.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Integer, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from newsletter.model import Delivery, Edition
from newsletter.sending_rows import Worker
from newsletter.store.approvals import seal_of_mails, variants_of
from newsletter.store.deliveries import figures, state_counts
from newsletter.store.editions import get_edition
from newsletter.values import DeliveryState, EditionStatus
from storage.dialect import hold_still
from storage.session import Database
from subscribers.model import Consent
from subscribers.values import ConsentKind

S = EditionStatus
D = DeliveryState
UNDER_WAY: Final = frozenset({S.SENDING, S.PAUSED})
OVER: Final = frozenset({S.SENT, S.CANCELLED})
STOPPED: Final = frozenset({S.PAUSED, S.CANCELLED})
BEGUN: Final = (D.ATTEMPTING, D.SENT, D.FAILED, D.DEFERRED, D.IN_DOUBT)
MOST: Final = 100  # connections that a worker may have; of old rows nobody knows whose they were
MESSAGE_TIME: Final = timedelta(minutes=15)  # the longest that one message may take
STOP_TIME: Final = timedelta(seconds=5)  # until a pause is known everywhere
GROUNDS: Final = (ConsentKind.ASKED, ConsentKind.CONFIRMED, ConsentKind.IMPORTED)


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold. rule: "I1" to "I10"; what: one sentence, without people."""

    edition_id: int
    rule: str
    what: str

    def __str__(self) -> str:
        return f"edition {self.edition_id}: {self.rule}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what was found broken, by edition and rule."""

    editions: int = 0
    deliveries: int = 0
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of one edition say, all at one moment.

    counts:      rows by state. shown: how many people see in a state; recipients: of how many.
    settling:    rows in doubt that will be sent again by themselves.
    unattempted: sent rows without an attempt. unannounced: rows with more second copies announced
                 than attempts made.
    in_hand:     rows in hand beyond the connections of who has them.
    after_stop:  rows on which something was done after the edition was stopped, beyond those too.
    after_leave: rows that were begun for somebody who had left.
    is_sealed:   whether the mails are those that were approved; None where nobody can say any more.
    """

    edition_id: int
    status: EditionStatus
    size: int | None
    is_materialised: bool
    counts: Mapping[str, int]
    shown: int
    recipients: int
    settling: int = 0
    unattempted: int = 0
    unannounced: int = 0
    in_hand: int = 0
    after_stop: int = 0
    after_leave: int = 0
    is_sealed: bool | None = None

    @property
    def rows(self) -> int:
        """How many deliveries there are."""
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """How many of them wait for something that this program does by itself."""
        waiting = (D.PENDING, D.ATTEMPTING, D.DEFERRED)
        return sum(self.counts.get(one, 0) for one in waiting) + self.settling


def verify(
    db: Database,
    *,
    letterhead: Sequence[str],
    only: int | None = None,
    since: datetime | None = None,
) -> Verified:
    """Hold every edition that began to be sent against the invariants.

    letterhead: `Settings.letterhead`, which is part of what was approved.
    only:       this edition. since: only what is under way, or ended after that moment.
    Raises UnknownEdition.
    """
    facts = [
        read_facts(db, one, letterhead=letterhead) for one in _editions(db, only=only, since=since)
    ]
    return Verified(
        editions=len(facts),
        deliveries=sum(one.rows for one in facts),
        broken=tuple(broken for one in facts for broken in judge(one)),
    )


def judge(facts: Facts) -> list[Broken]:
    """Return what is broken in one edition. Pure."""
    return [
        Broken(facts.edition_id, rule, what)
        for rule, what in (*_of_the_list(facts), *_of_the_way(facts))
    ]


def read_facts(db: Database, edition_id: int, *, letterhead: Sequence[str]) -> Facts:
    """Read one edition in one snapshot."""
    with db.read() as session:
        hold_still(session)
        edition = get_edition(session, edition_id)
        shown, recipients = _shown(session, edition_id)
        return Facts(
            edition_id=edition_id,
            status=edition.state,
            size=edition.size,
            is_materialised=edition.materialised_at is not None,
            counts=state_counts(session, edition_id),
            shown=shown,
            recipients=recipients,
            settling=_settling(session, edition_id),
            in_hand=_in_hand(session, edition_id),
            after_stop=_after_stop(session, edition),
            after_leave=_after_leave(session, edition),
            is_sealed=_is_sealed(session, edition, letterhead),
            **_odd(session, edition_id),
        )


def _of_the_list(facts: Facts) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    has_begun = facts.status in UNDER_WAY | {S.SENT}
    if facts.size is not None and facts.rows != facts.size:
        found.append(("I1", f"{facts.rows} deliveries, but {facts.size} readers"))
    if unknown := set(facts.counts) - set(D):
        number = sum(facts.counts[one] for one in unknown)
        found.append(("I2", f"{number} deliveries are in a state that there is not"))
    if has_begun and not (facts.is_materialised and facts.size is not None):
        found.append(("I3", f"it is {facts.status}, but its list was never whole"))
    if facts.status in OVER and facts.open:
        found.append(("I3", f"it is {facts.status}, but {facts.open} deliveries are to be done"))
    return found


def _of_the_way(facts: Facts) -> list[tuple[str, str]]:
    rules = (
        ("I4", facts.in_hand, f"{facts.in_hand} are in hand beyond the connections there were"),
        ("I5", facts.unannounced, f"{facts.unannounced} have more copies announced than attempts"),
        ("I6", facts.unattempted, f"{facts.unattempted} are sent, but were never attempted"),
        ("I7", facts.after_leave, f"{facts.after_leave} were begun after their reader had left"),
        ("I8", facts.after_stop, f"{facts.after_stop} were begun after it was {facts.status}"),
        ("I9", facts.is_sealed is False, "the mails are not those that were approved"),
        (
            "I10",
            not facts.rows == facts.shown == facts.recipients,
            f"{facts.rows} deliveries, but people see {facts.shown} of {facts.recipients}",
        ),
    )
    return [(rule, what) for rule, is_broken, what in rules if is_broken]


def _editions(db: Database, *, only: int | None, since: datetime | None) -> list[int]:
    with db.read() as session:
        if only is not None:
            return [get_edition(session, only).id]
        query = select(Edition.id).where(
            or_(Edition.status.in_((*UNDER_WAY, S.SENT)), Edition.materialised_at.is_not(None))
        )
        if since is not None:
            is_new = or_(Edition.status.in_(UNDER_WAY), Edition.status_since > since)
            query = query.where(is_new)
        return list(session.scalars(query.order_by(Edition.id)))


def _shown(session: Session, edition_id: int) -> tuple[int, int]:
    """Return how many every door shows in a state, and of how many; nobody beside a wrong state."""
    try:
        seen = figures(session, edition_id)
    except ValueError:
        return 0, 0
    in_a_state = seen.sent + seen.failed + seen.pending + seen.in_doubt + seen.skipped
    return in_a_state, seen.recipients


def _settling(session: Session, edition_id: int) -> int:
    query = select(func.count()).where(
        Delivery.edition_id == edition_id,
        Delivery.state == D.IN_DOUBT,
        Delivery.next_at.is_not(None),
    )
    return session.scalar(query) or 0


def _odd(session: Session, edition_id: int) -> dict[str, int]:
    unattempted = (Delivery.state == D.SENT) & (Delivery.attempts < 1)
    unannounced = Delivery.resends > Delivery.attempts
    counted = (
        func.sum(case((one, 1), else_=0), type_=Integer) for one in (unattempted, unannounced)
    )
    row = session.execute(select(*counted).where(Delivery.edition_id == edition_id)).one()
    return {"unattempted": row[0] or 0, "unannounced": row[1] or 0}


def _in_hand(session: Session, edition_id: int) -> int:
    return _beyond_connections(
        session, Delivery.edition_id == edition_id, Delivery.state == D.ATTEMPTING
    )


def _after_stop(session: Session, edition: Edition) -> int:
    if edition.state not in STOPPED or edition.started_at is None:
        return 0
    return _beyond_connections(
        session,
        Delivery.edition_id == edition.id,
        Delivery.state.in_(BEGUN),
        Delivery.at > edition.status_since + STOP_TIME,
    )


def _beyond_connections(session: Session, *which: ColumnElement[bool]) -> int:
    """Count the rows that each worker has of these beyond one for each of its connections."""
    number = func.count()
    rows = session.execute(
        select(number, Worker.connections)
        .select_from(Delivery)
        .outerjoin(Worker, Worker.id == Delivery.worker_id)
        .where(*which)
        .group_by(Delivery.worker_id, Worker.connections)
    )
    return sum(max(0, rows_of_one - (connections or MOST)) for rows_of_one, connections in rows)


def _after_leave(session: Session, edition: Edition) -> int:
    """Count what was begun for who had left, and had not come back.

    A row tells when its message ended: it began at most MESSAGE_TIME before.
    """
    if edition.started_at is None:
        return 0
    back = aliased(Consent)
    came_back = (
        select(back.id)
        .where(back.subscriber_id == Consent.subscriber_id, back.kind.in_(GROUNDS))
        .where(back.at > Consent.at, back.at <= Delivery.at)
    )
    rows = session.execute(
        select(Consent.at, Delivery.at)
        .join(Delivery, Delivery.subscriber_id == Consent.subscriber_id)
        .where(Consent.kind == ConsentKind.WITHDRAWN, Delivery.edition_id == edition.id)
        .where(Delivery.state.in_((D.ATTEMPTING, D.SENT)), Delivery.at > Consent.at)
        .where(~came_back.exists())
    )
    return sum(ended > left + MESSAGE_TIME for left, ended in rows if ended is not None)


def _is_sealed(session: Session, edition: Edition, letterhead: Sequence[str]) -> bool | None:
    """Say whether the mails are sealed. What is over went out under the letterhead of its day."""
    if edition.state not in UNDER_WAY:
        return None
    variants = variants_of(session, edition.id).values()
    return seal_of_mails(edition, variants, letterhead=letterhead) == edition.content_hash
