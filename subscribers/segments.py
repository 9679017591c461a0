"""Segments: saved selections of subscribers. What they say is in `trees.py`.

A segment may be made of others. Whoever asks what selects its people gets conditions without
those: they are put in their place (`conditions_of`), so that one question answers.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.log import LogEntry, record
from storage.session import Database
from storage.text import one_line
from subscribers.conditions import NEITHER
from subscribers.errors import (
    SegmentChanged,
    SegmentInUse,
    SegmentTooLarge,
    UnknownCondition,
    UnknownSegment,
)
from subscribers.expressions import parse
from subscribers.model import Segment
from subscribers.reading import holds, kinds_of
from subscribers.trees import (
    SEGMENT,
    All,
    Conditions,
    Either,
    Is,
    Not,
    Tree,
    any_of,
    every,
    leaves,
    negated,
    require_bounds,
    stored,
    tree_of,
)
from subscribers.values import Audience

AUDIENCES: Final[Mapping[Audience, str]] = {  # with the word for a group of them
    Audience.SCHOOL: "Scholen",
    Audience.TEACHER_EDUCATION: "Lerarenopleidingen",
}
DEFAULT_SEGMENTS: Final[tuple[tuple[str, str, Conditions], ...]] = (
    ("school", "Scholen", {"audience": Audience.SCHOOL.value}),
    ("lerarenopleiding", "Lerarenopleidingen", {"audience": Audience.TEACHER_EDUCATION.value}),
    ("overig", "Overige lezers", {"audience": NEITHER}),
)
EVERY_SIDE: Final[tuple[Audience | None, ...]] = (*Audience, None)
INSIDE: Final = 2  # times as much as one may say, with what the segments in it say
RESERVED: Final = frozenset({"nieuw", "telling"})  # pages of the desk, where segments have theirs
DEEPEST_CHAIN: Final = 8


def parse_expression(expression: str) -> dict[str, Any]:
    """Return what an expression says as it stands in a row. Raises UnknownCondition."""
    return stored(parse(expression))


def save_segment(
    db: Database,
    slug: str,
    *,
    conditions: Conditions,
    now: datetime,
    name: str = "",
    version: int | None = None,
) -> None:
    """Make a segment, or replace the one with that slug.

    version: that of the row that was looked at; None replaces whatever is there.
    Raises SegmentChanged when the row has another version; UnknownCondition, also for a segment
    that would be in itself; UnknownSegment for one in it that is not there. Then nothing changed.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 80:
        raise UnknownCondition(f"{slug!r} is no name for a segment: use a-z, 0-9 and hyphens")
    tree = tree_of(conditions)
    require_bounds(tree)
    with db.write() as session:
        segment = _to_change(session, slug, version)
        segment.conditions = stored(tree)
        segment.name = one_line(name, maximum=200) or segment.name
        session.add(segment)
        session.flush()
        conditions_of(session, [slug, *used_by(session, slug)])
        record(session, "segment.saved", now=now, about=segment.name, detail={"segment": slug})


def _to_change(session: Session, slug: str, version: int | None) -> Segment:
    """Return the row, locked and with its next version, or a new one.

    Raises SegmentChanged, and UnknownCondition for a new one that may not be called so.
    """
    found = session.get(Segment, slug, with_for_update=True)
    if version is not None and (found is None or found.version != version):
        raise SegmentChanged(f"segment {slug!r} was changed by somebody else")
    if found is None and slug in RESERVED:
        raise UnknownCondition(f"{slug!r} is a page of the desk: name the segment otherwise")
    if found is None:
        return Segment(slug=slug, name=slug)
    found.version += 1
    return found


def delete_segment(session: Session, slug: str, *, now: datetime) -> str:
    """Take a segment away, within the caller's transaction; return its name.

    Whether editions go to it is for the caller to ask. Raises UnknownSegment, and SegmentInUse for
    one that others are made of.
    """
    segment = get_segment(session, slug)
    if users := used_by(session, slug):
        raise SegmentInUse(slug, users)
    was = {"segment": slug, "conditions": segment.conditions}
    record(session, "segment.deleted", now=now, about=segment.name, detail=was)
    session.delete(segment)
    return segment.name


def put_back(db: Database, slug: str, *, now: datetime) -> None:
    """Make a segment that was taken away what it was; one that is there again stays as it is.

    Raises UnknownSegment for one that never was, and what `save_segment` raises.
    """
    with db.read() as session:
        if session.get(Segment, slug) is not None:
            return
        gone = select(LogEntry).where(LogEntry.what == "segment.deleted")
        entries = session.scalars(gone.order_by(LogEntry.id.desc()))
        was = next((one for one in entries if one.detail.get("segment") == slug), None)
    if was is None:
        raise _unknown(slug)
    save_segment(db, slug, conditions=was.detail["conditions"], name=was.about, now=now)


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


