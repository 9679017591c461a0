"""Everybody of an edition by name: where their mail is, and why. For who may see people only.

Page by page: however long the list is, memory holds one page, and no transaction is open between
two. A row that changes meanwhile is told as it is when its page is read.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from newsletter.model import Delivery
from newsletter.send.failures import why_failed
from newsletter.store.deliveries import STATUS_LENGTH
from newsletter.values import DeliveryState
from storage.dialect import told_row_by_row
from storage.session import Database
from subscribers.model import Subscriber

D = DeliveryState
PAGE: Final = 2_000
COLUMNS: Final = (
    *(Delivery.id.label("delivery_id"), Subscriber.id.label("subscriber_id")),
    *(Subscriber.email, Subscriber.name, Delivery.audience, Delivery.cut, Delivery.state),
    *(Delivery.code, Delivery.reply, Delivery.attempts, Delivery.resends),
    *(Delivery.at, Delivery.next_at),
)

NameMessage = Callable[[int, int], str]
"""Returns the Message-ID of an edition, by its id, to a subscriber, by theirs."""


class Named(NamedTuple):
    """One person of an edition.

    email, name: None and "" once the person was erased, or a year after the edition.
    audience:   the side; None for neither. cut: the key of what they get.
    why:        of a failure a `failures.Why`, of who was skipped a `failures.Skipped`; or "".
    reply:      the server's words; "" for what it did not say.
    resends:    how many copies after the first were sent because that may not have arrived.
    message_id: the same for every copy; "" for who was erased.
    at:         of the last change; next_at: when one that was put off is tried again.
    """

    delivery_id: int
    subscriber_id: int | None
    email: str | None
    name: str
    audience: str | None
    cut: str
    state: DeliveryState
    why: str
    code: int | None
    reply: str
    attempts: int
    resends: int
    message_id: str
    at: datetime | None
    next_at: datetime | None


def read_named(
    db: Database,
    edition_id: int,
    *,
    states: Sequence[DeliveryState] = tuple(DeliveryState),
    name_message: NameMessage,
    page: int = PAGE,
) -> Iterator[list[Named]]:
    """Yield everybody in these states by the order in which they were frozen, in pages."""
    with db.read() as session:
        after, last = _bounds(session, edition_id)
    while after < last:
        with db.read() as session:
            found = named_page(
                session,
                edition_id,
                states=states,
                after=after,
                last=last,
                size=page,
                name_message=name_message,
            )
        if found:
            yield found
        if len(found) < page:
            return
        after = found[-1].delivery_id


def named_page(  # noqa: PLR0913 - by name; a page has this many facts
    session: Session,
    edition_id: int,
    *,
    states: Sequence[DeliveryState],
    after: int = 0,
    last: int | None = None,
    size: int,
    name_message: NameMessage,
) -> list[Named]:
    """Return the next so many people after a delivery, by its id: one query. last: the highest."""
    query = select(*COLUMNS).outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
    query = query.where(*_chosen(session, edition_id, states), Delivery.id > after)
    if last is not None:
        query = query.where(Delivery.id <= last)
    rows = session.execute(query.order_by(Delivery.id).limit(size))
    return [_named(edition_id, row, name_message) for row in rows]


def _bounds(session: Session, edition_id: int) -> tuple[int, int]:
    """Return the number before the first delivery, and the last one.

    Between them the rows lie side by side; without them another edition's are walked through.
    """
    ends = select(func.min(Delivery.id), func.max(Delivery.id))
    first, last = session.execute(ends.where(Delivery.edition_id == edition_id)).one()
    return (first or 1) - 1, last or 0


def _chosen(
    session: Session, edition_id: int, states: Sequence[DeliveryState]
) -> Iterator[ColumnElement[bool]]:
    """Yield which rows. Of one state an index has them in order; else they are walked through.

    Without that a page of 2,000 sorted all of a million: 190 s for the whole instead of 15.
    """
    own = Delivery.edition_id == edition_id
    if len(states) == 1:
        yield own
        yield Delivery.state == states[0]
        return
    yield told_row_by_row(session, own)
    if set(states) != set(D):
        yield told_row_by_row(session, Delivery.state.in_(states))


def _named(edition_id: int, row: Row[*tuple[Any, ...]], name_message: NameMessage) -> Named:
    return Named(
        delivery_id=row.delivery_id,
        subscriber_id=row.subscriber_id,
        email=row.email,
        name=row.name or "",
        audience=row.audience,
        cut=row.cut or "",
        state=D(row.state),
        why=why_of(row.state, row.code, row.reply),
        code=row.code,
        reply="" if row.state == D.SKIPPED else row.reply,
        attempts=row.attempts,
        resends=row.resends,
        message_id=name_message(edition_id, row.subscriber_id) if row.subscriber_id else "",
        at=row.at,
        next_at=row.next_at,
    )


def why_of(state: str, code: int | None, reply: str) -> str:
    """Return why a delivery ended as it did: a word of ours, or "" where its state says it all."""
    if state == D.SKIPPED:
        return reply
    return why_failed(code, reply[:STATUS_LENGTH]).value if state == D.FAILED else ""
