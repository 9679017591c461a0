"""What editors do to a draft. A form with words carries the mark of those that it showed."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from starlette.responses import Response

from newsletter.compose import draft, for_whom, opening
from newsletter.compose.blocks import BLOCKS, FIXED
from newsletter.compose.blocks.kind import BlockKind
from newsletter.compose.for_whom import Whom
from newsletter.compose.pictures import keep_for_mail
from newsletter.compose.placing import kind_for
from newsletter.dutch import audience_word
from newsletter.errors import BlockChanged, EditionChanged, UnknownBlock
from newsletter.store.candidates import find_item
from newsletter.store.editions import get_edition
from web.editor.clash import clash_page, head_clash_page
from web.editor.desk import desk_page, edition_head, require_draft, undo_address, way_back
from web.editor.edition import edition_page
from web.editor.own_order import move_in_its_mail, side_with_order
from web.errors import PageUnknown
from web.forms import Form, moment_value
from web.pages import Call, read_number, see_other
from web.pictures import take_picture

T = TypeVar("T")

TITLE_LONGEST: Final = 200
FILE: Final = "_file"  # behind the name of a field: the file that comes with it


def save_head(call: Call) -> Response:
    """Save the title, the subject, what stands below it in the inbox, the date and the moment."""
    form = Form(call.form)
    title = form.line("title", longest=TITLE_LONGEST, missing="Geef de editie een titel.")
    subject = form.line("subject", longest=TITLE_LONGEST)
    preheader = form.line("preheader", longest=TITLE_LONGEST)
    dated_on, planned_at = form.date("dated_on"), form.moment("planned_at", after=call.now)
    if form.problems or dated_on is None:
        return edition_page(call, status=422, problems=form.problems, given=_strings(call))
    try:
        _change(
            call,
            draft.set_head,
            title=title,
            subject=subject,
            preheader=preheader,
            dated_on=dated_on,
            planned_at=planned_at,
            seen=None if form.line("version") else form.line("seen"),
        )
    except EditionChanged:
        typed = {"title": title, "subject": subject, "preheader": preheader}
        when = {"dated_on": dated_on.isoformat(), "planned_at": moment_value(planned_at)}
        return head_clash_page(call, typed | when)
    return _back(call, message="Bewaard.")


def add_block(call: Call) -> Response:
    """Add a block: an empty one of a kind, perhaps below another, or one with an item."""
    form = Form(call.form)
    if "item" in call.form:
        return _add_item(call, form.number("item"))
    kind, after = _kind(form.line("kind")), read_number(form.line("after"))
    block_id = _change(call, draft.add_block, kind=kind.name, after=after)
    return _back(call, message=f"‘{kind.label}’ is toegevoegd.", block=block_id)


def _add_item(call: Call, item_id: int) -> Response:
    with call.services.db.read() as session:
        item = find_item(session, item_id)
        if item is None:
            raise PageUnknown(f"item {item_id}")
        kind, title = kind_for(item), item.shown_title
    _change(call, draft.add_block, kind=kind, item_id=item_id)
    return _back(call, message=f"‘{title}’ staat erin.", undo=undo_address(call))


def save_block(call: Call) -> Response:
    """Save the words of a block."""
    form = Form(call.form)
    kind = _kind(form.line("kind"))
    fields = typed_fields(form, kind)
    fields |= _pictures(call, kind, form)
    if form.problems:
        given = {**_strings(call), **fields}
        return edition_page(call, status=422, problems=form.problems, given=given)
    block_id = call.number("block")
    require_draft(call)
    try:
        draft.rewrite_block(
            call.services.db,
            call.number("id"),
            block_id,
            seen=form.line("seen"),
            fields=fields,
            now=call.now,
            by=call.user_id,
        )
    except BlockChanged:
        return clash_page(call, kind, fields)
    except UnknownBlock:
        typed = {field.label: fields[field.name] for field in kind.editable}
        return _changed_page(call, typed)
    return _back(call, message="Bewaard.", block=block_id)


def follow_event(call: Call) -> Response:
    """Let a block say when and where its event is today."""
    block_id = call.number("block")
    _change(call, draft.follow_event, block_id=block_id)
    return _back(call, message="De nieuwe gegevens staan erin.", block=block_id)


def save_audience(call: Call) -> Response:
    """Say for whom a block is: everybody, one side, or a saved segment."""
    form, block_id = Form(call.form), call.number("block")
    audience, segment = form.audience("audience"), form.line("segment") or None
    _change(call, for_whom.give_blocks, whom={block_id: Whom(audience, segment)})
    whom = audience_word(audience) if segment is None else "die doelgroep"
    return _back(call, message=f"Dit blok is nu voor {whom}.", block=block_id)


def make_opening(call: Call) -> Response:
    """Let the edition open with this news item."""
    block_id = call.number("block")
    _change(call, opening.make_opening, block_id=block_id)
    said = "De editie opent nu met dit bericht."
    return _back(call, message=said, block=block_id, undo=undo_address(call))


def make_plain(call: Call) -> Response:
    """Let what the edition opens with stand among the news."""
    block_id = call.number("block")
    _change(call, opening.make_plain, block_id=block_id)
    said = "Dit bericht staat nu bij het nieuws."
    return _back(call, message=said, block=block_id, undo=undo_address(call))


def move_block(call: Call) -> Response:
    """Move a block one place up or down, or to where it was put between two others.

    In the mail of a side with an order of its own, it moves in that order.
    """
    form, block_id = Form(call.form), call.number("block")
    if (side := side_with_order(call)) is not None:
        return move_in_its_mail(call, block_id, side)
    if form.line("to") not in {"up", "down"}:
        above, below = read_number(form.line("above")), read_number(form.line("below"))
        _change(call, draft.place_block, block_id=block_id, above=above, below=below)
        return _back(call, message="Het blok is verplaatst.", block=block_id)
    is_up = form.line("to") == "up"
    _change(call, draft.move_block, block_id=block_id, step=-1 if is_up else 1)
    where = "hoger" if is_up else "lager"
    return _back(call, message=f"Het blok staat een plaats {where}.", block=block_id)


def drop_block(call: Call) -> Response:
    """Take a block out; its item stays among what came in."""
    block_id, seen = call.number("block"), Form(call.form).line("seen")
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        has_item = any(one.item_id for one in edition.blocks if one.id == block_id)
    version = _change(call, draft.drop_block, block_id=block_id, seen=seen or None)
    back_in_line = " Het bericht staat weer bij wat er binnenkwam." if has_item else ""
    message = f"Het blok is weg.{back_in_line}"
    return _back(call, message=message, undo=undo_address(call, version))


def typed_fields(form: Form, kind: BlockKind) -> dict[str, str]:
    """Return the words of a block's form, by field; what is wrong with them stands in the form."""
    return {
        field.name: form.text(field.name) if field.long else form.line(field.name, longest=2000)
        for field in kind.editable
    }


