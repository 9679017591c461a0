"""What Today asks of many editions at once: a query each, however many there are."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, func, select, union
from sqlalchemy.orm import Session

from newsletter.model import Edition, Revision
from newsletter.review_rows import Approval, Comment


def writers_among(session: Session, edition_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return for each edition who may not judge it with four eyes: `review.writers_of`."""
    wrote = select(Revision.edition_id, Revision.user_id).where(
        Revision.edition_id.in_(edition_ids)
    )
    began = select(Edition.id, Edition.author_id).where(Edition.id.in_(edition_ids))
    offered = select(Edition.id, Edition.submitted_by_id).where(Edition.id.in_(edition_ids))
    return _grouped(session.execute(union(wrote, began, offered)).all())


def approvers_among(session: Session, edition_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return for each edition who approved it already, while it waits for another."""
    rows = session.execute(
        select(Approval.edition_id, Approval.user_id).where(Approval.edition_id.in_(edition_ids))
    )
    return _grouped(rows.all())


def remarks_among(session: Session, edition_ids: Sequence[int], *, not_by: int) -> dict[int, int]:
    """Return how many comments of others still ask for something, by edition."""
    asking = (
        Comment.edition_id.in_(edition_ids),
        Comment.parent_id.is_(None),
        Comment.resolved_at.is_(None),
        Comment.user_id != not_by,
    )
    counted = select(Comment.edition_id, func.count()).where(*asking).group_by(Comment.edition_id)
    return {row[0]: row[1] for row in session.execute(counted)}


def _grouped(rows: Iterable[Row[int, int | None]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for edition_id, user_id in rows:
        if user_id is not None:
            found.setdefault(edition_id, set()).add(user_id)
    return {one: frozenset(people) for one, people in found.items()}
