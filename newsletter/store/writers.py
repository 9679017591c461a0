"""Who had a hand in an edition, and may not judge it while four eyes are asked for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Row, select, union
from sqlalchemy.orm import Session

from newsletter.model import Edition, Revision, User
from newsletter.values import Role
from storage.log import LogEntry

MAY_APPROVE: Final = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
FOR_ALL: Final = "organisation.changed"  # its texts, colours and sender stand in every mail


def writers_among(session: Session, edition_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return for each edition who may not judge it.

    Who began it, who submitted it, everybody who changed it, and everybody who changed what the
    organisation puts into each mail since it was begun: an edition is sent only once.
    """
    these = Edition.id.in_(edition_ids)
    revised = Revision.edition_id.in_(edition_ids)
    since_begun = (LogEntry.what == FOR_ALL) & (LogEntry.at >= Edition.created_at)
    told = union(
        select(Revision.edition_id, Revision.user_id).where(revised),
        select(Edition.id, Edition.author_id).where(these),
        select(Edition.id, Edition.submitted_by_id).where(these),
        select(Edition.id, LogEntry.user_id).join(LogEntry, since_begun).where(these),
    )
    return by_edition(session.execute(told).all())


def writers_of(session: Session, edition: Edition) -> frozenset[int]:
    """Return who may not judge this edition: see `writers_among`."""
    return writers_among(session, [edition.id]).get(edition.id, frozenset())


def judges_among(session: Session) -> list[User]:
    """Return who may approve by their role, and comes in at all; by name."""
    query = select(User).where(User.role.in_(MAY_APPROVE), User.disabled_at.is_(None))
    found = session.scalars(query.order_by(User.name, User.id))
    return [one for one in found if one.has_come_in or one.seen_at is not None]


def changed_for_all(session: Session, *, since: datetime) -> list[int]:
    """Return who changed after then what stands in each mail, the first one first."""
    query = select(LogEntry.user_id).where(LogEntry.what == FOR_ALL, LogEntry.at > since)
    found = session.scalars(query.order_by(LogEntry.id))
    return list(dict.fromkeys(one for one in found if one is not None))


def by_edition(rows: Iterable[Row[int, int | None]]) -> dict[int, frozenset[int]]:
    """Return the people of each edition, from rows of an edition and a person."""
    found: dict[int, set[int]] = {}
    for edition_id, user_id in rows:
        if user_id is not None:
            found.setdefault(edition_id, set()).add(user_id)
    return {one: frozenset(people) for one, people in found.items()}