def get_segment(session: Session, slug: str) -> Segment:
    """Return a segment. Raises UnknownSegment."""
    found = session.get(Segment, slug)
    if found is None:
        raise _unknown(slug)
    return found


def used_by(session: Session, slug: str) -> list[str]:
    """Return the slugs of the segments that are made of this one, by themselves or by others."""
    rows = {row.slug: row.conditions for row in session.execute(_ROWS)}
    found: list[str] = []
    near = {slug}
    while near:
        near = {one for one in rows if one not in found and near & set(_named(rows[one]))}
        found += sorted(near)
    return [one for one in found if one != slug]


def conditions_of(session: Session, slugs: Sequence[str]) -> list[Conditions]:
    """Return what selects the people of each segment, in the order of the slugs.

    No other segment is named in them. Raises UnknownSegment, UnknownCondition.
    """
    found = known_conditions(session, slugs)
    if missing := [slug for slug in slugs if slug not in found]:
        raise _unknown(missing[0])
    return [found[slug] for slug in slugs]


def known_conditions(session: Session, slugs: Collection[str]) -> dict[str, Conditions]:
    """Return what selects the people of those of these segments that are there, by slug.

    What stands in a row comes as it stands, when no other segment is in it. Raises UnknownSegment
    and UnknownCondition for one that is made of others.
    """
    if not slugs:
        return {}
    rows = session.execute(_ROWS.where(Segment.slug.in_(set(slugs))))
    found: dict[str, Conditions] = {row.slug: row.conditions for row in rows}
    made_of_others = [slug for slug, one in found.items() if any(_named(one))]
    if made_of_others:
        everything = {row.slug: row.conditions for row in session.execute(_ROWS)}
        for slug in made_of_others:
            tree = _put_together(Is(SEGMENT, (slug,)), everything, ())
            found[slug] = stored(_of_some_size(tree, slug))
    return found


def whole(session: Session, tree: Tree) -> Tree:
    """Return a tree with the segments that it names put in their place.

    Raises UnknownSegment, UnknownCondition.
    """
    if all(leaf.field != SEGMENT for leaf in leaves(tree)):
        return tree
    everything = {row.slug: row.conditions for row in session.execute(_ROWS)}
    return _of_some_size(_put_together(tree, everything, ()), "")


def sides_of(conditions: Conditions) -> tuple[Audience | None, ...]:
    """Return the sides whose readers can be in a segment with these conditions."""
    tree = tree_of(conditions)
    kinds = kinds_of([tree])
    if kinds is None:
        return EVERY_SIDE
    sides = {one.audience for one in kinds if holds(tree, one)}
    return tuple(one for one in EVERY_SIDE if one in sides)


def audience_of(session: Session, slug: str) -> Audience | None:
    """Return the one audience that a segment selects; None when it takes others as well.

    Raises UnknownSegment.
    """
    sides = sides_of(conditions_of(session, [slug])[0])
    return sides[0] if len(sides) == 1 else None


_ROWS: Final = select(Segment.slug, Segment.conditions)


def _unknown(slug: str) -> UnknownSegment:
    return UnknownSegment(f"there is no segment {slug!r}; see newsletter segment list")


def _named(conditions: object) -> Iterator[str]:
    """Yield the segments that a row names, whatever else stands in it."""
    if isinstance(conditions, Mapping):
        for name, value in conditions.items():
            if name == SEGMENT:
                yield from value if isinstance(value, list) else [str(value)]
            else:
                yield from _named(value)
    elif isinstance(conditions, list):
        for one in conditions:
            yield from _named(one)


def _put_together(tree: Tree, rows: Mapping[str, Any], within: tuple[str, ...]) -> Tree:
    match tree:
        case Is(field, slugs) if field == SEGMENT:
            return any_of(_inside(slug, rows, within) for slug in slugs)
        case Is():
            return tree
        case Not(part):
            return negated(_put_together(part, rows, within))
        case All(parts):
            return every(_put_together(one, rows, within) for one in parts)
        case Either(parts):
            return any_of(_put_together(one, rows, within) for one in parts)


def _inside(slug: str, rows: Mapping[str, Any], within: tuple[str, ...]) -> Tree:
    if slug in within:
        way = " -> ".join((*within[within.index(slug) :], slug))
        raise UnknownCondition(f"a segment cannot be made of itself: {way}")
    if slug not in rows:
        raise _unknown(slug)
    if len(within) >= DEEPEST_CHAIN:
        raise SegmentTooLarge(f"segments stand in more than {DEEPEST_CHAIN} others")
    # Judged at every step: of segments that name two others each, eight would make thousands.
    return _of_some_size(_put_together(tree_of(rows[slug]), rows, (*within, slug)), slug)


def _of_some_size(tree: Tree, slug: str) -> Tree:
    require_bounds(tree, of=f"segment {slug!r} has " if slug else "", times=INSIDE)
    return tree
