"""Use cases on drafts: start one, filled from what was gathered, and change it.

A change of words names what stood there (`marks`), so that nobody's are overwritten unseen. One
that overwrites no words (to add, to move, for whom) needs to name nothing; it may name the version
that the editor saw. A change to what was submitted or approved takes it back to a draft and voids
the approval: what goes out is what was approved, or nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter import dutch
from newsletter.compose import bounds, placing, propose
from newsletter.compose.blocks import BLOCKS, FIXED
from newsletter.compose.choose import audience_of, choose_items
from newsletter.compose.dating import follow_moment
from newsletter.compose.editing import begin_history, editing
from newsletter.compose.editions import EDITION_KINDS
from newsletter.compose.escape import clean_line
from newsletter.compose.filling import Filling, as_json
from newsletter.compose.marks import block_mark, head_mark
from newsletter.compose.sections import in_reading_order, moved, put_between, renumber
from newsletter.errors import BlockChanged, EditionChanged, UnknownBlock, UnknownItem
from newsletter.model import Block, Edition
from newsletter.store import candidates as items_store
from newsletter.store import editions as store
from newsletter.store.inbox import find_underway
from newsletter.values import EditionKind
from storage.session import Database
from subscribers.segments import conditions_of

FORESEEN: Final = timedelta(weeks=26)  # dates that are told to be too far away, not passed over


def draft_newsletter(  # noqa: PLR0913 - by name; what a draft depends on
    db: Database,
    *,
    now: datetime,
    author_id: int | None = None,
    title: str = "",
    period: str | None = None,
    planned_at: datetime | None = None,
    maximum: int = 5,
    since: datetime | None = None,
    beside: int | None = None,
) -> int:
    """Make a draft from what no edition carried yet; return its id.

    period: what it is for, such as "2027-W16"; a period has one newsletter, made once.
    planned_at: when it goes out, to be approved with it; None leaves that open.
    since:  the author's own draft that was begun since then is returned instead of a second one:
            a button was pressed twice.
    beside: the newest draft that was known of, 0 for none; None asks nothing. Raises DraftExists.
    """

    def make() -> int:
        with db.write() as session:
            known = (
                store.find_by_period(session, EditionKind.NEWSLETTER, period) if period else None
            )
            if known is not None:
                return known
            if beside is not None:
                store.require_known_drafts(session, beside, author_id=author_id, since=since)
            edition = _new_newsletter(session, now, title, maximum)
            edition.period = period
            if planned_at is not None:
                edition.planned_at, edition.dated_on = planned_at, dutch.local(planned_at).date()
            return _saved(session, edition, author_id, now=now, since=since)

    try:
        return make()
    except IntegrityError:
        # Another process drafted at the same moment and took the number or the period.
        return make()


def draft_announcement(  # noqa: PLR0913 - by name; what a draft depends on
    db: Database,
    *,
    event_id: int,
    segment: str,
    now: datetime,
    author_id: int | None = None,
    title: str = "",
    since: datetime | None = None,
) -> int:
    """Make a mailing about one event for one segment; return its id.

    since: as for `draft_newsletter`. Raises UnknownItem, UnknownSegment.
    """
    with db.write() as session:
        event = _event(session, event_id)
        conditions_of(session, [segment])
        block = placing.block_for(event, "congress", audience=None)
        fields = block.fields
        edition = Edition(
            kind=EditionKind.ANNOUNCEMENT,
            title=_head(title or event.shown_title),
            subject=_head(propose.announcement_subject(fields)),
            preheader=_head(propose.announcement_preheader(fields)),
            dated_on=dutch.local(now).date(),
            segments=[segment],
            event_id=event.id,
            not_after=bounds.last_moment(fields, now=now),
            listed=bounds.is_listed(segment),
            blocks=_numbered([block]),
        )
        return _saved(session, edition, author_id, now=now, since=since)


def set_head(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    *,
    version: int | None = None,
    seen: str | None = None,
    title: str,
    subject: str,
    preheader: str,
    dated_on: date,
    planned_at: datetime | None,
    now: datetime,
    by: int | None,
) -> None:
    """Change the words above an edition, its date and its planned moment.

    A date that was the day of the moment goes along with it, unless it is changed as well.
    seen: the mark of what was looked at (`marks.head_mark`), where no version is named. Raises
          EditionChanged when the head says something else by now, and not this.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        was = head_mark(edition)
        edition.title, edition.subject = _head(title), _head(subject)
        edition.preheader = _head(preheader)
        edition.dated_on = follow_moment(edition, dated_on, planned_at)
        edition.planned_at = planned_at
        if seen is not None and seen != was and head_mark(edition) != was:
            raise EditionChanged(f"the head of edition {edition_id} is not what was looked at")


