"""Queries on sources and items. Nothing here commits."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from feeds.errors import SourceGone, SourceRefused, UnknownSource
from feeds.identity import canonical_link
from feeds.model import Item, Sighting, Source, Theme
from feeds.standing import Standing
from feeds.typed import web_address
from feeds.values import AMSTERDAM, ItemKind, ItemStatus, SourceKind
from storage.text import INVISIBLE, one_line, slugify

AGENDA_MINUTES: Final = 360
FEED_MINUTES: Final = 60
SLUG_LENGTH: Final = 60
NAME_LENGTH: Final = 200


def add_source(  # noqa: PLR0913 - by name; a source has this many sides
    session: Session,
    *,
    url: str,
    kind: str,
    name: str = "",
    themes: Iterable[str] = (),
    audiences: Iterable[str] = (),
    now: datetime,
) -> Source:
    """Return the source with this address, made when there is none; it is due at once.

    url: http(s) or webcal; for practice examples the path of a folder.
    Raises SourceRefused for another address, UnknownSource for a kind or theme that does not exist.
    """
    address = source_address(url, kind)
    if known := source_at(session, address):
        return known
    require_themes(session, themes)
    source = new_source(address, kind=kind, name=name, themes=themes, audiences=audiences, now=now)
    source.slug = free_slug(source.name, set(session.scalars(select(Source.slug))))
    session.add(source)
    session.flush()
    return source


def new_source(
    address: str,
    *,
    kind: str,
    name: str,
    themes: Iterable[str],
    audiences: Iterable[str],
    now: datetime,
) -> Source:
    """Return a source that is due at once; it has no slug yet, and is not stored."""
    return Source(
        name=(one_line(name) or default_name(address))[:NAME_LENGTH],
        kind=kind,
        url=address,
        themes=list(themes),
        audiences=list(audiences),
        created_at=now,
        next_look_at=None,  # never looked at: due whatever the clock says
        interval_minutes=AGENDA_MINUTES if kind == SourceKind.AGENDA else FEED_MINUTES,
    )


def require_themes(session: Session, slugs: Iterable[str]) -> None:
    """Raise UnknownSource for a slug that is no theme's."""
    if unknown := set(slugs) - set(session.scalars(select(Theme.slug))):
        raise UnknownSource(f"there is no theme called {min(unknown)!r}")


def source_address(url: str, kind: str) -> str:
    """Return what a source's address is stored as. Raises SourceRefused, UnknownSource."""
    if kind not in tuple(SourceKind):
        raise UnknownSource(f"there is no kind of source called {kind!r}")
    return folder_path(url) if kind == SourceKind.PRACTICE else web_address(url)


def folder_path(url: str) -> str:
    """Return the absolute path of a folder of practice examples. Raises SourceRefused."""
    path = url.strip().removeprefix("file://")
    if not path or "://" in path or INVISIBLE.search(path):
        raise SourceRefused("practice examples are read from a folder: give its path")
    return str(Path(path).resolve())


def default_name(address: str) -> str:
    """Return what a source is called as long as nobody named it: its host, or its folder."""
    return urlsplit(address).hostname or Path(address).name


def list_sources(session: Session) -> list[Source]:
    """Return every source, by name."""
    return list(session.scalars(select(Source).order_by(Source.name, Source.id)))


def get_source(session: Session, slug: str) -> Source:
    """Return the source of that slug. Raises UnknownSource."""
    source = session.scalar(select(Source).where(Source.slug == slug))
    if source is None:
        raise UnknownSource(f"there is no source called {slug!r}")
    return source


def source_at(session: Session, address: str) -> Source | None:
    """Return the source with exactly this address."""
    return session.scalar(select(Source).where(Source.url == address))


def find_source(session: Session, address: str) -> Source | None:
    """Return the source with this address in any of its forms: http or https, a slash or none."""
    if exact := source_at(session, address):
        return exact
    wanted = canonical_link(address)
    same = (one for one in list_sources(session) if canonical_link(one.url) == wanted)
    return next(same, None)


def has_brought(session: Session, source_id: int) -> bool:
    """Say whether a source ever brought an item."""
    own = select(Item.id).where(Item.source_id == source_id)
    seen = select(Sighting.id).where(Sighting.source_id == source_id)
    return bool(session.scalar(select(or_(exists(own), exists(seen)))))


