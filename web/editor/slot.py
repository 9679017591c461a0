"""One planned edition, before there is a draft: move it, leave it out, or begin it now."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter import planning
from newsletter.compose.by_rhythm import draft_slot
from newsletter.dutch import day_month, local, weekday_date
from newsletter.rhythm import (
    Choice,
    Rhythm,
    Slot,
    Why,
    find_slot,
    moments_before,
    slots_between,
)
from newsletter.store.planning import find_of_slot, read_choices, read_rhythm
from newsletter.working_days import in_amsterdam, is_working_day
from web.editor import rhythm_words
from web.editor.calendar_entries import slot_path
from web.editor.calendar_month import month_key
from web.editor.desk import CALENDAR, desk_page, edition_path
from web.editor.moment_form import odd_words
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other

NOT: Final = "niet"
BY_RHYTHM: Final = "ritme"
FURTHEST: Final = timedelta(days=28)  # a move further away is another rhythm
STEP: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of a slot; a problem when that cannot be."""

    choice: Choice | None
    problem: str = ""


def show_slot(call: Call) -> Response:
    """Show one planned edition, with what can be done about it."""
    return _page(call, {})


def choose(call: Call) -> Response:
    """Move a planned edition to another day, leave it out, or let it follow the rhythm again."""
    on = _on(call)
    text = str(call.form.get("naar") or call.query.get("naar", ""))
    with call.services.db.read() as session:
        rhythm, slot = _find(session, on)
        others = _others(session, rhythm, slot)
    wish = _read(text, rhythm, slot, others, call)
    if wish.problem:
        return _page(call, {"naar": wish.problem}, typed=text)
    if wish.choice is None and slot.why is not Why.TEAM:
        return see_other(_month_of(slot, None), message=_unchanged(slot))
    was = planning.choose_slot(call.services.db, on, wish.choice, now=call.now, by=call.user_id)
    undo = f"{slot_path(slot)}?naar={_wish_of(was)}"
    return see_other(_month_of(slot, wish.choice), message=_told(slot, wish.choice), undo=undo)


def begin(call: Call) -> Response:
    """Make the draft of a planned edition now."""
    services = call.services
    edition_id = draft_slot(
        services.db,
        _on(call),
        now=call.now,
        author_id=call.user_id,
        maximum=services.settings.section_maximum,
    )
    return see_other(
        edition_path(edition_id),
        message="Het concept is gevuld met wat er nieuw is. Lees het na en maak het van jou.",
    )


def _page(call: Call, problems: dict[str, str], *, typed: str = "") -> Response:
    on = _on(call)
    with call.services.db.read() as session:
        rhythm, slot = _find(session, on)
        edition = find_of_slot(session, on)
        return desk_page(
            call,
            session,
            "slot.html",
            status=422 if problems else 200,
            slot=slot,
            edition=edition,
            path_of_slot=slot_path(slot),
            before=moments_before(rhythm, slot, read_choices(session)),
            sentence=rhythm_words.rhythm_sentence(rhythm),
            why=rhythm_words.why_word(slot),
            words=rhythm_words,
            odd=odd_words(slot.at) if slot.at and slot.why is Why.TEAM else [],
            near=[] if edition else _near(slot, _others(session, rhythm, slot), call),
            is_chosen=slot.why is Why.TEAM,
            key=month_key(slot.day),
            problems=problems,
            typed=typed or slot.day.isoformat(),
        )


def _find(session: Session, on: date) -> tuple[Rhythm, Slot]:
    rhythm = read_rhythm(session)
    slot = find_slot(rhythm, on, read_choices(session)) if rhythm else None
    if rhythm is None or slot is None:
        raise PageUnknown("slot")
    return rhythm, slot


def _others(session: Session, rhythm: Rhythm, slot: Slot) -> frozenset[date]:
    """Return the days near a slot that other editions of the rhythm go out."""
    near = slots_between(
        rhythm, slot.on - 2 * FURTHEST, slot.on + 2 * FURTHEST, read_choices(session)
    )
    return frozenset(one.day for one in near if one.at is not None and one.on != slot.on)


def _near(slot: Slot, others: frozenset[date], call: Call) -> list[tuple[str, str]]:
    """Return the working days before and after, as a button each: its day and its words."""
    today = local(call.now).date()
    found = []
    for step, word in ((-STEP, "eerder"), (STEP, "later")):
        day = slot.day + step
        while not is_working_day(day):
            day += step
        if day > today and day not in others:
            found.append((day.isoformat(), f"Een werkdag {word}: {weekday_date(day)}"))
    return found


def _read(text: str, rhythm: Rhythm, slot: Slot, others: frozenset[date], call: Call) -> Wish:
    if text in {NOT, BY_RHYTHM}:
        return Wish(Choice(None) if text == NOT else None)
    form = Form({"naar": text})
    day = form.date("naar")
    if day is None:
        return Wish(None, form.problems["naar"])
    if abs(day - slot.on) > FURTHEST:
        return Wish(None, f"Kies een dag binnen vier weken van {day_month(slot.on)}.")
    at, problem = in_amsterdam(day, rhythm.at), ""
    if at <= call.now:
        problem = "Deze dag is al geweest. Kies een latere dag."
    elif day in others:
        problem = "Op deze dag gaat al een editie uit. Kies een andere dag."
    plain = find_slot(rhythm, slot.on)
    return Wish(None if plain and plain.at == at else Choice(at), problem)


def _wish_of(slot: Slot) -> str:
    """Return the wish that makes a slot what it is."""
    if slot.why is not Why.TEAM:
        return BY_RHYTHM
    return NOT if slot.at is None else slot.day.isoformat()


def _told(slot: Slot, choice: Choice | None) -> str:
    if choice is None:
        return f"De editie van {day_month(slot.on)} volgt weer het ritme."
    if choice.moved_to is None:
        return f"Op {weekday_date(slot.day)} gaat geen editie uit."
    told = f"De editie gaat deze keer uit op {weekday_date(local(choice.moved_to).date())}."
    return " ".join([told, *odd_words(choice.moved_to)])


def _unchanged(slot: Slot) -> str:
    """Return what is told to who chooses what the rhythm gives already."""
    if slot.at is None:
        return f"Op {weekday_date(slot.day)} gaat geen editie uit, zoals het ritme zegt."
    return f"De editie gaat uit op {weekday_date(slot.day)}, zoals het ritme zegt."


def _month_of(slot: Slot, choice: Choice | None) -> str:
    """Return the address of the month that the slot stands on now."""
    moved_to = choice.moved_to if choice else None
    day = local(moved_to).date() if moved_to else slot.on
    return f"{CALENDAR}?maand={month_key(day)}"


def _on(call: Call) -> date:
    return read_slot(call.path["slot"])


def read_slot(text: str) -> date:
    """Return the day of the plain rule that an address or a form names. Raises PageUnknown."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PageUnknown("slot") from None
