"""Queries on what came in, as editors choose from it: what waits, what was put aside, where it was.

Nothing here that an edition carries already, but for `list_chosen`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from feeds.model import Item, Sighting, Source, Theme
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Edition
from newsletter.store.editions import carried_items
from newsletter.values import EditionKind, EditionStatus
from subscribers.values import Audience

EVERYBODY: Final = "iedereen"  # the audience of what is for both sides, or names none
LOOKED_AT: Final = 20  # newsletters among which the draft and the one before it are sought
SAID: Final = (Item.title, Item.own_title, Item.summary, Item.own_summary, Item.location)


class Stand(StrEnum):
    """Where an item is on its way past the editors; people see these words in addresses."""

    WAITING = "nieuw"
    PARKED = "geparkeerd"
    REFUSED = "geweigerd"
    OLDER = "ouder"  # came along in a flood


@dataclass(frozen=True, slots=True)
class Wanted:
    """What editors look for; what is empty does not narrow.

    words:    each has to stand in the title, the text, a source's name or a theme.
    audience: a side, or EVERYBODY.
    """

    words: tuple[str, ...] = ()
    audience: str = ""
    theme: str = ""
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Underway:
    """The newsletter that is being made, and the one that was begun before it."""

    draft: Edition | None
    before: Edition | None

    @property
    def new_since(self) -> datetime | None:
        """Since when what comes in is new: the last edition before this was begun; None: ever."""
        return self.before.created_at if self.before else None


@dataclass(frozen=True, slots=True)
class Seen:
    """One source that gave an item, and since when."""

    source_id: int
    name: str
    slug: str
    at: datetime


def find_underway(session: Session) -> Underway:
    """Return the newest newsletter that is still a draft, and the newest one begun before it."""
    query = select(Edition).where(
        Edition.kind == EditionKind.NEWSLETTER, Edition.status != EditionStatus.CANCELLED
    )
    newest = query.order_by(Edition.created_at.desc(), Edition.id.desc()).limit(LOOKED_AT)
    editions = list(session.scalars(newest))
    drafts = [one for one in editions if one.state is EditionStatus.DRAFT]
    draft = drafts[0] if drafts else None
    begun_before = editions[editions.index(draft) + 1 :] if draft else editions
    return Underway(draft, begun_before[0] if begun_before else None)


def count_waiting(session: Session, *, since: datetime | None, now: datetime) -> dict[str, int]:
    """Return how many items of each kind wait that were first seen since then.

    Events count only while they are to come.
    """
    query = select(Item.kind, func.count()).where(*_stands(Stand.WAITING, now))
    if since is not None:
        query = query.where(Item.first_seen_at >= since)
    rows = session.execute(query.group_by(Item.kind))
    return {row[0]: row[1] for row in rows}


def count_stands(session: Session, *, now: datetime) -> dict[Stand, int]:
    """Return how many items there are at each stand where something is still to be done."""
    open_stands = [stand for stand in Stand if stand is not Stand.REFUSED]
    columns = [func.count().filter(_is_at(stand)) for stand in open_stands]
    undecided = Item.status.in_((ItemStatus.NEW, ItemStatus.PARKED))
    row = session.execute(select(*columns).where(undecided, *_is_free(now))).one()
    return dict(zip(open_stands, row, strict=True))


def count_found(session: Session, stand: Stand, wanted: Wanted, *, now: datetime) -> dict[str, int]:
    """Return how many items of each kind `list_waiting` would give in all."""
    query = select(Item.kind, func.count()).where(*_stands(stand, now), *_is_wanted(wanted))
    return {row[0]: row[1] for row in session.execute(query.group_by(Item.kind))}


def list_waiting(  # noqa: PLR0913 - by name; a page of a list has this many sides
    session: Session,
    kind: ItemKind,
    *,
    stand: Stand = Stand.WAITING,
    wanted: Wanted = Wanted(),
    now: datetime,
    offset: int = 0,
    limit: int,
) -> list[Item]:
    """Return a page of one kind, sources loaded: events by their start, the rest newest first."""
    newest = func.coalesce(Item.published_at, Item.first_seen_at).desc()
    order = Item.starts_at if kind is ItemKind.EVENT else newest
    query = (
        select(Item)
        .where(Item.kind == kind, *_stands(stand, now), *_is_wanted(wanted))
        .options(joinedload(Item.source))
        .order_by(order, Item.id.desc())
    )
    return list(session.scalars(query.offset(offset).limit(limit)))


def list_chosen(
    session: Session, wanted: Wanted, *, carried: Collection[int], now: datetime
) -> list[Item]:
    """Return the items that were chosen: these that a draft carries, and those for the next one.

    In the order in which they were first seen, sources loaded.
    """
    for_next = and_(Item.status == ItemStatus.ACCEPTED, *_is_free(now))
    query = (
        select(Item)
        .where(or_(Item.id.in_(carried), for_next), *_is_wanted(wanted))
        .options(joinedload(Item.source))
        .order_by(Item.first_seen_at, Item.id)
    )
    return list(session.scalars(query))


def sightings_of(session: Session, item_ids: Collection[int]) -> Mapping[int, list[Seen]]:
    """Return the sources that gave each item, each once, in the order in which they did."""
    query = (
        select(Sighting.item_id, Source.id, Source.name, Source.slug, Sighting.first_seen_at)
        .join(Source, Source.id == Sighting.source_id)
        .where(Sighting.item_id.in_(item_ids))
        .order_by(Sighting.first_seen_at, Sighting.id)
    )
    found: dict[int, dict[int, Seen]] = {}
    for item_id, source_id, name, slug, at in session.execute(query):
        found.setdefault(item_id, {}).setdefault(source_id, Seen(source_id, name, slug, at))
    return {item_id: list(by_source.values()) for item_id, by_source in found.items()}


def carriers_of(session: Session, item_id: int) -> list[Edition]:
    """Return the editions that carry an item and were not cancelled, the newest first."""
    query = select(Edition).where(
        Edition.blocks.any(item_id=item_id), Edition.status != EditionStatus.CANCELLED
    )
    return list(session.scalars(query.order_by(Edition.created_at.desc(), Edition.id.desc())))


def _stands(stand: Stand, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (_is_at(stand), *_is_free(now))


def _is_free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """No edition carries it, and it is not over."""
    return (
        Item.id.not_in(carried_items()),
        or_(Item.starts_at.is_(None), Item.starts_at >= now),
    )


def _is_at(stand: Stand) -> ColumnElement[bool]:
    match stand:
        case Stand.PARKED:
            return Item.status == ItemStatus.PARKED
        case Stand.REFUSED:
            return Item.status == ItemStatus.REFUSED
        case Stand.OLDER:
            return and_(Item.status == ItemStatus.NEW, Item.backlog)
        case Stand.WAITING:
            return and_(Item.status == ItemStatus.NEW, not_(Item.backlog))


def _is_wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    clauses = [_says(word) for word in wanted.words]
    if wanted.audience:
        clauses.append(_is_for(wanted.audience))
    if wanted.theme:
        clauses.append(_names(Item.themes, wanted.theme))
    if wanted.source_id is not None:
        clauses.append(_came_from(Source.id == wanted.source_id))
    return clauses


def _is_for(audience: str) -> ColumnElement[bool]:
    sides = {side: _names(Item.audiences, side) for side in Audience}
    if audience == EVERYBODY:
        return or_(and_(*sides.values()), not_(or_(*sides.values())))
    return and_(*(names if side == audience else not_(names) for side, names in sides.items()))


def _names(column: InstrumentedAttribute[list[str]], slug: str) -> ColumnElement[bool]:
    """Say whether a list of slugs, kept as JSON, holds this one."""
    return cast(column, Text).contains(f'"{slug}"', autoescape=True)


def _says(word: str) -> ColumnElement[bool]:
    quoted = literal('"') + Theme.slug + literal('"')
    themes = select(Theme.slug).where(
        _holds(Theme.label, word), cast(Item.themes, Text).contains(quoted)
    )
    texts = (_holds(column, word) for column in SAID)
    return or_(*texts, _came_from(_holds(Source.name, word)), themes.correlate(Item).exists())


def _came_from(source: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say whether a source of that sort gave it, as the first or later."""
    others = select(Sighting.item_id).join(Source, Source.id == Sighting.source_id).where(source)
    return or_(Item.source_id.in_(select(Source.id).where(source)), Item.id.in_(others))


def _holds(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Say whether a text holds a word, in capitals or not.

    SQLite, and PostgreSQL in the locale C, know the small letters of ASCII only: a word with
    accents is looked for in each way that people write it.
    """
    ways = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(column.icontains(way, autoescape=True) for way in sorted(ways)))
