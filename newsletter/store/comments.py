"""Queries on what people of the desk said about editions."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from newsletter.errors import UnknownComment
from newsletter.review_rows import Comment


def comments_of(session: Session, edition_id: int) -> list[Comment]:
    """Return all that was said about an edition, the first one first; answers among it."""
    query = select(Comment).where(Comment.edition_id == edition_id).order_by(Comment.id)
    return list(session.scalars(query))


def count_open(session: Session, edition_id: int) -> int:
    """Return how many comments on an edition still ask for something."""
    asking = (
        Comment.edition_id == edition_id,
        Comment.parent_id.is_(None),
        Comment.resolved_at.is_(None),
    )
    return session.scalar(select(func.count()).select_from(Comment).where(*asking)) or 0


def open_among(session: Session, edition_ids: Collection[int]) -> dict[int, int]:
    """Return how many comments still ask for something, by edition; nothing where none does."""
    query = (
        select(Comment.edition_id, func.count())
        .where(Comment.edition_id.in_(edition_ids))
        .where(Comment.parent_id.is_(None), Comment.resolved_at.is_(None))
        .group_by(Comment.edition_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def lock_comment(session: Session, edition_id: int, comment_id: int) -> Comment:
    """Return one comment on this edition that is no answer, held. Raises UnknownComment."""
    query = select(Comment).where(
        Comment.id == comment_id, Comment.edition_id == edition_id, Comment.parent_id.is_(None)
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise UnknownComment(f"edition {edition_id} has no comment {comment_id}")
    return found


def forget_titles(session: Session, item_ids: Collection[int]) -> None:
    """Forget what the blocks were called that were about one of these items; what was said stays.

    A column of JSON holds the text as it was written, on both databases.
    """
    about = cast(Comment.about, Text)
    spoken = [about.endswith(f'"item_id": {number}}}') for number in sorted(item_ids)]
    if spoken:
        for one in session.scalars(select(Comment).where(or_(*spoken))):
            one.about = {**one.about, "title": ""}


def said_since(session: Session, like: Comment, since: datetime) -> Comment | None:
    """Return the same words of the same person in the same place, said since then."""
    same = select(Comment).where(
        Comment.edition_id == like.edition_id,
        Comment.parent_id.is_not_distinct_from(like.parent_id),
        Comment.block_id.is_not_distinct_from(like.block_id),
        Comment.user_id == like.user_id,
        Comment.text == like.text,
        Comment.at >= since,
    )
    return session.scalar(same.limit(1))
