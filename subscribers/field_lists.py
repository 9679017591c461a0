"""Partnerships and organisations as lists: a CSV file in, with a verdict a line, and one out.

The lines that are right come in, all in one transaction; the others are told of by number. An empty
cell changes nothing, so the same file a second time changes nothing either. Of two lines about one
thing the first counts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from storage.bulk import hold_table
from storage.log import record
from storage.session import Database
from storage.text import harmless_cell, unmarked
from subscribers import organisations, partnerships
from subscribers.errors import FileKind, OtherFile
from subscribers.field import Judged, Values, judge_organisation, judge_partnership, name_key
from subscribers.heads import Known, find_columns, unused_heads
from subscribers.model import Organisation, Partnership
from subscribers.sheets import Record, Sheet, open_sheet
from subscribers.sides import follow
from subscribers.verdicts import RowError

PARTNERSHIPS: Final = Known(
    {
        "name": ("naam", "opleidingsschool"),
        "slug": (),
        "region": ("regio", "provincie"),
        "sector": (),
        "stage": ("fase", "stadium"),
        "since_year": ("since", "sinds"),
        "website": ("site", "webadres"),
        "agreed_on": ("akkoord op", "toestemming op"),
        "agreed_by": ("akkoord van", "toestemming van"),
    },
    "name",
    "the name",
)
ORGANISATIONS: Final = Known(
    {
        "name": ("naam", "organisatie", "school"),
        "audience": ("kant", "soort"),
        "city": ("plaats",),
        "region": ("regio", "provincie"),
        "partnerships": ("opleidingsscholen", "opleidingsschool"),
    },
    "name",
    "the name",
)
NO_SIDE: Final = "er staat niet bij of dit een school of een lerarenopleiding is"
SHARED: Final = frozenset({"name", "audience", "region", "partnerships"})  # with lists of people
SHOWN_LENGTH: Final = 80
NAMES_KEPT: Final = 20


@dataclass(slots=True)
class ListReport:
    """What became of the lines: read is the sum of the four that follow.

    new:    what the first NAMES_KEPT of those that were added are called.
    unused: the heads of the columns that nothing was read from.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: tuple[RowError, ...] = ()
    new: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def count(self, name: str, *, is_new: bool, is_changed: bool) -> None:
        """Count a line that can come in. is_changed: also of one that is new."""
        if not is_changed:
            self.unchanged += 1
        elif not is_new:
            self.updated += 1
        else:
            self.added += 1
            self.new = (*self.new, name)[:NAMES_KEPT]


COUNTS: Final = ("read", "added", "updated", "unchanged", "rejected")


