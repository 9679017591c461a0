"""Who should look at what: one reminder about an edition that waits for approval."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from newsletter.model import Edition
from newsletter.store.editions import log_event
from newsletter.store.waiting import Waiting, find_waiting
from storage.session import Database

BEFORE_SENDING: Final = timedelta(hours=26)  # "a day before", for a job that looks once a day
WITHOUT_A_MOMENT: Final = timedelta(hours=24)  # nothing is planned yet: ask after a day of waiting

Notify = Callable[[Waiting, str], None]
"""Sends one reminder to one address; raises TransportError."""


def remind(db: Database, *, notify: Notify, now: datetime) -> int:
    """Remind the approvers of each edition that waits, once an edition; return how many mails.

    An edition is marked after its mails, so that a crash repeats a reminder and forgets none.
    """
    with db.read() as session:
        waiting = editions_waiting(session, now)
    for one in waiting:
        for address in one.approvers:
            notify(one, address)
        with db.write() as session:
            session.get_one(Edition, one.edition_id).reminded_at = now
            log_event(session, one.edition_id, what="reminded", now=now)
    return sum(len(one.approvers) for one in waiting)


def editions_waiting(session: Session, now: datetime) -> list[Waiting]:
    """Return the editions in review that somebody should be reminded of now, oldest first."""
    return find_waiting(
        session,
        planned_before=now + BEFORE_SENDING,
        submitted_before=now - WITHOUT_A_MOMENT,
    )
