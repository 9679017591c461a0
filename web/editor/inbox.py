"""What came in, per section: what waits, and what already stands in the draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.model import Item
from feeds.store import items_by_id
from feeds.themes import list_themes
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Edition
from newsletter.store.editions import get_edition, list_editions
from newsletter.store.inbox import list_waiting
from newsletter.values import EditionKind, EditionStatus
from web.editor.desk import desk_page
from web.editor.words import edition_label
from web.errors import PageUnknown
from web.pages import Call, read_number

SECTIONS: Final[Mapping[ItemKind, str]] = {
    ItemKind.NEWS: "Nieuws",
    ItemKind.EVENT: "Agenda",
    ItemKind.PRACTICE: "Praktijk",
    ItemKind.PUBLICATION: "Publicaties",
    ItemKind.REPORT: "Verslagen",
}
STANDS: Final[Mapping[str, ItemStatus]] = {"nieuw": ItemStatus.NEW, "geweigerd": ItemStatus.REFUSED}
OVERVIEW: Final = 6  # a section's length while every section is on the page
PAGE: Final = 20
FRESH_DAYS: Final = 2  # marked as new for so long; it waits longer
CHANGED_DAYS: Final = 14
LOOKED_AT: Final = 50  # editions among which the current draft is sought


@dataclass(frozen=True, slots=True)
class Draft:
    """The newsletter that is being made, with the block of each item in it."""

    edition: Edition
    label: str
    block_of: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One item in the list. block_id: where it stands in the current draft."""

    item: Item
    block_id: int | None
    is_fresh: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Which items, and which page of them."""

    status: ItemStatus
    number: int
    size: int

    @property
    def is_first_of_new(self) -> bool:
        """Whether what was taken into the draft stands above these."""
        return self.status is ItemStatus.NEW and self.number == 1


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one kind. taken: how many stand in the draft; more: others are behind these."""

    kind: ItemKind
    word: str
    rows: tuple[Row, ...]
    taken: int
    more: bool


def show_inbox(call: Call) -> Response:
    """Show every section, or one kind at length: `?soort=news&stand=geweigerd&bladzijde=2`."""
    kinds, number = _kinds(call), _page_number(call)
    stand = call.query.get("stand", "nieuw")
    if stand not in STANDS:
        raise PageUnknown(stand)
    with call.services.db.read() as session:
        current = current_draft(session)
        chosen = items_by_id(session, tuple(current.block_of) if current else ())
        look = Look(STANDS[stand], number, PAGE if len(kinds) == 1 else OVERVIEW)
        sections = [_section(call, session, kind, look, current, chosen) for kind in kinds]
        return desk_page(
            call,
            session,
            "inbox.html",
            sections=sections,
            draft=current,
            stand=stand,
            chosen_kind=call.query.get("soort", ""),
            kinds=SECTIONS,
            themes={theme.slug: theme.label for theme in list_themes(session)},
            number=number,
            maximum=call.services.settings.section_maximum,
        )


def current_draft(session: Session) -> Draft | None:
    """Return the newest newsletter that is still a draft, or None."""
    newest = next(
        (
            edition
            for edition in list_editions(session, limit=LOOKED_AT)
            if edition.kind == EditionKind.NEWSLETTER and edition.state is EditionStatus.DRAFT
        ),
        None,
    )
    if newest is None:
        return None
    edition = get_edition(session, newest.id, with_blocks=True)
    blocks = {block.item_id: block.id for block in edition.blocks if block.item_id is not None}
    return Draft(edition, edition_label(edition), blocks)


def _section(
    call: Call,
    session: Session,
    kind: ItemKind,
    look: Look,
    current: Draft | None,
    chosen: Mapping[int, Item],
) -> Section:
    found = list_waiting(
        session,
        kind,
        status=look.status,
        now=call.now,
        offset=(look.number - 1) * look.size,
        limit=look.size + 1,
    )
    taken = [item for item in chosen.values() if item.kind == kind and look.is_first_of_new]
    block_of = current.block_of if current else {}
    rows = [_row(call, item, block_of) for item in (*taken, *found[: look.size])]
    return Section(kind, SECTIONS[kind], tuple(rows), len(taken), len(found) > look.size)


def _row(call: Call, item: Item, block_of: Mapping[int, int]) -> Row:
    fresh = call.now - item.first_seen_at <= timedelta(days=FRESH_DAYS)
    changed = item.changed_at is not None and (
        call.now - item.changed_at <= timedelta(days=CHANGED_DAYS)
    )
    return Row(item, block_of.get(item.id), fresh, changed)


def _kinds(call: Call) -> tuple[ItemKind, ...]:
    asked = call.query.get("soort", "")
    if not asked:
        return tuple(SECTIONS)
    if asked not in tuple(ItemKind):
        raise PageUnknown(asked)
    return (ItemKind(asked),)


def _page_number(call: Call) -> int:
    return min(read_number(call.query.get("bladzijde", "")) or 1, 1000)
