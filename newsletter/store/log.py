"""Queries on the log, newest first, and each entry as it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from feeds.values import AMSTERDAM
from newsletter.dutch import moment, number
from newsletter.log_doors import who_did
from newsletter.log_words import WORDS, Group, names_in, sentence, words_of
from newsletter.model import Edition, User
from newsletter.values import EditionKind
from storage.dialect import holds, holds_in_any_case, told_row_by_row
from storage.log import LogEntry
from storage.session import Database
from storage.text import folded

NOBODY: Final = 0
"""Stands for what the program did by itself, where an account is asked for."""
PAGE: Final = 1000  # entries in memory at once; no transaction is open between two pages
OPEN_TO_EDITORS: Final = frozenset(
    {Group.EDITIONS, Group.ITEMS, Group.EXAMPLES, Group.SOURCES, Group.FIELD}
)
NUMBERED: Final[Mapping[str, str]] = {
    "submission": "inzending {}",
    "subscriber": "abonnee {}",
    "item": "bericht {}",
}
SAID: Final = frozenset({"edition.checks_failed"})  # of which the program's note is for people
TURNS: Final = frozenset(
    f"edition.{what}"
    for what in (
        *("submitted", "approved", "returned", "withdrawn", "scheduled", "unscheduled"),
        *("send_now", "sending", "paused", "resumed", "cancelled", "sent"),
    )
)
LONGEST_NUMBER: Final = 9  # digits of a number that a column holds
KINDS: Final[Mapping[EditionKind, str]] = {
    EditionKind.NEWSLETTER: "editie",
    EditionKind.ANNOUNCEMENT: "aankondiging",
}
HASHES: Final[Mapping[str, str]] = {
    "hash": "Kenmerk",
    "approved": "Goedgekeurd kenmerk",
    "found": "Gevonden kenmerk",
}
"""What an approval was bound to, by the names in `detail`."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is looked for. user_id: an account, or NOBODY; words: as people typed them.

    names:        only these; None is any.
    without:      not these.
    groups:       what may be seen at all; all of Group is everything, also names of other versions.
    since, until: days in Amsterdam, both with the day itself.
    """

    groups: frozenset[Group] = frozenset(Group)
    names: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    user_id: int | None = None
    edition_id: int | None = None
    since: date | None = None
    until: date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the log as people read it."""

    id: int
    at: datetime
    what: str
    user_id: int | None
    who: str
    sentence: str
    it: str
    note: str
    edition_id: int | None
    detail: Mapping[str, Any]

    @property
    def quote(self) -> str:
        """What somebody wrote with it, or the moment planned; machines keep their notes."""
        try:
            return f"Voor {moment(datetime.fromisoformat(self.note))}."
        except ValueError:
            is_said = self.note and (self.user_id is not None or self.what in SAID)
            planned = self.detail.get("due_at")
            lost = f"Ingepland was {moment(datetime.fromisoformat(planned))}." if planned else ""
            return " ".join(filter(None, [f"‘{self.note}’" if is_said else "", lost]))

    @property
    def hashes(self) -> tuple[tuple[str, str], ...]:
        """What was approved, or what was found instead of it, with its word."""
        known = ((word, self.detail.get(key)) for key, word in HASHES.items())
        return tuple((word, value) for word, value in known if isinstance(value, str) and value)


