"""Segments: saved selections of subscribers, made of conditions that all have to hold.

In a row:        {"audience": "school", "region": ["Oost", "West"]}     a list: any of these
As people type:  audience = school and region = Oost, West
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.errors import UnknownCondition, UnknownSegment
from subscribers.model import Partnership, Segment, Subscriber, SubscriberTheme
from subscribers.values import Audience, SubscriberStatus

Conditions: TypeAlias = Mapping[str, Any]  # a field to a value or a list of values, as in JSON
Clause: TypeAlias = ColumnElement[bool]

NEITHER: Final = "geen"  # the audience of somebody on neither side
AUDIENCES: Final[Mapping[Audience, str]] = {  # with the word for a group of them
    Audience.SCHOOL: "Scholen",
    Audience.TEACHER_EDUCATION: "Lerarenopleidingen",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One field that a segment can select on. label: Dutch; values: () when any will do."""

    label: str
    clause: Callable[[str], Clause]
    values: tuple[str, ...] = ()


def _audience(value: str) -> Clause:
    return Subscriber.audience.is_(None) if value == NEITHER else Subscriber.audience == value


def _text(column: InstrumentedAttribute[str]) -> Callable[[str], Clause]:
    # Twice, because SQLite's lower() leaves letters with accents as they are.
    return lambda value: or_(column == value, func.lower(column) == value.lower())


def _partnership(value: str) -> Clause:
    named = select(Partnership.name).where(Partnership.slug == value).scalar_subquery()
    return or_(_text(Subscriber.partnership)(value), Subscriber.partnership == named)


def _theme(value: str) -> Clause:
    chosen = select(SubscriberTheme.subscriber_id).where(
        SubscriberTheme.theme == value, SubscriberTheme.subscriber_id == Subscriber.id
    )
    return chosen.exists()


CONDITIONS: Final[Mapping[str, Condition]] = {
    "audience": Condition("Kant", _audience, (*Audience, NEITHER)),
    "region": Condition("Regio", _text(Subscriber.region)),
    "partnership": Condition("Opleidingsschool", _partnership),
    "organisation": Condition("Organisatie", _text(Subscriber.organisation)),
    "role": Condition("Rol", _text(Subscriber.role)),
    "theme": Condition("Thema", _theme),
    "status not": Condition(
        "Status is niet", lambda value: Subscriber.status != value, tuple(SubscriberStatus)
    ),
}

DEFAULT_SEGMENTS: Final[tuple[tuple[str, str, Conditions], ...]] = (
    ("school", "Scholen", {"audience": Audience.SCHOOL.value}),
    ("lerarenopleiding", "Lerarenopleidingen", {"audience": Audience.TEACHER_EDUCATION.value}),
    ("overig", "Overige lezers", {"audience": NEITHER}),
)


def where(conditions: Conditions) -> list[Clause]:
    """Return the clauses that all have to hold; [] for no conditions: everybody.

    Values are bound, never written into the statement. Raises UnknownCondition.
    """
    return [_any_of(name, value) for name, value in conditions.items()]


def parse_expression(expression: str) -> dict[str, str | list[str]]:
    """Return the conditions in `field = value and field = value, value and field != value`.

    A value that holds a comma, an equals sign or the word "and" stands between double quotes.
    Raises: UnknownCondition: what is wrong, where (the first character is 1), and what can be.
    """
    found: dict[str, str | list[str]] = {}
    for place, part in _split(expression, r"(?<!\S)and(?!\S)"):
        name, value = _parse_condition(part, place)
        if name in found:
            raise UnknownCondition(f"at character {place}: {name!r} is named twice; use a comma")
        found[name] = value
    return found


