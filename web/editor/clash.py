"""Two people wrote in one place: both texts beside each other, and a choice; no word is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from newsletter.accounts.people import user_names
from newsletter.compose.blocks.kind import BlockKind, Field
from newsletter.compose.differences import Change
from newsletter.compose.marks import block_mark, fields_mark, head_mark, words_mark
from newsletter.model import Block, Edition
from newsletter.store.editions import get_edition
from newsletter.store.revisions import latest_contents, list_revisions
from web.editor.desk import desk_page, edition_head, way_back
from web.forms import moment_value
from web.pages import Call

LOOKED_BACK: Final = 50  # revisions: more than a page stays open for
HEAD: Final = (
    Field("title", "Titel"),
    Field("subject", "Onderwerp"),
    Field("preheader", "Voorproefje"),
    Field("dated_on", "Datum op de editie"),
    Field("planned_at", "Gaat uit op"),
)

ABOVE: Final = frozenset({Change.HEAD, Change.SEVERAL})


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
        now = {one.name: str(block.fields.get(one.name) or "") for one in kind.editable}
        return _page(
            call,
            session,
            edition,
            compare(kind.editable, now, typed, base),
            kind=kind,
            mark=block_mark(block),
            who=_who(session, edition.id, block_id),
            where="in dit blok",
            leave_to=way_back(call, block=block_id),
        )


def head_clash_page(call: Call, typed: Mapping[str, str]) -> HTMLResponse:
    """Return the same for what stands above the mail."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        base = _seen_above(session, edition.id, str(call.form.get("seen", "")))
        return _page(
            call,
            session,
            edition,
            compare(HEAD, words_above(edition), typed, base),
            kind=None,
            mark=head_mark(edition),
            who=_who(session, edition.id, None),
            where="boven de mail",
            leave_to=way_back(call),
        )


def words_above(edition: Edition) -> dict[str, str]:
    """Return what the form above the mail shows, by field."""
    return {
        "title": edition.title,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "dated_on": edition.dated_on.isoformat(),
        "planned_at": moment_value(edition.planned_at),
    }


def compare(
    fields: Sequence[Field],
    now: Mapping[str, str],
    typed: Mapping[str, str],
    base: Mapping[str, Any] | None,
) -> tuple[list[Clash], dict[str, str]]:
    """Return the fields to choose between, and what the others say. Pure.

    base: the fields as they were when the page was opened, None when nobody knows any more. Where
          somebody typed nothing else, there is nothing to choose: the colleague's words stay.
    """
    both = [Clash(one, now[one.name], typed[one.name]) for one in fields]
    differing = [one for one in both if one.mine != one.theirs]
    written = [one for one in differing if base is None or _is_new(one, base)]
    clashes = written or differing
    return clashes, {one.field.name: one.theirs for one in both if one not in clashes}


def _page(
    call: Call,
    session: Session,
    edition: Edition,
    compared: tuple[list[Clash], dict[str, str]],
    **values: object,
) -> HTMLResponse:
    clashes, same = compared
    return desk_page(
        call,
        session,
        "clash.html",
        status=409,
        **edition_head(edition),
        clashes=clashes,
        same=same,
        save_to=call.request.url.path,
        **values,
    )


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


def _seen_above(session: Session, edition_id: int, mark: str) -> Mapping[str, Any] | None:
    """Return what stood above the mail in the newest revision with this mark, if there is one."""
    for content in latest_contents(session, edition_id, limit=LOOKED_BACK):
        if words_mark(content) == mark:
            planned = content["planned_at"]
            at = datetime.fromisoformat(planned) if planned else None
            return {**content, "planned_at": moment_value(at)}
    return None


def _who(session: Session, edition_id: int, block_id: int | None) -> str:
    """Return who changed this block last, or ""; None: the head."""
    told = [
        one
        for one in list_revisions(session, edition_id)
        if one.block_id == block_id and (block_id is not None or one.what in ABOVE)
    ]
    return user_names(session).get(told[-1].user_id or 0, "") if told else ""
