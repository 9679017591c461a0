"""Choosing from what came in, per section, against a maximum."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from feeds.marks import words_mark
from feeds.model import Item, Theme
from feeds.store import get_item
from feeds.themes import list_themes
from feeds.values import ItemKind, ItemStatus
from newsletter.compose.choose import NEWS_KINDS, PRACTICE_MAXIMUM
from newsletter.model import Edition
from newsletter.store import inbox
from newsletter.store.editions import get_edition
from newsletter.store.inbox import Found, Stand, Wanted
from subscribers.segments import list_segments
from web.editor.desk import SELECTING, Desk, read_desk
from web.editor.editions import next_slot
from web.editor.look import Look, read_look
from web.editor.rows import Labels, Row, State, is_changed, labels_of, state_of
from web.editor.words import edition_label
from web.errors import PageUnknown
from web.pages import Call, page

SECTIONS: Final[Mapping[ItemKind, str]] = {
    ItemKind.NEWS: "Nieuws",
    ItemKind.EVENT: "Agenda",
    ItemKind.PRACTICE: "Praktijk",
    ItemKind.PUBLICATION: "Publicaties",
    ItemKind.REPORT: "Verslagen",
}
COUNTED_TOGETHER: Final[Mapping[ItemKind, str]] = {
    ItemKind.NEWS: "verslagen meegeteld",
    ItemKind.REPORT: "nieuws meegeteld",
}
OVERVIEW: Final = 6  # a section's length while every section is on the page
PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """The newsletter that is being made. block_of: from item to block, in reading order."""

    edition: Edition
    label: str
    block_of: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a part of the mail were chosen, and how many it should hold at most."""

    word: str
    taken: int
    maximum: int

    @property
    def over(self) -> int:
        """How many too many."""
        return max(self.taken - self.maximum, 0)


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one kind.

    found: how many there are that are looked for, on every page; new: how many of them are new.
    note:  what else counts for the tally, or "".
    """

    kind: ItemKind
    word: str
    rows: tuple[Row, ...]
    tally: Tally
    note: str
    new: int
    found: int
    number: int
    last: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The row whose words stand open, with what its form holds.

    mark:     of what the item says now (`feeds/marks.py`).
    problems: sentences by field.
    """

    item_id: int
    mark: str
    title: str
    summary: str
    labels: Labels
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """What a form held that could not be kept, and why."""

    title: str
    summary: str
    themes: Sequence[str]
    audience: str
    problems: Mapping[str, str]


def show_selecting(call: Call) -> Response:
    """Show every section, or what is looked for: `?soort=news&stand=geweigerd&q=toets`."""
    return selecting_page(call, read_look(call.query))


def show_old_place(call: Call) -> Response:
    """Lead on from where this page stood before."""
    query = call.request.url.query
    if "item" in call.path:
        query = Look(item_id=call.number("item"), open_id=call.number("item")).query
    return RedirectResponse(f"{SELECTING}?{query}" if query else SELECTING, status_code=301)


def selecting_page(
    call: Call, look: Look, *, status: int = 200, given: Given | None = None
) -> HTMLResponse:
    """Return the page. given: a form that could not be kept, shown again."""
    with call.services.db.read() as session:
        desk, themes = read_desk(call, session), list_themes(session)
        _require_known(look, desk, themes)
        shown = _shown(call, session, look, desk)
        return page(
            call,
            "editor/selecting.html",
            status=status,
            desk=desk,
            look=shown.look,
            draft=shown.draft,
            slot=None if shown.draft else next_slot(session, call.now),
            underway=desk.underway,
            before_label=edition_label(desk.underway.before) if desk.underway.before else "",
            sections=shown.sections,
            tallies=shown.tallies(),
            opened=_opened(shown, themes, given),
            segments=[] if shown.look.open_id is None else list_segments(session),
            searched=None if shown.found.is_all else inbox.MOST_SEARCHED,
            stands=inbox.count_stands(session, now=call.now),
            kinds=SECTIONS,
            counts={kind: shown.found.count(kind) for kind in SECTIONS},
            themes={theme.slug: theme.label for theme in themes},
        )


def _shown(call: Call, session: Session, look: Look, desk: Desk) -> "_Shown":
    """Return what the page shows. The item whose words stand open is there in any case.

    It may have gone to another page since, or be judged by somebody else: then it stands alone.
    """
    shown = _Shown(call, session, look, desk)
    if look.open_id is None or look.open_id in shown.rows:
        return shown
    return _Shown(call, session, replace(look, item_id=look.open_id), desk)