def save_segment(
    db: Database, slug: str, *, conditions: Conditions, now: datetime, name: str = ""
) -> None:
    """Make a segment, or replace the one with that slug. Raises UnknownCondition."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 80:
        raise UnknownCondition(f"{slug!r} is no name for a segment: use a-z, 0-9 and hyphens")
    where(conditions)
    with db.write() as session:
        segment = session.get(Segment, slug) or Segment(slug=slug, name=slug)
        segment.conditions = dict(conditions)
        segment.name = one_line(name, maximum=200) or segment.name
        session.add(segment)
        record(session, "segment.saved", now=now, about=segment.name, detail={"segment": slug})


def add_default_segments(db: Database) -> int:
    """Add those of DEFAULT_SEGMENTS that are missing; return how many."""
    with db.write() as session:
        known = set(session.scalars(select(Segment.slug)))
        new = [
            Segment(slug=slug, name=name, conditions=dict(conditions))
            for slug, name, conditions in DEFAULT_SEGMENTS
            if slug not in known
        ]
        session.add_all(new)
    return len(new)


def list_segments(session: Session) -> list[Segment]:
    """Return the segments: the shipped ones first, in their order, then the others by name."""
    shipped = [slug for slug, *_ in DEFAULT_SEGMENTS]
    rows = session.scalars(select(Segment).order_by(Segment.name)).all()
    return sorted(rows, key=lambda one: shipped.index(one.slug) if one.slug in shipped else 99)


def conditions_of(session: Session, slugs: Sequence[str]) -> list[dict[str, Any]]:
    """Return the conditions of each segment, in the order of the slugs. Raises UnknownSegment."""
    rows = session.execute(
        select(Segment.slug, Segment.conditions).where(Segment.slug.in_(set(slugs)))
    )
    found = {row.slug: row.conditions for row in rows}
    if missing := [slug for slug in slugs if slug not in found]:
        raise UnknownSegment(f"there is no segment {missing[0]!r}; see newsletter segment list")
    return [found[slug] for slug in slugs]


def audience_of(session: Session, slug: str) -> Audience | None:
    """Return the one audience that a segment selects; None when it takes others as well.

    Raises UnknownSegment.
    """
    value = conditions_of(session, [slug])[0].get("audience")
    return Audience(value) if value in set(Audience) else None


def _any_of(name: str, value: object) -> Clause:
    condition = CONDITIONS.get(name)
    if condition is None:
        raise UnknownCondition(f"there is no field {name!r}; there are {_listed(CONDITIONS)}")
    values = [_checked(name, condition, one) for one in _as_list(value)]
    if not values:
        raise UnknownCondition(f"{name!r} has no value")
    clauses = [condition.clause(one) for one in values]
    if name.endswith(" not"):  # not a and not b: any of two exclusions would exclude nobody
        return and_(*clauses)
    return or_(*clauses)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _checked(name: str, condition: Condition, value: object) -> str:
    text = NEITHER if value is None and name == "audience" else value
    if not isinstance(text, str) or not text or not text.isprintable():
        raise UnknownCondition(f"{name!r} needs a text")
    if condition.values and text not in condition.values:
        raise UnknownCondition(f"{name!r} cannot be {text!r}; it is {_listed(condition.values)}")
    return text


_CONDITION: Final = re.compile(r"\s*(?P<field>[^=!\"]*?)\s*(?P<sign>!?=)\s*(?P<value>.*?)\s*", re.S)


def _parse_condition(part: str, place: int) -> tuple[str, str | list[str]]:
    match = _CONDITION.fullmatch(part)
    if match is None or not match["field"]:
        raise UnknownCondition(f"at character {place}: write a field, = and a value")
    name = match["field"].lower() + (" not" if match["sign"] == "!=" else "")
    start = place + match.start("value") - (len(part) - len(part.lstrip()))
    values = [_unquoted(one, at + start - 1) for at, one in _split(match["value"], ",")]
    try:
        _any_of(name, values)
    except UnknownCondition as wrong:
        raise UnknownCondition(f"at character {place}: {wrong}") from None
    return name, values[0] if len(values) == 1 else values


def _unquoted(text: str, place: int) -> str:
    bare = text.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not bare or '"' in bare or ("=" in bare and bare == text.strip()):
        raise UnknownCondition(f"at character {place}: {text.strip()!r} is not a value")
    return bare


def _split(text: str, separator: str) -> Iterator[tuple[int, str]]:
    """Yield the parts between separators outside quotes, each with where it starts (from 1)."""
    start = 0
    for found in re.finditer(rf'"[^"]*"|(?P<cut>{separator})', text, re.IGNORECASE):
        if found["cut"]:
            yield _placed(text, start, found.start())
            start = found.end()
    yield _placed(text, start, len(text))


def _placed(text: str, start: int, end: int) -> tuple[int, str]:
    part = text[start:end]
    return start + 1 + len(part) - len(part.lstrip()), part


def _listed(names: Mapping[str, Condition] | Sequence[str]) -> str:
    return ", ".join(str(name) for name in names)
