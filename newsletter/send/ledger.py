"""The ledger's statements: take back, look ahead, claim, record, close.

Every function works within the caller's transaction, so that a claim and the outcomes before it
become durable together (see `deliver`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Executable,
    String,
    Table,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from newsletter.cut import NO_SIDE
from newsletter.model import Delivery, Edition
from newsletter.send.failures import Skipped
from newsletter.send.loop.shares import Due, Mine, Range, may_work
from newsletter.send.outcomes import Attempt, Settled
from newsletter.send.schedule import skip_waiting
from newsletter.send.watching.trail import note_changes
from newsletter.store.editions import log_event
from newsletter.values import DeliveryState, EditionStatus, InDoubtPolicy
from storage.bulk import is_among
from storage.steady import Runs, Statement
from subscribers.model import Subscriber
from subscribers.store import READER, is_reader, may_get, reader_maker
from subscribers.values import Reader, SubscriberStatus, Topic

D = DeliveryState
OPEN: Final = (D.PENDING, D.ATTEMPTING, D.DEFERRED)
BEGUN: Final = (EditionStatus.SENDING, EditionStatus.PAUSED, EditionStatus.CANCELLED)
TABLE: Final = cast("Table", Delivery.__table__)  # a mapped class's table is a Table

# What somebody gets whose row is older than cuts is what their side gets.
CUT: Final = func.coalesce(Delivery.cut, Delivery.audience, NO_SIDE)
WAITING: Final = (
    select(Delivery.id, CUT, *READER)
    .outerjoin(Subscriber, is_reader(TABLE.c.subscriber_id))
    .order_by(Delivery.id)
)
# That it arrived is a fact, whoever says so and however late; the rest is said of a row in hand,
# and only by who has it in hand: a worker that was taken for dead may speak late.
RECORD: Final = Statement(
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("delivery_id"),
        and_(TABLE.c.state == D.ATTEMPTING, TABLE.c.attempts == bindparam("of_attempt"))
        | (bindparam("new_state", type_=String) == D.SENT),
    )
    .values(
        state=bindparam("new_state"),
        code=bindparam("new_code"),
        reply=bindparam("new_reply"),
        next_at=bindparam("new_next_at"),
        at=bindparam("new_at"),
        attempts=TABLE.c.attempts + bindparam("more_attempts"),
    ),
    *("delivery_id", "of_attempt", "new_state", "new_code", "new_reply", "new_next_at"),
    *("more_attempts", "new_at"),  # a `Settled`, and when it was written down
)
# The edition, while it is being sent and it is not too late for it.
BEGINNING: Final = select(Edition.id).where(
    Edition.id == bindparam("of_edition"),
    Edition.status == EditionStatus.SENDING,
    Edition.not_after.is_(None) | (Edition.not_after >= bindparam("new_at")),
)
MAY_BEGIN: Final = Statement(BEGINNING, "of_edition", "new_at")


class Waiting(NamedTuple):
    """A delivery whose turn it is. cut: its key; reader: None when they may get nothing."""

    delivery_id: int
    cut: str
    reader: Reader | None


def sending_editions(session: Session) -> list[int]:
    """Return the editions that are being sent, in the order in which they were due."""
    return list(
        session.scalars(
            select(Edition.id)
            .where(Edition.status == EditionStatus.SENDING, Edition.materialised_at.is_not(None))
            .order_by(Edition.due_at, Edition.id)
        )
    )


def take_back(session: Session, workers: Sequence[int], *, settle: timedelta, now: datetime) -> int:
    """Put in doubt what these workers left in hand; return how many deliveries that were.

    Each may have arrived. Where the edition says so it is sent again after `settle`, with the same
    Message-ID, unless something proves before that it arrived; else it is held for a person. A
    cancelled edition is not sent again. The edition's events say how many.
    """
    again = _taken_back(session, _resend(), workers, next_at=now + settle)
    held = _taken_back(session, ~_resend(), workers, next_at=None)
    for edition_id in sorted({*again, *held}):
        back, left = again.get(edition_id, []), held.get(edition_id, [])
        note = f"{len(back)} sent again, {len(left)} in doubt"
        log_event(session, edition_id, what="recovered", now=now, note=note)
        note_changes(session, edition_id, [(one, D.IN_DOUBT, None) for one in (*back, *left)], now)
    return sum(map(len, (*again.values(), *held.values())))


def page(
    session: Session,
    edition_id: int,
    due: Due,
    *,
    policy: InDoubtPolicy,
    within: Range,
    size: int,
) -> list[Waiting]:
    """Return the next deliveries of a share that are due, by id.

    policy: of mails in doubt; of an edition that has another one by now, none.
    """
    as_told = select(Edition.id).where(
        Edition.id == edition_id, Edition.in_doubt_policy == policy.value
    )
    return _waiting(
        session,
        WAITING.where(
            Delivery.edition_id == edition_id,
            Delivery.state == due.state,
            Delivery.id >= within.first_id,
            Delivery.id <= within.last_id,
            due.which,
            as_told.exists(),
        ).limit(size),
    )


def these(session: Session, edition_id: int, ids: Sequence[int]) -> list[Waiting]:
    """Return these deliveries, as far as they still wait, by id."""
    return _waiting(
        session,
        WAITING.where(
            Delivery.id.in_(ids),
            Delivery.edition_id == edition_id,
            Delivery.state.in_((D.PENDING, D.DEFERRED, D.IN_DOUBT)),
        ),
    )


def _waiting(session: Session, which: Executable) -> list[Waiting]:
    reader_of = reader_maker(session)
    # By the connection: a session makes more of each row than the database takes for it.
    rows = session.connection().execute(which)
    return [Waiting(one, cut, reader_of(who)) for one, cut, *who in rows]


def claim(
    run: Runs,
    edition_id: int,
    ids: Sequence[int],
    *,
    topic: Topic,
    mine: Mine,
    now: datetime,
) -> tuple[list[Attempt], list[int]]:
    """Mark deliveries as being attempted; return those, and the ids of the others.

    One statement also asks whether the edition still is being sent and not too late, whether the
    reader still wants it, and whether this worker still counts: nothing is begun for somebody who
    left, or after a pause, once that was committed. What was in doubt counts as sent again.
    Who left is skipped; of whom a copy may have arrived stays in doubt.
    """
    made = _claiming(run.dialect, topic, mine)
    values = (made.as_parameter(ids), edition_id, now)
    begun = [Attempt._make(row) for row in run.rows(made.begin, values)]
    if len(begun) == len(ids):
        return begun, []
    return begun, [one for (one,) in run.rows(made.skip, values)]


def record(run: Runs, settled: Sequence[Settled], *, now: datetime) -> None:
    """Write down what became of attempts. Where some wait again, `skip_if_cancelled` comes next."""
    if settled:
        run.each(RECORD, [(*one, now) for one in settled])


def skip_if_cancelled(session: Session, edition_id: int, *, now: datetime) -> None:
    """Let nobody wait any longer in an edition that was cancelled meanwhile."""
    if _is(session, edition_id, EditionStatus.CANCELLED):
        skip_waiting(session, edition_id, now=now)


def give_back(session: Session, edition_id: int, ids: Sequence[int], *, now: datetime) -> None:
    """Let refused readers wait for their turn again, as if nothing had been tried."""
    session.connection().execute(
        update(TABLE)
        .where(TABLE.c.id.in_(ids), TABLE.c.state == D.FAILED)
        .values(state=D.PENDING.value, attempts=TABLE.c.attempts - 1, at=now)
    )
    skip_if_cancelled(session, edition_id, now=now)


def forget_erased(session: Session) -> int:
    """Blank the server's words, which may hold an address, where the reader was erased."""
    # Why somebody was skipped is a word of ours.
    said = (TABLE.c.reply != "") & (TABLE.c.state != D.SKIPPED)
    gone = TABLE.c.subscriber_id.is_(None) & said
    blanked = session.execute(update(TABLE).where(gone).values(reply="").returning(TABLE.c.id))
    return len(blanked.all())


