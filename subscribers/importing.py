"""Importing a list of people on a stated ground: a verdict for every line; try it dry first.

A batch is one transaction: after a kill, the same file again goes on where it was, because who is
in already is "unchanged". An empty cell changes nothing. Who left, is suppressed, or was erased is
refused, whatever the file says. Of two lines with one address the first counts; the other is
refused with the number of the first.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.batches import Plan, decide, save
from subscribers.errors import GroundMissing
from subscribers.seen import SeenLines
from subscribers.sheets import Sheet, open_sheet
from subscribers.verdicts import Candidate, RowError, judge

BATCH: Final = 5_000  # rows a transaction: larger gained nothing, and others wait for the writer
ERRORS_KEPT: Final = 50_000  # in the report; a wrong file of millions of lines has to fit in memory

Progress = Callable[[int, int], None]  # bytes read, bytes in all


@dataclass(slots=True)
class ImportReport:
    """What became of the lines of a file: read is the sum of the four that follow.

    errors: of the refused lines, the first ERRORS_KEPT; encoding, delimiter: as they were detected.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: tuple[RowError, ...] = ()
    encoding: str = ""
    delimiter: str = ""


COUNTS: Final = ("read", "added", "updated", "unchanged", "rejected")


class _Tally:
    """Counts as the file goes by, and remembers which addresses it held."""

    def __init__(self) -> None:
        self.report = ImportReport()
        self.errors: list[RowError] = []
        self.seen = SeenLines()

    def refuse(self, error: RowError) -> None:
        self.report.rejected += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(error)


def import_file(  # noqa: PLR0913 - what an administrator decides, by name
    db: Database,
    path: Path,
    *,
    ground: str,
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    key: bytes,
    now: datetime,
    known_themes: Collection[str] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a CSV file.

    columns:      field to column head, for heads that `sheets.FIELDS` does not know.
    known_themes: the slugs that exist; None accepts any slug.
    Raises:       GroundMissing, MalformedImport, OSError; batches that were done stay done.
    """
    if not ground.strip():
        raise GroundMissing
    source = f"import {one_line(path.name)}"[:80]
    tally, size = _Tally(), path.stat().st_size
    with open_sheet(path, columns or {}) as sheet, _on_record(db, tally, dry_run, now):
        candidates = _candidates(sheet, tally, known_themes)
        while batch := list(islice(candidates, BATCH)):
            with db.read() if dry_run else db.write() as session:
                plan = decide(session, batch, key=key)
                if not dry_run:
                    save(session, plan, ground=ground, source=source, now=now)
            _count(tally, plan)
            if progress is not None:
                progress(sheet.position, size)
        return _finished(tally, sheet)


@contextmanager
def _on_record(db: Database, tally: _Tally, dry_run: bool, now: datetime) -> Iterator[None]:  # noqa: FBT001 - as it was asked
    """Let the log tell what came in, also of an import that was cut off: its batches stay."""
    try:
        yield
    finally:
        if not dry_run:
            counts = {name: getattr(tally.report, name) for name in COUNTS}
            with db.write() as session:
                record(session, "subscriber.imported", now=now, detail=counts)


def _candidates(
    sheet: Sheet, tally: _Tally, known_themes: Collection[str] | None
) -> Iterator[Candidate]:
    """Yield the records that may go in, each address once; note the others as refused."""
    columns, width = sheet.columns, sheet.width
    for line in sheet.records():
        tally.report.read += 1
        verdict = judge(line, columns, width=width, known_themes=known_themes)
        if isinstance(verdict, RowError):
            tally.refuse(verdict)
        elif first := tally.seen.first_line(verdict.key, verdict.line):
            tally.refuse(RowError(verdict.line, verdict.email, f"staat al op regel {first}"))
        else:
            yield verdict


def _count(tally: _Tally, plan: Plan) -> None:
    tally.report.added += len(plan.added)
    tally.report.updated += len(plan.changed)
    tally.report.unchanged += plan.unchanged
    for error in plan.refused:
        tally.refuse(error)


def _finished(tally: _Tally, sheet: Sheet) -> ImportReport:
    tally.report.errors = tuple(sorted(tally.errors, key=lambda error: error.line))
    tally.report.encoding, tally.report.delimiter = sheet.encoding, sheet.delimiter
    return tally.report
