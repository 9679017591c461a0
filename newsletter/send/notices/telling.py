"""Telling who made and approved an edition how its sending ended: complete, or stopped by itself.

An edition is marked before its mails go, so nobody is told twice; the desk tells the same. That
somebody was told enters its history when a mail went.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Edition, User
from newsletter.send.loop.ends import End
from newsletter.store.deliveries import figures
from newsletter.store.editions import last_event_of, lock_edition, log_event
from newsletter.values import EditionFigures, EditionStatus
from storage.session import Database

S = EditionStatus
FRESH: Final = timedelta(days=1)  # of what ended longer ago nobody needs to hear by mail


class Ending(StrEnum):
    """How a sending ended. The names of those that stopped are those in the edition's history."""

    SENT = "sent"
    HALTED = "halted"  # the relay refused reader after reader, or us
    MANY_REFUSED = "many_refused"  # of the readers more than a good list has
    FAULTED = "faulted"  # its counts contradict each other, or no message can be made of it
    MAILS_CHANGED = "mails_changed"  # they are not those that were approved
    EVENT_CHANGED = End.EVENT_CHANGED.value
    TOO_LATE = End.TOO_LATE.value


BY_PEOPLE: Final = ("sending", "paused", "resumed", "cancelled")
TURNS: Final = (*BY_PEOPLE, *(one.value for one in Ending if one is not Ending.SENT))


@dataclass(frozen=True, slots=True)
class Ended:
    """An edition whose people are to be told. people: their addresses."""

    ending: Ending
    figures: EditionFigures
    people: tuple[str, ...]


Notify = Callable[[Ended, str], bool]
"""Sends one notice to one address; says whether it went."""


def tell_ends(db: Database, *, notify: Notify, now: datetime) -> dict[str, int]:
    """Tell the people of each edition that ended since the last time; return told and untold."""
    with db.read() as session:
        ids = [one.id for one in _ended(session, now)]
    told = untold = 0
    for edition_id in ids:
        with db.write() as session:
            ended = _mark(session, edition_id, now=now)
        if ended is None:
            continue
        went = sum(notify(ended, address) for address in ended.people)
        if went:
            with db.write() as session:
                log_event(session, edition_id, what="told", now=now, detail={"people": went})
        told, untold = told + went, untold + len(ended.people) - went
    return {"told": told, "untold": untold}


def _ended(session: Session, now: datetime) -> list[Edition]:
    query = select(Edition).where(
        Edition.status.in_((S.SENT, S.PAUSED, S.CANCELLED)),
        Edition.told_at.is_(None),
        Edition.status_since > now - FRESH,
    )
    found = session.scalars(query.order_by(Edition.id))
    return [one for one in found if ending_of(session, one) is not None]


def ending_of(session: Session, edition: Edition) -> Ending | None:
    """Return how it ended by itself; None when a person stopped it, who knows."""
    if edition.state is S.SENT:
        return Ending.SENT
    last = last_event_of(session, edition.id, *TURNS)
    if last is None or edition.started_at is None or last.what in BY_PEOPLE:
        return None
    return Ending(last.what)


def _mark(session: Session, edition_id: int, *, now: datetime) -> Ended | None:
    edition = lock_edition(session, edition_id)
    ending = ending_of(session, edition)
    if ending is None or edition.told_at is not None:
        return None
    edition.told_at = now
    return Ended(ending, figures(session, edition_id), _people(session, edition))


def _people(session: Session, edition: Edition) -> tuple[str, ...]:
    involved = {edition.author_id, edition.approved_by_id} - {None}
    own = select(User.email).where(User.id.in_(involved), User.disabled_at.is_(None))
    return tuple(session.scalars(own.order_by(User.id)))
