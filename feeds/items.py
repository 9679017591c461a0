"""Use cases of editors on items: add one of their own, rewrite, judge."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import uuid4

from feeds import store
from feeds.clean import safe_link
from feeds.errors import ItemUnusable
from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from storage.session import Database
from storage.text import one_line


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

    Raises ItemUnusable, UnknownSource for a theme that does not exist.
    """
    title = one_line(title)
    _judge(title=title, url=url.strip(), starts_at=starts_at, ends_at=ends_at)
    themes = list(themes)
    with db.write() as session:
        store.require_themes(session, themes)
        item = Item(
            kind=ItemKind(kind).value,
            key=f"own:{uuid4().hex}",
            status=ItemStatus.ACCEPTED.value,
            title=title,
            summary=summary.strip(),
            url=url.strip(),
            starts_at=starts_at,
            ends_at=ends_at,
            all_day=all_day,
            location=location.strip(),
            themes=themes,
            audiences=list(audiences),
            details=dict(details or {}),
            first_seen_at=now,
        )
        session.add(item)
        session.flush()
        return item.id


def _judge(*, title: str, url: str, starts_at: datetime | None, ends_at: datetime | None) -> None:
    if not title:
        raise ItemUnusable("give the item a title")
    if url and not safe_link(url, base=""):
        raise ItemUnusable("the item's url is not an http or https address")
    if starts_at and ends_at and ends_at < starts_at:
        raise ItemUnusable("the event ends before it starts")


def rewrite_item(db: Database, item_id: int, *, title: str, summary: str, now: datetime) -> None:
    """Put the editors' words beside the source's; empty gives the source's back.

    now: for the shape that all use cases share; `changed_at` tells of the source only.
    Raises UnknownSource.
    """
    with db.write() as session:
        item = store.get_item(session, item_id)
        item.own_title, item.own_summary = title.strip(), summary.strip()


def judge_item(db: Database, item_id: int, status: str, *, now: datetime) -> None:
    """Record what the editors decided: new, accepted, parked or refused. Raises UnknownSource.

    now: for the shape that all use cases share.
    """
    with db.write() as session:
        store.get_item(session, item_id).status = ItemStatus(status).value
