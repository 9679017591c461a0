"""Mails in doubt that wait for a person: sent once more, or left as they are; and what is policy.

One in doubt that has a moment (`next_at`) is sent again by itself then; one without it is held.
What is left stays in doubt for good, as a state of its own: nobody knows whether it arrived. Each
decision is an entry of the log, by whose number it can be undone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from newsletter.errors import CannotSendAgain, MoveNotAllowed
from newsletter.model import Delivery, Edition
from newsletter.sending_rows import DoubtChoice
from newsletter.store.approvals import seal_of_mails, variants_of
from newsletter.store.deliveries import topic_of
from newsletter.store.editions import lock_edition, log_event
from newsletter.values import DeliveryState, EditionStatus, InDoubtPolicy
from storage.log import LogEntry
from storage.session import Database
from subscribers.model import Subscriber
from subscribers.store import may_get

S = EditionStatus
D = DeliveryState
UNDER_WAY: Final = frozenset({S.SENDING, S.PAUSED})
OPEN_POLICY: Final = frozenset({*UNDER_WAY, S.DRAFT})  # in which the policy may be chosen
HOLDABLE: Final = frozenset({*UNDER_WAY, S.SENT})  # of which a mail may be sent once more
HELD: Final = (Delivery.state == D.IN_DOUBT) & Delivery.next_at.is_(None)
WAITS: Final = (Delivery.state == D.IN_DOUBT) & Delivery.next_at.is_not(None)


@dataclass(frozen=True, slots=True)
class Decided:
    """How many mails a decision was about, and the entry of the log by which it is undone."""

    number: int
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody decided about a mail. is_left: it stays as it is; else it is sent once more."""

    at: datetime
    user_id: int | None
    entry_id: int
    is_left: bool


def count_undecided(session: Session, edition_ids: Sequence[int]) -> dict[int, int]:
    """Return how many mails wait for a decision, by edition; where none does, it is left out."""
    counted = (
        select(Delivery.edition_id, func.count())
        .where(Delivery.edition_id.in_(edition_ids), HELD, ~is_left())
        .group_by(Delivery.edition_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def choices_among(session: Session, delivery_ids: Sequence[int]) -> dict[int, Choice]:
    """Return what was decided about these and holds: one that was sent since is left out."""
    rows = session.execute(
        select(
            DoubtChoice.delivery_id,
            *(LogEntry.at, LogEntry.user_id, LogEntry.id, DoubtChoice.is_left),
        )
        .join(LogEntry, LogEntry.id == DoubtChoice.entry_id)
        .join(Delivery, Delivery.id == DoubtChoice.delivery_id)
        .where(DoubtChoice.delivery_id.in_(delivery_ids), DoubtChoice.is_left | WAITS)
    )
    return {row[0]: Choice(*row[1:]) for row in rows}


def send_again(
    db: Database,
    edition_id: int,
    *,
    only: Sequence[int] | None = None,
    letterhead: Sequence[str],
    now: datetime,
    by: int | None = None,
) -> Decided:
    """Send mails in doubt once more, with the same Message-ID; each counts as a second copy then.

    Who does not want it any more is left out. An edition that was complete is being sent again.
    only:       these deliveries; without it all that nobody decided about.
    letterhead: `Terms.letterhead`, under which the mails were approved.
    Raises MoveNotAllowed for what was stopped or never sent, CannotSendAgain after its last moment
    and when the mails would not be those that were approved.
    """
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        if edition.state not in HOLDABLE:
            raise MoveNotAllowed(edition_id, edition.state, S.SENDING)
        if edition.not_after is not None and now > edition.not_after:
            raise CannotSendAgain(f"edition {edition_id} does not go out after {edition.not_after}")
        wanted = select(Subscriber.id).where(
            Subscriber.id == Delivery.subscriber_id, may_get(topic_of(edition))
        )
        chosen = _chosen(edition_id, only).where(wanted.exists())
        number = _count(session, chosen)
        if not number:
            return Decided(0)
        if edition.state is S.SENT:
            _require_sealed(session, edition, letterhead)
            edition.move(S.SENDING, now=now)
        entry_id = _note(session, edition_id, number, what="doubt_resent", now=now, by=by)
        _keep(session, chosen, entry_id, is_left=False)
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(_of_entry(entry_id)))
            .values(next_at=now)
            .execution_options(synchronize_session=False)
        )
        return Decided(number, entry_id)


