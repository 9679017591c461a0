"""A moment that passed while nobody ran: caught up, left to a person, or over; always visible."""

from datetime import datetime, timedelta

import pytest

from newsletter.model import Delivery, Edition
from newsletter.send import schedule as scheduling
from newsletter.send.freeze import freeze_due
from newsletter.send.lateness import Begin, Patience
from newsletter.store.editions import events_of
from newsletter.values import EditionKind, EditionStatus
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START
from tests.newsletter.making import TERMS, make_scheduled, sound

LAST = START + timedelta(days=3)


@pytest.mark.parametrize(
    ("late", "not_after", "begin"),
    [
        (timedelta(), None, Begin.IN_TIME),
        (timedelta(minutes=15), None, Begin.IN_TIME),
        (timedelta(minutes=16), None, Begin.CAUGHT_UP),
        (timedelta(hours=6), None, Begin.CAUGHT_UP),
        (timedelta(hours=6, seconds=1), None, Begin.OVERSLEPT),
        (timedelta(days=365), None, Begin.OVERSLEPT),
        (timedelta(days=2), LAST, Begin.CAUGHT_UP),
    ],
)
def test_how_late_it_may_begin(late: timedelta, not_after: datetime | None, begin: Begin) -> None:
    assert Patience().judge(START, not_after=not_after, now=START + late) is begin


def test_quiet_hours_make_nothing_late() -> None:
    ends = START + timedelta(hours=9)
    patience = Patience(6, lambda at: ends if at < ends else None)

    assert patience.judge(START, not_after=None, now=ends) is Begin.IN_TIME
    assert patience.judge(START, not_after=None, now=ends + timedelta(hours=7)) is Begin.OVERSLEPT


def arrange(db: Database, **fields: object) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 3)
        return make_scheduled(session, now=START, **fields)  # type: ignore[arg-type]  # as given


def freeze(db: Database, now: datetime) -> list[int]:
    return freeze_due(db, terms=TERMS, preflight=sound, now=now)


def stands(db: Database, edition_id: int) -> tuple[EditionStatus, list[str]]:
    with db.read() as session:
        events = [one.what for one in events_of(session, edition_id)]
        return session.get_one(Edition, edition_id).state, events


def test_a_newsletter_that_is_some_hours_late_goes_and_says_so(db: Database) -> None:
    edition = arrange(db)

    assert freeze(db, START + timedelta(hours=5)) == [edition]
    assert stands(db, edition) == (EditionStatus.SENDING, ["caught_up", "sending"])


def test_a_newsletter_of_yesterday_waits_for_a_person_who_may_send_it_all_the_same(
    db: Database,
) -> None:
    edition = arrange(db)
    tomorrow = START + timedelta(days=1)

    overslept = freeze(db, tomorrow), freeze(db, tomorrow), stands(db, edition)
    with db.read() as session:
        event = events_of(session, edition)[-1]
        plan = session.get_one(Edition, edition).due_at
    scheduling.send_now(db, edition, terms=TERMS, now=tomorrow)
    sent = freeze(db, tomorrow), stands(db, edition)[0]

    assert overslept == ([], [], (EditionStatus.APPROVED, ["overslept"]))
    assert (event.detail, plan) == ({"due_at": START.isoformat()}, None)
    assert sent == ([edition], EditionStatus.SENDING)


def test_an_announcement_goes_until_its_own_last_moment(db: Database) -> None:
    edition = arrange(db, kind=EditionKind.ANNOUNCEMENT, not_after=LAST)

    assert freeze(db, START + timedelta(days=2)) == [edition]
    assert stands(db, edition) == (EditionStatus.SENDING, ["caught_up", "sending"])


def test_an_announcement_after_its_last_moment_is_over(db: Database) -> None:
    edition = arrange(db, kind=EditionKind.ANNOUNCEMENT, not_after=LAST)

    assert freeze(db, LAST + timedelta(seconds=1)) == []
    assert stands(db, edition) == (EditionStatus.CANCELLED, ["too_late"])


def test_a_list_that_was_being_written_is_gone_on_with_however_late(db: Database) -> None:
    edition = arrange(db)

    with db.write() as session:  # as a crash leaves it after the first chunk
        session.add(Delivery(edition_id=edition, subscriber_id=1, cut="school", at=START))

    assert freeze(db, START + timedelta(days=1)) == [edition]
    assert stands(db, edition) == (EditionStatus.SENDING, ["sending"])


def test_who_says_send_long_after_the_moment_is_heard(db: Database) -> None:
    """The command of yesterday is not run again: the one of now is."""
    edition = arrange(db)
    tomorrow = START + timedelta(days=1)

    scheduling.send_now(db, edition, terms=TERMS, now=tomorrow)

    assert freeze(db, tomorrow) == [edition]
    assert stands(db, edition) == (EditionStatus.SENDING, ["send_now", "sending"])