def add_block(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    *,
    version: int | None = None,
    kind: str,
    item_id: int | None = None,
    after: int | None = None,
    now: datetime,
    by: int | None,
) -> int:
    """Add a block, filled from an item when one is given; return its id.

    after:  the block that it comes after, as far as its section lets it; None, or one that is not
            there any more: at the end of its section.
    Raises: UnknownBlock for a kind that does not exist, UnknownItem for an item that does not fit.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (session, edition):
        block = _new_block(session, kind, item_id)
        places = [place for place, one in enumerate(edition.blocks) if one.id == after]
        edition.blocks.insert(places[0] + 1 if places else len(edition.blocks), block)
        renumber(in_reading_order(edition.blocks))
        session.flush()
        return block.id


def rewrite_block(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    seen: str,
    fields: Mapping[str, Any],
    now: datetime,
    by: int | None,
) -> None:
    """Change some fields of a block; what its kind does not know is ignored.

    seen: the mark of the words that were looked at (`marks.block_mark`): others may have changed
          the edition elsewhere. Raises BlockChanged when the block says something else by now, and
          not this.
    """
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        block = _find(edition, block_id)
        was, known = block_mark(block), BLOCKS[block.kind].blank
        block.fields = {
            **block.fields,
            **placing.cleaned({k: v for k, v in fields.items() if k in known}),
        }
        if seen != was and block_mark(block) != was:
            raise BlockChanged(f"block {block_id} is not what was looked at")
        renumber(in_reading_order(edition.blocks))


def follow_event(
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    version: int | None = None,
    now: datetime,
    by: int | None,
) -> None:
    """Let a block about an event say when and where it is today, at its source.

    The last moment and the subject of an announcement follow, unless an editor chose them.
    Raises UnknownItem for a block without an event.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (session, edition):
        block = _find(edition, block_id)
        event = _event(session, block.item_id or 0)
        before, usual = block.fields, bounds.usual_end(edition, now=now)
        block.fields = placing.as_told_now(before, event)
        bounds.follow(edition, usual, now=now)
        bounds.follow_head(edition, before, block.fields)


def move_block(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    version: int | None = None,
    step: int,
    now: datetime,
    by: int | None,
) -> None:
    """Move a block one place up (-1) or down (+1); at the edge of its section the section moves."""
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        renumber(moved(edition.blocks, _find(edition, block_id), step))


def place_block(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    version: int | None = None,
    above: int | None,
    below: int | None,
    now: datetime,
    by: int | None,
) -> None:
    """Put a block between two others (`sections.put_between`); None at the edge of the edition."""
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        by_id = {one.id: one for one in edition.blocks}
        block = _find(edition, block_id)
        there = by_id.get(above or 0), by_id.get(below or 0)
        renumber(put_between(edition.blocks, block, *there))


