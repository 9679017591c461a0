"""Importing a list of people on a stated ground: a verdict for every line; try it dry first.

A batch is one transaction: after a kill, the same file again goes on where it was, because who is
in already is "unchanged". An empty cell changes nothing. Who left, is suppressed, or was erased is
refused, whatever the file says. Of two lines with one address the first counts; the other is
refused with the number of the first. Memory stays below 300 MB whatever the file's size.
"""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from storage.bulk import hold_table, make_room
from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import has_letters, is_shared
from subscribers.batches import SUBSCRIBERS, Difference, Plan, addition, decide, save
from subscribers.errors import GroundMissing, MalformedImport
from subscribers.heads import unused_heads
from subscribers.seen import SeenLines
from subscribers.sheets import ReadAs, Sheet, open_sheet
from subscribers.verdicts import LETTERS, SHARED, Candidate, RowError, RowNotice, judge

# Rows a transaction. Each batch writes most of the index of addresses anew, so of a million rows in
# 5,000s twice as much is written; one of 20,000 takes a second, and others wait for the writer.
BATCH: Final = 20_000
ERRORS_KEPT: Final = 50_000  # in the report; a wrong file of millions of lines has to fit in memory
NOTICES_KEPT: Final = 1_000
DIFFERENCES_KEPT: Final = 200  # more than people look at
YOUNG: Final = 1  # the generation in which a statement's cycle with its rows is found
LINES_MAXIMUM: Final = 5_000_000  # of one file: that many addresses are remembered in 100 MB

Progress = Callable[[int, int], None]  # how much was read, how much there is


@dataclass(slots=True)
class ImportReport:
    """What became of the lines of a file: read is the sum of the four that follow.

    errors:      of the refused lines, the first ERRORS_KEPT.
    differences: of who is updated, the first DIFFERENCES_KEPT; then as many of who is added.
    encoding, delimiter: as they were detected ("xlsx" and "" for a workbook).
    columns:     the head of the column that each field was read from.
    unused:      the heads of the columns that no field was read from.
    shared:      how many of those who are in, or come in, have the address of a role.
    letters:     how many of them have letters outside ASCII before the @.
    notices:     of these two, the first NOTICES_KEPT.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: tuple[RowError, ...] = ()
    differences: tuple[Difference, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    shared: int = 0
    letters: int = 0
    notices: tuple[RowNotice, ...] = ()


COUNTS: Final = ("read", "added", "updated", "unchanged", "rejected")


class _Tally:
    """Counts as the file goes by, and remembers which addresses it held."""

    def __init__(self) -> None:
        self.report = ImportReport()
        self.errors: list[RowError] = []
        self.notices: list[RowNotice] = []
        self.changes: list[Difference] = []
        self.additions: list[Difference] = []
        self.seen = SeenLines()

    def refuse(self, error: RowError) -> None:
        self.report.rejected += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(error)

    def count(self, plan: Plan) -> None:
        self.report.added += len(plan.added)
        self.report.updated += len(plan.changed)
        self.report.unchanged += plan.unchanged
        for error in plan.refused:
            self.refuse(error)
        room = DIFFERENCES_KEPT - len(self.changes)
        self.changes += [change.difference for change in plan.changed[:room]]
        room = DIFFERENCES_KEPT - len(self.additions)
        self.additions += [addition(one) for one in plan.added[:room]]

    def notice(self, batch: Sequence[Candidate], plan: Plan) -> None:
        """Count what is worth a look among a batch, but not what was refused."""
        refused = {error.line for error in plan.refused}
        self.report.shared += self._note(batch, is_shared, SHARED, refused)
        self.report.letters += self._note(batch, has_letters, LETTERS, refused)

    def _note(
        self,
        batch: Sequence[Candidate],
        is_so: Callable[[str], bool],
        reason: str,
        refused: Collection[int],
    ) -> int:
        found = [one for one in batch if is_so(one.key) and one.line not in refused]
        room = NOTICES_KEPT - len(self.notices)
        self.notices += [RowNotice(one.line, one.email, reason) for one in found[:room]]
        return len(found)


def import_file(  # noqa: PLR0913 - what an administrator decides, by name
    db: Database,
    path: Path,
    *,
    ground: str,
    columns: Mapping[str, str | int] | None = None,
    dry_run: bool = False,
    key: bytes,
    now: datetime,
    known_themes: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    source: str = "",
    read_as: ReadAs = ReadAs(),  # noqa: B008 - frozen
) -> ImportReport:
    """Import a CSV file or a workbook.

    columns:      field to the head of its column, or its place, where `heads.FIELDS` does not
                  know it.
    known_themes: the slugs that exist, each by itself and by its label, in small letters; None
                  accepts any slug.
    read_as:      what is not to be found out about the file.
    source:       what their evidence says they came by; without it the file's name.
    Raises:       GroundMissing, MalformedImport, OSError; batches that were done stay done.
    """
    if not ground.strip():
        raise GroundMissing
    source = source or f"import {one_line(path.name)}"[:80]
    tally = _Tally()
    with (
        open_sheet(path, columns or {}, read_as=read_as) as sheet,
        _on_record(db, tally, dry_run, now),
        _collected_by_batch(),
    ):
        candidates = _candidates(sheet, tally, known_themes)
        while batch := list(islice(candidates, BATCH)):
            if dry_run:
                with db.read() as session:
                    plan = decide(session, batch, key=key)
            else:
                with db.write() as session:
                    make_room(session)
                    hold_table(session, SUBSCRIBERS)
                    plan = decide(session, batch, key=key)
                    save(session, plan, ground=ground, source=source, now=now)
            tally.count(plan)
            tally.notice(batch, plan)
            del plan, batch
            gc.collect(YOUNG)
            if progress is not None:
                progress(sheet.rows.position, sheet.rows.size)
        return _finished(tally, sheet)


@contextmanager
def _collected_by_batch() -> Iterator[None]:
    """Let Python look for cycles after each batch only: else a fifth of the time goes there."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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
    sheet: Sheet, tally: _Tally, known_themes: Mapping[str, str] | None
) -> Iterator[Candidate]:
    """Yield the records that may go in, each address once; note the others as refused."""
    columns, width = sheet.columns, sheet.width
    for line in sheet.rows.records():
        tally.report.read += 1
        if tally.report.read > LINES_MAXIMUM:
            raise MalformedImport(f"there are more than {LINES_MAXIMUM:,} lines: split the file")
        verdict = judge(line, columns, width=width, known_themes=known_themes)
        if isinstance(verdict, RowError):
            tally.refuse(verdict)
        elif first := tally.seen.first_line(verdict.key, verdict.line):
            tally.refuse(RowError(verdict.line, verdict.email, f"staat al op regel {first}"))
        else:
            yield verdict


def _finished(tally: _Tally, sheet: Sheet) -> ImportReport:
    tally.report.errors = tuple(sorted(tally.errors, key=lambda error: error.line))
    tally.report.notices = tuple(tally.notices)
    tally.report.differences = (*tally.changes, *tally.additions)
    tally.report.encoding, tally.report.delimiter = sheet.rows.encoding, sheet.rows.delimiter
    head = sheet.rows.head
    tally.report.columns = {name: head[at] for name, at in sheet.columns.items()}
    tally.report.unused = unused_heads(head, sheet.columns.values())
    return tally.report
