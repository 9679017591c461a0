"""Queries on the revisions of editions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, func, or_, select
from sqlalchemy.orm import Session, defer

from newsletter.errors import UnknownRevision
from newsletter.model import Edition, Revision
from newsletter.values import EditionStatus

OVER = (EditionStatus.SENT, EditionStatus.CANCELLED)


def list_revisions(session: Session, edition_id: int) -> list[Revision]:
    """Return the revisions of an edition, oldest first, without their content."""
    query = select(Revision).where(Revision.edition_id == edition_id).order_by(Revision.version)
    return list(session.scalars(query.options(defer(Revision.content, raiseload=True))))


def last_revision(session: Session, edition_id: int) -> Revision | None:
    """Return the newest revision of an edition, with its content."""
    query = select(Revision).where(Revision.edition_id == edition_id)
    return session.scalar(query.order_by(Revision.version.desc()).limit(1))


def latest_contents(session: Session, edition_id: int, *, limit: int) -> list[dict[str, Any]]:
    """Return what an edition said after its last changes, newest first."""
    query = select(Revision.content).where(Revision.edition_id == edition_id)
    return list(session.scalars(query.order_by(Revision.version.desc()).limit(limit)))


def revisions_between(
    session: Session, edition_ids: Collection[int], first: int, last: int
) -> list[Revision]:
    """Return the revisions of these editions whose entry in the log is one of these, in its order.

    Without their content.
    """
    query = (
        select(Revision)
        .where(Revision.edition_id.in_(edition_ids), Revision.event_id.between(first, last))
        .order_by(Revision.event_id)
    )
    return list(session.scalars(query.options(defer(Revision.content, raiseload=True))))


def named_revisions(session: Session, revisions: Collection[Revision]) -> dict[int, Revision]:
    """Return the revisions that these undid, did again or brought back, by id; and these."""
    named = {one.of_id for one in revisions if one.of_id is not None}
    query = select(Revision).where(Revision.id.in_(named))
    found = session.scalars(query.options(defer(Revision.content, raiseload=True)))
    return {one.id: one for one in (*revisions, *found)}


def get_revision(session: Session, edition_id: int, revision_id: int) -> Revision:
    """Return one revision of this edition, with its content. Raises UnknownRevision."""
    query = select(Revision).where(Revision.id == revision_id, Revision.edition_id == edition_id)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise UnknownRevision(f"edition {edition_id} has no revision {revision_id}")
    return found


def revisions_about(session: Session, item_ids: Collection[int]) -> list[Revision]:
    """Return the revisions, of any edition, with a block about one of these items, or a change."""
    if not item_ids:
        return []
    # A column of JSON holds the text as it was written, on both databases.
    content, about = cast(Revision.content, Text), cast(Revision.about, Text)
    found = [
        said
        for number in sorted(item_ids)
        for said in (
            content.contains(f'"item_id": {number}, "fields":'),
            about.endswith(f'"item_id": {number}}}'),
        )
    ]
    return list(session.scalars(select(Revision).where(or_(*found))))


def over_since(session: Session, moment: datetime) -> list[int]:
    """Return the editions that were sent or cancelled before then, and have much history."""
    many = select(Revision.edition_id).group_by(Revision.edition_id).having(func.count() > 2)
    query = select(Edition.id).where(
        Edition.status.in_(OVER), Edition.status_since < moment, Edition.id.in_(many)
    )
    return list(session.scalars(query))


def delete_revisions(session: Session, revision_ids: Collection[int]) -> int:
    """Take revisions out of the history; return how many."""
    if revision_ids:
        session.execute(delete(Revision).where(Revision.id.in_(revision_ids)))
    return len(revision_ids)
