"""Queries on the rhythm, and on what the team made of single slots."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.model import ChosenRhythm, Edition, SlotChoice
from newsletter.rhythm import Choice, Choices, Rhythm, Slot, slot_key
from newsletter.values import EditionKind, EditionStatus
from newsletter.working_days import in_amsterdam

ROW: Final = 1


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


def is_taken(session: Session, slot: Slot) -> bool:
    """Say whether a slot has its edition: made for it, or planned by hand for the same day."""
    begins, ends = (in_amsterdam(slot.day + timedelta(days=one), time(0)) for one in (0, 1))
    by_hand = (
        (Edition.planned_at >= begins)
        & (Edition.planned_at < ends)
        & (Edition.status != EditionStatus.CANCELLED)
    )
    query = select(Edition.id).where(
        Edition.kind == EditionKind.NEWSLETTER, or_(Edition.period == slot.key, by_hand)
    )
    return session.scalar(query.limit(1)) is not None
