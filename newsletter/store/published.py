"""Queries on what the public site shows: editions that readers got. They change nothing.

Lists leave out what is not listed; the page of such an edition is there for who has its address.
"""

from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from newsletter.errors import UnknownEdition
from newsletter.model import Edition
from newsletter.store.editions import with_items
from newsletter.values import EditionKind, EditionStatus

# While it is being sent, readers already follow its link to the site.
PUBLISHED: Final = (EditionStatus.SENDING, EditionStatus.PAUSED, EditionStatus.SENT)


def get_published(session: Session, edition_id: int) -> Edition:
    """Return an edition that readers got, with its blocks. Raises UnknownEdition for any other."""
    query = select(Edition).where(Edition.id == edition_id, _is_published())
    edition = session.scalars(query.options(with_items())).one_or_none()
    if edition is None:
        raise UnknownEdition(f"there is no published edition {edition_id}")
    return edition


def list_published(session: Session, *, limit: int, offset: int = 0) -> list[Edition]:
    """Return the listed editions that readers got, newest first, without their blocks."""
    query = select(Edition).where(_is_listed())
    newest = query.order_by(Edition.dated_on.desc(), Edition.id.desc())
    return list(session.scalars(newest.limit(limit).offset(offset)))


def list_sent(session: Session, *, limit: int) -> list[Edition]:
    """Return every edition that readers got, listed or not, newest first, without blocks."""
    query = select(Edition).where(_is_published())
    newest = query.order_by(Edition.dated_on.desc(), Edition.id.desc())
    return list(session.scalars(newest.limit(limit)))


def count_published(session: Session) -> int:
    """Return how many listed editions readers got."""
    return session.scalar(select(func.count()).select_from(Edition).where(_is_listed())) or 0


def latest_published(session: Session) -> Edition | None:
    """Return the newest listed newsletter that readers got, with its blocks."""
    query = select(Edition).where(_is_listed(), Edition.kind == EditionKind.NEWSLETTER)
    newest = query.order_by(Edition.dated_on.desc(), Edition.id.desc()).limit(1)
    return session.scalars(newest.options(with_items())).first()


def _is_published() -> ColumnElement[bool]:
    return Edition.status.in_(PUBLISHED)


def _is_listed() -> ColumnElement[bool]:
    return _is_published() & Edition.listed.is_(True)
