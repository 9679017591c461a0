"""Taking back what may not go out as it was approved: something in it is not true any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.approve.checks.changed import find_changed
from newsletter.matters import stands
from newsletter.model import Edition, User
from newsletter.outdated import find_outdated, what_happened
from newsletter.store.approvals import void_approval
from newsletter.store.editions import (
    content_of,
    events_of,
    lock_edition,
    log_event,
    with_items,
)
from newsletter.values import EditionKind, EditionStatus, Level
from storage.session import Database

WATCHED: Final = (EditionStatus.IN_REVIEW, EditionStatus.APPROVED, EditionStatus.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Held:
    """An edition that was taken back to draft.

    because: a Dutch sentence for each thing in it that is not true any more.
    people:  the addresses of who made, approved and planned it.
    """

    edition_id: int
    kind: EditionKind
    number: int | None
    title: str
    because: tuple[str, ...]
    people: tuple[str, ...]


def hold_outdated(db: Database, *, now: datetime) -> tuple[Held, ...]:
    """Take back every edition on its way out that tells what is not true or not there any more.

    Its approval is void, and nothing of it is sent until somebody mends and approves it again.
    """
    with db.read() as session:
        query = select(Edition).where(Edition.status.in_(WATCHED)).options(with_items())
        outdated = [one.id for one in session.scalars(query) if any(find_outdated(content_of(one)))]
    held = (_hold(db, edition_id, now=now) for edition_id in outdated)
    return tuple(one for one in held if one is not None)


def _hold(db: Database, edition_id: int, *, now: datetime) -> Held | None:
    with db.write() as session:
        edition = lock_edition(session, edition_id, with_blocks=True)
        content = content_of(edition)
        outdated = list(find_outdated(content))
        if edition.state not in WATCHED or not outdated:
            return None  # somebody mended it meanwhile
        people = _people(session, edition)
        void_approval(session, edition, now=now)
        log_event(session, edition_id, what=what_happened(outdated), now=now)
        return Held(
            edition_id=edition_id,
            kind=content.kind,
            number=content.number,
            title=content.title,
            because=tuple(
                f"{one.message} {one.mend}"
                for one in find_changed(content)
                if one.level is Level.ERROR
            ),
            people=people,
        )


def _people(session: Session, edition: Edition) -> tuple[str, ...]:
    stood = stands(events_of(session, edition.id))
    involved = {edition.author_id, edition.submitted_by_id, edition.approved_by_id}
    involved |= {stood.planner, *stood.approvers}
    may = User.id.in_(involved - {None}), User.disabled_at.is_(None)
    return tuple(session.scalars(select(User.email).where(*may).order_by(User.id)))
