"""The editions that went out, each with its result and its page in the archive: for who reads."""

from typing import Final

from starlette.responses import Response

from newsletter.store.deliveries import figures_of
from newsletter.store.published import list_sent
from web.editor.desk import desk_page
from web.editor.editions import Line
from web.editor.words import edition_label
from web.pages import Call

SHOWN: Final = 50


def show_reports(call: Call) -> Response:
    """Show what went out, newest first, with to how many."""
    with call.services.db.read() as session:
        sent = list_sent(session, limit=SHOWN)
        figures = figures_of(session, [edition.id for edition in sent])
        lines = [Line(one, edition_label(one), figures[one.id]) for one in sent]
        return desk_page(call, session, "reports.html", lines=lines)
