"""The last look before sending; then the progress, with pause, go on and stop."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.accounts.people import user_names
from newsletter.dutch import plural, relative
from newsletter.model import Edition
from newsletter.send import schedule
from newsletter.store.deliveries import figures, topic_of
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionFigures, EditionStatus
from storage.session import Database
from subscribers.counts import LeftOut, count_left_out
from subscribers.store import counts_by_audience
from web.editor.desk import desk_page, edition_head, edition_path
from web.editor.edition import past_of
from web.editor.mail import SIDES, read_variants, subjects_by_side
from web.forms import Form, moment_value
from web.pages import Call, see_other

S = EditionStatus
Move = Callable[..., int]

LEFT_OUT: Final = (
    (LeftOut.LEFT, "Heeft zich afgemeld", "Niets, zo heeft de lezer gekozen."),
    (LeftOut.BROKEN, "Adres werkt niet meer", "Vraag een nieuw adres aan de opleidingsschool."),
    (LeftOut.OTHER_TOPIC, "Wil dit soort mail niet", "Niets, zo heeft de lezer gekozen."),
    (
        LeftOut.UNCONFIRMED,
        "Nog niet bevestigd",
        "Niets. Zonder bevestiging wissen we het adres na 14 dagen.",
    ),
)
UNDER_WAY: Final = frozenset({S.SENDING, S.PAUSED})
BEFORE: Final = frozenset({S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED})


def show_sending(call: Call) -> Response:
    """Show who gets what and who does not; or how far it is."""
    return _sending_page(call)


def send_now(call: Call) -> Response:
    """Make it due now: the worker begins within seconds."""
    schedule.send_now(call.services.db, call.number("id"), now=call.now, by=call.user_id)
    return _back(call, "Het verzenden begint.")


def plan(call: Call) -> Response:
    """Plan it for the approved moment, or for the one in the form."""
    form = Form(call.form)
    at = form.moment("at", after=call.now)
    if at is None and not form.problems:
        form.problems["at"] = "Kies een dag en een tijd."
    if at is None or form.problems:
        return _sending_page(call, problem=form.problems["at"])
    schedule.schedule(call.services.db, call.number("id"), at=at, now=call.now, by=call.user_id)
    return _back(call, f"Ingepland: {relative(at, call.now)}.")


def unplan(call: Call) -> Response:
    """Take the plan back; the approval stands."""
    return _move(call, schedule.unschedule, "Teruggehaald. De editie gaat nog niet uit.")


def pause(call: Call) -> Response:
    """Stop handing over, for now."""
    return _move(call, schedule.pause, "Op pauze. Wat onderweg is, wordt nog afgemaakt.")


def resume(call: Call) -> Response:
    """Go on."""
    return _move(call, schedule.resume, "Het verzenden gaat verder.")


def stop(call: Call) -> Response:
    """Stop for good: the rest is not sent."""
    return _move(call, schedule.cancel, "Gestopt. De rest wordt niet verzonden.")


def _move(call: Call, move: Move, message: str) -> Response:
    db: Database = call.services.db
    move(db, call.number("id"), now=call.now, by=call.user_id)
    return _back(call, message)


def _back(call: Call, message: str) -> Response:
    return see_other(edition_path(call.number("id"), "/verzenden"), message=message)


def _sending_page(call: Call, *, problem: str = "") -> Response:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        found = figures(session, edition.id)
        template = "last_look.html" if edition.state in BEFORE else "progress.html"
        values = (
            _last_look(call, session, edition)
            if edition.state in BEFORE
            else _progress(call, session, edition, found)
        )
        return desk_page(
            call,
            session,
            template,
            status=422 if problem else 200,
            **edition_head(edition),
            figures=found,
            problem=problem,
            **values,
        )


def _last_look(call: Call, session: Session, edition: Edition) -> dict[str, object]:
    people = counts_by_audience(session, edition.segments, topic_of(edition))
    left_out = count_left_out(session, edition.segments, topic_of(edition))
    variants = read_variants(call, session, edition)
    names = user_names(session)
    at = edition.due_at or edition.planned_at
    return {
        "rows": [
            (SIDES[audience], subject, people.get(audience, 0))
            for audience, subject in subjects_by_side(variants).items()
        ],
        "total": sum(people.values()),
        "left_out": [
            (word, remedy, left_out[reason])
            for reason, word, remedy in LEFT_OUT
            if left_out.get(reason)
        ],
        "left_out_total": sum(left_out.values()),
        "approver": names.get(edition.approved_by_id or 0, ""),
        "at": at,
        "is_ahead": at is not None and at > call.now,
        "at_value": moment_value(at),
    }


def _progress(
    call: Call, session: Session, edition: Edition, found: EditionFigures
) -> dict[str, object]:
    done = found.recipients - found.pending
    return {
        "done": done,
        "is_under_way": edition.state in UNDER_WAY,
        "rate": _rate(found, call.now),
        "remaining": _remaining(found, call.now) if edition.state is S.SENDING else "",
        "past": past_of(session, events_of(session, edition.id)),
    }


def _rate(found: EditionFigures, now: datetime) -> str:
    per_second = _per_second(found, now)
    return f"{per_second:.1f}".replace(".", ",") if per_second else "–"


def _remaining(found: EditionFigures, now: datetime) -> str:
    per_second = _per_second(found, now)
    if not per_second or not found.pending:
        return ""
    seconds = round(found.pending / per_second)
    if seconds < 60:
        return plural(max(seconds, 1), "seconde", "seconden")
    return plural(round(seconds / 60), "minuut", "minuten")


def _per_second(found: EditionFigures, now: datetime) -> float:
    if found.started_at is None or not found.sent:
        return 0.0
    until = found.finished_at or now
    return found.sent / max((until - found.started_at).total_seconds(), 1.0)
