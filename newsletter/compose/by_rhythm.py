"""Editions that the team's rhythm makes: a draft for each slot whose selection is open."""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.compose.draft import draft_newsletter
from newsletter.errors import UnknownSlot
from newsletter.rhythm import Rhythm, Slot, find_slot, next_slots, open_slots
from newsletter.store.planning import read_choices, read_rhythm, taken_periods
from storage.session import Database

AHEAD: Final = 4  # slots that may be made already


def draft_slots(db: Database, *, now: datetime, maximum: int) -> list[int]:
    """Make the drafts that are due; return their ids. Without a rhythm there are none.

    A slot that an edition was made or planned for, by hand or before, gets no second one.
    """
    with db.read() as session:
        rhythm = read_rhythm(session)
        found = open_slots(rhythm, now, read_choices(session)) if rhythm else []
        taken = taken_periods(session, found)
    slots = [one for one in found if one.key not in taken]
    return [_draft(db, one, now=now, author_id=None, maximum=maximum) for one in slots]


def draft_slot(
    db: Database,
    on: date,
    *,
    now: datetime,
    author_id: int | None,
    maximum: int,
    beside: int | None = None,
) -> int:
    """Make the draft of one slot, before its selection opens too; return its id.

    One that was made is returned. Raises UnknownSlot for none, and for one that is left out.
    beside: as for `draft_newsletter`.
    """
    with db.read() as session:
        rhythm = read_rhythm(session)
        slot = find_slot(rhythm, on, read_choices(session)) if rhythm else None
    if slot is None or slot.at is None:
        raise UnknownSlot(f"the rhythm has no edition for {on}")
    return _draft(db, slot, now=now, author_id=author_id, maximum=maximum, beside=beside)


def next_free(session: Session, rhythm: Rhythm, *, now: datetime, count: int) -> list[Slot]:
    """Return the next planned editions that are not made yet, in the order in which they go."""
    slots = next_slots(rhythm, now, count=count + AHEAD, choices=read_choices(session))
    taken = taken_periods(session, slots)
    return [one for one in slots if one.key not in taken][:count]


def _draft(
    db: Database,
    slot: Slot,
    *,
    now: datetime,
    author_id: int | None,
    maximum: int,
    beside: int | None = None,
) -> int:
    return draft_newsletter(
        db,
        now=now,
        author_id=author_id,
        period=slot.key,
        planned_at=slot.at,
        maximum=maximum,
        beside=beside,
    )
