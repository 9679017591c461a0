"""Two people wrote in one block: both texts beside each other, and a choice; no word is lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from newsletter.accounts import user_names
from newsletter.compose.blocks.kind import BlockKind, Field
from newsletter.compose.marks import block_mark
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.store.revisions import list_revisions
from web.editor.desk import desk_page, edition_head, way_back
from web.pages import Call


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that says something else than what was typed."""

    field: Field
    theirs: str
    mine: str


def clash_page(call: Call, kind: BlockKind, typed: Mapping[str, str]) -> HTMLResponse:
    """Return the page that lets an editor choose; its form has the mark of what it shows."""
    block_id = call.number("block")
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        block = next(one for one in edition.blocks if one.id == block_id)
        clashes, same = _compare(block, kind, typed)
        return desk_page(
            call,
            session,
            "clash.html",
            status=409,
            **edition_head(edition),
            kind=kind,
            clashes=clashes,
            same=same,
            mark=block_mark(block),
            who=_who(session, edition.id, block_id),
            save_to=call.request.url.path,
            leave_to=way_back(call, block=block_id),
        )


def _compare(
    block: Block, kind: BlockKind, typed: Mapping[str, str]
) -> tuple[list[Clash], dict[str, str]]:
    """Return the fields that differ, and what was typed in the others."""
    both = [
        Clash(one, str(block.fields.get(one.name) or ""), typed[one.name]) for one in kind.editable
    ]
    same = {one.field.name: one.mine for one in both if one.mine == one.theirs}
    return [one for one in both if one.field.name not in same], same


def _who(session: Session, edition_id: int, block_id: int) -> str:
    """Return who changed this block last, or ""."""
    told = [one for one in list_revisions(session, edition_id) if one.block_id == block_id]
    return user_names(session).get(told[-1].user_id or 0, "") if told else ""
