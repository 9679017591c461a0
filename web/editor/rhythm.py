"""The rhythm: when editions go out, what comes before, and what that gives, before it is kept."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.dutch import local
from newsletter.errors import RhythmChanged
from newsletter.planning import save_rhythm, turn_rhythm, undo_rhythm
from newsletter.rhythm import (
    Choices,
    Deadlines,
    Rhythm,
    Slot,
    Why,
    moments_before,
    slots_between,
)
from newsletter.store.planning import Kept, read_choices, read_kept
from web.editor import rhythm_words as words
from web.editor.desk import RHYTHM, desk_page
from web.editor.rhythm_form import (
    DAYS,
    EVERY,
    INSTEAD,
    LEADS,
    Given,
    proposed_rhythm,
    read_rhythm_form,
    show_rhythm,
)
from web.forms import Form
from web.pages import Call, read_number, see_other

SHOWN: Final = 8
NOT_LAST: Final = "Het ritme is intussen nog eens gewijzigd. Er is niets teruggezet."
OVERTAKEN: Final = (
    "Iemand anders bewaarde net een ander ritme. Dat van jou staat hieronder. "
    "Kijk wat het geeft, en bewaar dan nog eens."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One moment of the preview; with what comes before it, and why it is not as usual."""

    slot: Slot
    before: Deadlines | None
    why: str


def show_rhythm_page(call: Call) -> Response:
    """Show the rhythm; or the one in the address, with its moments, before anybody keeps it."""
    with call.services.db.read() as session:
        kept = read_kept(session)
        if "elke" in call.query:
            return _page(call, session, kept, read_rhythm_form(call.query))
        rhythm = kept.rhythm or proposed_rhythm(local(call.now).date())
        return _page(call, session, kept, Given(show_rhythm(rhythm), rhythm, {}))


def save(call: Call) -> Response:
    """Keep the rhythm of the form."""
    given = read_rhythm_form(call.form)
    rhythm = given.rhythm
    if rhythm is not None:
        try:
            save_rhythm(
                call.services.db,
                rhythm,
                version=Form(call.form).number("versie"),
                now=call.now,
                by=call.user_id,
            )
        except RhythmChanged:
            given = replace(given, problems={"versie": OVERTAKEN})
        else:
            told = f"Bewaard. {words.rhythm_sentence(rhythm)}"
            return see_other(RHYTHM, message=told, undo=_undo_of(call))
    with call.services.db.read() as session:
        return _page(call, session, read_kept(session), given)


def undo(call: Call) -> Response:
    """Let the rhythm be as it was before its last save."""
    version = read_number(call.query.get("versie", "")) or 0
    try:
        undo_rhythm(call.services.db, version=version, now=call.now, by=call.user_id)
    except RhythmChanged:
        return see_other(RHYTHM, message=NOT_LAST)
    with call.services.db.read() as session:
        kept = read_kept(session)
    told = words.rhythm_sentence(kept.rhythm) if kept.rhythm and kept.is_on else "Het ritme is uit."
    return see_other(RHYTHM, message=f"Ongedaan gemaakt. {told}", undo=_undo_of(call))


def _undo_of(call: Call) -> str:
    with call.services.db.read() as session:
        return f"{RHYTHM}/ongedaan?versie={read_kept(session).version}"


def turn_off(call: Call) -> Response:
    """Let no edition come by itself from now on."""
    turn_rhythm(call.services.db, on=False, now=call.now, by=call.user_id)
    told = "Het ritme staat uit. Wat al begonnen is, blijft staan."
    return see_other(RHYTHM, message=told, undo=f"{RHYTHM}/aan")


def turn_on(call: Call) -> Response:
    """Let the rhythm that was set count again."""
    turn_rhythm(call.services.db, on=True, now=call.now, by=call.user_id)
    return see_other(RHYTHM, message="Het ritme staat weer aan.", undo=f"{RHYTHM}/uit")


def _page(call: Call, session: Session, kept: Kept, given: Given) -> Response:
    is_kept = given.rhythm is not None and given.rhythm == kept.rhythm
    return desk_page(
        call,
        session,
        "rhythm.html",
        status=422 if given.problems and call.request.method == "POST" else 200,
        given=given,
        kept=kept,
        is_kept=is_kept,
        lines=_lines(session, given.rhythm, call.now, is_kept=is_kept),
        words=words,
        every=EVERY,
        days=DAYS,
        instead=INSTEAD,
        leads=LEADS,
    )


def _lines(session: Session, rhythm: Rhythm | None, now: datetime, *, is_kept: bool) -> list[Line]:
    """Return the next moments, and between them those that are left out."""
    if rhythm is None:
        return []
    choices = read_choices(session) if is_kept else {}
    today = local(now).date()
    start = max(today, rhythm.starts_on)
    last = start.replace(year=start.year + 3, day=1)
    lines, going = [], 0
    for slot in slots_between(rhythm, today, last, choices):
        if slot.at is not None and slot.at <= now:
            continue
        lines.append(_line(rhythm, slot, choices))
        going += slot.at is not None
        if going == SHOWN:
            break
    return lines


def _line(rhythm: Rhythm, slot: Slot, choices: Choices) -> Line:
    before = moments_before(rhythm, slot, choices)
    return Line(slot, before, "" if slot.why is Why.RULE else words.why_word(slot))
