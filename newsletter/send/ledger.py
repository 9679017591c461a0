"""The ledger's statements: take back, look ahead, claim, record, close.

Every function works within the caller's transaction, so that a claim and the outcomes before it
become durable together (see `deliver`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    String,
    Table,
    bindparam,
    case,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from newsletter.cut import NO_SIDE
from newsletter.model import Delivery, Edition
from newsletter.send.failures import Skipped
from newsletter.send.outcomes import Attempt, Settled
from newsletter.send.schedule import skip_waiting
from newsletter.store.editions import log_event
from newsletter.values import DeliveryState, EditionStatus, InDoubtPolicy
from subscribers.model import Subscriber
from subscribers.store import may_get
from subscribers.values import SubscriberStatus, Topic

D = DeliveryState
OPEN: Final = (D.PENDING, D.ATTEMPTING, D.DEFERRED)
BEGUN: Final = (EditionStatus.SENDING, EditionStatus.PAUSED, EditionStatus.CANCELLED)
TABLE: Final = cast("Table", Delivery.__table__)  # a mapped class's table is a Table

# What somebody gets whose row is older than cuts is what their side gets.
CUT: Final = func.coalesce(Delivery.cut, Delivery.audience, NO_SIDE)
# That it arrived is a fact, whoever says so and however late; the rest is said of a row in hand.
RECORD: Final = (
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("delivery_id"),
        (TABLE.c.state == D.ATTEMPTING) | (bindparam("new_state", type_=String) == D.SENT),
    )
    .values(
        state=bindparam("new_state"),
        code=bindparam("new_code"),
        reply=bindparam("new_reply"),
        next_at=bindparam("new_next_at"),
        at=bindparam("new_at"),
        attempts=TABLE.c.attempts + bindparam("more_attempts"),
        resends=TABLE.c.resends + bindparam("more_resends"),
    )
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery whose turn it is. cut: its key."""

    delivery_id: int
    subscriber_id: int | None
    cut: str


def sending_editions(session: Session) -> list[int]:
    """Return the editions that are being sent, in the order in which they were due."""
    return list(
        session.scalars(
            select(Edition.id)
            .where(Edition.status == EditionStatus.SENDING, Edition.materialised_at.is_not(None))
            .order_by(Edition.due_at, Edition.id)
        )
    )


def take_back(session: Session, *, now: datetime) -> int:
    """Settle what a worker that died left in hand; return how many deliveries that were.

    Each may have arrived. The edition's policy sends it again, with the same Message-ID, or holds
    it; a cancelled edition is not sent again. Either way the edition's events say how many.
    """
    again = _taken_back(session, _resend(), state=D.PENDING, resends=1, now=now)
    held = _taken_back(session, ~_resend(), state=D.IN_DOUBT, resends=0, now=now)
    for edition_id in sorted({*again, *held}):
        note = f"{again.get(edition_id, 0)} sent again, {held.get(edition_id, 0)} in doubt"
        log_event(session, edition_id, what="recovered", now=now, note=note)
    return sum(again.values()) + sum(held.values())


def next_page(session: Session, edition_id: int, *, after: int, size: int) -> list[Waiting]:
    """Return the next deliveries that were not tried yet, by id."""
    return _page(session, edition_id, D.PENDING, Delivery.id > after, size=size)


def due_page(
    session: Session, edition_id: int, *, after: int, size: int, now: datetime
) -> list[Waiting]:
    """Return the next postponed deliveries that are due again, by id."""
    due = (Delivery.id > after) & (Delivery.next_at <= now)
    return _page(session, edition_id, D.DEFERRED, due, size=size)


def claim(
    session: Session, edition_id: int, ids: Sequence[int], *, topic: Topic, now: datetime
) -> tuple[list[Attempt], int]:
    """Mark deliveries as being attempted; return those, and how many were skipped instead.

    One statement also asks whether the edition still is being sent, in time, and the reader still
    wants it: nothing is begun for somebody who left, or after a pause, once that was committed.
    """
    values = {"ids": list(ids), "of_edition": edition_id, "new_at": now}
    rows = session.connection().execute(_claiming(topic), values).all()
    begun = [
        Attempt(row.id, row.attempts, row.resends) for row in rows if row.state == D.ATTEMPTING
    ]
    return begun, len(rows) - len(begun)


def record(session: Session, edition_id: int, settled: Sequence[Settled], *, now: datetime) -> None:
    """Write down what became of attempts; in a cancelled edition nothing waits any longer."""
    if not settled:
        return
    session.connection().execute(RECORD, [_parameters(one, now) for one in settled])
    if any(one.state in OPEN for one in settled) and _is(
        session, edition_id, EditionStatus.CANCELLED
    ):
        skip_waiting(session, edition_id, now=now)


def give_back(session: Session, edition_id: int, ids: Sequence[int], *, now: datetime) -> None:
    """Let refused readers wait for their turn again, as if nothing had been tried."""
    session.connection().execute(
        update(TABLE)
        .where(TABLE.c.id.in_(ids), TABLE.c.state == D.FAILED)
        .values(state=D.PENDING.value, attempts=TABLE.c.attempts - 1, at=now)
    )
    if _is(session, edition_id, EditionStatus.CANCELLED):
        skip_waiting(session, edition_id, now=now)


