"""Editions that wait for approval, with what a reminder says about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from newsletter.model import Block, Edition, User
from newsletter.store.deliveries import topic_of
from newsletter.values import EditionKind, EditionStatus, Role
from subscribers.store import counts_by_audience
from subscribers.values import Audience


@dataclass(frozen=True, slots=True)
class Waiting:
    """An edition that waits for somebody.

    approvers:  their addresses, without its author and who submitted it.
    recipients: by audience, as counted now.
    """

    edition_id: int
    kind: EditionKind
    number: int | None
    title: str
    submitted_at: datetime
    planned_at: datetime | None
    blocks: int
    recipients: Mapping[Audience | None, int]
    approvers: tuple[str, ...]


def find_waiting(
    session: Session, *, planned_before: datetime, submitted_before: datetime
) -> list[Waiting]:
    """Return the editions in review of which nobody was reminded yet, oldest first.

    planned_before:   those that go out before this moment, and
    submitted_before: those without a moment that have been waiting since before this one.
    """
    soon = Edition.planned_at <= planned_before
    long_ago = Edition.planned_at.is_(None) & (Edition.status_since <= submitted_before)
    rows = session.scalars(
        select(Edition)
        .where(Edition.status == EditionStatus.IN_REVIEW, Edition.reminded_at.is_(None))
        .where(or_(soon, long_ago))
        .order_by(Edition.id)
    ).all()
    blocks = _count_blocks(session, [row.id for row in rows])
    approvers = _approvers(session)
    return [_describe(session, row, blocks.get(row.id, 0), approvers) for row in rows]


def _describe(session: Session, row: Edition, blocks: int, approvers: Sequence[User]) -> Waiting:
    involved = {row.author_id, row.submitted_by_id}
    return Waiting(
        edition_id=row.id,
        kind=EditionKind(row.kind),
        number=row.number,
        title=row.title,
        submitted_at=row.status_since,
        planned_at=row.planned_at,
        blocks=blocks,
        recipients=counts_by_audience(session, row.segments, topic_of(row)),
        approvers=tuple(user.email for user in approvers if user.id not in involved),
    )


def _count_blocks(session: Session, edition_ids: Sequence[int]) -> dict[int, int]:
    counted = select(Block.edition_id, func.count()).where(Block.edition_id.in_(edition_ids))
    return {row[0]: row[1] for row in session.execute(counted.group_by(Block.edition_id))}


def _approvers(session: Session) -> Sequence[User]:
    roles = (Role.APPROVER, Role.ADMINISTRATOR)
    may = User.role.in_(roles) & User.disabled_at.is_(None)
    return session.scalars(select(User).where(may).order_by(User.id)).all()