def standings(session: Session, *where: ColumnElement[bool]) -> list[Standing]:
    """Return how the sources of which all this is true stand, by name."""
    columns = (getattr(Source, one.name) for one in fields(Standing))
    rows = session.execute(select(*columns).where(*where).order_by(Source.name, Source.id))
    return [Standing(*row) for row in rows]


def due_sources(session: Session, now: datetime) -> list[Standing]:
    """Return how the sources stand whose next look has come, by name.

    Those that said to be gone are looked at until that is believed.
    """
    is_looked_at = or_(Source.active, Source.last_error == SourceGone.__name__)
    is_due = or_(Source.next_look_at <= now, and_(Source.next_look_at.is_(None), Source.active))
    return standings(session, is_looked_at, is_due)


def list_items(  # noqa: PLR0913 - by name; each narrows the list
    session: Session,
    *,
    kind: str | None = None,
    status: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    source_id: int | None = None,
    limit: int | None = None,
) -> list[Item]:
    """Return items with their source; start inclusive, end exclusive.

    Events (kind="event") by their start and filtered on it; others newest seen first and filtered
    on when they were first seen. Without a kind an event counts by when it was first seen too.
    An all-day event has a date and no zone: it is held against the window's dates as written.
    """
    is_event = kind == ItemKind.EVENT
    moment = Item.starts_at if is_event else Item.first_seen_at
    query = select(Item).options(joinedload(Item.source))
    wanted = (
        (Item.kind, kind),
        (Item.status, status),
        (Item.source_id, source_id),
    )
    for column, value in wanted:
        query = query if value is None else query.where(column == value)
    if start is not None:
        query = query.where(not_(_before(start, is_event=is_event)))
    if end is not None:
        query = query.where(_before(end, is_event=is_event))
    order = (moment, Item.id) if is_event else (moment.desc(), Item.id.desc())
    return list(session.scalars(query.order_by(*order).limit(limit)))


def get_item(session: Session, item_id: int) -> Item:
    """Return one item with its source. Raises UnknownSource."""
    item = session.scalar(_with_source().where(Item.id == item_id))
    if item is None:
        raise UnknownSource(f"there is no item {item_id}")
    return item


def items_by_id(session: Session, ids: Iterable[int]) -> dict[int, Item]:
    """Return the items that exist, with their source, by id."""
    found = session.scalars(_with_source().where(Item.id.in_(list(ids))))
    return {item.id: item for item in found}


def upcoming_events(
    session: Session, *, start: datetime, end: datetime, audience: str | None = None
) -> list[Item]:
    """Return the events that start in the window, by start; not cancelled, not refused by editors.

    audience: only what is for this side or for everyone. Sessions of a congress are among them;
    their details name what they are part of.
    """
    query = (
        _with_source()
        .where(Item.kind == ItemKind.EVENT, Item.cancelled.is_(False))
        .where(Item.status.not_in((ItemStatus.REFUSED, ItemStatus.WITHDRAWN)))
        .where(Item.starts_at >= start, Item.starts_at < end)
        .order_by(Item.starts_at, Item.id)
    )
    events = session.scalars(query)
    return [
        event
        for event in events
        if not (audience and event.audiences and audience not in event.audiences)
    ]


def _before(bound: datetime, *, is_event: bool) -> ColumnElement[bool]:
    if not is_event:
        return Item.first_seen_at < bound
    as_written = bound.replace(tzinfo=AMSTERDAM)
    return or_(
        and_(Item.all_day, Item.starts_at < as_written),
        and_(not_(Item.all_day), Item.starts_at < bound),
    )


def _with_source() -> Select[Item]:
    return select(Item).options(joinedload(Item.source))


def known_slugs(session: Session, slugs: Collection[str]) -> frozenset[str]:
    """Return those that are slugs of sources now."""
    found = session.scalars(select(Source.slug).where(Source.slug.in_(slugs))) if slugs else ()
    return frozenset(found)


def free_slug(name: str, taken: Collection[str]) -> str:
    """Return a slug for a name that is not among those taken: itself, or with a number behind it.

    By halving, so that a list of thousands of sources of one name does not take a minute.
    """
    base = slugify(name.removeprefix("www."), maximum=SLUG_LENGTH) or "bron"
    low, high = 0, 1
    while _numbered(base, high) in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _numbered(base, middle) in taken else (low, middle)
    return _numbered(base, high)


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}-{number}"
