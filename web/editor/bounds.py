"""Until when an announcement may go out, and whether an edition stands in the archive."""

from datetime import datetime
from typing import Final

from starlette.responses import Response

from newsletter.compose.bounds import set_bounds, starts_at
from newsletter.store.editions import get_edition
from web.editor.desk import way_back
from web.editor.edition import edition_page
from web.forms import Form
from web.pages import Call, see_other

BEFORE_IT: Final = "Dan is de bijeenkomst al begonnen. Kies een eerder moment."


def save_bounds(call: Call) -> Response:
    """Save both; an empty moment is the usual one."""
    form = Form(call.form)
    not_after = form.moment("not_after", after=call.now)
    begins_at = _begins_at(call)
    if not_after and begins_at and not_after > begins_at:
        form.problems.setdefault("not_after", BEFORE_IT)
    if form.problems:
        given = {"not_after": form.line("not_after"), "listed": form.line("listed")}
        return edition_page(call, status=422, problems=form.problems, given=given)
    set_bounds(
        call.services.db,
        call.number("id"),
        seen=form.line("seen"),
        not_after=not_after,
        listed=form.line("listed") == "ja",
        now=call.now,
        by=call.user_id,
    )
    return see_other(way_back(call), message="Bewaard.")


def _begins_at(call: Call) -> datetime | None:
    with call.services.db.read() as session:
        return starts_at(get_edition(session, call.number("id"), with_blocks=True))
