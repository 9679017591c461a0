"""Use cases of editors on what came in: take it, put it aside, say it in our own words.

Each also does to the newsletter that is being made what follows from it. They name no version, as
those of `draft` do: putting an item in, or taking it out, overwrites nobody's words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feeds.errors import ItemChanged, ItemUnusable
from feeds.items import OwnItem, label, record_item, reword, says, tell_anew
from feeds.marks import own_mark, words_mark
from feeds.model import Item
from feeds.values import ItemStatus
from newsletter.compose.choose import audience_of
from newsletter.compose.editing import begin_history, end_change
from newsletter.compose.placing import block_for, kind_for
from newsletter.compose.sections import in_reading_order, renumber
from newsletter.errors import UnknownItem
from newsletter.model import Block, Edition
from newsletter.store import editions as store
from newsletter.store.candidates import find_item
from newsletter.store.inbox import find_underway
from newsletter.values import EditionStatus
from storage.session import Database

ASIDE: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.NEW: "item.put_back",
    ItemStatus.ACCEPTED: "item.kept",
    ItemStatus.PARKED: "item.parked",
    ItemStatus.REFUSED: "item.refused",
}
"""How somebody may put an item aside, with what the log calls it."""
TEXTS: Final = ("teaser", "summary")  # where a kind of block has the summary of its item


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: its position, and whether the edition opens with it."""

    position: int
    lead: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about an item, and what it was before.

    edition: the newsletter that it went into or came out of; None when there was none.
    place:   from where it was taken out.
    """

    title: str
    was: ItemStatus
    edition: Edition | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What editors make of an item. title, summary: "" for the source's own."""

    title: str
    summary: str
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reworded:
    """An item has other words.

    was:     what stood there before.
    mark:    of what stands there now.
    edition: the newsletter being made that carries it, or None.
    follows: whether it now says the same; False where an editor wrote other words there.
    """

    was: Words
    mark: str
    edition: Edition | None = None
    follows: bool = False


def take_item(
    db: Database, item_id: int, *, now: datetime, by: int | None, place: Place | None = None
) -> Judged:
    """Accept an item: it goes into the newsletter that is being made, or waits for the next one.

    place: where it stood before, to undo that it was taken out; otherwise the end of its section.
    Raises UnknownItem, and ItemUnusable for what was called off or withdrawn. Twice does no harm.
    """
    with db.write() as session:
        edition, item = _lock_draft(session), _usable(session, item_id)
        if item.cancelled:
            raise ItemUnusable(f"event {item_id} is cancelled")
        was, item.status = ItemStatus(item.status), ItemStatus.ACCEPTED.value
        goes_in = edition is not None and _block_of(edition, item) is None
        if goes_in or was is not ItemStatus.ACCEPTED:
            record_item(session, "item.taken", item, now=now)
        if edition is not None and goes_in:
            _put_in(edition, item, place)
            _note_change(session, edition, now=now, by=by)
        return Judged(item.shown_title, was, edition)


def put_aside(
    db: Database, item_id: int, status: ItemStatus, *, now: datetime, by: int | None
) -> Judged:
    """Park or refuse an item, or put it back among what is new; the draft then goes without it.

    An accepted one waits for a later edition. What editors wrote in the draft stays with the item.
    Raises UnknownItem, ItemUnusable.
    """
    if status not in ASIDE:
        raise ItemUnusable(f"nobody is put aside as {status}")
    with db.write() as session:
        edition, item = _lock_draft(session), _usable(session, item_id)
        was, item.status = ItemStatus(item.status), status.value
        block = _block_of(edition, item) if edition else None
        if block is not None or was is not status:
            record_item(session, ASIDE[status], item, now=now)
        if edition is None or block is None:
            return Judged(item.shown_title, was)
        place = Place(edition.blocks.index(block), bool(block.fields.get("lead")))
        _keep_words(item, block)
        edition.blocks.remove(block)
        renumber(edition.blocks)
        _note_change(session, edition, now=now, by=by)
        return Judged(item.shown_title, was, edition, place)


def reword_item(
    db: Database, item_id: int, words: Words, *, seen: str, now: datetime, by: int | None
) -> Reworded:
    """Keep the editors' words, themes and audience; what the draft says follows, where it can.

    Where somebody wrote other words in the draft, those stay.
    seen:   the mark of what was looked at (`feeds/marks.py`).
    Raises: UnknownItem, ItemUnusable (also for what its reader agreed to word for word),
            ItemChanged when it says something else by now, and not this; UnknownSource for a theme
            that does not exist.
    """

    def change(session: Session, item: Item) -> None:
        if item.submission_id is not None:
            raise ItemUnusable(f"the reader who sent in item {item_id} agreed to its words")
        if words_mark(item) != seen and not _is_said(item, words):
            raise ItemChanged(f"item {item_id} is not what was looked at")
        reword(item, title=words.title, summary=words.summary)
        label(session, item, themes=words.themes, audiences=words.audiences)

    return _change(db, item_id, change, what="item.reworded", now=now, by=by)


