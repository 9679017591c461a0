"""Two people wrote in one block: both texts beside each other, and a choice; no word is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from newsletter.accounts import user_names
from newsletter.compose.blocks.kind import BlockKind, Field
from newsletter.compose.marks import block_mark, fields_mark
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.store.revisions import latest_contents, list_revisions
from web.editor.desk import desk_page, edition_head, way_back
from web.pages import Call

LOOKED_BACK: Final = 50  # revisions: more than a page stays open for


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
        base = _seen(session, edition.id, block, str(call.form.get("seen", "")))
        clashes, same = _compare(block, kind, typed, base)
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
    block: Block, kind: BlockKind, typed: Mapping[str, str], base: Mapping[str, Any] | None
) -> tuple[list[Clash], dict[str, str]]:
    """Return the fields to choose between, and what the others say.

    base: the fields as they were when the page was opened, None when nobody knows any more. Where
          somebody typed nothing else, there is nothing to choose: the colleague's words stay.
    """
    both = [
        Clash(one, str(block.fields.get(one.name) or ""), typed[one.name]) for one in kind.editable
    ]
    differing = [one for one in both if one.mine != one.theirs]
    written = [one for one in differing if base is None or _is_new(one, base)]
    clashes = written or differing
    return clashes, {one.field.name: one.theirs for one in both if one not in clashes}


def _is_new(clash: Clash, base: Mapping[str, Any]) -> bool:
    return clash.mine != str(base.get(clash.field.name) or "")


def _seen(session: Session, edition_id: int, block: Block, mark: str) -> Mapping[str, Any] | None:
    """Return the fields of the block in the newest revision with this mark, if there is one."""
    for content in latest_contents(session, edition_id, limit=LOOKED_BACK):
        for one in content["blocks"]:
            if one["id"] == block.id and fields_mark(one["kind"], one["fields"]) == mark:
                fields: Mapping[str, Any] = one["fields"]
                return fields
    return None


def _who(session: Session, edition_id: int, block_id: int) -> str:
    """Return who changed this block last, or ""."""
    told = [one for one in list_revisions(session, edition_id) if one.block_id == block_id]
    return user_names(session).get(told[-1].user_id or 0, "") if told else ""