class _Shown:
    """Reads what the page shows, in as many queries for many items as for one."""

    def __init__(self, call: Call, session: Session, look: Look, desk: Desk) -> None:
        self.look = look
        self._call, self._session, self._desk = call, session, desk
        self.draft = _draft(session, desk.underway.draft)
        self.found = Found({})
        carried = tuple(self.draft.block_of) if self.draft else None
        self._taken = Counter(inbox.count_chosen(session, carried=carried, now=call.now))
        self._wanted_and_chosen = self._read_chosen(self._wanted() if look.is_narrow else Wanted())

        self.sections = self._sections()
        self.rows = {row.item.id: row for section in self.sections for row in section.rows}

    def _sections(self) -> list[Section]:
        look = self.look
        if look.item_id is not None:
            item = get_item(self._session, look.item_id)
            self.found = Found({item.kind: [item.id]})
            return self._with_rows({ItemKind(item.kind): [item]})
        self.found = inbox.find_waiting(
            self._session, look.stand, self._wanted(), now=self._call.now
        )
        pages = {kind: self._page(kind) for kind in ((look.kind,) if look.kind else SECTIONS)}
        waiting = inbox.list_items(self._session, [one for ids in pages.values() for one in ids])
        return self._with_rows(
            {
                kind: [*self._chosen_of(kind), *(one for one in waiting if one.id in ids)]
                for kind, ids in pages.items()
            }
        )

    def tallies(self) -> list[Tally]:
        """Return the tallies of the mail's parts, in reading order."""
        return [self._tally(kind) for kind in SECTIONS if kind is not ItemKind.REPORT]

    def _with_rows(self, items: Mapping[ItemKind, list[Item]]) -> list[Section]:
        ids = [item.id for some in items.values() for item in some]
        seen = inbox.sightings_of(self._session, ids)
        return [
            self._section(kind, [self._row(item, seen.get(item.id, [])) for item in some])
            for kind, some in items.items()
        ]

    def _section(self, kind: ItemKind, rows: list[Row]) -> Section:
        total = self.found.count(kind)
        together = kind is ItemKind.REPORT or (kind in NEWS_KINDS and self._taken[ItemKind.REPORT])
        return Section(
            kind=kind,
            word=SECTIONS[kind],
            rows=tuple(rows),
            tally=self._tally(kind),
            note=COUNTED_TOGETHER[kind] if together else "",
            new=self._desk.new.get(kind, 0),
            found=total,
            number=self._number(total),
            last=_last_page(total, self._size),
        )

    def _page(self, kind: ItemKind) -> list[int]:
        """Return the items of one kind on this page."""
        begin = (self._number(self.found.count(kind)) - 1) * self._size
        return self.found.ids.get(kind, [])[begin : begin + self._size]

    def _chosen_of(self, kind: ItemKind) -> list[Item]:
        """Return what was chosen of this kind, as the mail has it; it stands above the rest."""
        is_first = self._number(self.found.count(kind)) == 1
        if self.look.stand is not Stand.WAITING or not is_first:
            return []
        order = list(self.draft.block_of) if self.draft else []
        of_kind = [item for item in self._wanted_and_chosen if item.kind == kind]
        return sorted(of_kind, key=lambda i: order.index(i.id) if i.id in order else len(order))

    def _read_chosen(self, wanted: Wanted) -> list[Item]:
        carried = tuple(self.draft.block_of) if self.draft else ()
        return inbox.list_chosen(self._session, wanted, carried=carried, now=self._call.now)

    def _row(self, item: Item, seen: Sequence[inbox.Seen]) -> Row:
        state, carrier = self._state(item), None
        if self.look.item_id is not None and state is not State.TAKEN:
            carrier = next(iter(inbox.carriers_of(self._session, item.id)), None)
        since = self._desk.underway.new_since
        return Row(
            item=item,
            state=State.CARRIED if carrier else state,
            block_id=self._block_id(item),
            seen=tuple(seen),
            is_new=since is not None and item.first_seen_at >= since and not item.backlog,
            is_changed=is_changed(item, self._call.now),
            carrier=carrier,
        )

    def _state(self, item: Item) -> State:
        return state_of(item, block_id=self._block_id(item), has_draft=self.draft is not None)

    def _block_id(self, item: Item) -> int | None:
        return self.draft.block_of.get(item.id) if self.draft else None

    def _tally(self, kind: ItemKind) -> Tally:
        if kind not in NEWS_KINDS:
            maximum = self._call.services.settings.section_maximum
            maximum = PRACTICE_MAXIMUM if kind is ItemKind.PRACTICE else maximum
            return Tally(SECTIONS[kind], self._taken[kind], maximum)
        word = SECTIONS[ItemKind.NEWS]
        if self._taken[ItemKind.REPORT]:
            word = f"{word} en verslagen"
        taken = sum(self._taken[one] for one in NEWS_KINDS)
        return Tally(word, taken, self._call.services.settings.section_maximum)

    def _wanted(self) -> Wanted:
        source = next((one for one in self._desk.sources if one.slug == self.look.source), None)
        return self.look.wanted(source.id if source else None)

    def _number(self, total: int) -> int:
        return min(self.look.number, _last_page(total, self._size)) if self.look.kind else 1

    @property
    def _size(self) -> int:
        return PAGE if self.look.kind else OVERVIEW


def _draft(session: Session, found: Edition | None) -> Draft | None:
    if found is None:
        return None
    edition = get_edition(session, found.id, with_blocks=True)
    blocks = {block.item_id: block.id for block in edition.blocks if block.item_id is not None}
    return Draft(edition, edition_label(edition), blocks)


def _opened(shown: _Shown, themes: Sequence[Theme], given: Given | None) -> Opened | None:
    row = shown.rows.get(shown.look.open_id or shown.look.item_id or 0)
    if row is None or row.item.status == ItemStatus.WITHDRAWN:
        return None
    item, mark = row.item, words_mark(row.item)
    if given is None:
        labels = labels_of(item, themes)
        return Opened(item.id, mark, item.shown_title, item.shown_summary, labels, {})
    labels = replace(labels_of(item, themes, given.themes), audience=given.audience)
    return Opened(item.id, mark, given.title, given.summary, labels, given.problems)


def _require_known(look: Look, desk: Desk, themes: Sequence[Theme]) -> None:
    if look.theme and look.theme not in {theme.slug for theme in themes}:
        raise PageUnknown(look.theme)
    if look.source and look.source not in {source.slug for source in desk.sources}:
        raise PageUnknown(look.source)


def _last_page(total: int, size: int) -> int:
    return max((total + size - 1) // size, 1)
