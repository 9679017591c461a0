"""Queries on deliveries: who got what, and the figures of an edition."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from newsletter.errors import UnknownEdition
from newsletter.model import Delivery, Edition
from newsletter.values import DeliveryState, EditionFigures, EditionKind, EditionStatus
from subscribers.values import Topic

D = DeliveryState
COUNTED_AS: Final[Mapping[DeliveryState, str]] = {
    D.PENDING: "pending",
    D.ATTEMPTING: "pending",  # in hand: still to come, as people see it
    D.DEFERRED: "pending",
    D.SENT: "sent",
    D.FAILED: "failed",
    D.SKIPPED: "skipped",
    D.IN_DOUBT: "in_doubt",
}


class Trouble(NamedTuple):
    """So many deliveries that did not simply go: for one reason, as the server put it.

    code, status: of its answer, the second as in RFC 3463 ("5.1.1"), or the first letters of it;
                  of who was skipped, why.
    next_at:      when the first of them is tried again.
    """

    state: DeliveryState
    code: int | None
    status: str
    number: int
    next_at: datetime | None


TROUBLED: Final = (D.DEFERRED, D.FAILED, D.SKIPPED, D.IN_DOUBT)
STATUS_LENGTH: Final = 5


class Count(NamedTuple):
    """So many deliveries of one edition to one audience are in one state."""

    edition_id: int
    audience: str | None
    state: DeliveryState
    number: int
    resends: int


def topic_of(edition: Edition) -> Topic:
    """Return what a reader must have consented to, to get this edition."""
    kind = EditionKind(edition.kind)
    return Topic.NEWSLETTER if kind is EditionKind.NEWSLETTER else Topic.ANNOUNCEMENTS


def counts(session: Session, edition_ids: Sequence[int]) -> list[Count]:
    """Return the deliveries of these editions by edition, audience and state: one query."""
    rows = session.execute(
        select(
            Delivery.edition_id,
            Delivery.audience,
            Delivery.state,
            func.count(),
            func.sum(Delivery.resends),
        )
        .where(Delivery.edition_id.in_(edition_ids))
        .group_by(Delivery.edition_id, Delivery.audience, Delivery.state)
    )
    return [Count(e, a, D(state), n, int(resends or 0)) for e, a, state, n, resends in rows]


def figures(session: Session, edition_id: int) -> EditionFigures:
    """Return one edition's figures. Raises UnknownEdition."""
    found = figures_of(session, [edition_id])
    if edition_id not in found:
        raise UnknownEdition(f"there is no edition {edition_id}")
    return found[edition_id]


def figures_underway(session: Session, edition: Edition) -> EditionFigures:
    """Return the figures of one edition for whoever looks every few seconds: from its index alone.

    Second copies are not counted: they stand in the rows.
    """
    found = count_states(session, edition.id)
    return _figures(edition, [Count(edition.id, None, state, n, 0) for state, n in found.items()])


def count_states(session: Session, edition_id: int) -> dict[DeliveryState, int]:
    """Return how many deliveries of an edition are in each state; empty ones are left out."""
    return {D(state): number for state, number in state_counts(session, edition_id).items()}


def state_counts(session: Session, edition_id: int) -> dict[str, int]:
    """Return the same by what stands in the rows, also where that is no state of ours."""
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.edition_id == edition_id)
        .group_by(Delivery.state)
    )
    return dict(rows.all())


def troubles(session: Session, edition_id: int) -> list[Trouble]:
    """Return what did not simply go, by reason, the most frequent first: one query."""
    is_skipped = Delivery.state == D.SKIPPED
    status = case((is_skipped, Delivery.reply), else_=func.substr(Delivery.reply, 1, STATUS_LENGTH))
    number = func.count()
    rows = session.execute(
        select(Delivery.state, Delivery.code, status, number, func.min(Delivery.next_at))
        .where(Delivery.edition_id == edition_id, Delivery.state.in_(TROUBLED))
        .group_by(Delivery.state, Delivery.code, status)
        .order_by(number.desc(), Delivery.state)
    )
    return [Trouble(D(state), code, words, n, at) for state, code, words, n, at in rows]


def figures_of(session: Session, edition_ids: Sequence[int]) -> dict[int, EditionFigures]:
    """Return the figures of these editions by id, in two queries; unknown ids are left out."""
    editions = session.scalars(select(Edition).where(Edition.id.in_(edition_ids))).all()
    by_edition: dict[int, list[Count]] = defaultdict(list)
    for one in counts(session, edition_ids):
        by_edition[one.edition_id].append(one)
    return {one.id: _figures(one, by_edition[one.id]) for one in editions}


def last_pace(session: Session) -> float | None:
    """Return how many mails a second the last edition went out with; None before the first."""
    last = session.scalar(
        select(Edition)
        .where(Edition.status == EditionStatus.SENT, Edition.size > 0)
        .order_by(Edition.finished_at.desc())
        .limit(1)
    )
    if last is None or not last.size or last.started_at is None or last.finished_at is None:
        return None
    return last.size / max((last.finished_at - last.started_at).total_seconds(), 1.0)


def totals(found: Sequence[Count]) -> dict[str, int]:
    """Return the recipients in these counts, the second copies, and how many are in each state."""
    total = dict.fromkeys(COUNTED_AS.values(), 0)
    for one in found:
        total[COUNTED_AS[one.state]] += one.number
    recipients = sum(total.values())
    return total | {"recipients": recipients, "resent": sum(one.resends for one in found)}


def _figures(edition: Edition, found: Sequence[Count]) -> EditionFigures:
    total = totals(found)
    if edition.size is not None:
        total["recipients"] = edition.size
    return EditionFigures(
        id=edition.id,
        kind=edition.kind,
        number=edition.number,
        title=edition.title,
        state=EditionStatus(edition.status),
        segments=tuple(edition.segments),
        content_hash=edition.content_hash,
        started_at=edition.started_at,
        finished_at=edition.finished_at,
        **total,
    )