def may_begin(run: Runs, edition_id: int, *, now: datetime) -> bool:
    """Say whether messages of this edition may be begun."""
    return bool(run.rows(MAY_BEGIN, (edition_id, now)))


def policy_of(session: Session, edition_id: int) -> InDoubtPolicy:
    """Return what is done with its mails in doubt."""
    chosen = select(Edition.in_doubt_policy).where(Edition.id == edition_id)
    return InDoubtPolicy(session.scalars(chosen).one())


def _taken_back(
    session: Session,
    which: ColumnElement[bool],
    workers: Sequence[int],
    *,
    next_at: datetime | None,
) -> dict[int, list[int]]:
    """Return the ids of the deliveries by edition."""
    # Names the editions, because the index begins with them; a sent one has nothing in hand.
    begun = select(Edition.id).where(Edition.status.in_(BEGUN))
    # What has no worker was in hand before workers were on record.
    theirs = TABLE.c.worker_id.in_(workers) | TABLE.c.worker_id.is_(None)
    found = session.execute(
        update(TABLE)
        .where(TABLE.c.state == D.ATTEMPTING, TABLE.c.edition_id.in_(begun), theirs, which)
        .values(state=D.IN_DOUBT.value, next_at=next_at)  # `at` says when it was begun
        .returning(TABLE.c.edition_id, TABLE.c.id)
    )
    ids: defaultdict[int, list[int]] = defaultdict(list)
    for edition_id, one in found:
        ids[edition_id].append(one)
    return dict(ids)