def change_own_item(  # noqa: PLR0913 - the fields of the form
    db: Database,
    item_id: int,
    own: OwnItem,
    *,
    themes: Iterable[str],
    audiences: Iterable[str],
    seen: str,
    now: datetime,
    by: int | None,
) -> Reworded:
    """Change what editors added themselves; what the draft says follows, where it can.

    seen:   the mark of what was looked at.
    Raises: UnknownItem, ItemUnusable also for what a source gave, ItemChanged when it says
            something else by now, and not this; UnknownSource for a theme.
    """

    def change(session: Session, item: Item) -> None:
        was = own_mark(item)
        tell_anew(item, own)
        label(session, item, themes=themes, audiences=audiences)
        if seen != was and own_mark(item) != was:
            raise ItemChanged(f"item {item_id} is not what was looked at")

    return _change(db, item_id, change, what="item.changed", now=now, by=by)


def _change(
    db: Database,
    item_id: int,
    change: Callable[[Session, Item], None],
    *,
    what: str,
    now: datetime,
    by: int | None,
) -> Reworded:
    with db.write() as session:
        edition, item = _lock_draft(session), _usable(session, item_id)
        was = Words(item.own_title, item.own_summary, tuple(item.themes), tuple(item.audiences))
        block = _block_of(edition, item) if edition else None
        before = _as_told(item, block.kind) if block else None
        change(session, item)
        record_item(session, what, item, now=now)
        if edition is None or block is None or before is None:
            return Reworded(was, words_mark(item))
        follows = _follow(block, before=before, after=_as_told(item, block.kind))
        _note_change(session, edition, now=now, by=by)
        return Reworded(was, words_mark(item), edition, follows)


def _is_said(item: Item, words: Words) -> bool:
    labels = (tuple(item.themes), tuple(item.audiences))
    is_same = says(item, words.title, words.summary)
    return is_same and labels == (words.themes, words.audiences)


def _usable(session: Session, item_id: int) -> Item:
    item = find_item(session, item_id)
    if item is None:
        raise UnknownItem(f"there is no item {item_id}")
    if item.status == ItemStatus.WITHDRAWN:
        raise ItemUnusable(f"item {item_id} was withdrawn by who sent it in")
    return item


def _lock_draft(session: Session) -> Edition | None:
    """Return the newsletter that is being made, held; None when it was just submitted.

    Comes before reading the item: it reads anew what the blocks are about, without their sources.
    """
    found = find_underway(session).draft
    if found is None:
        return None
    edition = store.lock_edition(session, found.id, with_blocks=True)
    if edition.state is not EditionStatus.DRAFT:
        return None
    begin_history(session, edition)
    return edition


def _block_of(edition: Edition, item: Item) -> Block | None:
    return next((block for block in edition.blocks if block.item_id == item.id), None)


def _put_in(edition: Edition, item: Item, place: Place | None) -> None:
    block = _as_told(item, kind_for(item))
    if place is None:
        edition.blocks.append(block)
    else:
        edition.blocks.insert(place.position, block)
        if place.lead and not any(one.fields.get("lead") for one in edition.blocks):
            block.fields = {**block.fields, "lead": True}
    renumber(in_reading_order(edition.blocks))


def _as_told(item: Item, kind: str) -> Block:
    return block_for(item, kind, audience=audience_of(item))


def _keep_words(item: Item, block: Block) -> None:
    """Keep with the item what an editor wrote in its block, unless its words are agreed."""
    if item.submission_id is not None:
        return
    told = _as_told(item, block.kind).fields
    texts = [name for name in TEXTS if name in told]
    title, *summary = (
        str(block.fields.get(name) or "") if block.fields.get(name) != told[name] else ""
        for name in ("title", *texts)
    )
    reword(item, title=title or item.own_title, summary="".join(summary) or item.own_summary)


def _follow(block: Block, *, before: Block, after: Block) -> bool:
    """Give a block what its item says now, wherever it still says what the item said before."""
    changed = [name for name, value in after.fields.items() if value != before.fields[name]]
    own = [name for name in changed if block.fields.get(name) != before.fields[name]]
    block.fields = {**block.fields, **{one: after.fields[one] for one in changed if one not in own}}
    if before.audience == after.audience:
        return not own
    is_ours = block.segment is not None or block.audience != before.audience
    block.audience = block.audience if is_ours else after.audience
    return not own and not is_ours


def _note_change(session: Session, edition: Edition, *, now: datetime, by: int | None) -> None:
    end_change(session, edition, now=now, by=by)
