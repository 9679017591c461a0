"""The conditions that a segment can be made of: register here.

Texts are compared as `storage.text.folded` has them: in any case of letters, with or without
accents. No database folds as we do, so a condition on a text selects the spellings that are there
(`Words`), and an index answers.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.text import folded
from subscribers.events import MAILS, SENT
from subscribers.model import Attendance, Subscriber
from subscribers.spellings import is_one_of
from subscribers.themes import number_of
from subscribers.values import Audience, SubscriberStatus

Clause: TypeAlias = ColumnElement[bool]

NEITHER: Final = "geen"  # the audience of somebody on neither side
SINCE, BEFORE = "joined since", "joined before"
ATTENDED, INVITED = "attended", "invited"
THEME: Final = "theme"
EVENTS: Final = frozenset({ATTENDED, INVITED})  # whose values are the numbers of events
ZONE: Final = ZoneInfo("Europe/Amsterdam")  # whose days people mean


@dataclass(frozen=True, slots=True)
class Named:
    """A partnership as conditions know it; all of it folded. members: what belongs to it."""

    slug: str
    name: str
    stage: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in the database.

    spelt:     by column, folded, each text as it is stored.
    announced: by event, the editions that announced it.
    bits:      of the themes that somebody chose.
    gathers_sets: who was at an event is gathered once, not looked up reader by reader.
    by_spelling: a text is asked for in the words of its index, which holds what is filled in.
    """

    spelt: Mapping[str, Mapping[str, Sequence[str]]]
    partnerships: Sequence[Named] = ()
    announced: Mapping[str, Sequence[int]] = field(default_factory=dict)
    bits: Mapping[str, int] = field(default_factory=dict)
    gathers_sets: bool = False
    by_spelling: bool = False

    def stored(self, column: InstrumentedAttribute[str], keys: Collection[str]) -> list[str]:
        """Return the texts of a column that fold to one of these."""
        known = self.spelt[column.key]
        return [text for key in sorted(keys) for text in known.get(key, ())]


@dataclass(frozen=True, slots=True)
class Condition:
    """One field that a segment can select on.

    label:  Dutch.
    clause: that somebody has any of the values; never NULL where it is negated.
    key:    a value as it is compared.
    values: () when any will do.
    columns: whose spellings the clause asks for.
    """

    label: str
    clause: Callable[[Sequence[str], Words], Clause]
    key: Callable[[str], str] = folded
    values: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def start_of(day: str) -> datetime:
    """Return the moment that a day begins here."""
    return datetime.combine(date.fromisoformat(day), time(), ZONE).astimezone(UTC)


def _audience(values: Sequence[str], _words: Words) -> Clause:
    sides = [Subscriber.audience.in_(given)] if (given := _without(values, NEITHER)) else []
    nobodys = [Subscriber.audience.is_(None)] if NEITHER in values else []
    return or_(false(), *sides, *nobodys)


def _without(values: Sequence[str], one: str) -> list[str]:
    return [value for value in values if value != one]


def _among(column: InstrumentedAttribute[str], keys: Collection[str], words: Words) -> Clause:
    texts = words.stored(column, keys)
    if words.by_spelling:
        return is_one_of(column, texts)
    return column.in_(texts) if texts else false()


def _text(label: str, column: InstrumentedAttribute[str]) -> Condition:
    def clause(values: Sequence[str], words: Words) -> Clause:
        return _among(column, {folded(one) for one in values}, words)

    return Condition(label, clause, columns=(column.key,))


def _partnership(values: Sequence[str], words: Words) -> Clause:
    keys = {folded(one) for one in values}
    meant = [one for one in words.partnerships if one.slug in keys or one.name in keys]
    return _in_one_of(meant, keys, words)


def _stage(values: Sequence[str], words: Words) -> Clause:
    keys = {folded(one) for one in values}
    return _in_one_of([one for one in words.partnerships if one.stage in keys], set(), words)


def _in_one_of(meant: Sequence[Named], keys: Collection[str], words: Words) -> Clause:
    """Return that somebody named one of these, or named none and works at what belongs to one."""
    names = {one.name for one in meant}
    members = frozenset[str]().union(*(one.members for one in meant))
    follows = _among(Subscriber.organisation, members, words)
    return or_(
        _among(Subscriber.partnership, {*keys, *names}, words),
        and_(Subscriber.partnership == "", follows),
    )


def _theme(values: Sequence[str], words: Words) -> Clause:
    any_of_these = number_of(values, words.bits)
    return Subscriber.themes.bitwise_and(any_of_these) != 0 if any_of_these else false()


def _is_reader_of(
    theirs: Select[int], reader: ColumnElement[int] | InstrumentedAttribute[int], words: Words
) -> Clause:
    """Return that somebody is among these readers."""
    if words.gathers_sets:
        return Subscriber.id.in_(theirs)
    return theirs.where(reader == Subscriber.id).exists()


def _attended(values: Sequence[str], words: Words) -> Clause:
    events = [int(one) for one in values]
    came = select(Attendance.subscriber_id).where(Attendance.event_id.in_(events))
    return _is_reader_of(came, Attendance.subscriber_id, words)


def _invited(values: Sequence[str], words: Words) -> Clause:
    editions = [one for event in values for one in words.announced.get(event, ())]
    if not editions:
        return false()
    sent = select(MAILS.c.subscriber_id).where(
        MAILS.c.edition_id.in_(editions),
        MAILS.c.state == SENT,
        MAILS.c.subscriber_id.is_not(None),  # of long ago, or erased: NOT IN would know nobody
    )
    return _is_reader_of(sent, MAILS.c.subscriber_id, words)


WORKS_IN: Final = (Subscriber.organisation.key, Subscriber.partnership.key)

CONDITIONS: Final[Mapping[str, Condition]] = {
    "audience": Condition("Kant", _audience, values=(*Audience, NEITHER)),
    "region": _text("Regio", Subscriber.region),
    "partnership": Condition("Opleidingsschool", _partnership, columns=WORKS_IN),
    "stage": Condition("Fase", _stage, columns=WORKS_IN),
    "organisation": _text("Organisatie", Subscriber.organisation),
    "role": _text("Rol", Subscriber.role),
    THEME: Condition("Thema", _theme, key=str),
    ATTENDED: Condition("Aanwezig", _attended, key=str),
    INVITED: Condition("Uitnodiging", _invited, key=str),
    SINCE: Condition("Abonnee vanaf", lambda days, _: Subscriber.since >= start_of(days[0]), str),
    BEFORE: Condition("Abonnee voor", lambda days, _: Subscriber.since < start_of(days[0]), str),
    "status": Condition(
        "Status",
        lambda values, _: Subscriber.status.in_(values),
        values=tuple(SubscriberStatus),
    ),
}
