"""Everybody, or one segment, as CSV or a workbook with the columns that `importing` knows."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final, TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.log import record
from storage.session import Database
from storage.text import harmless_cell
from storage.workbook import ROWS_MAXIMUM, write_workbook
from subscribers.addresses import is_shared
from subscribers.errors import TooManyRows
from subscribers.model import Subscriber
from subscribers.segments import conditions_of
from subscribers.store import in_any, list_subscribers
from subscribers.themes import themes_of
from subscribers.verdicts import TEXTS

COLUMNS: Final = ("email", "audience", *TEXTS, "themes", "status", "since", "role_address")
PAGE: Final = 1_000  # rows in memory at once; no transaction is open between two pages
TITLE: Final = "Abonnees"


def export_csv(db: Database, out: TextIO, *, segment: str = "", now: datetime) -> int:
    """Write a head, and a line for each subscriber of any status, by id; return how many.

    out: opened with newline="". That it was asked for is on record before the first line.
    Raises UnknownSegment.
    """
    note_export(db, segment=segment, now=now)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    written = 0
    for cells in export_rows(db, segment=segment):
        writer.writerow(map(harmless_cell, cells))
        written += 1
    return written


def export_workbook(db: Database, out: IO[bytes], *, segment: str = "", now: datetime) -> int:
    """Write the same as a workbook (.xlsx). Raises UnknownSegment, TooManyRows."""
    note_export(db, segment=segment, now=now, most=ROWS_MAXIMUM - 1)
    return write_workbook(out, TITLE, COLUMNS, map(_as_text, export_rows(db, segment=segment)))


def note_export(db: Database, *, segment: str = "", now: datetime, most: int | None = None) -> int:
    """Put on record that an export was asked for; return how many people it has now.

    Raises UnknownSegment, and TooManyRows for more than `most`; then nothing is on record.
    """
    with db.write() as session:
        people = _count(session, segment)
        if most is not None and people > most:
            raise TooManyRows(people, most)
        detail = {"segment": segment, "count": people}
        record(session, "subscriber.exported", now=now, detail=detail)
    return people


def export_rows(db: Database, *, segment: str = "") -> Iterator[list[str]]:
    """Yield the cells of each subscriber of any status, as they are. Raises UnknownSegment."""
    after = 0
    while True:
        with db.read() as session:
            page = list_subscribers(session, after_id=after, limit=PAGE, segment=segment)
            themes = themes_of(session, [row.id for row in page])
        if not page:
            return
        yield from (_cells(row, themes.get(row.id, [])) for row in page)
        after = page[-1].id


def _count(session: Session, segment: str) -> int:
    counted = select(func.count()).select_from(Subscriber)
    if segment:
        counted = counted.where(in_any(session, conditions_of(session, [segment])))
    return session.scalar(counted) or 0


def _cells(row: Subscriber, themes: list[str]) -> list[str]:
    texts = [str(getattr(row, name)) for name in TEXTS]
    since = row.since.isoformat()
    shared = "yes" if is_shared(row.email) else ""  # a fact of the address, so no column holds it
    return [row.email, row.audience or "", *texts, ";".join(themes), row.status, since, shared]


def _as_text(cells: list[str]) -> list[str]:
    """Return cells of text; only one that looks marked gets a mark, which reading takes off."""
    return [harmless_cell(cell) if cell.startswith("'") else cell for cell in cells]