def leave(
    db: Database,
    edition_id: int,
    *,
    only: Sequence[int] | None = None,
    now: datetime,
    by: int | None = None,
) -> Decided:
    """Leave mails in doubt as they are, for good. only: as for `send_again`."""
    with db.write() as session:
        lock_edition(session, edition_id)
        chosen = _chosen(edition_id, only).where(~is_left())
        number = _count(session, chosen)
        if not number:
            return Decided(0)
        entry_id = _note(session, edition_id, number, what="doubt_left", now=now, by=by)
        _keep(session, chosen, entry_id, is_left=True)
        return Decided(number, entry_id)


def undo(
    db: Database, edition_id: int, entry_id: int, *, now: datetime, by: int | None = None
) -> int:
    """Take a decision back; return of how many mails. One that is on its way again stays so."""
    with db.write() as session:
        lock_edition(session, edition_id)
        query = (
            select(DoubtChoice.delivery_id)
            .join(Delivery, Delivery.id == DoubtChoice.delivery_id)
            .where(DoubtChoice.entry_id == entry_id, Delivery.edition_id == edition_id)
            .where(DoubtChoice.is_left | WAITS)
        )
        undone = list(session.scalars(query))
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(undone), Delivery.id.in_(_of_entry(entry_id)), WAITS)
            .values(next_at=None)
            .execution_options(synchronize_session=False)
        )
        if undone:
            session.execute(delete(DoubtChoice).where(DoubtChoice.delivery_id.in_(undone)))
            _note(session, edition_id, len(undone), what="doubt_undone", now=now, by=by)
        return len(undone)


def choose_policy(
    db: Database, edition_id: int, policy: InDoubtPolicy, *, now: datetime, by: int | None = None
) -> InDoubtPolicy:
    """Say what becomes of mails that may have arrived, from now on; return what was said before.

    It is part of what is approved, so it is chosen in a draft; once mails go out it may be chosen
    otherwise at any time, for what gets in doubt from then on. Raises MoveNotAllowed in between.
    """
    with db.write() as session:
        edition = lock_edition(session, edition_id)
        before = InDoubtPolicy(edition.in_doubt_policy)
        if policy is before:
            return before
        if edition.state not in OPEN_POLICY:
            raise MoveNotAllowed(edition_id, edition.state, S.DRAFT)
        edition.in_doubt_policy = policy
        detail = {"policy": policy.value}
        log_event(session, edition_id, what="doubt_policy", now=now, user_id=by, detail=detail)
        return before


def _chosen(edition_id: int, only: Sequence[int] | None) -> Select[int]:
    chosen = select(Delivery.id).where(Delivery.edition_id == edition_id, HELD)
    return chosen.where(~is_left() if only is None else Delivery.id.in_(only))


def is_left() -> ColumnElement[bool]:
    """Return the condition that somebody decided to leave a delivery as it is."""
    left = select(DoubtChoice.delivery_id).where(DoubtChoice.delivery_id == Delivery.id)
    return left.where(DoubtChoice.is_left).correlate(Delivery).exists()


def _of_entry(entry_id: int) -> Select[int]:
    kept = select(DoubtChoice.delivery_id).where(DoubtChoice.entry_id == entry_id)
    return kept.where(~DoubtChoice.is_left)


def _count(session: Session, chosen: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def _note(
    session: Session, edition_id: int, number: int, *, what: str, now: datetime, by: int | None
) -> int:
    detail = {"mails": number}
    entry = log_event(session, edition_id, what=what, now=now, user_id=by, detail=detail)
    session.flush()  # the entry gets its number
    return entry.id


def _keep(session: Session, chosen: Select[int], entry_id: int, *, is_left: bool) -> None:
    rows = chosen.add_columns(literal(entry_id), literal(is_left)).subquery()
    session.execute(delete(DoubtChoice).where(DoubtChoice.delivery_id.in_(chosen)))
    columns = ("delivery_id", "entry_id", "is_left")
    session.execute(insert(DoubtChoice).from_select(columns, select(rows)))


def _require_sealed(session: Session, edition: Edition, letterhead: Sequence[str]) -> None:
    """Raise CannotSendAgain when what would go out is not what was approved."""
    mails = variants_of(session, edition.id).values()
    if seal_of_mails(edition, mails, letterhead=letterhead) != edition.content_hash:
        raise CannotSendAgain(
            f"the mails of edition {edition.id} would not be those that were approved"
        )
