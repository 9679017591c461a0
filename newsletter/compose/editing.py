"""Changing an edition: only its newest version, and an approval does not survive a change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.errors import EditionChanged, MoveNotAllowed
from newsletter.model import Edition
from newsletter.store import editions as store
from newsletter.store.approvals import void_approval
from newsletter.values import EditionStatus
from storage.session import Database

WITHDRAWN_BY_EDIT: Final = frozenset(
    {EditionStatus.IN_REVIEW, EditionStatus.APPROVED, EditionStatus.SCHEDULED}
)


@contextmanager
def editing(
    db: Database, edition_id: int, *, version: int, now: datetime, by: int | None
) -> Iterator[tuple[Session, Edition]]:
    """Give the edition and its blocks, to change; at the end it has a new version.

    Raises UnknownEdition, EditionChanged, MoveNotAllowed; then nothing changed.
    """
    with db.write() as session:
        edition = store.lock_edition(session, edition_id, with_blocks=True)
        _allow(edition, version)
        if edition.state in WITHDRAWN_BY_EDIT:
            void_approval(session, edition, now=now)
            store.log_event(session, edition.id, what="withdrawn", now=now, user_id=by)
        yield session, edition
        edition.version += 1
        store.log_event(session, edition.id, what="edited", now=now, user_id=by)


def _allow(edition: Edition, version: int) -> None:
    if edition.state is not EditionStatus.DRAFT and edition.state not in WITHDRAWN_BY_EDIT:
        raise MoveNotAllowed(edition.id, edition.state, EditionStatus.DRAFT)
    if edition.version != version:
        raise EditionChanged(
            f"edition {edition.id} is at version {edition.version}, not {version}: "
            "somebody else saved first"
        )
