"""One edition: its blocks, the mail as a reader gets it, what is left to do, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from newsletter.accounts.people import user_names
from newsletter.approve.checks.size import CLIPPED_FROM_BYTES
from newsletter.compose.blocks import BLOCKS, FIXED
from newsletter.compose.blocks.kind import BlockKind
from newsletter.compose.bounds import bounds_mark
from newsletter.compose.discarding import is_disposable
from newsletter.compose.for_whom import EVERYBODY, whom_of
from newsletter.compose.marks import block_mark, head_mark
from newsletter.compose.own_heads import own_heads_mark
from newsletter.cut import Cut
from newsletter.log_words import edition_word
from newsletter.model import Block, Edition
from newsletter.outdated import Cause, find_outdated
from newsletter.store.cuts import (
    by_audience,
    choosable_segments,
    names_of,
    segments_of_blocks,
)
from newsletter.store.editions import content_of, events_of, get_edition
from newsletter.values import BlockContent, EditionEvent, EditionKind
from subscribers.values import Audience
from web.editor.approval import approval_shown, may_decide
from web.editor.block_words import block_title
from web.editor.checked import checked
from web.editor.desk import desk_page, edition_head, edition_path
from web.editor.filling import told_of
from web.editor.mail import SCHEMES, SIDES, Variants, cut_asked, cuts_shown, read_variants
from web.editor.moment_form import planned_words
from web.editor.threads import threads_shown
from web.editor.versions import steps_of
from web.editor.words import event_note
from web.errors import PageUnknown
from web.forms import moment_value
from web.headers import MAIL_SANDBOX
from web.pages import Call, page, read_number

SCREENS: Final = ("computer", "telefoon")
LATEST_EVENTS: Final = 6
SAID_TO_EACH_OTHER: Final = frozenset({"submitted", "returned", "seal_broken"})
OF_BLOCKS: Final = frozenset({"dropped", "put_back"})
OF_COMMENTS: Final = frozenset({"commented", "answered", "comment_resolved", "comment_reopened"})


@dataclass(frozen=True, slots=True)
class View:
    """How the mail is looked at: whose, on what; all of it stands in the address."""

    cut: Cut
    screen: str
    scheme: str
    block_id: int | None

    @property
    def side(self) -> str:
        """The word for the side of that reader."""
        return SIDES[self.cut.audience]

    def address(self, path: str, **changed: str | int | None) -> str:
        """Return the address of the same view with something changed."""
        now = {
            "kant": self.cut.key,
            "scherm": self.screen,
            "kleur": self.scheme,
            "blok": self.block_id,
        }
        parts = [f"{key}={value}" for key, value in {**now, **changed}.items() if value is not None]
        return f"{path}?{'&'.join(parts)}"


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block in the list at the side.

    segment: the name of the one that it is for, or ""; kant: of a mail that it stands in, of this
             one when it can be.
    """

    block: Block
    kind: BlockKind
    title: str
    sides: frozenset[str]
    segment: str
    kant: str


@dataclass(frozen=True, slots=True)
class Also:
    """A segment that the reader of the mail is in, or not.

    outside, inside: the keys of the cuts without and with it; "" when no reader has that one.
    """

    name: str
    outside: str
    inside: str
    is_in: bool


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened to the edition."""

    what: str
    at: datetime
    word: str
    who: str
    note: str


def show_edition(call: Call) -> Response:
    """Show the edition with the mail in the middle."""
    return edition_page(call)


def show_block(call: Call) -> Response:
    """Give what writes in one block, for the script to put where the block stands in the mail."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        cuts = cuts_shown(session, content_of(edition), edition.segments)
        view = _view(call, cuts)
        if all(one.id != view.block_id for one in edition.blocks):
            raise PageUnknown("block")
        return page(
            call,
            "editor/edition/block_alone.html",
            **edition_head(edition),
            **_writing(call, session, edition, view, cuts),
            problems={},
            given={},
        )


