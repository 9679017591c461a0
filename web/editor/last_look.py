"""What is looked at once more before an edition goes out: who gets what, who not, and what then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.accounts.people import user_names
from newsletter.dutch import (
    clock,
    days_away,
    in_sentence,
    join,
    local,
    long_date,
    moment,
    plural,
    relative,
    weekday_date,
)
from newsletter.model import Edition
from newsletter.moments import has_other_clock, is_summer_time
from newsletter.send.schedule import standing
from newsletter.send.trial import TESTED
from newsletter.store.approvals import approvals_of
from newsletter.store.comments import count_open
from newsletter.store.deliveries import last_pace, topic_of
from newsletter.store.editions import last_event_of
from newsletter.store.today import overslept_among
from newsletter.store.waivers import waivers_of
from newsletter.values import EditionKind, EditionStatus
from subscribers.counts import LeftOut, count_reach
from web.editor.doubt import doubt_shown
from web.editor.mail import SIDES, read_variants, subjects_by_side
from web.editor.moment_form import odd_words
from web.pages import Call

LEFT_OUT: Final = (
    (LeftOut.LEFT, "Heeft zich afgemeld", "Niets, zo heeft de lezer gekozen."),
    (LeftOut.PAUSED, "Wil even geen mail", "Niets. Op de dag die de lezer koos, gaat het verder."),
    (LeftOut.BROKEN, "Adres werkt niet meer", "Vraag een nieuw adres aan de opleidingsschool."),
    (LeftOut.OTHER_TOPIC, "Wil dit soort mail niet", "Niets, zo heeft de lezer gekozen."),
    (
        LeftOut.UNCONFIRMED,
        "Nog niet bevestigd",
        "Niets. Zonder bevestiging wissen we het adres na 14 dagen.",
    ),
)
APPROVED: Final = frozenset({EditionStatus.APPROVED, EditionStatus.SCHEDULED})
LOOK_AGAIN_S: Final = 5  # without a script: while the worker is about to begin
COUNT_AGAIN_S: Final = 20  # and while it can be undone


@dataclass(frozen=True, slots=True)
class Departure:
    """When it goes, as the page tells it.

    words: "donderdag 28 mei om 10.00 uur"; away: "morgen"; season: "wintertijd", where it matters.
    odd:   a sentence for each thing that is unusual about it.
    """

    at: datetime
    words: str
    away: str
    season: str
    odd: Sequence[str]


def last_look(call: Call, session: Session, edition: Edition) -> dict[str, Any]:
    """Return what the page shows before anything left."""
    now = call.now
    reach = count_reach(session, edition.segments, topic_of(edition))
    people, left_out = reach.people, reach.left_out
    at = edition.due_at or edition.planned_at
    is_ahead = at is not None and at > now
    limits = call.services.settings.limits
    quiet_until = limits.quiet_until(at if at is not None and is_ahead else now)
    is_due = edition.state is EditionStatus.SCHEDULED and not is_ahead
    starts = is_due and quiet_until is None
    goes_at = at if is_ahead else quiet_until if is_due else None
    leaving = is_leaving(edition, now, call.services.settings.undo_minutes)
    return {
        "rows": [
            (SIDES[audience], subject, people.get(audience, 0))
            for audience, subject in subjects_by_side(read_variants(call, session, edition)).items()
        ],
        "total": sum(people.values()),
        "takes": _takes(session, sum(people.values())),
        "left_out": [
            (word, remedy, left_out[reason])
            for reason, word, remedy in LEFT_OUT
            if left_out.get(reason)
        ],
        "left_out_total": sum(left_out.values()),
        "approver": _approvers(session, edition),
        "last_trial": last_event_of(session, edition.id, TESTED),
        "open_comments": count_open(session, edition.id),
        "let_pass": len(waivers_of(session, edition.id)),
        "misdated": _misdated(edition, at if at is not None and is_ahead else now),
        "goes": departure(goes_at, now) if goes_at is not None else None,
        "quiet": _quiet(quiet_until, now, is_due=is_due, is_ahead=is_ahead),
        "is_leaving": leaving,
        "overslept": _overslept(session, edition, now),
        **doubt_shown(call, session, edition, 0),
        "starts": starts,
        "seen": standing(edition),
        "undo_minutes": call.services.settings.undo_minutes,
        "refresh_s": LOOK_AGAIN_S if starts else COUNT_AGAIN_S if leaving else 0,
    }


def is_leaving(edition: Edition, now: datetime, minutes: int) -> bool:
    """Say whether somebody pressed send, and the minutes in which it can be undone are running."""
    if edition.state is not EditionStatus.SCHEDULED or edition.due_at is None:
        return False
    waits = edition.due_at - edition.status_since
    return edition.due_at > now and waits <= timedelta(minutes=minutes)


def departure(at: datetime, now: datetime) -> Departure:
    """Return a moment to come in words."""
    is_far = local(at).year != local(now).year
    day = f"{long_date(local(at).date())} om {clock(at)} uur" if is_far else in_sentence(moment(at))
    season = "zomertijd" if is_summer_time(at) else "wintertijd"
    return Departure(
        at=at,
        words=day,
        away=days_away(at, now),
        season=season if has_other_clock(at, now) else "",
        odd=odd_words(at),
    )


def _quiet(until: datetime | None, now: datetime, *, is_due: bool, is_ahead: bool) -> str:
    """Say that it waits for the end of quiet hours; "" outside them."""
    if until is None:
        return ""
    if is_due:
        return "Het zijn nu stille uren. Daarom wacht het verzenden."
    when = "Dan" if is_ahead else "Nu"
    again = in_sentence(relative(until, now))
    return f"{when} zijn het stille uren: de eerste mail gaat {again} uit."


def _overslept(session: Session, edition: Edition, now: datetime) -> str:
    """Return at which moment it should have gone out, while nobody ran; "" when it need not."""
    if edition.state is not EditionStatus.APPROVED:
        return ""
    due_at = overslept_among(session, [edition.id]).get(edition.id)
    return in_sentence(relative(due_at, now)) if due_at else ""


def _misdated(edition: Edition, at: datetime) -> str:
    """Return a sentence when an approved edition carries another date than this day; else ""."""
    day = local(at).date()
    is_told = edition.kind == EditionKind.NEWSLETTER and edition.state in APPROVED
    if not is_told or day == edition.dated_on:
        return ""
    return (
        f"De editie draagt de datum {weekday_date(edition.dated_on)}, maar gaat dan "
        f"{weekday_date(day)} uit. Wil je dat anders? Trek de editie in en zet de datum goed."
    )


def _approvers(session: Session, edition: Edition) -> str:
    names = user_names(session)
    given = [one.user_id for one in approvals_of(session, edition.id)]
    return join([names[one] for one in given or [edition.approved_by_id or 0] if one in names])


def _takes(session: Session, people: int) -> str:
    """Return "ongeveer 3 minuten", going by the last edition; "" when none was sent."""
    pace = last_pace(session)
    if not pace or not people:
        return ""
    minutes = round(people / pace / 60)
    return (
        f"ongeveer {plural(minutes, 'minuut', 'minuten')}" if minutes else "minder dan een minuut"
    )
