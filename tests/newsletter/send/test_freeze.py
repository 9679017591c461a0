"""From an approved edition to one delivery for each person."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.model import Block, Delivery, Edition
from newsletter.send.freeze import freeze_due
from newsletter.send.schedule import schedule, send_now, unschedule
from newsletter.store.editions import events_of
from newsletter.values import EditionKind, EditionStatus, Finding, Level
from storage.session import Database
from subscribers.model import Segment, Subscriber
from subscribers.pausing import pause
from subscribers.values import SubscriberStatus
from tests.factories import make_readers, make_segments
from tests.fakes import START, FakeClock
from tests.newsletter.making import SENDER, TERMS, make_scheduled, sound, terms_of


def arrange(db: Database, *, readers: int = 7, segments: tuple[str, ...] = ("school",)) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, readers, now=START)
        return make_scheduled(session, now=START, segments=segments)


def freeze(
    db: Database, clock: FakeClock, *, chunk: int = 50_000, sender: str = SENDER
) -> list[int]:
    return freeze_due(db, terms=terms_of(sender), preflight=sound, now=clock(), chunk=chunk)


def frozen(session: Session, edition_id: int) -> list[tuple[str, str | None, str]]:
    rows = session.execute(
        select(Subscriber.email, Delivery.audience, Delivery.state)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.edition_id == edition_id)
        .order_by(Delivery.id)
    )
    return [(email, audience, state) for email, audience, state in rows]


def state(db: Database, edition_id: int) -> tuple[EditionStatus, int | None]:
    with db.read() as session:
        edition = session.get_one(Edition, edition_id)
        return edition.state, edition.size


def events(db: Database, edition_id: int) -> list[str]:
    with db.read() as session:
        return [one.what for one in events_of(session, edition_id)]


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_each_reader_of_the_segments_gets_one_delivery(
    db: Database, clock: FakeClock, chunk: int
) -> None:
    edition_id = arrange(db, segments=("school", "overig"))

    started = freeze(db, clock, chunk=chunk)

    with db.read() as session:
        found = frozen(session, edition_id)
        edition = session.get_one(Edition, edition_id)
    assert started == [edition_id]
    assert found == [
        ("r2@example.org", None, "pending"),
        ("r3@example.org", "school", "pending"),
        ("r5@example.org", None, "pending"),
        ("r6@example.org", "school", "pending"),
    ]
    assert (edition.state, edition.size) == (EditionStatus.SENDING, 4)
    assert edition.materialised_at == edition.started_at == START


def test_who_may_not_be_mailed_is_not_in_it(db: Database, clock: FakeClock) -> None:
    edition_id = arrange(db, readers=9)
    with db.write() as session:
        left = update(Subscriber).where(Subscriber.email == "r3@example.org")
        session.execute(left.values(status=SubscriberStatus.UNSUBSCRIBED))
        no_news = update(Subscriber).where(Subscriber.email == "r6@example.org")
        session.execute(no_news.values(wants_newsletter=False))

    freeze(db, clock)

    with db.read() as session:
        assert frozen(session, edition_id) == [("r9@example.org", "school", "pending")]


def test_freezing_twice_adds_nobody(db: Database, clock: FakeClock) -> None:
    edition_id = arrange(db)
    freeze(db, clock)
    with db.write() as session:
        make_readers(session, 3, now=START, first=100)

    again = freeze(db, clock)

    assert (again, state(db, edition_id)) == ([], (EditionStatus.SENDING, 2))


def test_freezing_that_was_cut_off_goes_on_where_it_was(db: Database, clock: FakeClock) -> None:
    edition_id = arrange(db, readers=9)
    with db.write() as session:
        first = session.scalars(select(Subscriber.id).where(Subscriber.email == "r3@example.org"))
        session.add(
            Delivery(edition_id=edition_id, subscriber_id=first.one(), audience="school", at=START)
        )

    freeze(db, clock, chunk=1)

    with db.read() as session:
        assert [email for email, *_ in frozen(session, edition_id)] == [
            "r3@example.org",
            "r6@example.org",
            "r9@example.org",
        ]
    assert state(db, edition_id) == (EditionStatus.SENDING, 3)


def test_leftovers_of_a_schedule_that_was_called_off_are_not_sent(
    db: Database, clock: FakeClock
) -> None:
    edition_id = arrange(db)
    with db.write() as session:
        stranger = session.scalars(
            select(Subscriber.id).where(Subscriber.email == "r1@example.org")
        ).one()
        session.add(
            Delivery(edition_id=edition_id, subscriber_id=stranger, audience=None, at=START)
        )
    unschedule(db, edition_id, now=clock.later(minutes=1))
    send_now(db, edition_id, terms=TERMS, now=clock.later(minutes=1))

    freeze(db, clock)

    with db.read() as session:
        assert [email for email, *_ in frozen(session, edition_id)] == [
            "r3@example.org",
            "r6@example.org",
        ]


def test_edition_that_is_not_due_waits(db: Database, clock: FakeClock) -> None:
    edition_id = arrange(db)
    schedule(db, edition_id, at=START + timedelta(hours=1), terms=TERMS, now=START)

    early = freeze(db, clock)
    clock.later(hours=1)
    in_time = freeze(db, clock)

    assert (early, in_time) == ([], [edition_id])


def break_text(session: Session, edition_id: int) -> None:
    session.execute(update(Edition).where(Edition.id == edition_id).values(title="Anders"))


def break_block(session: Session, edition_id: int) -> None:
    block = update(Block).where(Block.edition_id == edition_id)
    session.execute(block.values(fields={"text": "Anders"}))


def break_moment(session: Session, edition_id: int) -> None:
    session.execute(update(Edition).where(Edition.id == edition_id).values(planned_at=START))


def break_segments(session: Session, edition_id: int) -> None:
    session.execute(
        update(Edition).where(Edition.id == edition_id).values(segments=["lerarenopleiding"])
    )


def break_segment(session: Session, edition_id: int) -> None:
    session.execute(update(Segment).where(Segment.slug == "school").values(conditions={}))


def drop_segment(session: Session, edition_id: int) -> None:
    session.delete(session.get_one(Segment, "school"))


@pytest.mark.parametrize(
    "change",
    [break_text, break_block, break_moment, break_segments, break_segment, drop_segment],
)
def test_broken_seal_sends_nothing_and_voids_the_approval(
    db: Database, clock: FakeClock, change: object
) -> None:
    edition_id = arrange(db)
    assert callable(change)
    with db.write() as session:
        change(session, edition_id)

    started = freeze(db, clock)

    with db.read() as session:
        edition = session.get_one(Edition, edition_id)
        found = frozen(session, edition_id)
    assert (started, found) == ([], [])
    assert (edition.state, edition.content_hash, edition.due_at) == (EditionStatus.DRAFT, "", None)
    assert events(db, edition_id) == ["seal_broken"]


def test_another_sender_breaks_the_seal(db: Database, clock: FakeClock) -> None:
    edition_id = arrange(db)

    started = freeze(db, clock, sender="Iemand anders <x@example.org>")

    assert (started, state(db, edition_id)[0]) == ([], EditionStatus.DRAFT)


def test_announcement_after_its_event_is_cancelled(db: Database, clock: FakeClock) -> None:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 3, now=START)
        edition_id = make_scheduled(
            session,
            now=START,
            kind=EditionKind.ANNOUNCEMENT,
            not_after=START + timedelta(hours=1),
        )
    clock.later(hours=2)

    started = freeze(db, clock)

    assert (started, state(db, edition_id)) == ([], (EditionStatus.CANCELLED, None))
    assert events(db, edition_id) == ["too_late"]


def test_one_broken_edition_does_not_stop_the_next(db: Database, clock: FakeClock) -> None:
    broken = arrange(db)
    with db.write() as session:
        break_text(session, broken)
        session.execute(update(Edition).values(number=13))
        whole = make_scheduled(session, now=START, segments=("school",))

    assert freeze(db, clock) == [whole]


@pytest.mark.parametrize(
    ("level", "expected", "history"),
    [
        (Level.WARNING, EditionStatus.SENDING, ("sending", "3 readers")),
        (
            Level.ERROR,
            EditionStatus.DRAFT,
            ("checks_failed", "Het congres is al geweest. Haal het eruit."),
        ),
    ],
)
def test_an_error_takes_it_back_with_its_reason_and_a_warning_does_not(
    db: Database,
    clock: FakeClock,
    level: Level,
    expected: EditionStatus,
    history: tuple[str, str],
) -> None:
    def preflight(edition_id: int, *, now: datetime) -> tuple[Finding, ...]:
        told = "Het congres is al geweest."
        return (Finding("dates.past", level, told, mend="Haal het eruit."),)

    edition_id = arrange(db, readers=9)

    freeze_due(db, terms=TERMS, preflight=preflight, now=clock())

    with db.read() as session:
        last = events_of(session, edition_id)[-1]
        assert len(frozen(session, edition_id)) == (3 if level is Level.WARNING else 0)
    assert state(db, edition_id)[0] is expected
    assert (last.what, last.note) == history


def test_who_paused_gets_nothing_until_the_day_they_chose(db: Database, clock: FakeClock) -> None:
    edition_id = arrange(db, segments=("school",), readers=6)
    with db.read() as session:
        away, back = session.scalars(
            select(Subscriber.id).where(Subscriber.audience == "school").order_by(Subscriber.id)
        )
    for who, days in ((away, 1), (back, 0.2)):
        until = START + timedelta(days=days)
        assert pause(db, who, until=until, text_shown="Even niet.", now=START - timedelta(days=1))
    clock.later(days=0.2)

    freeze(db, clock)

    with db.read() as session:
        got = session.scalars(
            select(Delivery.subscriber_id).where(Delivery.edition_id == edition_id)
        ).all()
        left_out = next(one for one in events_of(session, edition_id) if one.what == "sending")
    assert got == [back]
    assert left_out.detail == {"left_out": {"paused": 1}}
