"""The last look before sending; then the progress, with pause, go on and stop."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.approve import review
from newsletter.breach import SEALED
from newsletter.compose.draft import set_head
from newsletter.dutch import in_sentence, plural, relative
from newsletter.errors import ChecksFailed, EditionChanged
from newsletter.model import Edition
from newsletter.send import schedule
from newsletter.send.notices.telling import TURNS, Ending
from newsletter.store.editions import get_edition, last_event_of
from newsletter.store.log import last_turn
from newsletter.values import EditionStatus
from storage.session import Database
from web.editor.approval import approval_shown
from web.editor.desk import desk_page, edition_head, edition_path
from web.editor.last_look import last_look
from web.editor.moment_form import (
    Chosen,
    chosen_again,
    in_words,
    near_words,
    odd_words,
    read_moment,
    refused,
)
from web.editor.pace_words import quiet_words
from web.editor.progress import progress
from web.editor.review import take_back
from web.forms import Form
from web.pages import Call, page, see_other

S = EditionStatus
Move = Callable[..., int]

BEFORE: Final = frozenset({S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED})
LAST_LOOK: Final = "editor/sending/last_look.html"
PROGRESS: Final = "editor/sending/progress.html"
EARLIER: Final = "Er is niets gewijzigd, want het staat er intussen anders voor."
GOES_ON: Final = "Het verzenden gaat verder."
CHECKED: Final = "We kijken de mails na. Kloppen ze weer, dan gaat het verzenden verder."
OVER: Final = "De bijeenkomst is al begonnen. Een aankondiging gaat dan niet meer uit."
NOT_SOUND: Final = (
    "Het nieuwe moment staat erin, maar er klopt iets niet meer. Herstel het en dien opnieuw in."
)


def show_sending(call: Call) -> Response:
    """Show who gets what and who does not; or how far it is."""
    return _sending_page(call)


def show_standing(call: Call) -> Response:
    """Give how far it is, for the script: nothing while that is what the script knows."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        if edition.state in BEFORE:
            changed = call.query.get("stand") != schedule.standing(edition)
            return Response(status_code=205 if changed else 204)
        return page(
            call,
            PROGRESS,
            **edition_head(edition),
            **progress(call, session, edition),
        )


def show_moment(call: Call) -> Response:
    """Give a moment in words while somebody chooses one."""
    chosen = read_moment(Form(call.query), now=call.now)
    odd = _odd(call, chosen.at) if chosen.at else []
    return page(call, "editor/sending/moment.html", chosen=chosen, odd=odd, **_words(call))


def send_now(call: Call) -> Response:
    """Let it leave after the minutes in which it can be undone; "now" does not wait for them."""
    form, minutes = Form(call.form), call.services.settings.undo_minutes
    wait = timedelta() if form.line("now") else timedelta(minutes=minutes)
    begun = schedule.send_after(
        call.services.db,
        call.number("id"),
        wait=wait,
        seen=form.line("seen"),
        terms=call.services.terms,
        now=call.now,
        by=call.user_id,
    )
    if not begun:
        return _too_slow(call)
    soon = f"Het verzenden begint over {plural(minutes, 'minuut', 'minuten')}."
    return _back(call, soon if wait else "Het verzenden begint.")


def plan(call: Call) -> Response:
    """Plan it for the approved moment, or for the one in the form."""
    form = Form(call.form)
    chosen = read_moment(form, now=call.now)
    seen, edition_id = form.line("seen"), call.number("id")
    with call.services.db.read() as session:
        edition = get_edition(session, edition_id)
    if seen and seen != schedule.standing(edition):
        return _too_slow(call)
    chosen = _in_time(edition, chosen, call.now)
    if not _is_meant(form, chosen):
        return _sending_page(call, chosen=chosen)
    minutes = call.services.settings.undo_minutes
    at = schedule.schedule(
        call.services.db,
        edition_id,
        at=_at(chosen),
        wait=timedelta(minutes=minutes),
        terms=call.services.terms,
        now=call.now,
        by=call.user_id,
    )
    told = f"Ingepland: {relative(at, call.now)}."
    if at != chosen.at:
        told += f" Zo heb je {plural(minutes, 'minuut', 'minuten')} om het ongedaan te maken."
    return _back(call, told)


