"""What an edition waits for and until when, as Today says it: sentences without a year. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from newsletter.due import Deadline, Due, is_done
from newsletter.dutch import (
    capital,
    clock,
    in_sentence,
    local,
    month_short,
    relative,
    weekday_date,
    weekday_short,
)
from newsletter.model import Edition
from newsletter.rhythm import Deadlines
from newsletter.values import EditionStatus
from web.editor.words import edition_label

S = EditionStatus
SENDING_WORDS: Final = {S.SENDING: "wordt nu verzonden", S.PAUSED: "staat op pauze"}
NEAR: Final = 2  # days that have a word of their own
DONE_WORDS: Final[Mapping[Deadline, str]] = {
    Deadline.SUBMIT: "ingediend",
    Deadline.APPROVE: "goedgekeurd",
}
STEP_OF: Final[Mapping[Deadline, EditionStatus]] = {
    Deadline.SUBMIT: S.IN_REVIEW,
    Deadline.APPROVE: S.APPROVED,
}


def name_of(edition: Edition) -> str:
    """Return "editie 12 ‘Naast elkaar’", or "de aankondiging ‘Congres’", for within a sentence."""
    label = edition_label(edition)
    article = "" if edition.number else "de "
    title = f" ‘{edition.title}’" if edition.title not in {"", label} else ""
    return f"{article}{label.lower()}{title}"


def short_name(edition: Edition) -> str:
    """Return "editie 12", or the whole name of what has no number."""
    return edition_label(edition).lower() if edition.number else name_of(edition)


def day_word(at: datetime, now: datetime) -> str:
    """Return "vandaag", "morgen", "gisteren" or "donderdag 3 december"."""
    day = local(at).date()
    if abs((day - local(now).date()).days) <= NEAR:
        return relative(at, now).partition(",")[0]
    return weekday_date(day)


def due_sentence(edition: Edition, due: Due, now: datetime) -> str:
    """Return what is to happen with an edition, and until when, without a full stop."""
    name, day, hour = short_name(edition), day_word(due.at, now), f"{clock(due.at)} uur"
    if due.is_late:
        return late_sentence(edition, due, now)
    if due.what is Deadline.CLOSES:
        return capital(f"{day} om {hour} sluit de selectie voor {name}")
    if due.what in DONE_WORDS:
        return capital(f"{day} vóór {hour} moet {name} zijn {DONE_WORDS[due.what]}")
    if edition.state is S.APPROVED:
        return f"Plan {name} in: die gaat {day} om {hour} uit"
    return capital(f"{day} om {hour} gaat {name} de deur uit")


def late_sentence(edition: Edition, due: Due, now: datetime) -> str:
    """Return what should have happened with an edition, without a full stop."""
    name, day, hour = short_name(edition), day_word(due.at, now), f"{clock(due.at)} uur"
    if due.what in DONE_WORDS:
        done = DONE_WORDS[due.what]
        return capital(f"{name} is te laat: die had {day} vóór {hour} {done} moeten zijn")
    stands = {S.APPROVED: "die is nog niet ingepland", S.SCHEDULED: "het verzenden begint nog"}
    why = stands.get(edition.state, "die is nog niet goedgekeurd")
    return capital(f"{name} zou {day} om {hour} uitgaan, maar {why}")


def until(due: Due | None, now: datetime) -> str:
    """Return "Vóór morgen, 17.00 uur." to stand behind a task; "" when there is no deadline."""
    if due is None:
        return ""
    when = in_sentence(f"{day_word(due.at, now)}, {clock(due.at)} uur")
    if due.is_late:
        return f"Dat had {when.replace(' om ', ' vóór ', 1)} gemoeten."
    return f"Vóór {when}."


def smalls(
    edition: Edition, before: Deadlines | None, at: datetime | None, now: datetime
) -> dict[EditionStatus, str]:
    """Return the small notes below the dots: since when, by when, and when it goes."""
    found = {edition.state: f"sinds {relative(edition.status_since, now)}"}
    if edition.approved_at and edition.state is not S.APPROVED:
        found[S.APPROVED] = relative(edition.approved_at, now)
    if before is not None:
        found |= _deadlines(edition, before, now)
    if at is not None and edition.state not in {S.SENDING, S.PAUSED}:
        found[S.SENT] = short(at)
    if at is not None and edition.state in {S.DRAFT, S.IN_REVIEW}:
        found[S.SCHEDULED] = "na het akkoord"
    return found


def _deadlines(edition: Edition, before: Deadlines, now: datetime) -> dict[EditionStatus, str]:
    found = {}
    if edition.state is S.DRAFT and now < before.closes:
        found[S.DRAFT] = f"kiezen tot {short(before.closes)}"
    for what, step in STEP_OF.items():
        at: datetime = getattr(before, what.value)
        if not is_done(what, edition.state):
            found[step] = f"vóór {short(at)}{', te laat' if at <= now else ''}"
    return found


def short(at: datetime) -> str:
    """Return "do 3 dec, 10.00 uur"."""
    return f"{short_day(local(at).date())}, {clock(at)} uur"


def short_day(day: date) -> str:
    """Return "do 3 dec"."""
    return f"{weekday_short(day)} {day.day} {month_short(day)}"
