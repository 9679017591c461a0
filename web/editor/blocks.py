"""What editors do to a draft. Each form carries the version that they looked at."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from newsletter.compose import draft
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.blocks.kind import BlockKind
from newsletter.dutch import audience_word
from newsletter.errors import EditionChanged
from newsletter.store.editions import get_edition
from web.editor.desk import desk_page
from web.editor.edition import edition_page
from web.editor.words import edition_label
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other

TITLE_LONGEST: Final = 200


def save_head(call: Call) -> Response:
    """Save the title, the subject, what stands below it in the inbox, the date and the moment."""
    form = Form(call.form)
    title = form.line("title", longest=TITLE_LONGEST, missing="Geef de editie een titel.")
    subject = form.line("subject", longest=TITLE_LONGEST)
    preheader = form.line("preheader", longest=TITLE_LONGEST)
    dated_on, planned_at = form.date("dated_on"), form.moment("planned_at", after=call.now)
    if form.problems or dated_on is None:
        return edition_page(call, status=422, problems=form.problems, given=_strings(call))
    return _save(
        call,
        lambda: draft.set_head(
            call.services.db,
            call.number("id"),
            version=form.number("version"),
            title=title,
            subject=subject,
            preheader=preheader,
            dated_on=dated_on,
            planned_at=planned_at,
            now=call.now,
            by=call.user_id,
        ),
        message="Bewaard.",
        typed={"Titel": title, "Onderwerp": subject, "Voorproefje": preheader},
    )


def add_block(call: Call) -> Response:
    """Add an empty block of a kind at the end of its section, and open it."""
    form = Form(call.form)
    kind = _kind(form.line("kind"))
    block_id = draft.add_block(
        call.services.db,
        call.number("id"),
        version=form.number("version"),
        kind=kind.name,
        now=call.now,
        by=call.user_id,
    )
    return _back(call, message=f"‘{kind.label}’ is toegevoegd.", block=block_id)


def save_block(call: Call) -> Response:
    """Save the words of a block."""
    form = Form(call.form)
    kind = _kind(form.line("kind"))
    fields = {
        field.name: form.text(field.name) if field.long else form.line(field.name, longest=2000)
        for field in kind.editable
    }
    if form.problems:
        return edition_page(call, status=422, problems=form.problems, given=_strings(call))
    return _save(
        call,
        lambda: draft.rewrite_block(
            call.services.db,
            call.number("id"),
            call.number("block"),
            version=form.number("version"),
            fields=fields,
            now=call.now,
            by=call.user_id,
        ),
        message="Bewaard.",
        typed={field.label: fields[field.name] for field in kind.editable},
    )


def follow_event(call: Call) -> Response:
    """Let a block say when and where its event is today."""
    form = Form(call.form)
    block_id = call.number("block")
    draft.follow_event(
        call.services.db,
        call.number("id"),
        block_id,
        version=form.number("version"),
        now=call.now,
        by=call.user_id,
    )
    return _back(call, message="De nieuwe gegevens staan erin.", block=block_id)


def save_audience(call: Call) -> Response:
    """Say for whom a block is."""
    form = Form(call.form)
    audience = form.audience("audience")
    draft.set_block_audience(
        call.services.db,
        call.number("id"),
        call.number("block"),
        version=form.number("version"),
        audience=audience,
        now=call.now,
        by=call.user_id,
    )
    return _back(
        call, message=f"Dit blok is nu voor {audience_word(audience)}.", block=call.number("block")
    )


def move_block(call: Call) -> Response:
    """Move a block one place up or down."""
    form = Form(call.form)
    is_up = form.line("to") == "up"
    draft.move_block(
        call.services.db,
        call.number("id"),
        call.number("block"),
        version=form.number("version"),
        step=-1 if is_up else 1,
        now=call.now,
        by=call.user_id,
    )
    return _back(
        call,
        message=f"Het blok staat een plaats {'hoger' if is_up else 'lager'}.",
        block=call.number("block"),
    )


def drop_block(call: Call) -> Response:
    """Take a block out; its item stays among what came in."""
    form = Form(call.form)
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        has_item = any(one.item_id for one in edition.blocks if one.id == call.number("block"))
    draft.drop_block(
        call.services.db,
        call.number("id"),
        call.number("block"),
        version=form.number("version"),
        now=call.now,
        by=call.user_id,
    )
    back_in_line = " Het bericht staat weer bij wat er binnenkwam." if has_item else ""
    return _back(call, message=f"Het blok is weg.{back_in_line}")


def _save(
    call: Call, save: Callable[[], object], *, message: str, typed: Mapping[str, str]
) -> Response:
    """Save; when somebody was first, show what was typed, so that no word is lost."""
    try:
        save()
    except EditionChanged:
        return _changed_page(call, typed)
    block = call.number("block") if "block" in call.path else None
    return _back(call, message=message, block=block)


def _changed_page(call: Call, typed: Mapping[str, str]) -> Response:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        return desk_page(
            call,
            session,
            "changed.html",
            status=409,
            edition=edition,
            label=edition_label(edition),
            typed={label: text for label, text in typed.items() if text},
        )


def _back(call: Call, *, message: str = "", block: int | None = None) -> Response:
    """Go back to the edition, in the same view."""
    view = {key: call.query[key] for key in ("kant", "scherm", "kleur") if key in call.query}
    if block is not None:
        view["blok"] = str(block)
    query = "&".join(f"{key}={value}" for key, value in view.items() if value.isalnum())
    path = f"/redactie/edities/{call.number('id')}"
    return see_other(f"{path}?{query}" if query else path, message=message)


def _kind(name: str) -> BlockKind:
    if name not in BLOCKS:
        raise PageUnknown(name)
    return BLOCKS[name]


def _strings(call: Call) -> dict[str, str]:
    return {name: value for name, value in call.form.items() if isinstance(value, str)}
