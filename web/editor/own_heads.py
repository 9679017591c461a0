"""What stands in the inbox of one side: a subject and a preheader of its own, at the desk."""

from typing import Final

from starlette.responses import Response

from newsletter.compose import own_heads
from newsletter.dutch import audience_word
from newsletter.errors import EditionChanged
from newsletter.store.editions import get_edition
from newsletter.values import Head
from subscribers.values import Audience
from web.editor.desk import desk_page, edition_head, require_draft, way_back
from web.forms import Form
from web.pages import Call, see_other

LONGEST: Final = 200


def save_own_heads(call: Call) -> Response:
    """Save them; a side that the form does not name keeps what it has."""
    form = Form(call.form)
    heads = {side: _head(form, side) for side in Audience if f"subject-{side}" in call.form}
    require_draft(call)
    try:
        own_heads.set_own_heads(
            call.services.db,
            call.number("id"),
            heads,
            seen=form.line("seen"),
            now=call.now,
            by=call.user_id,
        )
    except EditionChanged:
        return _changed_page(call, heads)
    return see_other(way_back(call), message="Bewaard.")


def _head(form: Form, side: Audience) -> Head:
    return Head(
        form.line(f"subject-{side}", longest=LONGEST),
        form.line(f"preheader-{side}", longest=LONGEST),
    )


def _changed_page(call: Call, heads: dict[Audience, Head]) -> Response:
    """Show what was typed when somebody was first, so that no word is lost."""
    typed = {
        f"{word} voor {audience_word(side)}": text
        for side, head in heads.items()
        for word, text in (("Onderwerp", head.subject), ("Voorproefje", head.preheader))
        if text
    }
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        return desk_page(
            call, session, "changed.html", status=409, **edition_head(edition), typed=typed
        )
