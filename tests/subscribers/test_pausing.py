"""A pause: chosen by a reader, kept as evidence, and over by itself."""

from datetime import timedelta

import pytest

from storage.session import Database
from subscribers import consent, pausing
from subscribers.model import Subscriber
from subscribers.store import consents_of, recipients_select
from subscribers.values import SubscriberStatus, Topic
from tests.factories import make_subscriber
from tests.fakes import START

S = SubscriberStatus
WEEK = timedelta(days=7)
TEXT = "Even geen mail tot en met zondag 2 mei 2027."


def add(db: Database, status: SubscriberStatus = S.ACTIVE) -> int:
    with db.write() as session:
        return make_subscriber(session, status=status).id


def pause(db: Database, who: int, *, weeks: int = 1) -> bool:
    return pausing.pause(db, who, until=START + weeks * WEEK, text_shown=TEXT, now=START)


def stand(db: Database, who: int) -> tuple[str, bool, bool]:
    """Return the status, whether a day is kept, and whether a mailing would go to them."""
    with db.read() as session:
        row = session.get_one(Subscriber, who)
        chosen = recipients_select(session, [{}], Topic.NEWSLETTER)
        gets = session.execute(chosen).first() is not None
        return row.status, row.paused_until is not None, gets


def kinds(db: Database, who: int) -> list[str]:
    with db.read() as session:
        return [fact.kind for fact in consents_of(session, who)]


def test_a_pause_stops_mail_and_ends_by_itself(db: Database) -> None:
    who = add(db)

    assert pause(db, who)
    assert stand(db, who) == (S.PAUSED, True, False)
    assert pausing.end_pauses(db, now=START + WEEK - timedelta(seconds=1)) == 0
    assert pausing.end_pauses(db, now=START + WEEK) == 1
    assert pausing.end_pauses(db, now=START + WEEK) == 0

    assert stand(db, who) == (S.ACTIVE, False, True)
    assert kinds(db, who) == ["paused", "resumed"]
    with db.read() as session:
        assert consents_of(session, who)[0].text_shown == TEXT


def test_the_same_pause_twice_is_one_and_another_day_replaces_it(db: Database) -> None:
    who = add(db)

    answers = [pause(db, who), pause(db, who), pause(db, who, weeks=2)]

    assert answers == [True, True, True]
    assert kinds(db, who) == ["paused", "paused"]
    assert pausing.end_pauses(db, now=START + WEEK) == 0


def test_a_reader_ends_a_pause_before_its_day(db: Database) -> None:
    who = add(db)
    pause(db, who)

    answers = [pausing.resume(db, who, now=START) for _ in range(2)]

    assert (answers, stand(db, who)) == ([True, False], (S.ACTIVE, False, True))


@pytest.mark.parametrize("status", [S.PENDING, S.UNSUBSCRIBED, S.SUPPRESSED])
def test_who_is_not_on_the_list_cannot_pause(db: Database, status: SubscriberStatus) -> None:
    who = add(db, status)

    assert not pause(db, who)
    assert not pausing.resume(db, who, now=START)
    assert stand(db, who) == (status, False, False)
    assert not pause(db, 4711)


def test_no_pause_ends_before_it_began(db: Database) -> None:
    who = add(db)

    assert not pause(db, who, weeks=0)
    assert stand(db, who) == (S.ACTIVE, False, True)


def test_who_paused_may_change_and_leave_and_an_old_form_brings_nobody_back(db: Database) -> None:
    who = add(db)
    pause(db, who)

    assert consent.change(db, who, audience=None, topics=[Topic.NEWSLETTER], now=START)
    assert consent.confirm(db, who, now=START)
    assert stand(db, who)[0] == S.PAUSED
    assert consent.leave(db, who, source="afmelden", now=START)
    assert not pausing.resume(db, who, now=START)

    assert pausing.end_pauses(db, now=START + WEEK) == 0
    assert stand(db, who) == (S.UNSUBSCRIBED, False, False)


def test_signing_up_during_a_pause_changes_nothing(db: Database) -> None:
    who = add(db)
    pause(db, who)

    again = consent.sign_up(
        db,
        email="jan@example.org",
        audience=None,
        topics=[Topic.ANNOUNCEMENTS],
        text_shown="",
        source="aanmelden",
        now=START,
    )

    assert (again.subscriber_id, again.confirm) == (who, False)
    assert stand(db, who)[0] == S.PAUSED
