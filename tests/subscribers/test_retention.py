"""Retention: what was never confirmed goes, and nothing else."""

from datetime import timedelta

from sqlalchemy import func, select

from storage.session import Database
from subscribers.model import AddressChange, Consent, Subscriber, Suppression
from subscribers.retention import CleanUpReport, clean_up
from subscribers.values import ConsentKind, SubscriberStatus
from tests.factories import make_subscriber
from tests.fakes import START


def test_sign_ups_that_nobody_confirmed_in_time_are_erased(db: Database) -> None:
    old = START - timedelta(days=14, minutes=1)
    with db.write() as session:
        gone = make_subscriber(session, "a@example.org", status=SubscriberStatus.PENDING, since=old)
        session.add(Consent(subscriber_id=gone.id, kind=ConsentKind.ASKED, at=old))
        make_subscriber(session, "b@example.org", status=SubscriberStatus.PENDING)
        make_subscriber(session, "c@example.org", status=SubscriberStatus.UNSUBSCRIBED, since=old)
        make_subscriber(session, "d@example.org", since=old)

    first, second = clean_up(db, now=START), clean_up(db, now=START)

    with db.read() as session:
        left = session.scalars(select(Subscriber.email).order_by(Subscriber.email)).all()
        facts = session.scalar(select(func.count()).select_from(Consent))
        suppressed = session.scalar(select(func.count()).select_from(Suppression))
    assert (first, second) == (CleanUpReport(1, 0, 0, 0), CleanUpReport(0, 0, 0, 0))
    assert left == ["b@example.org", "c@example.org", "d@example.org"]
    assert (facts, suppressed) == (0, 0)


def test_new_addresses_that_nobody_confirmed_in_time_are_forgotten(db: Database) -> None:
    with db.write() as session:
        who = make_subscriber(session).id
        for name, days in (("oud", 15), ("nieuw", 1)):
            address, asked_at = f"{name}@example.org", START - timedelta(days=days)
            session.add(
                AddressChange(
                    subscriber_id=who, email=address, email_key=address, asked_at=asked_at
                )
            )

    report = clean_up(db, now=START)

    with db.read() as session:
        left = session.scalars(select(AddressChange.email)).all()
    assert (report, left) == (CleanUpReport(0, 0, 1, 0), ["nieuw@example.org"])
