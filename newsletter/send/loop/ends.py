"""What ends the sending of an announcement half-way: its event is over, or is not as was told.

Freezing looks before the first mail; a long list is looked at again for each page of it.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from newsletter.outdated import find_outdated
from newsletter.send.failures import Skipped
from newsletter.send.schedule import cancel_in
from newsletter.store.editions import content_of, get_edition, lock_edition, log_event
from newsletter.values import EditionKind, EditionStatus


class End(StrEnum):
    """Why nobody else gets an announcement: the names in its history."""

    TOO_LATE = "too_late"
    EVENT_CHANGED = "event_changed_sending"


def find_end(session: Session, edition_id: int, *, now: datetime) -> End | None:
    """Return why an announcement may not be sent any further; None while it may."""
    edition = get_edition(session, edition_id)
    if edition.kind != EditionKind.ANNOUNCEMENT:
        return None
    if edition.not_after is not None and now > edition.not_after:
        return End.TOO_LATE
    content = content_of(get_edition(session, edition_id, with_blocks=True))
    return End.EVENT_CHANGED if any(find_outdated(content)) else None


def bring_to_end(session: Session, edition_id: int, end: End, *, now: datetime) -> None:
    """Stop an edition that is being sent: for good when it is too late, else for a person.

    What changed may change back; what was sent with it stays sent either way.
    """
    edition = lock_edition(session, edition_id)
    if edition.state is not EditionStatus.SENDING:
        return
    if end is End.TOO_LATE:
        cancel_in(session, edition, now=now, why=Skipped.TOO_LATE)
    else:
        edition.move(EditionStatus.PAUSED, now=now)
    log_event(session, edition_id, what=end.value, now=now)
