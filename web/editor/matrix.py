"""Who gets which block: the blocks of an edition against its readers, to look at and to choose.

A column is a side of the partnership, or a saved segment that a block is for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.approve.checks.doubles import check_doubles
from newsletter.approve.checks.reach import check_reach
from newsletter.approve.facts import read_facts
from newsletter.compose import for_whom
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.for_whom import EVERYBODY, Whom, whom_of
from newsletter.cut import Cut
from newsletter.dutch import audience_word
from newsletter.model import Block, Edition
from newsletter.store.cuts import by_audience, choosable_segments, people_by_cut
from newsletter.store.editions import content_of, get_edition
from newsletter.values import BlockContent, EditionStatus
from subscribers.values import Audience
from web.editor.block_words import block_title
from web.editor.desk import desk_page, edition_head, edition_path, undo_address, way_back
from web.editor.mail import SIDES, read_variants
from web.editor.own_order import read_orders
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other

FOR: Final = "voor-"  # before the id of a block: who gets it, as chosen
WAS: Final = "was-"  # ... and as the page showed it
OF_SEGMENT: Final = "doelgroep."  # before a slug, as a choice for a block


@dataclass(frozen=True, slots=True)
class Column:
    """Readers that blocks can be for.

    side:    "school" or "lerarenopleiding" for its mark, else "".
    slug:    of the segment; "" for a side.
    cuts:    those of the edition with these readers; () when it does not go there.
    people:  how many of them get the edition.
    """

    word: str
    side: str
    slug: str
    cuts: tuple[Cut, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether readers get a block. word: "ja", "nee" or "deels"; people: how many of them."""

    word: str
    people: int


@dataclass(frozen=True, slots=True)
class Row:
    """A block. choice: who gets it, as a value of the form; wrong: what the checks say of it."""

    block: Block
    kind: str
    title: str
    choice: str
    cells: tuple[Cell, ...]
    people: int
    wrong: tuple[str, ...]


