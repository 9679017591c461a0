"""What an edition did: three sentences, then school beside lerarenopleiding."""

from starlette.responses import Response

from newsletter.learn.report import edition_report
from newsletter.store.deliveries import figures
from newsletter.store.editions import get_edition
from web.editor.desk import desk_page, edition_head
from web.pages import Call


def show_result(call: Call) -> Response:
    """Show the counts of one edition, by audience, without personal data."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        return desk_page(
            call,
            session,
            "result.html",
            **edition_head(edition),
            figures=figures(session, edition.id),
            report=edition_report(session, edition.id),
        )
