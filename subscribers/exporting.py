"""Everybody, or one segment, as CSV with the columns that `importing` knows."""

import csv
from datetime import datetime
from typing import Final, TextIO

from storage.log import record
from storage.session import Database
from storage.text import harmless_cell
from subscribers.model import Subscriber
from subscribers.store import count_segment, list_subscribers, themes_of
from subscribers.verdicts import TEXTS

COLUMNS: Final = ("email", "audience", *TEXTS, "themes", "status", "since")
PAGE: Final = 1_000  # rows in memory at once; no transaction is open between two pages


def export_csv(db: Database, out: TextIO, *, segment: str = "", now: datetime) -> int:
    """Write a head, and a line for each subscriber of any status, by id; return how many.

    out: opened with newline="". That it was asked for is on record before the first line.
    Raises UnknownSegment.
    """
    with db.write() as session:
        if segment:
            count_segment(session, segment)
        record(session, "subscriber.exported", now=now, detail={"segment": segment})
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    written, after = 0, 0
    while True:
        with db.read() as session:
            page = list_subscribers(session, after_id=after, limit=PAGE, segment=segment)
            themes = themes_of(session, [row.id for row in page])
        if not page:
            return written
        writer.writerows(_cells(row, themes.get(row.id, [])) for row in page)
        written, after = written + len(page), page[-1].id


def _cells(row: Subscriber, themes: list[str]) -> list[str]:
    texts = [harmless_cell(str(getattr(row, name))) for name in TEXTS]
    since = row.since.isoformat()
    return [
        harmless_cell(row.email),
        row.audience or "",
        *texts,
        ";".join(themes),
        row.status,
        since,
    ]
