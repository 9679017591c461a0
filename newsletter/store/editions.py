"""Queries on editions and their blocks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.sql.base import ExecutableOption

from feeds.model import Item
from feeds.values import ItemStatus
from newsletter.errors import DraftExists, UnknownEdition
from newsletter.matters import SORTS
from newsletter.model import Block, Edition
from newsletter.review_rows import Matter
from newsletter.values import (
    GONE,
    AtSource,
    BlockContent,
    EditionContent,
    EditionEvent,
    EditionKind,
    EditionStatus,
    Head,
)
from storage.log import LogEntry, record
from subscribers.values import Audience

OF_EDITION: Final = "edition."  # what the names of these entries begin with
AGREED: Final = ("question", "approach", "result", "contact", "partnership")


def get_edition(session: Session, edition_id: int, *, with_blocks: bool = False) -> Edition:
    """Return one edition, with its blocks in order when asked for. Raises UnknownEdition."""
    return _one(session, _query(edition_id, with_blocks=with_blocks), edition_id)


def lock_edition(session: Session, edition_id: int, *, with_blocks: bool = False) -> Edition:
    """Return one edition as it is now, held against other writers until the session ends.

    Raises UnknownEdition.
    """
    query = _query(edition_id, with_blocks=with_blocks).with_for_update()
    return _one(session, query.execution_options(populate_existing=True), edition_id)


def list_editions(session: Session, *, limit: int = 50) -> list[Edition]:
    """Return the editions that were not thrown away, newest first."""
    kept = select(Edition).where(Edition.status != EditionStatus.DISCARDED)
    query = kept.order_by(Edition.created_at.desc(), Edition.id.desc())
    return list(session.scalars(query.limit(limit)))


def list_discarded(session: Session, *, limit: int = 50) -> list[Edition]:
    """Return the drafts that were thrown away, the last one first."""
    query = select(Edition).where(Edition.status == EditionStatus.DISCARDED)
    return list(session.scalars(query.order_by(Edition.status_since.desc()).limit(limit)))


def find_drafts(session: Session) -> list[Edition]:
    """Return the newsletters that are a draft, the newest first."""
    query = select(Edition).where(
        Edition.kind == EditionKind.NEWSLETTER, Edition.status == EditionStatus.DRAFT
    )
    return list(session.scalars(query.order_by(Edition.created_at.desc(), Edition.id.desc())))


def content_of(edition: Edition) -> EditionContent:
    """Return an edition, its blocks and their items loaded, as what decides what readers get."""
    return EditionContent(
        id=edition.id,
        kind=EditionKind(edition.kind),
        number=edition.number,
        title=edition.title,
        subject=edition.subject,
        preheader=edition.preheader,
        dated_on=edition.dated_on,
        without=tuple(edition.without),
        heads={Audience(side): Head(**head) for side, head in edition.heads.items()},
        orders={Audience(side): tuple(ids) for side, ids in edition.orders.items()},
        blocks=tuple(
            BlockContent(
                id=block.id,
                kind=block.kind,
                audience=Audience(block.audience) if block.audience else None,
                fields=block.fields,
                at_source=_at_source(block.item) if block.item_id else None,
                segment=block.segment,
            )
            for block in sorted(edition.blocks, key=lambda block: block.position)
        ),
    )


def with_items() -> ExecutableOption:
    """Return the option that loads an edition's blocks, and with each what its item says now."""
    return selectinload(Edition.blocks).selectinload(Block.item)


def is_carried() -> ColumnElement[bool]:
    """Return the condition that an edition that counts has the item: a draft, or a sent one."""
    holders = select(Block.id).join(Edition, Edition.id == Block.edition_id)
    return holders.where(Block.item_id == Item.id, Edition.status.not_in(GONE)).exists()


def item_ids_carried(session: Session) -> set[int]:
    """Return the items that an edition carries or carried."""
    return set(session.scalars(select(Item.id).where(is_carried())))


def find_by_period(session: Session, kind: EditionKind, period: str) -> int | None:
    """Return the edition that was drafted for a period."""
    query = select(Edition.id).where(Edition.kind == kind, Edition.period == period)
    return session.scalar(query)


