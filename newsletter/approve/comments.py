"""Saying something about an edition or a block of it, answering, and being done with it.

A comment changes nothing of the edition: an approval stays, and whoever approves or submits is told
what is still open. It stays when its block goes.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from newsletter.errors import UnknownBlock
from newsletter.model import Edition
from newsletter.review_rows import Comment
from newsletter.store.comments import lock_comment, said_since
from newsletter.store.editions import lock_edition, log_event
from storage.session import Database

TWICE: Final = timedelta(minutes=1)  # the same words within it: a button that was pressed twice
TITLE: Final = 80


def comment(
    db: Database,
    edition_id: int,
    *,
    text: str,
    block_id: int | None = None,
    by: int,
    now: datetime,
) -> int:
    """Say something about an edition, or about one of its blocks; return the comment's id.

    Raises UnknownEdition, UnknownBlock.
    """
    with db.write() as session:
        edition = lock_edition(session, edition_id, with_blocks=True)
        said = Comment(
            edition_id=edition_id,
            block_id=block_id,
            about={} if block_id is None else _about(edition, block_id),
            user_id=by,
            at=now,
            text=text,
        )
        return _add(session, said, what="commented")


def answer(
    db: Database, edition_id: int, comment_id: int, *, text: str, by: int, now: datetime
) -> int:
    """Answer a comment; return the answer's id. Raises UnknownEdition, UnknownComment."""
    with db.write() as session:
        lock_edition(session, edition_id)
        about = lock_comment(session, edition_id, comment_id)
        said = Comment(
            edition_id=edition_id,
            parent_id=about.id,
            block_id=about.block_id,
            about={},
            user_id=by,
            at=now,
            text=text,
        )
        return _add(session, said, what="answered")


def resolve(db: Database, edition_id: int, comment_id: int, *, by: int, now: datetime) -> None:
    """Say that a comment asks for nothing any more. Raises UnknownComment."""
    with db.write() as session:
        about = lock_comment(session, edition_id, comment_id)
        if about.resolved_at is None:
            about.resolved_at, about.resolved_by_id = now, by
            log_event(session, edition_id, what="comment_resolved", now=now, user_id=by)


def reopen(db: Database, edition_id: int, comment_id: int, *, by: int, now: datetime) -> None:
    """Say that a comment asks for something after all. Raises UnknownComment."""
    with db.write() as session:
        about = lock_comment(session, edition_id, comment_id)
        if about.resolved_at is not None:
            about.resolved_at = about.resolved_by_id = None
            log_event(session, edition_id, what="comment_reopened", now=now, user_id=by)


def _about(edition: Edition, block_id: int) -> dict[str, object]:
    for block in edition.blocks:
        if block.id == block_id:
            title = str(block.fields.get("title") or "")[:TITLE]
            # item_id stands last: `store/comments.py` finds the item by that.
            return {"kind": block.kind, "title": title, "item_id": block.item_id}
    raise UnknownBlock(f"edition {edition.id} has no block {block_id}")


def _add(session: Session, said: Comment, *, what: str) -> int:
    before = said_since(session, said, said.at - TWICE)
    if before is not None:
        return before.id
    session.add(said)
    session.flush()
    detail = {"comment": said.id}
    log_event(session, said.edition_id, what=what, now=said.at, user_id=said.user_id, detail=detail)
    return said.id
