"""Another address: asked for by a reader, and theirs once that mailbox confirms it.

The page that asks gets one answer, whatever is known of the new address; only its mailbox tells
more. Links hold the reader's number, so those in old mail go on working.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.bulk import hold_table
from storage.session import Database
from subscribers.addresses import normalise
from subscribers.evidence import make_fact
from subscribers.model import AddressChange, Subscriber
from subscribers.suppressing import forget_move, remember
from subscribers.values import ON_LIST, ConsentKind, SuppressionReason

ASK_EVERY: Final = timedelta(days=1)  # one mailbox, whoever names it
SUBSCRIBERS: Final = Subscriber.metadata.tables["subscriber"]
MOST_A_DAY: Final = 3  # new addresses that one reader names: enough for a few typing errors


@dataclass(frozen=True, slots=True)
class Moved:
    """An address that was replaced. former: to tell its owner."""

    subscriber_id: int
    former: str


def ask_to_move(db: Database, subscriber_id: int, *, email: str, now: datetime) -> int | None:
    """Keep what a reader asked for; return the change to confirm by mail, None for no mail.

    No mail goes to an address that is on the list already, that was mailed about a change within
    ASK_EVERY, or that is the fourth that this reader names in a day. Raises InvalidAddress.
    """
    address = normalise(email)
    with db.write() as session:
        row = session.get(Subscriber, subscriber_id, with_for_update=True)
        if row is None or row.state not in ON_LIST or _has_somebody(session, address.key):
            return None
        if _is_too_much(session, subscriber_id, address.key, since=now - ASK_EVERY):
            return None
        change = AddressChange(
            subscriber_id=row.id, email=address.email, email_key=address.key, asked_at=now
        )
        session.add(change)
        session.flush()
        return change.id


def change_asked(session: Session, change_id: int) -> AddressChange | None:
    """Return what a link confirms; None when it was done, replaced by another, or taken away."""
    change = session.get(AddressChange, change_id)
    if change is None:
        return None
    newest = session.scalar(
        select(func.max(AddressChange.id)).where(
            AddressChange.subscriber_id == change.subscriber_id
        )
    )
    return change if change.id == newest else None


def move(db: Database, change_id: int, *, key: bytes, now: datetime) -> Moved | None:
    """Give a reader the address that its mailbox confirms; None, and nothing changes, otherwise.

    Somebody who left meanwhile stays away, and an address that got its own reader stays theirs.
    Of the former one a keyed hash stays: a list that still has it brings nobody in a second time.
    """
    with db.write() as session:
        hold_table(session, SUBSCRIBERS)  # who signs up with it now comes before or after
        change = change_asked(session, change_id)
        if change is None:
            return None
        row = session.get_one(Subscriber, change.subscriber_id, with_for_update=True)
        if row.state not in ON_LIST or _has_somebody(session, change.email_key):
            return None
        former = row.email
        remember(session, row.email_key, SuppressionReason.MOVED, key=key, now=now)
        forget_move(session, change.email_key, key=key)
        row.email, row.email_key, row.changed_at = change.email, change.email_key, now
        session.add(make_fact(row, ConsentKind.MOVED, now, source="mail"))
        session.execute(delete(AddressChange).where(AddressChange.subscriber_id == row.id))
        return Moved(row.id, former)


def take_back(db: Database, change_id: int) -> None:
    """Forget a change whose mail could not go out, so that it can be asked for again."""
    with db.write() as session:
        session.execute(delete(AddressChange).where(AddressChange.id == change_id))


def _has_somebody(session: Session, key: str) -> bool:
    found = select(Subscriber.id).where(Subscriber.email_key == key)
    return session.execute(found).first() is not None


def _is_too_much(session: Session, subscriber_id: int, key: str, *, since: datetime) -> bool:
    recent = select(func.count()).where(AddressChange.asked_at > since)
    mine = session.scalar(recent.where(AddressChange.subscriber_id == subscriber_id)) or 0
    to_it = session.scalar(recent.where(AddressChange.email_key == key)) or 0
    return mine >= MOST_A_DAY or to_it > 0
