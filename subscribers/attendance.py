"""Who came to an event: a list of addresses becomes rows for subscribers; others are counted.

Nothing is asked of anybody for it, and nothing is kept of who is not on the list, or left it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from storage.dialect import insert_new
from storage.log import record
from storage.session import Database
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress
from subscribers.heads import FIELDS, Known
from subscribers.model import Attendance, Subscriber
from subscribers.sheets import open_sheet, propose
from subscribers.values import ON_LIST

ADDRESSES: Final = Known({"email": FIELDS["email"]}, "email", "the address")
TABLE: Final = cast("Table", Attendance.__table__)  # a mapped class's table is a Table
AT_ONCE: Final = 500  # addresses in one question


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """What became of the lines of a list.

    read:       lines; those with an address twice count twice.
    came:       people on the list of subscribers among them; new: of whom this was not known yet.
    unknown:    addresses of nobody on the list; nothing is kept of them.
    unreadable: lines without an address.
    """

    read: int
    came: int
    new: int
    unknown: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Brought:
    """One list that was brought. user_id: by whom, None for the command line."""

    at: datetime
    user_id: int | None
    people: int


def bring_attendance(
    db: Database, path: Path, *, event_id: int, title: str, now: datetime
) -> AttendanceReport:
    """Keep who of the list came to an event. The same list again changes nothing.

    Raises MalformedImport, OSError; then nothing changed.
    """
    read, keys = _addresses(path)
    unique = list(dict.fromkeys(key for key in keys if key))
    with db.write() as session:
        before = count_attendance(session, event_id)
        came = list(_on_list(session, unique))
        kept = {"event_id": event_id, "at": now, "user_id": session.info.get("by")}
        insert_new(session, TABLE, [{"subscriber_id": one, **kept} for one in came])
        report = AttendanceReport(
            read=read,
            came=len(came),
            new=count_attendance(session, event_id) - before,
            unknown=len(unique) - len(came),
            unreadable=keys.count(""),
        )
        told = {"item": event_id, "new": report.new, "unknown": report.unknown}
        record(session, "event.attended", now=now, about=title, detail=told)
    return report


def take_back(db: Database, event_id: int, *, at: datetime, title: str, now: datetime) -> int:
    """Forget what one list brought; return of how many people that was known."""
    mine = (Attendance.event_id == event_id) & (Attendance.at == at)
    with db.write() as session:
        gone = len(
            session.scalars(delete(Attendance).where(mine).returning(TABLE.c.event_id)).all()
        )
        if gone:
            told = {"item": event_id, "count": gone}
            record(session, "event.attendance_removed", now=now, about=title, detail=told)
    return gone


def count_attendance(session: Session, event_id: int) -> int:
    """Return of how many people it is known that they came."""
    came = select(func.count()).where(Attendance.event_id == event_id)
    return session.scalar(came) or 0


def attendance_by_event(session: Session) -> dict[int, int]:
    """Return how many came to each event of which that is known."""
    rows = session.execute(select(Attendance.event_id, func.count()).group_by(Attendance.event_id))
    return {row[0]: row[1] for row in rows}


def brought_lists(session: Session, event_id: int) -> list[Brought]:
    """Return the lists of one event that still tell of somebody, the newest first."""
    rows = session.execute(
        select(Attendance.at, Attendance.user_id, func.count())
        .where(Attendance.event_id == event_id)
        .group_by(Attendance.at, Attendance.user_id)
        .order_by(Attendance.at.desc())
    )
    return [Brought(at, user_id, people) for at, user_id, people in rows]


def _addresses(path: Path) -> tuple[int, list[str]]:
    """Return how many lines there are, and the key of each address; "" where there is none.

    A list of bare addresses has no head: then its first line is one of them.
    """
    proposal = propose(path)
    place = proposal.columns.get("email")
    first = [key for cell in proposal.head if (key := _key(cell))]
    given: dict[str, str | int] = {}
    if place is not None:
        given = {"email": place}
    elif first:
        given = {"email": [_key(cell) for cell in proposal.head].index(first[0])}
    with open_sheet(path, given, ADDRESSES) as sheet:
        column = sheet.columns["email"]
        keys = [_key(_cell(record.cells, column)) for record in sheet.records()]
    return len(first[:1]) + len(keys), [*first[:1], *keys]


def _cell(cells: list[str] | None, column: int) -> str:
    return cells[column] if cells is not None and column < len(cells) else ""


def _key(cell: str) -> str:
    try:
        return normalise(cell).key
    except InvalidAddress:
        return ""


def _on_list(session: Session, keys: Sequence[str]) -> Iterator[int]:
    on_list = select(Subscriber.id).where(Subscriber.status.in_(ON_LIST))
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        yield from session.scalars(on_list.where(Subscriber.email_key.in_(some)))