def move_moment(call: Call) -> Response:
    """Choose another moment than the approved one, and lay the edition before an approver anew."""
    form = Form(call.form)
    services, edition_id = call.services, call.number("id")
    with services.db.read() as session:
        edition = get_edition(session, edition_id)
    chosen = _in_time(edition, read_moment(form, now=call.now), call.now)
    if not _is_meant(form, chosen):
        return _sending_page(call, chosen=chosen)
    at = _at(chosen)
    if edition.version != form.number("version"):
        raise EditionChanged(f"edition {edition_id} is not what was looked at")
    if edition.state in SEALED:
        take_back(call)
    set_head(
        services.db,
        edition_id,
        version=edition.version,
        title=edition.title,
        subject=edition.subject,
        preheader=edition.preheader,
        dated_on=edition.dated_on,
        planned_at=at,
        now=call.now,
        by=call.user_id,
    )
    try:
        review.submit(
            services.db,
            edition_id,
            by=call.user_id,
            render=services.render,
            house=services.house,
            now=call.now,
            note=f"Nieuw moment: {in_sentence(relative(at, call.now))}.",
            outside=services.outside,
        )
    except ChecksFailed:
        return see_other(edition_path(edition_id), message=NOT_SOUND)
    return _back(call, "Het nieuwe moment ligt bij een eindredacteur.")


def unplan(call: Call) -> Response:
    """Take the plan back; the approval stands."""
    return _move(call, schedule.unschedule, "Teruggehaald. Er gaat nog niets uit.")


def pause(call: Call) -> Response:
    """Stop handing over, for now."""
    done = "Op pauze. Wat onderweg is, wordt nog afgemaakt."
    return _move(call, schedule.pause, done, undo="/hervat")


def resume(call: Call) -> Response:
    """Go on."""
    with call.services.db.read() as session:
        is_changed = _is_changed(session, call.number("id"))
    return _move(call, schedule.resume, CHECKED if is_changed else GOES_ON, undo="/pauze")


def stop(call: Call) -> Response:
    """Stop for good: the rest is not sent."""
    return _move(call, schedule.cancel, "Gestopt. De rest wordt niet verzonden.")


def _is_changed(session: Session, edition_id: int) -> bool:
    last = last_event_of(session, edition_id, *TURNS)
    return last is not None and last.what == Ending.MAILS_CHANGED


def _is_meant(form: Form, chosen: Chosen) -> bool:
    """Say whether there is a moment, and one far away or unusual was said twice."""
    sure = chosen.at is not None and form.line("sure") == chosen.at.isoformat()
    return chosen.at is not None and (sure or not chosen.is_asked)


def _in_time(edition: Edition, chosen: Chosen, now: datetime) -> Chosen:
    """Return what was chosen; refused, when what is announced has begun by then."""
    last = edition.not_after
    if last is None or chosen.at is None or chosen.at <= last:
        return chosen
    if last <= now:
        return refused(chosen, OVER)
    until = in_sentence(relative(last, now))
    return refused(chosen, f"De bijeenkomst is dan al begonnen. Kies uiterlijk {until}.")


def _odd(call: Call, at: datetime) -> list[str]:
    settings = call.services.settings
    near = near_words(at, call.now, settings.undo_minutes)
    quiet = quiet_words(at, settings.limits, call.now)
    return [*filter(None, (near, quiet)), *odd_words(at)]


def _at(chosen: Chosen) -> datetime:
    if chosen.at is None:
        raise LookupError("no moment was chosen")
    return chosen.at


def _move(call: Call, move: Move, message: str, *, undo: str = "") -> Response:
    db: Database = call.services.db
    move(db, call.number("id"), now=call.now, by=call.user_id)
    return _back(call, message, undo=edition_path(call.number("id"), undo) if undo else "")


def _too_slow(call: Call) -> Response:
    """Say how it stands to whom a form came from that was made before it stood so."""
    with call.services.db.read() as session:
        turn = last_turn(session, call.number("id"))
    told = f" {turn.sentence}, {relative(turn.at, call.now)}." if turn else ""
    return _back(call, EARLIER + told)


def _back(call: Call, message: str, *, undo: str = "") -> Response:
    return see_other(edition_path(call.number("id"), "/verzenden"), message=message, undo=undo)


def _sending_page(call: Call, *, chosen: Chosen | None = None) -> Response:
    """Return the page. chosen: a moment that was not taken, shown again.

    Without a script it reads itself again every few seconds, which can be stopped: that closes
    a question and takes the place of the keyboard (WCAG 2.2, 2.2.1).
    """
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        return desk_page(
            call,
            session,
            "sending.html",
            status=422 if chosen else 200,
            **{**edition_head(edition), **approval_shown(call, session, edition)},
            **_values(call, session, edition),
            **_words(call),
            chosen=chosen or chosen_again(edition.due_at or edition.planned_at),
            is_asked=chosen is not None,
            stands_still="stil" in call.query,
        )


def _values(call: Call, session: Session, edition: Edition) -> dict[str, Any]:
    if edition.state in BEFORE:
        return {"part": LAST_LOOK, **last_look(call, session, edition)}
    return {"part": PROGRESS, **progress(call, session, edition)}


def _words(call: Call) -> dict[str, Any]:
    return {"moment_words": lambda at: in_words(at, call.now)}
