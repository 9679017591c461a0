"""Editions that wait for somebody: what is known of them, who that is, what a reminder says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feeds.values import AMSTERDAM
from newsletter.due import Deadline
from newsletter.model import Block, Edition, User
from newsletter.rhythm import Deadlines, Rhythm, deadlines
from newsletter.store.deliveries import topic_of
from newsletter.store.editions import get_edition
from newsletter.values import EditionKind, EditionStatus, Role
from subscribers.store import counts_by_audience
from subscribers.values import Audience

S = EditionStatus
LOOKED_AT: Final = (S.DRAFT, S.IN_REVIEW, S.APPROVED)
APPROVERS: Final = (Role.APPROVER, Role.ADMINISTRATOR)
# By what a reader sees above them; a test holds the kinds to those of `compose/blocks/`.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Nieuws": ("article",),
    "Agenda": ("event",),
    "Praktijkvoorbeeld": ("practice",),
}


@dataclass(frozen=True, slots=True)
class Underway:
    """An edition on its way to approval.

    is_touched: whether anybody changed it since it was drafted.
    empty:      the titles of the sections that have nothing.
    """

    edition_id: int
    kind: EditionKind
    state: EditionStatus
    status_since: datetime
    planned_at: datetime | None
    author_id: int | None
    is_touched: bool
    empty: tuple[str, ...]

    @property
    def is_filled(self) -> bool:
        """Whether nobody needs to be told that the selection closes."""
        return self.is_touched and not self.empty

    def deadlines(self, rhythm: Rhythm | None) -> Deadlines | None:
        """Return its deadlines; None for an announcement, and without a moment or a rhythm."""
        if rhythm is None or self.planned_at is None or self.kind != EditionKind.NEWSLETTER:
            return None
        return deadlines(rhythm, self.planned_at)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a reminder says of an edition. recipients: by audience, as counted now.

    what, due_at: what it waits for, and until when.
    """

    edition_id: int
    kind: EditionKind
    number: int | None
    title: str
    state: EditionStatus
    what: Deadline
    due_at: datetime
    submitted_at: datetime
    planned_at: datetime | None
    blocks: int
    recipients: Mapping[Audience | None, int]
    is_touched: bool = True
    empty: tuple[str, ...] = ()

    @property
    def due_on(self) -> date:
        """The day in Amsterdam of its deadline: each person is told once of that."""
        return self.due_at.astimezone(AMSTERDAM).date()


def find_underway(session: Session) -> list[Underway]:
    """Return the editions that are not approved yet, or approved and not planned, by their id."""
    query = select(Edition).where(Edition.status.in_(LOOKED_AT)).order_by(Edition.id)
    rows = session.scalars(query).all()
    kinds = _kinds_of(session, [row.id for row in rows])
    return [_underway(row, kinds.get(row.id, Counter())) for row in rows]


def describe(session: Session, underway: Underway, *, what: Deadline, at: datetime) -> Waiting:
    """Return what a reminder says of an edition that waits for that, until then."""
    row = get_edition(session, underway.edition_id)
    counted = select(func.count()).where(Block.edition_id == row.id)
    return Waiting(
        edition_id=row.id,
        kind=underway.kind,
        number=row.number,
        title=row.title,
        state=underway.state,
        what=what,
        due_at=at,
        submitted_at=row.status_since,
        planned_at=row.planned_at,
        blocks=session.scalar(counted) or 0,
        recipients=counts_by_audience(session, row.segments, topic_of(row)),
        is_touched=underway.is_touched,
        empty=underway.empty,
    )


def people_of(
    session: Session, underway: Underway, what: Deadline, *, barred: frozenset[int]
) -> list[tuple[int, str]]:
    """Return who is told of it, by id and address: only who wants to be told by mail.

    barred: who may not approve it, so is not asked to.
    """
    active = select(User).where(User.disabled_at.is_(None))
    users = session.scalars(active.order_by(User.id)).all()
    due = _due(users, underway, what)
    if what is Deadline.APPROVE:
        due = [user for user in due if user.id not in barred]
    return [(user.id, user.email) for user in due if user.wants_reminders]


def _due(users: Sequence[User], underway: Underway, what: Deadline) -> list[User]:
    match what:
        case Deadline.CLOSES:
            return _editors(users)
        case Deadline.SUBMIT:
            return [one for one in users if one.id == underway.author_id] or _editors(users)
        case Deadline.APPROVE:
            return [one for one in users if one.role in APPROVERS]
        case Deadline.SEND:
            return [one for one in users if one.role in (Role.EDITOR, *APPROVERS)]


def _editors(users: Sequence[User]) -> list[User]:
    """Return the editors; in a team without any, those who may do their work."""
    editors = [one for one in users if one.role == Role.EDITOR]
    return editors or [one for one in users if one.role in APPROVERS]


def _underway(row: Edition, kinds: Mapping[str, int]) -> Underway:
    has_sections = row.kind == EditionKind.NEWSLETTER
    empty = [title for title, of in SECTIONS.items() if not any(kinds.get(one) for one in of)]
    return Underway(
        edition_id=row.id,
        kind=EditionKind(row.kind),
        state=row.state,
        status_since=row.status_since,
        planned_at=row.planned_at,
        author_id=row.author_id,
        is_touched=row.version > 1,
        empty=tuple(empty) if has_sections else (),
    )


def _kinds_of(session: Session, edition_ids: Sequence[int]) -> dict[int, Counter[str]]:
    counted = select(Block.edition_id, Block.kind, func.count()).where(
        Block.edition_id.in_(edition_ids)
    )
    found: dict[int, Counter[str]] = {}
    for edition_id, kind, count in session.execute(counted.group_by(Block.edition_id, Block.kind)):
        found.setdefault(edition_id, Counter())[kind] = count
    return found