def forget_erased(session: Session) -> int:
    """Blank the server's words, which may hold an address, where the reader was erased."""
    # Why somebody was skipped is a word of ours.
    said = (TABLE.c.reply != "") & (TABLE.c.state != D.SKIPPED)
    gone = TABLE.c.subscriber_id.is_(None) & said
    blanked = session.execute(update(TABLE).where(gone).values(reply="").returning(TABLE.c.id))
    return len(blanked.all())


def is_sending(session: Session, edition_id: int) -> bool:
    """Say whether messages of this edition may be begun."""
    return _is(session, edition_id, EditionStatus.SENDING)


def _taken_back(
    session: Session,
    which: ColumnElement[bool],
    *,
    state: DeliveryState,
    resends: int,
    now: datetime,
) -> dict[int, int]:
    # Names the editions, because the index begins with them; a sent one has nothing in hand.
    begun = select(Edition.id).where(Edition.status.in_(BEGUN))
    found = session.execute(
        update(TABLE)
        .where(TABLE.c.state == D.ATTEMPTING, TABLE.c.edition_id.in_(begun), which)
        .values(state=state.value, resends=TABLE.c.resends + resends, at=now)
        .returning(TABLE.c.edition_id)
    ).scalars()
    counted: dict[int, int] = {}
    for edition_id in found:
        counted[edition_id] = counted.get(edition_id, 0) + 1
    return counted


def _resend() -> ColumnElement[bool]:
    return TABLE.c.edition_id.in_(
        select(Edition.id).where(
            Edition.in_doubt_policy == InDoubtPolicy.RESEND,
            Edition.status != EditionStatus.CANCELLED,
        )
    )


def _page(
    session: Session,
    edition_id: int,
    state: DeliveryState,
    which: ColumnElement[bool],
    *,
    size: int,
) -> list[Waiting]:
    rows = session.execute(
        select(Delivery.id, Delivery.subscriber_id, CUT)
        .where(Delivery.edition_id == edition_id, Delivery.state == state, which)
        .order_by(Delivery.id)
        .limit(size)
    )
    return [Waiting(*row) for row in rows]


# Built once for each topic: it runs for every message, and building it costs more than running it.
@cache
def _claiming(topic: Topic) -> Executable:
    wanted = _wanted(topic)
    return (
        update(TABLE)
        .where(
            TABLE.c.id.in_(bindparam("ids", expanding=True)),
            TABLE.c.state.in_((D.PENDING, D.DEFERRED)),
            _status_in_time(bindparam("of_edition"), bindparam("new_at")) == EditionStatus.SENDING,
        )
        .values(
            state=case((wanted, D.ATTEMPTING.value), else_=D.SKIPPED.value),
            attempts=TABLE.c.attempts + case((wanted, 1), else_=0),
            reply=case((wanted, TABLE.c.reply), else_=_why_not()),
            code=case((wanted, TABLE.c.code), else_=None),
            next_at=None,
            at=bindparam("new_at"),
        )
        .returning(TABLE.c.id, TABLE.c.state, TABLE.c.attempts, TABLE.c.resends)
    )


def _wanted(topic: Topic) -> ColumnElement[bool]:
    still_there = select(Subscriber.id).where(Subscriber.id == TABLE.c.subscriber_id)
    return still_there.where(may_get(topic)).correlate(TABLE).exists()


def _why_not() -> ColumnElement[str]:
    """Return why somebody who is not wanted any more is skipped."""
    reasons = case(
        (Subscriber.status == SubscriberStatus.ACTIVE, Skipped.UNWANTED.value),
        (Subscriber.status == SubscriberStatus.PAUSED, Skipped.PAUSED.value),
        (Subscriber.status == SubscriberStatus.SUPPRESSED, Skipped.SUPPRESSED.value),
        else_=Skipped.LEFT.value,
    )
    still_there = select(reasons).where(Subscriber.id == TABLE.c.subscriber_id)
    return func.coalesce(still_there.correlate(TABLE).scalar_subquery(), Skipped.ERASED.value)


def _status_in_time(
    edition_id: BindParameter[int], now: BindParameter[datetime]
) -> ColumnElement[str]:
    """Return the status of an edition; NULL once nothing of it may be sent any more."""
    in_time = Edition.not_after.is_(None) | (Edition.not_after >= now)
    return select(Edition.status).where(Edition.id == edition_id, in_time).scalar_subquery()


def _status_of(edition_id: int | BindParameter[int]) -> ColumnElement[str]:
    return select(Edition.status).where(Edition.id == edition_id).scalar_subquery()


def _is(session: Session, edition_id: int, status: EditionStatus) -> bool:
    return session.scalar(select(_status_of(edition_id))) == status


def _parameters(one: Settled, now: datetime) -> dict[str, object]:
    return {
        "delivery_id": one.delivery_id,
        "new_state": one.state.value,
        "new_code": one.code,
        "new_reply": one.reply,
        "new_next_at": one.next_at,
        "new_at": now,
        "more_attempts": one.attempts,
        "more_resends": one.resends,
    }