def show_matrix(call: Call) -> Response:
    """Show the matrix."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        facts = read_facts(session, edition, house=call.services.house, now=call.now)
        variants, content = read_variants(call, session, edition), content_of(edition)
        found = chain(
            check_reach(content, variants, facts), check_doubles(content, variants, facts)
        )
        wrong: dict[str, tuple[str, ...]] = {}
        for one in found:
            wrong[one.where] = (*wrong.get(one.where, ()), one.message)
        people = facts.people or {}
        columns = _columns(tuple(variants), people, facts.names)
        rows = [
            _row(block, told, columns, people, wrong.get(f"block {block.id}", ()))
            for block, told in zip(edition.blocks, content.blocks, strict=True)
        ]
        return desk_page(
            call,
            session,
            "matrix.html",
            **edition_head(edition),
            columns=columns,
            rows=rows,
            without=_without(columns, content.blocks),
            total=sum(people.values()),
            choices=_choices(session, edition),
            may_edit=edition.state is EditionStatus.DRAFT,
            orders=read_orders(edition, _sides(variants)),
            opened=call.query.get("volgorde", ""),
            moved=call.query.get("verplaatst", ""),
        )


def save_matrix(call: Call) -> Response:
    """Save who gets the blocks for which something else was chosen than the page showed."""
    seen, chosen = _of_form(call, WAS), _of_form(call, FOR)
    if not seen.keys() >= chosen.keys():
        raise PageUnknown(WAS)
    for_whom.give_blocks(
        call.services.db,
        call.number("id"),
        {one: whom for one, whom in chosen.items() if whom != seen[one]},
        seen=seen,
        now=call.now,
        by=call.user_id,
    )
    return see_other(edition_path(call.number("id"), "/verdeling"), message="Bewaard.")


def _of_form(call: Call, name: str) -> dict[int, Whom]:
    """Return who gets each block, by id, from the fields with names that begin so."""
    fields = (key.removeprefix(name) for key in call.form if key.startswith(name))
    form = Form(call.form)
    return {int(one): _whom(form.line(f"{name}{one}")) for one in fields if one.isdecimal()}


def split_block(call: Call) -> Response:
    """Make of one block for everybody one for each side, and open the first."""
    db, edition_id, block_id = call.services.db, call.number("id"), call.number("block")
    for_whom.split_block(
        db,
        edition_id,
        block_id,
        version=Form(call.form).number("version"),
        now=call.now,
        by=call.user_id,
    )
    with db.read() as session:
        people = by_audience(people_by_cut(session, get_edition(session, edition_id)))
    others = people.get(None, 0)
    without = f" Lezers van geen van beide kanten ({others}) krijgen er geen." if others else ""
    return see_other(
        way_back(call, block=block_id),
        message=f"Nu staat het er twee keer: voor scholen en voor lerarenopleidingen.{without}",
        undo=undo_address(call),
    )


def _sides(cuts: Iterable[Cut]) -> list[Audience]:
    """Return the sides that the edition goes to."""
    reached = {cut.audience for cut in cuts}
    return [side for side in Audience if side in reached]


def _columns(
    cuts: Sequence[Cut], people: Mapping[Cut, int], names: Mapping[str, str]
) -> list[Column]:
    def column(word: str, its: Iterable[Cut], *, side: str = "", slug: str = "") -> Column:
        own = frozenset(its)
        counted = sum(number for cut, number in people.items() if cut in own)
        return Column(word, side, slug, tuple(own), counted)

    sides = [
        column(word, (cut for cut in cuts if cut.audience is audience), side=audience or "")
        for audience, word in SIDES.items()
    ]
    segments = [
        column(name, (cut for cut in cuts if slug in cut.segments), slug=slug)
        for slug, name in names.items()
    ]
    return [*sides, *segments]


def _row(
    block: Block,
    told: BlockContent,
    columns: Sequence[Column],
    people: Mapping[Cut, int],
    wrong: tuple[str, ...],
) -> Row:
    return Row(
        block=block,
        kind=BLOCKS[block.kind].label,
        title=block_title(block),
        choice=_choice(whom_of(block)),
        cells=tuple(_cell(told, column, people) for column in columns),
        people=sum(number for cut, number in people.items() if told.reaches(cut)),
        wrong=wrong,
    )


def _cell(block: BlockContent, column: Column, people: Mapping[Cut, int]) -> Cell:
    reached = [cut for cut in column.cuts if block.reaches(cut)]
    word = "nee" if not reached else "ja" if len(reached) == len(column.cuts) else "deels"
    return Cell(word, sum(people.get(cut, 0) for cut in reached))


def _without(columns: Sequence[Column], blocks: Sequence[BlockContent]) -> list[str]:
    """Return the words of the columns with readers for whom there is nothing in the edition."""
    return [
        column.word
        for column in columns
        if column.people
        and any(not any(block.reaches(cut) for block in blocks) for cut in column.cuts)
    ]


def _choices(session: Session, edition: Edition) -> dict[str, str]:
    """Return who a block can be for: the values of the form, with their words.

    A segment that is not there any more stands in the list only for the block that is for it.
    """
    sides = {_choice(Whom(side)): audience_word(side) for side in Audience}
    segments = choosable_segments(session)
    gone = {one.segment: f"{one.segment} (weg)" for one in edition.blocks if one.segment}
    named = {_choice(Whom(segment=slug)): name for slug, name in {**gone, **segments}.items()}
    return {_choice(EVERYBODY): audience_word(None), **sides, **named}


def _choice(whom: Whom) -> str:
    return f"{OF_SEGMENT}{whom.segment}" if whom.segment else whom.audience or ""


def _whom(choice: str) -> Whom:
    """Return who was chosen. Raises PageUnknown for what our page does not offer."""
    if choice.startswith(OF_SEGMENT):
        return Whom(segment=choice.removeprefix(OF_SEGMENT))
    if choice not in {"", *Audience}:
        raise PageUnknown(choice)
    return Whom(Audience(choice) if choice else None)