def drop_block(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    version: int | None = None,
    seen: str | None = None,
    now: datetime,
    by: int | None,
) -> int:
    """Take a block out; return the version of the edition without it.

    Its item may stand in a later edition; `restoring.undo` brings the block back.
    seen: the mark of the words that were looked at, where no version is named. Raises BlockChanged
          when the block says something else by now.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        block = _find(edition, block_id)
        if seen is not None and block_mark(block) != seen:
            raise BlockChanged(f"block {block_id} is not what was looked at")
        edition.blocks.remove(block)
        renumber(edition.blocks)
    return edition.version


def leave_out(
    db: Database,
    edition_id: int,
    name: str,
    *,
    version: int | None = None,
    now: datetime,
    by: int | None,
) -> None:
    """Let an edition go without one of its fixed blocks. Raises UnknownBlock for one that stays."""
    _require_optional(name)
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        edition.without = sorted({*edition.without, name})


def bring_in(
    db: Database,
    edition_id: int,
    name: str,
    *,
    version: int | None = None,
    now: datetime,
    by: int | None,
) -> None:
    """Let an edition have a fixed block again. Raises UnknownBlock for one that is never out."""
    _require_optional(name)
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        edition.without = [one for one in edition.without if one != name]


def _require_optional(name: str) -> None:
    if name not in FIXED or not FIXED[name].optional:
        raise UnknownBlock(f"there is no fixed block {name!r} that can be left out")


def _new_newsletter(session: Session, now: datetime, title: str, maximum: int) -> Edition:
    last = find_underway(session)
    begun = last.draft or last.before
    found = items_store.candidates(session, now=now, until=now + FORESEEN)
    barred = items_store.passed_by(session, since=begun.created_at if begun else None, now=now)
    carried = store.item_ids_carried(session)
    choice = choose_items([*found, *barred], carried=carried, now=now, maximum=maximum)
    blocks = placing.blocks_for(choice, {item.id: item for item in found})
    number = store.next_number(session)
    intro = Block(kind="intro", fields={**BLOCKS["intro"].blank, "text": propose.intro(blocks)})
    return Edition(
        kind=EditionKind.NEWSLETTER,
        number=number,
        title=_head(title) or f"Editie {number}",
        subject=_head(propose.subject(blocks, otherwise=f"Editie {number}")),
        preheader=_head(propose.preheader(blocks)),
        dated_on=dutch.local(now).date(),
        segments=list(EDITION_KINDS[EditionKind.NEWSLETTER].segments),
        blocks=_numbered([intro, *blocks]),
        filling=as_json(Filling(choice.why, choice.left)),
    )


def _event(session: Session, event_id: int) -> Item:
    event = items_store.find_item(session, event_id)
    if event is None or event.kind != ItemKind.EVENT or event.starts_at is None:
        raise UnknownItem(f"item {event_id} is not an event")
    if event.cancelled:
        raise UnknownItem(f"event {event_id} is cancelled")
    return event


def _new_block(session: Session, kind: str, item_id: int | None) -> Block:
    if kind not in BLOCKS:
        raise UnknownBlock(f"there is no kind of block called {kind!r}")
    if item_id is None:
        return Block(kind=kind, audience=None, fields=dict(BLOCKS[kind].blank))
    item = items_store.find_item(session, item_id)
    if item is None or item.status == ItemStatus.WITHDRAWN:
        raise UnknownItem(f"item {item_id} is not there any more")
    if item.kind not in BLOCKS[kind].item_kinds:
        raise UnknownItem(f"item {item_id} cannot stand in a block of kind {kind}")
    return placing.block_for(item, kind, audience=audience_of(item))


def _find(edition: Edition, block_id: int) -> Block:
    for block in edition.blocks:
        if block.id == block_id:
            return block
    raise UnknownBlock(f"edition {edition.id} has no block {block_id}")


def _saved(
    session: Session,
    edition: Edition,
    author_id: int | None,
    *,
    now: datetime,
    since: datetime | None,
) -> int:
    """Store a new draft and return its id, or that of the same one that its author just began."""
    begun = store.find_begun(session, edition, author_id=author_id, since=since) if since else None
    if begun is not None:
        return begun
    edition.author_id = author_id
    edition.created_at = edition.status_since = now
    session.add(edition)
    session.flush()
    store.log_event(session, edition.id, what="drafted", now=now, user_id=author_id)
    session.flush()
    begin_history(session, edition)
    return edition.id


def _numbered(blocks: list[Block]) -> list[Block]:
    renumber(blocks)
    return blocks


def _head(text: str) -> str:
    return clean_line(text)[: propose.HEAD_LENGTH]