def edition_page(
    call: Call,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return the edition's page. given, problems: a form that could not be saved, shown again."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        variants = read_variants(call, session, edition)
        view = _view(call, list(variants))
        past = past_of(session, events_of(session, edition.id))
        address = partial(view.address, edition_path(edition.id))
        found = checked(call, session, edition, variants, address)
        return desk_page(
            call,
            session,
            "edition.html",
            status=status,
            **{**edition_head(edition), **approval_shown(call, session, edition)},
            **_writing(call, session, edition, view, list(variants)),
            sandbox=MAIL_SANDBOX,
            sides=_sides(variants),
            seen=variants[view.cut],
            **{**found, "people": by_audience(found["people"])},
            sizes=_sizes(variants),
            clip=CLIPPED_FROM_BYTES,
            past=past,
            last_word=next((one for one in past if one.what in SAID_TO_EACH_OTHER), None),
            planned=moment_value(edition.planned_at),
            planned_words=planned_words(edition.planned_at, call.now),
            until_value=moment_value(edition.not_after),
            bounds=bounds_mark(edition),
            turns=steps_of(session, edition),
            is_disposable=is_disposable(session, edition),
            fixed=[one for one in FIXED.values() if has_fixed(one, edition)],
            mark_of_head=head_mark(edition),
            mark_of_own_heads=own_heads_mark(edition.heads),
            problems=problems or {},
            given=given or {},
        )


def _writing(
    call: Call, session: Session, edition: Edition, view: View, cuts: Sequence[Cut]
) -> dict[str, Any]:
    """Return what the list of blocks shows, and the form of the one at hand."""
    names = names_of(session, segments_of_blocks(session, edition.id))
    lines = _lines(edition, view, cuts, names)
    current = next((one for one in lines if one.block.id == view.block_id), None)
    moved = (one for one in find_outdated(content_of(edition)) if one.cause is Cause.MOVED)
    return {
        "view": view,
        "lines": lines,
        "current": current,
        "splittable": current is not None and _may_be_split(current.block, cuts),
        "block_kinds": [kind for kind in BLOCKS.values() if _may_be_empty(kind)],
        "also": _also(view, cuts, names),
        "choosable": choosable_segments(session),
        "moved": {one.block.id for one in moved},
        "marks": {block.id: block_mark(block) for block in edition.blocks},
        "may": may_decide(call, session, edition),
        "filling": told_of(session, edition),
        **threads_shown(session, edition),
    }


def _view(call: Call, cuts: Sequence[Cut]) -> View:
    block = call.path.get("block") or call.query.get("blok", "")
    return View(
        cut=cut_asked(cuts, call.query.get("kant", "")),
        screen=_one_of(SCREENS, call.query.get("scherm", "")),
        scheme=_one_of(SCHEMES, call.query.get("kleur", "")),
        block_id=read_number(block),
    )


def _one_of(known: Sequence[str], asked: str) -> str:
    return asked if asked in known else known[0]


def _may_be_empty(kind: BlockKind) -> bool:
    """Say whether editors can fill a block themselves; an event's date comes from the agenda."""
    return "starts_at" not in kind.blank


def _may_be_split(block: Block, cuts: Sequence[Cut]) -> bool:
    """Say whether a text of the editors that everybody gets can become one for each side."""
    sides = {cut.audience for cut in cuts}
    return not block.item_id and whom_of(block) == EVERYBODY and sides.issuperset(Audience)


def has_fixed(kind: BlockKind, edition: Edition) -> bool:
    """Say whether an edition of this kind has that fixed block; an announcement is short."""
    return not kind.optional or edition.kind == EditionKind.NEWSLETTER


def _lines(
    edition: Edition, view: View, cuts: Sequence[Cut], names: Mapping[str, str]
) -> list[BlockLine]:
    """Return the blocks in the order of the reader whose mail is looked at."""
    rows = {block.id: block for block in edition.blocks}
    nearest = [view.cut, *cuts]
    ordered = content_of(edition).ordered(view.cut.audience)
    return [_line(rows[told.id], told, nearest, names) for told in ordered]


def _line(
    block: Block, told: BlockContent, cuts: Sequence[Cut], names: Mapping[str, str]
) -> BlockLine:
    reached = [cut for cut in cuts if told.reaches(cut)]
    return BlockLine(
        block,
        BLOCKS[block.kind],
        block_title(block),
        frozenset(SIDES[cut.audience] for cut in reached),
        names.get(block.segment, block.segment) if block.segment else "",
        next((cut.key for cut in reached), cuts[0].key),
    )


def _sides(variants: Variants) -> list[str]:
    return list(dict.fromkeys(SIDES[cut.audience] for cut in variants))


def _sizes(variants: Variants) -> dict[str, int]:
    """Return the size of the largest mail of each side, in bytes."""
    sizes = dict.fromkeys(_sides(variants), 0)
    for cut, rendered in variants.items():
        side = SIDES[cut.audience]
        sizes[side] = max(sizes[side], len(rendered.html.encode()))
    return sizes


def _also(view: View, cuts: Sequence[Cut], names: Mapping[str, str]) -> list[Also]:
    """Return the segments that blocks are for, with the mail of who is in it, or is not."""
    cut = view.cut

    def key(segments: frozenset[str]) -> str:
        one = Cut(cut.audience, segments)
        return one.key if one in cuts else ""

    found = [
        Also(name, key(cut.segments - {slug}), key(cut.segments | {slug}), slug in cut.segments)
        for slug, name in names.items()
    ]
    return [one for one in found if one.inside]


def past_of(session: Session, events: Sequence[EditionEvent]) -> list[Past]:
    """Return the last things that happened, newest first; edits in a row by one person are one.

    What was said about it stands elsewhere.
    """
    names = user_names(session)
    done = [one for one in events if one.what not in OF_COMMENTS]
    told = [
        one
        for before, one in zip([None, *done], done, strict=False)
        if before is None or not _is_same(before, one)
    ]
    return [
        Past(
            one.what,
            one.at,
            edition_word(one.what),
            names.get(one.user_id or 0, ""),
            event_note(one),
        )
        for one in reversed(told[-LATEST_EVENTS:])
    ]


def _is_same(before: EditionEvent, one: EditionEvent) -> bool:
    """Say whether an event tells nothing new: the same again, or the edit that the last one was."""
    whats = {before.what, "edited"} if before.what in OF_BLOCKS else {before.what}
    return one.user_id == before.user_id and one.what in whats
