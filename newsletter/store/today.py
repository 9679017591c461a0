"""What Today asks of many editions at once: a query each, however many there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.review_rows import Approval, Comment
from newsletter.store.editions import OF_EDITION
from newsletter.store.writers import by_edition
from storage.log import LogEntry

RETURNED: Final = f"{OF_EDITION}returned"
OVERSLEPT: Final = f"{OF_EDITION}overslept"
PLANS: Final = (
    *(f"{OF_EDITION}{what}" for what in ("approved", "scheduled", "unscheduled", "send_now")),
    OVERSLEPT,
)
TURNS: Final = (f"{OF_EDITION}submitted", RETURNED)


@dataclass(frozen=True, slots=True)
class Returned:
    """Who gave an edition back, and why."""

    user_id: int | None
    because: str


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


def overslept_among(session: Session, edition_ids: Sequence[int]) -> dict[int, datetime]:
    """Return at which moment these should have gone out, of those that overslept it and wait."""
    last = (
        select(func.max(LogEntry.id))
        .where(LogEntry.edition_id.in_(edition_ids), LogEntry.what.in_(PLANS))
        .group_by(LogEntry.edition_id)
    )
    query = select(LogEntry).where(LogEntry.id.in_(last), LogEntry.what == OVERSLEPT)
    return {
        one.edition_id: datetime.fromisoformat(one.detail["due_at"])
        for one in session.scalars(query)
        if one.edition_id is not None
    }


def last_among(
    session: Session, edition_ids: Sequence[int], whats: Collection[str]
) -> dict[int, str]:
    """Return which of these things happened last to each edition, of those that it happened to."""
    same = LogEntry.what.in_([OF_EDITION + one for one in whats])
    last = (
        select(func.max(LogEntry.id))
        .where(LogEntry.edition_id.in_(edition_ids), same)
        .group_by(LogEntry.edition_id)
    )
    query = select(LogEntry.edition_id, LogEntry.what).where(LogEntry.id.in_(last))
    return {
        edition_id: what.removeprefix(OF_EDITION)
        for edition_id, what in session.execute(query)
        if edition_id is not None
    }


def returned_among(session: Session, edition_ids: Sequence[int]) -> dict[int, Returned]:
    """Return who gave which of these back and why, of those that were not submitted since."""
    last = (
        select(func.max(LogEntry.id))
        .where(LogEntry.edition_id.in_(edition_ids), LogEntry.what.in_(TURNS))
        .group_by(LogEntry.edition_id)
    )
    query = select(LogEntry).where(LogEntry.id.in_(last), LogEntry.what == RETURNED)
    return {
        one.edition_id: Returned(one.user_id, one.note)
        for one in session.scalars(query)
        if one.edition_id is not None
    }