def list_log(
    session: Session, wanted: LogFilter, *, limit: int, before: int | None = None
) -> list[Told]:
    """Return the newest entries that fit. before: only those older than this entry."""
    query = (
        select(LogEntry, User.name, User.email, Edition.kind, Edition.number, Edition.title)
        .outerjoin(User, User.id == LogEntry.user_id)
        .outerjoin(Edition, Edition.id == LogEntry.edition_id)
        .where(*_fitting(session, wanted))
        .order_by(LogEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(LogEntry.id < before)
    return [
        _told(entry, name or email or "", edition_in_sentence(kind, number, title))
        for entry, name, email, kind, number, title in session.execute(query)
    ]


def last_turn(session: Session, edition_id: int) -> Told | None:
    """Return what last brought an edition to where it stands."""
    found = list_log(session, LogFilter(names=TURNS, edition_id=edition_id), limit=1)
    return found[0] if found else None


def read_log(db: Database, wanted: LogFilter) -> Iterator[Told]:
    """Yield every entry that fits, newest first, however many there are."""
    before: int | None = None
    while True:
        with db.read() as session:
            page = list_log(session, wanted, limit=PAGE, before=before)
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1].id


def edition_in_sentence(kind: str | None, number: int | None, title: str | None) -> str:
    """Return "editie 12", or what an edition without a number is called; "" for none."""
    if kind is None:
        return ""
    if kind == EditionKind.ANNOUNCEMENT:
        return f"de aankondiging ‘{title}’"
    return f"editie {number}" if number else f"de nieuwsbrief ‘{title}’"


def _told(entry: LogEntry, name: str, edition: str) -> Told:
    group = words_of(entry.what).group
    quoted = entry.about if group is Group.PEOPLE else f"‘{entry.about}’"
    about = quoted if entry.about else _numbered(entry.detail)
    it = edition if group is Group.EDITIONS and edition else about
    who = who_did(name, entry.via)
    return Told(
        id=entry.id,
        at=entry.at,
        what=entry.what,
        user_id=entry.user_id,
        who=who.rstrip(","),
        sentence=sentence(entry.what, who=who, it=it, detail=entry.detail),
        it=it,
        note=entry.note,
        edition_id=entry.edition_id,
        detail=entry.detail,
    )


def _numbered(detail: Mapping[str, Any]) -> str:
    """Return how something is called of which the name is a reader's."""
    known = (word.format(number(detail[key])) for key, word in NUMBERED.items() if key in detail)
    return next(known, "")


def _fitting(session: Session, wanted: LogFilter) -> Iterator[ColumnElement[bool]]:
    for names in _named(wanted):  # of most names there are too many to sort
        yield told_row_by_row(session, names)
    if wanted.user_id is not None:
        account = LogEntry.user_id == wanted.user_id
        yield _by_itself() if wanted.user_id == NOBODY else account
    if wanted.edition_id is not None:
        yield LogEntry.edition_id == wanted.edition_id
    if wanted.since is not None:
        yield LogEntry.at >= _midnight(wanted.since)
    if wanted.until is not None:
        yield LogEntry.at < _midnight(wanted.until + timedelta(days=1))
    for word in wanted.words.split():
        yield _holds(session, word)


def _named(wanted: LogFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.groups != frozenset(Group):
        yield LogEntry.what.in_([name for group in wanted.groups for name in names_in(group)])
    if wanted.names is not None:
        yield LogEntry.what.in_(sorted(wanted.names))
    if wanted.without:
        yield LogEntry.what.not_in(sorted(wanted.without))


def _by_itself() -> ColumnElement[bool]:
    return and_(LogEntry.user_id.is_(None), LogEntry.via == "")


def _holds(session: Session, word: str) -> ColumnElement[bool]:
    """Say that an entry tells of this: what it is about, its note, its figures, its sentence."""
    sought, plain = word.casefold(), folded(word)
    named = [name for name, words in WORDS.items() if plain in folded(words.sentence)]
    return or_(
        LogEntry.what.in_(named),
        holds(session, LogEntry.found_by, plain),
        LogEntry.edition_id.in_(_editions_called(session, sought)),
        LogEntry.user_id.in_(_accounts_called(session, sought)),
    )


def _editions_called(session: Session, sought: str) -> Select[int]:
    called = [holds_in_any_case(session, Edition.title, sought)]
    called += [Edition.kind == kind for kind, word in KINDS.items() if word.startswith(sought)]
    if sought.isascii() and sought.isdigit() and len(sought) <= LONGEST_NUMBER:
        called.append(Edition.number == int(sought))
    return select(Edition.id).where(or_(*called))


def _accounts_called(session: Session, sought: str) -> Select[int]:
    return select(User.id).where(holds_in_any_case(session, User.name, sought))


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), tzinfo=AMSTERDAM)
