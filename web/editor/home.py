"""Where somebody lands: what waits for who makes editions, results for who reads them."""

from typing import Final

from starlette.responses import Response

from newsletter.dutch import capital, in_sentence, relative
from newsletter.store.deliveries import figures_of
from newsletter.store.published import list_sent
from web.access import Who, rank
from web.editor import today
from web.editor.desk import desk_page
from web.editor.editions import Line
from web.editor.today_words import short_name
from web.editor.words import edition_label
from web.pages import Call

EARLIER_SHOWN: Final = 5


def show_home(call: Call) -> Response:
    """Show Today: what waits, or, to who only reads, what the editions did."""
    return show_reading(call) if rank(call.user) < Who.EDITOR else today.show_today(call)


def show_reading(call: Call) -> Response:
    """Show what the last edition did, and those before it."""
    with call.services.db.read() as session:
        sent = list_sent(session, limit=EARLIER_SHOWN + 1)
        last = today.find_last(session, sent)
        figures = figures_of(session, [one.id for one in sent])
        earlier = [
            Line(one, edition_label(one), figures[one.id])
            for one in sent
            if last is None or one.id != last.edition.id
        ]
        return desk_page(
            call,
            session,
            "today_reader.html",
            headline=_headline(last, call),
            last=last,
            earlier=earlier[:EARLIER_SHOWN],
        )


def _headline(last: today.Last | None, call: Call) -> str:
    if last is None:
        return "Er is nog geen editie uitgegaan"
    when = in_sentence(relative(last.at, call.now))
    return capital(f"{short_name(last.edition)} ging {when} uit")
