"""Use cases on the rhythm: set it, turn it off and on, and decide otherwise about one slot."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import RhythmChanged, SlotTaken, UnknownSlot
from newsletter.model import ChosenRhythm, SlotChoice
from newsletter.rhythm import Choice, Rhythm, Slot, find_slot
from newsletter.store.planning import (
    ROW,
    find_of_slot,
    read_choices,
    read_kept,
    read_rhythm,
)
from storage.log import LogEntry, record
from storage.session import Database

SAVED: Final = "rhythm.saved"
BEFORE: Final = "before"  # in the entry of a save: what was kept until then; None for nothing


def save_rhythm(
    db: Database, rhythm: Rhythm, *, version: int, now: datetime, by: int | None
) -> None:
    """Keep a rhythm, which counts from now on.

    version: of what was looked at; 0 for none. Raises RhythmChanged when somebody saved since.
    """
    with db.write() as session:
        if read_kept(session).version != version:
            raise RhythmChanged(f"the rhythm is not at version {version} any more")
        row = session.get(ChosenRhythm, ROW)
        if row is None:
            row = ChosenRhythm(id=ROW, version=0)
            session.add(row)
        _set(session, row, rhythm.as_json(), is_on=True, now=now, by=by)


def undo_rhythm(db: Database, *, version: int, now: datetime, by: int | None) -> None:
    """Let the rhythm be as it was before its last save, on or off; off when there was none.

    version: that of the save. Raises RhythmChanged when it is not the last change any more.
    """
    with db.write() as session:
        row = session.get(ChosenRhythm, ROW)
        saved = select(LogEntry).where(LogEntry.what == SAVED).order_by(LogEntry.id.desc())
        last = session.scalar(saved.limit(1))
        if row is None or last is None or row.version != version or BEFORE not in last.detail:
            raise RhythmChanged(f"the rhythm is not at version {version} any more")
        before = last.detail[BEFORE]
        is_on = bool(before and before["is_on"])
        values = before["values"] if before else row.values
        _set(session, row, values, is_on=is_on, now=now, by=by)


def turn_rhythm(db: Database, *, on: bool, now: datetime, by: int | None) -> None:
    """Let the rhythm count, or not. Without one nothing happens."""
    with db.write() as session:
        row = session.get(ChosenRhythm, ROW)
        if row is None or row.is_on is on:
            return
        row.is_on, row.version = on, row.version + 1
        row.changed_at, row.user_id = now, by
        record(session, "rhythm.turned_on" if on else "rhythm.turned_off", now=now, by=by)


def choose_slot(
    db: Database, on: date, choice: Choice | None, *, now: datetime, by: int | None
) -> Slot:
    """Move one slot or leave it out; None lets it follow the rhythm again. Return it as it was.

    on: its day by the plain rule. Raises UnknownSlot; SlotTaken once it has an edition.
    """
    with db.write() as session:
        was = _slot(session, on)
        if find_of_slot(session, on) is not None:
            raise SlotTaken(f"slot {on} has an edition: plan that one otherwise")
        _keep(session, on, choice, now=now, by=by)
        what, detail = _told(on, choice)
        record(session, what, now=now, by=by, detail=detail)
        return was


def _set(
    session: Session,
    row: ChosenRhythm,
    values: dict[str, Any],
    *,
    is_on: bool,
    now: datetime,
    by: int | None,
) -> None:
    """Write a rhythm down, and in the log what it was before."""
    before = {"values": row.values, "is_on": row.is_on} if row.version else None
    row.values, row.is_on, row.version = values, is_on, row.version + 1
    row.changed_at, row.user_id = now, by
    record(session, SAVED, now=now, by=by, detail={**values, BEFORE: before})


def _keep(
    session: Session, on: date, choice: Choice | None, *, now: datetime, by: int | None
) -> None:
    row = session.get(SlotChoice, on)
    if choice is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = SlotChoice(slot_on=on)
        session.add(row)
    row.moved_to, row.at, row.user_id = choice.moved_to, now, by


def _told(on: date, choice: Choice | None) -> tuple[str, dict[str, str]]:
    slot = {"slot": on.isoformat()}
    if choice is None:
        return "slot.restored", slot
    if choice.moved_to is None:
        return "slot.skipped", slot
    return "slot.moved", {**slot, "to": choice.moved_to.isoformat()}


def _slot(session: Session, on: date) -> Slot:
    rhythm = read_rhythm(session)
    slot = find_slot(rhythm, on, read_choices(session)) if rhythm else None
    if slot is None:
        raise UnknownSlot(f"the rhythm has no slot on {on}")
    return slot