def _resend() -> ColumnElement[bool]:
    return TABLE.c.edition_id.in_(
        select(Edition.id).where(
            Edition.in_doubt_policy == InDoubtPolicy.RESEND,
            Edition.status != EditionStatus.CANCELLED,
        )
    )


class _Claiming(NamedTuple):
    """The two statements of a claim; as_parameter: makes their "ids"."""

    begin: Statement
    skip: Statement
    as_parameter: Callable[[Sequence[int]], Any]


# Built once for each: it runs for every message, and building it costs more than running it.
@lru_cache(maxsize=8)
def _claiming(dialect: str, topic: Topic, mine: Mine) -> _Claiming:
    was_in_doubt = TABLE.c.state == D.IN_DOUBT
    may_have_arrived = was_in_doubt | (TABLE.c.resends > 0)
    is_asked_for, as_parameter = is_among(dialect, TABLE.c.id, "ids")
    wanted = _wanted(topic)
    claiming = (
        update(TABLE)
        .where(
            is_asked_for,
            or_(
                TABLE.c.state == D.PENDING,
                TABLE.c.state == D.DEFERRED,
                and_(was_in_doubt, TABLE.c.next_at.is_not(None)),
            ),
            BEGINNING.exists(),
            may_work(mine),
        )
        .values(next_at=None, at=bindparam("new_at"), worker_id=mine.id)
    )
    begin = claiming.where(wanted).values(
        state=D.ATTEMPTING.value,
        attempts=TABLE.c.attempts + 1,
        resends=TABLE.c.resends + case((was_in_doubt, 1), else_=0),
    )
    skip = claiming.where(~wanted).values(
        state=case((may_have_arrived, D.IN_DOUBT.value), else_=D.SKIPPED.value),
        code=None,
        reply=case((may_have_arrived, TABLE.c.reply), else_=_why_not()),
    )
    names = ("ids", "of_edition", "new_at")
    return _Claiming(
        Statement(begin.returning(TABLE.c.id, TABLE.c.attempts, TABLE.c.resends), *names),
        Statement(skip.returning(TABLE.c.id), *names),
        as_parameter,
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


def _status_of(edition_id: int) -> ColumnElement[str]:
    return select(Edition.status).where(Edition.id == edition_id).scalar_subquery()


def _is(session: Session, edition_id: int, status: EditionStatus) -> bool:
    return session.scalar(select(_status_of(edition_id))) == status