def leave_out(call: Call) -> Response:
    """Let the edition go without a fixed block."""
    kind = _fixed(call)
    _change(call, draft.leave_out, name=kind.name)
    return _back(call, message=f"‘{kind.label}’ staat er niet meer in.", undo=undo_address(call))


def bring_in(call: Call) -> Response:
    """Let the edition have a fixed block again."""
    kind = _fixed(call)
    _change(call, draft.bring_in, name=kind.name)
    return _back(call, message=f"‘{kind.label}’ staat er weer in.", undo=undo_address(call))


def _fixed(call: Call) -> BlockKind:
    kind = FIXED.get(call.path["kind"])
    if kind is None or not kind.optional:
        raise PageUnknown(call.path["kind"])
    return kind


def _change(call: Call, change: Callable[..., T], **values: object) -> T:
    """Do something to the edition of this page; with the version that its form saw, if it has."""
    if call.form.get("version"):
        values["version"] = Form(call.form).number("version")
    else:
        require_draft(call)
    return change(call.services.db, call.number("id"), now=call.now, by=call.user_id, **values)


def _pictures(call: Call, kind: BlockKind, form: Form) -> dict[str, str]:
    """Return where the pictures that came along are kept, by field."""
    names = [field.name for field in kind.editable if field.picture]
    came = {name: take_picture(call.form, f"{name}{FILE}", form.problems) for name in names}
    return {
        name: keep_for_mail(call.services.db, picture, now=call.now)
        for name, picture in came.items()
        if picture
    }


def _changed_page(call: Call, typed: Mapping[str, str]) -> Response:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        return desk_page(
            call,
            session,
            "changed.html",
            status=409,
            **edition_head(edition),
            typed={label: text for label, text in typed.items() if text},
        )


def _back(call: Call, *, message: str, block: int | None = None, undo: str = "") -> Response:
    """Go back to the edition, in the same view."""
    return see_other(way_back(call, block=block), message=message, undo=undo)


def _kind(name: str) -> BlockKind:
    if name not in BLOCKS:
        raise PageUnknown(name)
    return BLOCKS[name]


def _strings(call: Call) -> dict[str, str]:
    return {name: value for name, value in call.form.items() if isinstance(value, str)}
