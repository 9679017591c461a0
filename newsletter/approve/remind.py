"""Reminders: who is told by mail what an edition waits for, each once for each deadline.

A mail is put on record as begun before it is sent and as done after it: of two processes one sends
it, and after a crash the one mail that was in hand is sent again, and no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feeds.values import AMSTERDAM
from newsletter.due import Deadline
from newsletter.errors import TransportError, TransportRefused, TransportUncertain
from newsletter.rhythm import Deadlines, Rhythm
from newsletter.store import reminders as store
from newsletter.store.approvals import approvals_of
from newsletter.store.editions import get_edition
from newsletter.store.planning import read_rhythm
from newsletter.store.reminders import Mark
from newsletter.store.waiting import Underway, Waiting, describe, find_underway, people_of
from newsletter.store.writers import writers_of
from newsletter.values import EditionStatus
from newsletter.working_days import in_amsterdam, is_working_day, never_off, working_day_before
from storage.session import Database

DAY_BEGINS: Final = time(8)  # nobody is mailed earlier, or in the evening
DAY_ENDS: Final = time(20)
ASKED_AT: Final = time(9)  # on the working day before a deadline
WITHOUT_A_MOMENT: Final = timedelta(hours=24)  # nothing is planned yet: ask after a day of waiting
NOT_AFTER: Final = timedelta(days=3)  # an edition that was forgotten longer ago is no news

Notify = Callable[[Waiting, str], None]
"""Sends one reminder to one address; raises TransportError."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many mails went out, and how many could not be handed over."""

    mails: int = 0
    untold: int = 0

    def __add__(self, other: "Reminded") -> "Reminded":
        return Reminded(self.mails + other.mails, self.untold + other.untold)


@dataclass(frozen=True, slots=True)
class Asking:
    """What an edition waits for now, and the deadline that this is about."""

    what: Deadline
    at: datetime


def remind(db: Database, *, notify: Notify, four_eyes: bool, now: datetime) -> Reminded:
    """Tell who is due, each once for a deadline of an edition; nobody outside working hours.

    What could not be handed over is tried again the next time; the others go on.
    """
    if is_quiet(now):
        return Reminded()
    with db.read() as session:
        found = editions_waiting(find_underway(session), read_rhythm(session), now)
        told = [
            (describe(session, edition, what=asking.what, at=asking.at), people)
            for edition, asking in found
            if (people := _people(session, edition, asking, four_eyes=four_eyes))
        ]
    return sum((_tell_all(db, one, people, notify, now) for one, people in told), Reminded())


def editions_waiting(
    underway: list[Underway], rhythm: Rhythm | None, now: datetime
) -> list[tuple[Underway, Asking]]:
    """Return the editions that somebody should be told of now, with what about. Pure."""
    is_off = rhythm.is_off if rhythm else never_off
    found = []
    for one in underway:
        before = one.deadlines(rhythm)
        asking = _without_deadlines(one, now) if before is None else _by_deadline(one, before, now)
        if asking is not None and _begins(asking, is_off) <= now:
            found.append((one, asking))
    return found


def is_quiet(now: datetime) -> bool:
    """Say whether this is no time to mail a colleague: at night, in a weekend, on a holiday."""
    here = now.astimezone(AMSTERDAM)
    return not is_working_day(here.date()) or not DAY_BEGINS <= here.time() < DAY_ENDS


def _people(
    session: Session, edition: Underway, asking: Asking, *, four_eyes: bool
) -> list[tuple[int, str]]:
    """Return who is told; of an approval not who wrote in it, nor who gave theirs already."""
    row = get_edition(session, edition.edition_id)
    barred = frozenset(one.user_id for one in approvals_of(session, row.id))
    if four_eyes:
        barred |= writers_of(session, row)
    return people_of(session, edition, asking.what, barred=barred)


def _begins(asking: Asking, is_off: Callable[..., bool]) -> datetime:
    """Return from when on somebody is told: the working day before, or once it went wrong."""
    if asking.what is Deadline.SEND:
        return asking.at
    day = working_day_before(asking.at.astimezone(AMSTERDAM).date(), is_off=is_off)
    return in_amsterdam(day, ASKED_AT)


def _by_deadline(one: Underway, before: Deadlines, now: datetime) -> Asking | None:
    if one.planned_at is None or one.planned_at <= now:
        return _passed(one, now)
    match one.state:
        case EditionStatus.DRAFT if now < before.closes:
            return None if one.is_filled else Asking(Deadline.CLOSES, before.closes)
        case EditionStatus.DRAFT:
            return Asking(Deadline.SUBMIT, before.submit)
        case EditionStatus.IN_REVIEW:
            return Asking(Deadline.APPROVE, before.approve)
        case _:
            return None


def _without_deadlines(one: Underway, now: datetime) -> Asking | None:
    """Return what an edition asks that no rhythm gave its deadlines: only who approves is told."""
    if one.planned_at is not None and one.planned_at <= now:
        return _passed(one, now)
    if one.state is not EditionStatus.IN_REVIEW:
        return None
    if one.planned_at is not None:
        return Asking(Deadline.APPROVE, one.planned_at)
    is_long_ago = one.status_since + WITHOUT_A_MOMENT <= now
    return Asking(Deadline.APPROVE, one.status_since) if is_long_ago else None


def _passed(one: Underway, now: datetime) -> Asking | None:
    at = one.planned_at
    is_news = at is not None and at <= now < at + NOT_AFTER
    return Asking(Deadline.SEND, at) if at is not None and is_news else None


def _tell_all(
    db: Database, waiting: Waiting, people: list[tuple[int, str]], notify: Notify, now: datetime
) -> Reminded:
    told = sum((_tell(db, waiting, one, notify, now) for one in people), Reminded())
    if told.mails:
        store.log_reminded(db, waiting, mails=told.mails, now=now)
    return told


def _tell(
    db: Database, waiting: Waiting, person: tuple[int, str], notify: Notify, now: datetime
) -> Reminded:
    user_id, address = person
    mark = Mark(waiting.edition_id, user_id, waiting.what, waiting.due_on)
    if not store.begin(db, mark, now=now):
        return Reminded()
    try:
        notify(waiting, address)
    except (TransportRefused, TransportUncertain):
        # Refused for good, or perhaps there already: a second try helps nobody.
        store.end(db, mark, now=now)
        return Reminded(untold=1)
    except TransportError:
        store.give_up(db, mark)
        return Reminded(untold=1)
    store.end(db, mark, now=now)
    return Reminded(mails=1)