class _Refused(Exception):
    """Why a line is refused. value: what stood there."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


class _Bringing(Protocol):
    """What brings one kind of thing in, a line at a time."""

    def bring(self, given: Mapping[str, str]) -> tuple[str, Callable[[], None] | None, bool]:
        """Return the key of a line, how to do what it asks (None: nothing), and whether it is new.

        Raises _Refused.
        """
        ...

    def finish(self) -> dict[str, object]:
        """Do what comes after all lines; return what the log tells besides the counts."""
        ...


def import_partnerships(
    db: Database, path: Path, *, dry_run: bool = False, now: datetime
) -> ListReport:
    """Bring a list of partnerships in. Raises MalformedImport, OSError; then nothing changed."""
    with open_sheet(path, {}, PARTNERSHIPS) as sheet, db.write() as session:
        _refuse_people(sheet)
        hold_table(session, partnerships.TABLE)
        bringing = _Partnerships(session, now)
        return _bring(session, sheet, bringing, "partnership.imported", dry_run=dry_run, now=now)


def import_organisations(
    db: Database, path: Path, *, dry_run: bool = False, now: datetime
) -> ListReport:
    """Bring a list of schools and institutes in; their partnerships have to be known.

    Raises MalformedImport, OSError; then nothing changed.
    """
    with open_sheet(path, {}, ORGANISATIONS) as sheet, db.write() as session:
        _refuse_people(sheet)
        hold_table(session, organisations.TABLE)
        bringing = _Organisations(session, now)
        return _bring(session, sheet, bringing, "member.imported", dry_run=dry_run, now=now)


def partnership_cells(db: Database) -> Iterator[list[str]]:
    """Yield a head, and a line for each partnership, that `import_partnerships` reads."""
    with db.read() as session:
        rows = list(session.scalars(select(Partnership).order_by(Partnership.slug)))
    columns = ("slug", *partnerships.COLUMNS)
    yield list(columns)
    for row in rows:
        yield [_cell(getattr(row, name)) for name in columns]


def organisation_cells(db: Database) -> Iterator[list[str]]:
    """Yield a head, and a line for each organisation, that `import_organisations` reads."""
    with db.read() as session:
        rows = organisations.list_organisations(session)
    columns = organisations.COLUMNS
    yield [*columns, "partnerships"]
    for row in rows:
        of = ";".join(one.slug for one in row.partnerships)
        yield [*(_cell(getattr(row, name)) for name in columns), of]


def _cell(value: object) -> str:
    return "" if value is None else harmless_cell(str(value))


def _refuse_people(sheet: Sheet) -> None:
    """Raise OtherFile for a list with addresses and no column that only the field has.

    A list of readers has names and sides too: each of them would become a school.
    """
    if "email" in find_columns(sheet.rows.head, {}) and not set(sheet.columns) - SHARED:
        raise OtherFile(FileKind.PEOPLE)


def _given(
    records: Iterator[Record], columns: Mapping[str, int], width: int
) -> Iterator[tuple[int, dict[str, str] | RowError]]:
    """Yield each line with its filled cells by field, or why it cannot be read."""
    for one in records:
        if one.cells is None:
            yield one.line, RowError(one.line, "", one.fault)
        elif any(one.cells[width:]):
            yield one.line, RowError(one.line, "", "er staan meer velden dan in de kop")
        else:
            cells = {
                name: one.cells[at].strip() for name, at in columns.items() if at < len(one.cells)
            }
            yield one.line, {name: unmarked(text) for name, text in cells.items() if text}


def _bring(
    session: Session,
    sheet: Sheet,
    bringing: _Bringing,
    what: str,
    *,
    dry_run: bool,
    now: datetime,
) -> ListReport:
    report = ListReport(unused=unused_heads(sheet.rows.head, sheet.columns.values()))
    errors, seen = list[RowError](), dict[str, int]()
    wanted: list[Callable[[], None]] = []
    for line, given in _given(sheet.records(), sheet.columns, sheet.width):
        report.read += 1
        if isinstance(given, RowError):
            errors.append(given)
            continue
        try:
            key, change, is_new = bringing.bring(given)
        except _Refused as refused:
            errors.append(RowError(line, _shown(refused.value), refused.reason))
            continue
        if key in seen:
            errors.append(RowError(line, _shown(given["name"]), f"staat al op regel {seen[key]}"))
            continue
        seen[key] = line
        report.count(_shown(given["name"]), is_new=is_new, is_changed=change is not None)
        wanted += [change] if change else []
    report.rejected, report.errors = len(errors), tuple(errors)
    if wanted and not dry_run:
        for change in wanted:
            change()
        counts = {name: getattr(report, name) for name in COUNTS}
        record(session, what, now=now, detail=counts | bringing.finish())
    return report


class _Partnerships:
    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._known = {row.slug: row for row in session.scalars(select(Partnership))}
        self._touched: list[str] = []

    def bring(self, given: Mapping[str, str]) -> tuple[str, Callable[[], None] | None, bool]:
        fields = {name: text for name, text in given.items() if name != "slug"}
        values = _required(judge_partnership(fields), fields)
        of_name = partnerships.slug_of(str(values["name"]))
        slug = given.get("slug", of_name)
        if slug != partnerships.slug_of(slug):
            raise _Refused("dit is geen kenmerk: neem het over uit een bewaarde lijst", slug)
        row, other = self._known.get(slug), self._known.get(of_name)
        if other is not None and other is not row:
            raise _Refused("er is al een opleidingsschool met deze naam", given["name"])
        if row is None:
            return slug, lambda: self._add(slug, values), True
        if "slug" not in given:  # its name in other letters is no reason to rename it
            values = {name: value for name, value in values.items() if name != "name"}
        if not partnerships.differences(row, values):
            return slug, None, False
        return slug, lambda: self._change(row, values), False

    def finish(self) -> dict[str, object]:
        return {"slugs": self._touched}

    def _add(self, slug: str, values: Values) -> None:
        partnerships.add(self._session, slug, values, now=self._now)
        self._touched.append(slug)

    def _change(self, row: Partnership, values: Values) -> None:
        partnerships.change(self._session, row, values, now=self._now)
        self._touched.append(row.slug)


class _Organisations:
    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        loaded = select(Organisation).options(selectinload(Organisation.partnerships))
        self._known = {row.name_key: row for row in session.scalars(loaded)}
        rows = session.scalars(select(Partnership).order_by(Partnership.id.desc())).all()
        self._partnerships = {name_key(row.name): row for row in rows}
        self._partnerships |= {row.slug: row for row in rows}
        self._touched: list[Organisation] = []

    def bring(self, given: Mapping[str, str]) -> tuple[str, Callable[[], None] | None, bool]:
        fields = {name: text for name, text in given.items() if name != "partnerships"}
        values = _required(judge_organisation(fields), fields)
        key, of = name_key(str(values["name"])), self._of(given.get("partnerships", ""))
        row = self._known.get(key)
        if row is None and "audience" not in values:
            raise _Refused(NO_SIDE, given["name"])
        if row is None:
            return key, lambda: self._add(key, values, of), True
        rest = {name: value for name, value in values.items() if name != "name"}
        if not organisations.differences(row, rest) and (not of or of == set(row.partnerships)):
            return key, None, False
        return key, lambda: self._change(row, rest, of), False

    def finish(self) -> dict[str, object]:
        return {"followed": follow(self._session, self._touched, now=self._now)}

    def _of(self, cell: str) -> set[Partnership]:
        """Return the partnerships that a cell names, by slug or by name."""
        found = set[Partnership]()
        for text in filter(None, (one.strip() for one in cell.split(";"))):
            known = self._partnerships.get(text) or self._partnerships.get(name_key(text))
            if known is None:
                raise _Refused("deze opleidingsschool bestaat niet", text)
            found.add(known)
        return found

    def _add(self, key: str, values: Values, of: set[Partnership]) -> None:
        row = Organisation(name_key=key)
        self._session.add(row)
        self._save(row, values, of)

    def _change(self, row: Organisation, values: Values, of: set[Partnership]) -> None:
        row.version += 1
        self._save(row, values, of)

    def _save(self, row: Organisation, values: Values, of: set[Partnership]) -> None:
        organisations.put(row, values)
        if of:
            row.partnerships = sorted(of, key=lambda one: one.id)
        self._touched.append(row)


def _required(judged: Judged, given: Mapping[str, str]) -> Values:
    """Return the values. Raises _Refused for the first thing that is wrong."""
    if "name" not in given:
        raise _Refused("er staat geen naam")
    if judged.problems:
        name, sentence = next(iter(judged.problems.items()))
        raise _Refused(sentence, given.get(name, ""))
    return judged.values


def _shown(value: str) -> str:
    """Return a value that fits on a screen, without what could harm a terminal."""
    seen = "".join(one for one in value if one.isprintable())
    return seen if len(seen) <= SHOWN_LENGTH else seen[: SHOWN_LENGTH - 1] + "…"
