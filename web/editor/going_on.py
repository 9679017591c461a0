"""Going on where somebody was when their session ended: what they sent then, to keep after all."""

import re
from typing import Final

from starlette.responses import Response

from newsletter.accounts import held
from newsletter.accounts.held import Held
from web.editor.desk import desk_page
from web.editor.entering import GO_ON, asked_page, with_onward
from web.forms import Form
from web.pages import Call, see_other

PLACES: Final = (
    (re.compile(r"/redactie/edities/\d+"), "een editie"),
    (re.compile(r"/redactie/selecteren"), "een bericht"),
    (re.compile(r"/redactie/inzendingen"), "een inzending"),
    (re.compile(r"/redactie/voorbeelden"), "een praktijkvoorbeeld"),
    (re.compile(r"/redactie/bronnen"), "een bron"),
    (re.compile(r"/redactie/instellingen"), "de instellingen"),
)


def show_held(call: Call) -> Response:
    """Show what was sent after the session had ended; without any, lead on."""
    kept = held.list_held(call.services.db, call.user_id, now=call.now)
    onward = asked_page(call)
    if not kept:
        return see_other(onward)
    with call.services.db.read() as session:
        shown = [(one, _place(one), _texts(one)) for one in kept]
        return desk_page(call, session, "going_on.html", kept=shown, onward=onward)


def drop_held(call: Call) -> Response:
    """Throw one away."""
    held.drop(call.services.db, call.user_id, Form(call.form).number("id"))
    return see_other(with_onward(GO_ON, asked_page(call)), message="Weggegooid.")


def _place(one: Held) -> str:
    return next((words for place, words in PLACES if place.match(one.path)), "een bladzijde")


def _texts(one: Held) -> list[str]:
    """Return what reads as text; the rest are choices and marks of the form."""
    return [text for _, text in one.fields if " " in text.strip()]
