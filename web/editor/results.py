"""What an edition did: three sentences, then school beside lerarenopleiding; and its ledger."""

from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from newsletter.learn.report import edition_report
from newsletter.model import Edition
from newsletter.send.message import message_namer
from newsletter.send.named import read_named
from newsletter.store.deliveries import troubles
from newsletter.store.editions import get_edition, last_event_of, log_event
from newsletter.store.published import PUBLISHED
from web.editor.desk import desk_page, edition_head
from web.editor.doubt import doubt_shown
from web.editor.failure_words import Group, tell_troubles
from web.editor.last_look import LEFT_OUT
from web.editor.ledger_file import ledger_lines
from web.errors import PageUnknown
from web.pages import Call


def show_result(call: Call) -> Response:
    """Show the counts of one edition, by audience, without personal data.

    One that was never being sent has no result, so there is no such page.
    """
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        if edition.started_at is None and edition.state not in PUBLISHED:
            raise PageUnknown("result")
        found = tell_troubles(troubles(session, edition.id))
        return desk_page(
            call,
            session,
            "result.html",
            **edition_head(edition),
            report=edition_report(session, edition.id),
            told=found,
            left_out=_left_out(session, edition),
            **doubt_shown(call, session, edition, found.in_doubt),
        )


def give_ledger(call: Call) -> Response:
    """Give who got it and who did not, with addresses, as a file; that is on record."""
    edition_id = call.number("id")
    with call.services.db.write() as session:
        get_edition(session, edition_id)
        log_event(session, edition_id, what="ledger_taken", now=call.now, user_id=call.user_id)
    headers = {"Content-Disposition": f'attachment; filename="grootboek-{edition_id}.csv"'}
    services = call.services
    pages = read_named(services.db, edition_id, name_message=message_namer(services.settings))
    return StreamingResponse(
        ledger_lines(pages), media_type="text/csv; charset=utf-8", headers=headers
    )


def _left_out(session: Session, edition: Edition) -> list[Group]:
    """Return who got nothing when it began, by reason; [] for what began before that was kept."""
    begun = last_event_of(session, edition.id, "sending")
    counted = begun.detail.get("left_out", {}) if begun else {}
    return [
        Group(word, remedy, counted[reason])
        for reason, word, remedy in LEFT_OUT
        if counted.get(reason)
    ]
