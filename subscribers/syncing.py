"""Following a list that another system keeps: who is new comes in, who is no longer there goes.

Only people whom this list brought in go, and nobody who asked for the mail themselves: they stop
getting mail, with the list as the reason in their evidence. Nobody comes back by a list, also not
who went by one: whoever left meanwhile by a link in an old mail would come back with them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.bulk import add_rows
from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import normalise
from subscribers.errors import GroundMissing, InvalidAddress, NameMissing, TooManyMissing
from subscribers.importing import ImportReport, Progress, import_file
from subscribers.model import Consent, Subscriber
from subscribers.seen import SeenLines
from subscribers.sheets import ReadAs, open_sheet
from subscribers.values import ON_LIST, ConsentKind, SubscriberStatus

FEW: Final = 10  # people may go at once whatever the list's length
SHARE: Final = 0.05  # of a list may go at once
PAGE: Final = 1_000
THEIR_OWN: Final = (ConsentKind.ASKED, ConsentKind.CONFIRMED, ConsentKind.MOVED)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a round did. removed: who no longer gets mail; kept: that nobody could go, and why."""

    imported: ImportReport
    removed: int
    kept: str = ""


@dataclass(frozen=True, slots=True)
class _Present:
    """The addresses that a file holds, and how many of its lines cannot be read at all."""

    seen: SeenLines
    unreadable: int


def sync_file(  # noqa: PLR0913 - what an administrator decides, by name
    db: Database,
    path: Path,
    *,
    name: str,
    ground: str,
    key: bytes,
    now: datetime,
    columns: Mapping[str, str | int] | None = None,
    known_themes: Mapping[str, str] | None = None,
    allow: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    read_as: ReadAs = ReadAs(),  # noqa: B008 - frozen
) -> SyncReport:
    """Bring in who is new in the file or different, and let go who is no longer in it.

    name:  of the list, the same each time; its people are known by it.
    allow: how many may go at once; None: FEW, or SHARE of the list when that is more.
    Raises: TooManyMissing, GroundMissing and NameMissing, and then nothing changed;
    MalformedImport, OSError.
    """
    if not ground.strip():
        raise GroundMissing
    if not one_line(name):
        raise NameMissing
    source = f"sync {one_line(name)}"[:80]
    present = _read_addresses(path, columns or {}, read_as)
    with db.read() as session:
        missing, people = _find_missing(session, source, present.seen)
    most = max(FEW, int(people * SHARE)) if allow is None else allow
    if len(missing) > most:
        raise TooManyMissing(len(missing), most)
    imported = import_file(
        db,
        path,
        ground=ground,
        columns=columns,
        dry_run=dry_run,
        key=key,
        now=now,
        known_themes=known_themes,
        progress=progress,
        source=source,
        read_as=read_as,
    )
    if present.unreadable:
        return SyncReport(imported, 0, f"{present.unreadable} lines cannot be read")
    if not dry_run:
        _let_go(db, missing, source=source, now=now)
    return SyncReport(imported, len(missing))


def _read_addresses(path: Path, columns: Mapping[str, str | int], read_as: ReadAs) -> _Present:
    """Read who is in the file, whatever else is wrong with their line."""
    seen, unreadable = SeenLines(), 0
    with open_sheet(path, columns, read_as=read_as) as sheet:
        at = sheet.columns["email"]
        for line in sheet.rows.records():
            if line.cells is None:
                unreadable += 1
                continue
            try:
                key = normalise(line.cells[at] if at < len(line.cells) else "").key
            except InvalidAddress:
                continue  # the import says so, with the line
            seen.first_line(key, line.line)
    return _Present(seen, unreadable)


def _find_missing(session: Session, source: str, seen: SeenLines) -> tuple[list[int], int]:
    """Return who of the list is not in the file, and how many people it brought in that get mail.

    One walk by key: the list may be a million.
    """
    missing, people = [], 0
    for id_, key in _people_of(session, source):
        people += 1
        if not seen.has(key):
            missing.append(id_)
    return missing, people


def _people_of(session: Session, source: str) -> Iterator[tuple[int, str]]:
    mine = select(Consent.subscriber_id).where(
        Consent.subscriber_id == Subscriber.id, Consent.source == source
    )
    own = select(Consent.subscriber_id).where(
        Consent.subscriber_id == Subscriber.id, Consent.kind.in_(THEIR_OWN)
    )
    wanted = select(Subscriber.id, Subscriber.email_key).where(
        Subscriber.status.in_(ON_LIST),
        Subscriber.ground == ConsentKind.IMPORTED,
        mine.exists(),
        ~own.exists(),
    )
    for row in session.execute(wanted.execution_options(yield_per=PAGE)):
        yield row.id, row.email_key


def _let_go(db: Database, ids: list[int], *, source: str, now: datetime) -> None:
    """Stop mailing these people, with the list as the reason."""
    left = iter(ids)
    while some := list(islice(left, PAGE)):
        with db.write() as session:
            stopped = session.scalars(
                update(Subscriber)
                .where(Subscriber.id.in_(some), Subscriber.status.in_(ON_LIST))
                .values(status=SubscriberStatus.UNSUBSCRIBED, paused_until=None, changed_at=now)
                .returning(Subscriber.id)
            ).all()
            fact = {
                "kind": ConsentKind.WITHDRAWN,
                "at": now,
                "topics": [],
                "source": source,
            }
            table = Consent.metadata.tables["consent"]
            add_rows(session, table, ("subscriber_id",), ((one,) for one in stopped), same=fact)
            record(session, "subscriber.let_go", now=now, detail={"count": len(stopped)})
