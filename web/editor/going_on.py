"""Going on where somebody was when their session ended: what they sent then, to keep after all."""

from starlette.responses import Response

from newsletter.accounts import held
from web.editor.desk import desk_page
from web.editor.entering import GO_ON, asked_page, with_onward
from web.editor.held_words import held_place, held_texts
from web.forms import Form
from web.pages import Call, see_other


def show_held(call: Call) -> Response:
    """Show what was sent after the session had ended; without any, lead on."""
    kept = held.list_held(call.services.db, call.user_id, now=call.now)
    onward = asked_page(call)
    if not kept:
        return see_other(onward)
    with call.services.db.read() as session:
        shown = [(one, held_place(session, one), held_texts(session, one)) for one in kept]
        return desk_page(call, session, "going_on.html", kept=shown, onward=onward)


def drop_held(call: Call) -> Response:
    """Throw one away."""
    held.drop(call.services.db, call.user_id, Form(call.form).number("id"))
    return see_other(with_onward(GO_ON, asked_page(call)), message="Weggegooid.")
