"""Queries on the rhythm, and on what the team made of single slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feeds.values import AMSTERDAM
from newsletter.model import ChosenRhythm, Edition, SlotChoice
from newsletter.rhythm import FURTHEST, Choice, Choices, Rhythm, Slot, slot_key
from newsletter.values import GONE, EditionKind, EditionStatus
from newsletter.working_days import in_amsterdam

ROW: Final = 1
ON_THEIR_WAY: Final = (EditionStatus.DRAFT, EditionStatus.IN_REVIEW, EditionStatus.APPROVED)
HAS_NO_MOMENT: Final = (
    Edition.planned_at.is_(None) & Edition.due_at.is_(None) & Edition.started_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the team set. rhythm: also when it is off; None before the first save, version 0."""

    rhythm: Rhythm | None
    is_on: bool
    version: int


def read_kept(session: Session) -> Kept:
    """Return the rhythm as it was saved, on or off."""
    row = session.get(ChosenRhythm, ROW)
    if row is None:
        return Kept(None, is_on=False, version=0)
    return Kept(Rhythm.from_json(row.values), row.is_on, row.version)


def read_rhythm(session: Session) -> Rhythm | None:
    """Return the rhythm that counts; None without one."""
    kept = read_kept(session)
    return kept.rhythm if kept.is_on else None


def read_choices(session: Session) -> Choices:
    """Return what the team made of single slots, by the day of the plain rule."""
    rows = session.execute(select(SlotChoice.slot_on, SlotChoice.moved_to))
    return {row[0]: Choice(row[1]) for row in rows}


def find_of_slot(session: Session, on: date) -> Edition | None:
    """Return the edition that was made for a slot, cancelled or not."""
    query = select(Edition).where(
        Edition.kind == EditionKind.NEWSLETTER, Edition.period == slot_key(on)
    )
    return session.scalar(query)


def list_planned(session: Session, begins: datetime, ends: datetime) -> list[Edition]:
    """Return the editions that may stand on a calendar of this time, by their id.

    That is: going out or gone out then, with its last moment then, a newsletter dated then without
    any moment, or going out so soon after it that its deadlines are then. What was cancelled or
    thrown away stands on none.
    """
    until = ends + FURTHEST
    is_newsletter = Edition.kind == EditionKind.NEWSLETTER
    first, last = (one.astimezone(AMSTERDAM).date() for one in (begins, ends))
    query = select(Edition).where(
        Edition.status.not_in(GONE),
        or_(
            Edition.planned_at.between(begins, until),
            Edition.due_at.between(begins, until),
            Edition.started_at.between(begins, ends),
            Edition.not_after.between(begins, ends),
            is_newsletter & HAS_NO_MOMENT & Edition.dated_on.between(first, last),
        ),
    )
    return list(session.scalars(query.order_by(Edition.id)))


def list_undated(session: Session) -> list[Edition]:
    """Return the announcements on their way for which nobody chose a day, by their id."""
    query = select(Edition).where(
        Edition.kind == EditionKind.ANNOUNCEMENT, Edition.status.in_(ON_THEIR_WAY), HAS_NO_MOMENT
    )
    return list(session.scalars(query.order_by(Edition.id)))


def taken_periods(session: Session, slots: Sequence[Slot]) -> frozenset[str]:
    """Return the keys of these slots that have their edition, made for it or planned by hand.

    Two queries, however many there are.
    """
    keys = [one.key for one in slots]
    of_slot = select(Edition.period).where(
        Edition.kind == EditionKind.NEWSLETTER, Edition.period.in_(keys)
    )
    taken = {one for one in session.scalars(of_slot) if one is not None}
    going = [one for one in slots if one.at is not None]
    if not going:
        return frozenset(taken)
    days = [one.day for one in going]
    by_hand = select(Edition.planned_at).where(
        Edition.kind == EditionKind.NEWSLETTER,
        Edition.status.not_in(GONE),
        Edition.planned_at >= in_amsterdam(min(days), time(0)),
        Edition.planned_at < in_amsterdam(max(days) + timedelta(days=1), time(0)),
    )
    planned = {at.astimezone(AMSTERDAM).date() for at in session.scalars(by_hand) if at}
    return frozenset(taken | {one.key for one in going if one.day in planned})
