"""Taking back at the desk what followed of returned mail, and saying what a person dealt with."""

from datetime import datetime

from newsletter.store import returned as store
from newsletter.store import unknown_mail
from storage.log import record
from storage.session import Database
from subscribers import consent
from subscribers.editing import require_subscriber


def take_up_again(db: Database, subscriber_id: int, *, key: bytes, now: datetime) -> bool:
    """Let a reader get mail again whose address was given up; return whether this call did it.

    What came back stays on record, and their count begins anew.
    Raises: UnknownSubscriber.
    """
    with db.write() as session:
        require_subscriber(session, subscriber_id)
        if not consent.take_up_again(session, subscriber_id, key=key, now=now):
            return False
        store.take_back(session, subscriber_id, now=now)
        return True


def deal_with(db: Database, unknown_id: int, *, by: int, now: datetime) -> bool:
    """Say that somebody dealt with a message; return whether this call did it."""
    with db.write() as session:
        done = unknown_mail.deal_with(session, unknown_id, by=by, now=now)
        if done:
            record(session, "mail.dealt_with", now=now, detail={"mail": unknown_id})
        return done


def put_back(db: Database, unknown_id: int, *, now: datetime) -> bool:
    """Let a message that was dealt with wait for a person again; return whether this call did."""
    with db.write() as session:
        done = unknown_mail.put_back(session, unknown_id)
        if done:
            record(session, "mail.put_back", now=now, detail={"mail": unknown_id})
        return done
