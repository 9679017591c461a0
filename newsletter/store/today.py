"""What Today asks of many editions at once: a query each, however many there are."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.review_rows import Approval, Comment
from newsletter.store.writers import by_edition


def approvers_among(session: Session, edition_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return for each edition who approved it already, while it waits for another."""
    rows = session.execute(
        select(Approval.edition_id, Approval.user_id).where(Approval.edition_id.in_(edition_ids))
    )
    return by_edition(rows.all())


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
