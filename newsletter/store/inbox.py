"""Queries on what came in, as editors choose from it: what waits, what was put aside, where it was.

Nothing here that an edition carries already, but for `list_chosen`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from feeds.model import Item, Sighting, Source, Theme
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Edition
from newsletter.store.editions import is_carried
from newsletter.values import GONE, EditionKind, EditionStatus
from storage.text import folded
from subscribers.values import Audience

EVERYBODY: Final = "iedereen"  # the audience of what is for both sides, or names none
LOOKED_AT: Final = 20  # newsletters among which the draft and the one before it are sought
MOST_CHOSEN: Final = 20
MOST_SEARCHED: Final = 20_000  # of one stand; reading them takes a tenth of a second
IN_ORDER: Final = (
    case((Item.kind == ItemKind.EVENT, Item.starts_at)),
    func.coalesce(Item.published_at, Item.first_seen_at).desc(),
    Item.id.desc(),
)


class Stand(StrEnum):
    """Where an item is on its way past the editors; people see these words in addresses."""

    WAITING = "nieuw"
    PARKED = "geparkeerd"
    REFUSED = "geweigerd"
    OLDER = "ouder"  # came along in a flood


STATUS_OF: Final[Mapping[Stand, ItemStatus]] = {
    Stand.WAITING: ItemStatus.NEW,
    Stand.PARKED: ItemStatus.PARKED,
    Stand.REFUSED: ItemStatus.REFUSED,
    Stand.OLDER: ItemStatus.NEW,
}


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
class Found:
    """What was found: the items by kind, in the order of the list.

    is_all: False when only the last MOST_SEARCHED of that stand were looked at.
    """

    ids: Mapping[str, list[int]]
    is_all: bool = True

    def count(self, kind: str) -> int:
        """Return how many of a kind there are."""
        return len(self.ids.get(kind, ()))


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
        Edition.kind == EditionKind.NEWSLETTER, Edition.status.not_in(GONE)
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


def find_waiting(
    session: Session, stand: Stand, wanted: Wanted = Wanted(), *, now: datetime
) -> Found:
    """Return what stands there and is wanted: events by their start, the rest newest first.

    What is looked for is sought among the MOST_SEARCHED items of that stand that came last.
    """
    first = _first_searched(session, stand) if wanted != Wanted() else None
    among = [] if first is None else [Item.id >= first]
    query = (
        select(Item.kind, Item.id)
        .where(*_stands(stand, now), *among, *_is_wanted(session, wanted))
        .order_by(*IN_ORDER)
    )
    ids: dict[str, list[int]] = {}
    for kind, item_id in session.execute(query):
        ids.setdefault(kind, []).append(item_id)
    return Found(ids, is_all=first is None)


def list_items(session: Session, ids: Collection[int]) -> list[Item]:
    """Return these items, sources loaded, in the order in which they are named."""
    query = select(Item).where(Item.id.in_(ids)).options(joinedload(Item.source))
    found = {item.id: item for item in session.scalars(query)}
    return [found[one] for one in ids if one in found]


def list_chosen(
    session: Session, wanted: Wanted, *, carried: Collection[int], now: datetime
) -> list[Item]:
    """Return the items that were chosen: these that a draft carries, and those for the next one.

    In the order in which they were first seen, sources loaded. Of what waits for the next one the
    latest MOST_CHOSEN: nobody reads a longer list, and a search finds the others.
    """
    narrowed = _is_wanted(session, wanted)
    for_next = (
        select(Item.id)
        .where(Item.status == ItemStatus.ACCEPTED, *_is_free(now), *narrowed)
        .order_by(Item.first_seen_at.desc(), Item.id.desc())
        .limit(MOST_CHOSEN)
    )
    chosen = [*carried, *session.scalars(for_next)]
    query = select(Item).where(Item.id.in_(chosen), *narrowed).options(joinedload(Item.source))
    return list(session.scalars(query.order_by(Item.first_seen_at, Item.id)))


def count_chosen(
    session: Session, *, carried: Collection[int] | None, now: datetime
) -> Mapping[ItemKind, int]:
    """Return how many of each kind the next newsletter has.

    carried: what its draft carries; None without a draft, and then what was chosen for it counts.
    """
    for_next = and_(Item.status == ItemStatus.ACCEPTED, *_is_free(now))
    counted = for_next if carried is None else Item.id.in_(carried)
    query = select(Item.kind, func.count()).where(counted).group_by(Item.kind)
    return {ItemKind(kind): count for kind, count in session.execute(query)}


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
    """Return the editions that carry an item and count, the newest first."""
    query = select(Edition).where(Edition.blocks.any(item_id=item_id), Edition.status.not_in(GONE))
    return list(session.scalars(query.order_by(Edition.created_at.desc(), Edition.id.desc())))


def _stands(stand: Stand, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (_is_at(stand), *_is_free(now))


def _is_free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """No edition carries it, and it is not over."""
    return (
        not_(is_carried()),
        or_(Item.starts_at.is_(None), Item.starts_at >= now),
    )


def _is_at(stand: Stand) -> ColumnElement[bool]:
    is_at = Item.status == STATUS_OF[stand]
    match stand:
        case Stand.OLDER:
            return and_(is_at, Item.backlog)
        case Stand.WAITING:
            return and_(is_at, not_(Item.backlog))
        case _:
            return is_at


def _first_searched(session: Session, stand: Stand) -> int | None:
    """Return the first item among those that are searched; None when all of them are."""
    newest = select(Item.id).where(Item.status == STATUS_OF[stand]).order_by(Item.id.desc())
    beyond = session.scalar(newest.offset(MOST_SEARCHED).limit(1))
    return None if beyond is None else beyond + 1


def _is_wanted(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    themes = _theme_words(session) if wanted.words else {}
    clauses = [_says(word, themes) for word in wanted.words]
    if wanted.audience:
        clauses.append(_is_for(wanted.audience))
    if wanted.theme:
        clauses.append(_names(Item.themes, wanted.theme))
    if wanted.source_id is not None:
        clauses.append(_came_from(Source.id == wanted.source_id))
    return clauses


def _theme_words(session: Session) -> Mapping[str, str]:
    """Return the labels of the themes as they are searched, by slug."""
    return {row[0]: folded(row[1]) for row in session.execute(select(Theme.slug, Theme.label))}


def _is_for(audience: str) -> ColumnElement[bool]:
    sides = {side: _names(Item.audiences, side) for side in Audience}
    if audience == EVERYBODY:
        return or_(and_(*sides.values()), not_(or_(*sides.values())))
    return and_(*(names if side == audience else not_(names) for side, names in sides.items()))


def _names(column: InstrumentedAttribute[list[str]], slug: str) -> ColumnElement[bool]:
    """Say whether a list of slugs, kept as JSON, holds this one."""
    return cast(column, Text).contains(f'"{slug}"', autoescape=True)


def _says(word: str, themes: Mapping[str, str]) -> ColumnElement[bool]:
    plain = folded(word)
    of_themes = (_names(Item.themes, slug) for slug, label in themes.items() if plain in label)
    return or_(
        Item.found_by.contains(plain, autoescape=True),
        _came_from(_holds(Source.name, word)),
        *of_themes,
    )


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