def find_begun(
    session: Session, like: Edition, *, author_id: int | None, since: datetime
) -> int | None:
    """Return the draft of the same kind, event and segments that this author began since then."""
    query = select(Edition.id, Edition.segments).where(
        Edition.kind == like.kind,
        Edition.event_id.is_not_distinct_from(like.event_id),
        Edition.author_id == author_id,
        Edition.status == EditionStatus.DRAFT,
        Edition.created_at >= since,
    )
    same = (row.id for row in session.execute(query) if row.segments == like.segments)
    return next(same, None)


def require_known_drafts(
    session: Session, newest: int, *, author_id: int | None, since: datetime | None
) -> None:
    """Raise DraftExists when there is a newer draft of a newsletter than this one.

    One that this author began since then does not count: a button was pressed twice.
    """
    for one in find_drafts(session):
        is_again = since is not None and one.author_id == author_id and one.created_at >= since
        if one.id > newest and not is_again:
            raise DraftExists(one.id)


def next_number(session: Session) -> int:
    """Return the number for a new newsletter; that of a cancelled one is not used again."""
    return (session.scalar(select(func.max(Edition.number))) or 0) + 1


def events_of(
    session: Session, edition_id: int, *, since: datetime | None = None
) -> list[EditionEvent]:
    """Return what happened to an edition, oldest first. since: leave out what came before."""
    query = _log_of(edition_id).order_by(LogEntry.at, LogEntry.id)
    if since is not None:
        query = query.where(LogEntry.at >= since)
    return [to_event(one) for one in session.scalars(query)]


def last_event(
    session: Session, edition_id: int, *, besides: Collection[str] = ()
) -> EditionEvent | None:
    """Return what happened to an edition last, besides things such as "told"."""
    others = _log_of(edition_id).where(LogEntry.what.not_in([OF_EDITION + one for one in besides]))
    found = session.scalar(others.order_by(LogEntry.id.desc()).limit(1))
    return None if found is None else to_event(found)


def last_event_of(session: Session, edition_id: int, *whats: str) -> EditionEvent | None:
    """Return the last of these things that happened to an edition, such as "approved"."""
    same = _log_of(edition_id).where(LogEntry.what.in_([OF_EDITION + what for what in whats]))
    found = session.scalar(same.order_by(LogEntry.id.desc()).limit(1))
    return None if found is None else to_event(found)


def log_event(  # noqa: PLR0913 - by name; see `storage.log.record`
    session: Session,
    edition_id: int,
    *,
    what: str,
    now: datetime,
    user_id: int | None = None,
    note: str = "",
    detail: Mapping[str, object] | None = None,
) -> LogEntry:
    """Write down that something happened to an edition, such as "approved".

    What colleagues hear of by mail is put aside for that, in the same transaction.
    """
    name = OF_EDITION + what
    entry = record(
        session, name, now=now, by=user_id, edition_id=edition_id, note=note, detail=detail
    )
    if what in SORTS:
        session.flush()  # the entry gets its number
        session.add(Matter(entry_id=entry.id))
    return entry


def _log_of(edition_id: int) -> Select[LogEntry]:
    return select(LogEntry).where(
        LogEntry.edition_id == edition_id, LogEntry.what.startswith(OF_EDITION)
    )


def to_event(entry: LogEntry) -> EditionEvent:
    """Return an entry of an edition as its history tells it."""
    return EditionEvent(
        id=entry.id,
        edition_id=entry.edition_id or 0,
        at=entry.at,
        user_id=entry.user_id,
        what=entry.what.removeprefix(OF_EDITION),
        note=entry.note,
        detail=entry.detail,
    )


def _at_source(item: Item | None) -> AtSource | None:
    if item is None:
        return None
    return AtSource(
        title=item.title,
        location=item.location,
        starts_at=item.starts_at,
        cancelled=item.cancelled,
        has_vanished=item.vanished_at is not None,
        status=item.status,
        before=item.before,
        agreed=_agreed(item),
    )


def _agreed(item: Item) -> dict[str, str]:
    if item.submission_id is None or item.status == ItemStatus.WITHDRAWN:
        return {}
    return {"title": item.title} | {name: str(item.details.get(name) or "") for name in AGREED}


def _query(edition_id: int, *, with_blocks: bool) -> Select[Edition]:
    query = select(Edition).where(Edition.id == edition_id)
    return query.options(with_items()) if with_blocks else query


def _one(session: Session, query: Select[Edition], edition_id: int) -> Edition:
    edition = session.scalars(query).one_or_none()
    if edition is None:
        raise UnknownEdition(f"there is no edition {edition_id}")
    return edition
