"""Items of the editors' own, and what editors write over those of a source."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy.orm import Session

from feeds import store
from feeds.clean import safe_link
from feeds.errors import ItemUnusable
from feeds.identity import link_key, text_key
from feeds.model import Item
from feeds.values import EventTimes, ItemKind, ItemStatus, ParsedItem
from storage.log import record
from storage.session import Database
from storage.text import NO_TEXT, one_line

UNWANTED: Final = re.compile(f"[{NO_TEXT}]")
LONGEST: Final[Mapping[str, int]] = {"title": 300, "summary": 2000, "location": 200}
"""Characters in what editors tell; the desk's form holds to the same."""


@dataclass(frozen=True, slots=True)
class OwnItem:
    """What editors tell of an item that no source gave."""

    title: str
    summary: str = ""
    url: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    location: str = ""


def add_item(  # noqa: PLR0913 - an item has this many sides; all by name
    db: Database,
    *,
    kind: str,
    title: str,
    now: datetime,
    summary: str = "",
    url: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    all_day: bool = False,
    location: str = "",
    themes: Iterable[str] = (),
    audiences: Iterable[str] = (),
    details: Mapping[str, object] | None = None,
) -> int:
    """Add an item that no source gave; the editors want it, so it is accepted. Return its id.

    A source that gives the same later is recognised, and makes no second item of it.
    Raises ItemUnusable, UnknownSource for a theme that does not exist.
    """
    told = _tidied(OwnItem(title, summary, url, starts_at, ends_at, all_day, location))
    _judge(told)
    themes = list(dict.fromkeys(themes))
    with db.write() as session:
        store.require_themes(session, themes)
        item = Item(
            kind=ItemKind(kind).value,
            key=f"own:{uuid4().hex}",
            status=ItemStatus.ACCEPTED.value,
            title=told.title,
            summary=told.summary,
            url=told.url,
            starts_at=starts_at,
            ends_at=ends_at,
            all_day=all_day,
            location=told.location,
            themes=themes,
            audiences=list(dict.fromkeys(audiences)),
            details=dict(details or {}),
            first_seen_at=now,
        )
        _mark(item)
        session.add(item)
        session.flush()
        record_item(session, "item.added", item, now=now)
        return item.id


def record_item(session: Session, what: str, item: Item, *, now: datetime) -> None:
    """Write down what was done to an item; what a reader sent in is not named, only numbered."""
    about = "" if item.submission_id is not None else item.shown_title
    record(session, what, now=now, about=about, detail={"item": item.id})


def _mark(item: Item) -> None:
    """Keep by what others may know the item of the editors' own."""
    times = EventTimes(item.starts_at, item.ends_at, item.all_day) if item.starts_at else None
    told = ParsedItem(
        kind=ItemKind(item.kind),
        guid=item.key,
        title=item.title,
        summary=item.summary,
        url=item.url,
        times=times,
    )
    item.link_key, item.text_key = link_key(told), text_key(told)


def tell_anew(item: Item, own: OwnItem) -> None:
    """Change what an item of the editors' own says. Raises ItemUnusable for what a source gave."""
    if item.source_id is not None:
        raise ItemUnusable(f"item {item.id} is told by its source")
    own = _tidied(own)
    _judge(own)
    item.title, item.summary, item.url = own.title, own.summary, own.url
    item.own_title = item.own_summary = ""
    if item.kind == ItemKind.EVENT:
        item.starts_at, item.ends_at, item.all_day = own.starts_at, own.ends_at, own.all_day
        item.location = own.location
    _mark(item)


def _tidied(own: OwnItem) -> OwnItem:
    return replace(
        own,
        title=one_line(own.title),
        summary=_some_lines(own.summary),
        url=own.url.strip(),
        location=one_line(own.location),
    )


def _some_lines(text: str) -> str:
    return UNWANTED.sub("", "\n".join(map(str.rstrip, text.splitlines()))).strip()


def _judge(own: OwnItem) -> None:
    if not own.title:
        raise ItemUnusable("give the item a title")
    for name, longest in LONGEST.items():
        if len(getattr(own, name)) > longest:
            raise ItemUnusable(f"the item's {name} is longer than {longest} characters")
    if own.url and not safe_link(own.url, base=""):
        raise ItemUnusable("the item's url is not an http or https address")
    if own.starts_at and own.ends_at and own.ends_at < own.starts_at:
        raise ItemUnusable("the event ends before it starts")


def reword(item: Item, *, title: str, summary: str) -> None:
    """Keep the words that are not the source's own; where they are, the item follows its source."""
    title, summary = title.strip(), summary.strip()
    item.own_title = title if title != item.title else ""
    item.own_summary = summary if summary != item.summary else ""


def says(item: Item, own_title: str, own_summary: str) -> bool:
    """Say whether the editors' words are these already, as `reword` would keep them."""
    kept = (item.own_title or item.title, item.own_summary or item.summary)
    return kept == (own_title.strip() or item.title, own_summary.strip() or item.summary)


def label(session: Session, item: Item, *, themes: Iterable[str], audiences: Iterable[str]) -> None:
    """Say what an item is about and for whom. Raises UnknownSource for no theme of ours."""
    themes = list(themes)
    store.require_themes(session, themes)
    item.themes, item.audiences = themes, list(audiences)
