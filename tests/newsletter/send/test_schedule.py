"""When an approved edition goes out, and stopping it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter.errors import ContentChanged, MoveNotAllowed, NothingToSend, TooLate, UnknownEdition
from newsletter.model import Delivery, Edition
from newsletter.send import schedule as scheduling
from newsletter.send.freeze import freeze_due
from newsletter.store.editions import events_of
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START
from tests.newsletter.making import SENDER, make_scheduled, plain_render, sound

S = EditionStatus
TOMORROW = START + timedelta(days=1)


def arrange(db: Database, status: EditionStatus, *, planned_at: datetime | None = None) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 6, now=START)
        edition_id = make_scheduled(session, now=START)
        edition = session.get_one(Edition, edition_id)
        edition.status, edition.planned_at = status, planned_at
        return edition_id


def arrange_sending(db: Database) -> int:
    edition_id = arrange(db, S.SCHEDULED)
    freeze_due(db, render=plain_render, preflight=sound, sender=SENDER, now=START)
    return edition_id


def status(db: Database, edition_id: int) -> EditionStatus:
    with db.read() as session:
        return session.get_one(Edition, edition_id).state


def due(db: Database, edition_id: int) -> datetime | None:
    with db.read() as session:
        return session.get_one(Edition, edition_id).due_at


def events(db: Database, edition_id: int) -> list[str]:
    with db.read() as session:
        return [one.what for one in events_of(session, edition_id)]


def test_schedule_sets_the_moment(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)

    scheduling.schedule(db, edition_id, at=TOMORROW, now=START)

    assert (status(db, edition_id), due(db, edition_id)) == (S.SCHEDULED, TOMORROW)
    assert events(db, edition_id) == ["scheduled"]


def test_schedule_again_moves_the_moment(db: Database) -> None:
    edition_id = arrange(db, S.SCHEDULED)

    scheduling.schedule(db, edition_id, at=TOMORROW, now=START)

    assert due(db, edition_id) == TOMORROW


def test_unschedule_keeps_the_approval(db: Database) -> None:
    edition_id = arrange(db, S.SCHEDULED)

    scheduling.unschedule(db, edition_id, now=START)

    assert (status(db, edition_id), due(db, edition_id)) == (S.APPROVED, None)


@pytest.mark.parametrize("at", [START, TOMORROW + timedelta(minutes=1)])
def test_another_moment_than_the_approved_one_is_refused(db: Database, at: datetime) -> None:
    edition_id = arrange(db, S.APPROVED, planned_at=TOMORROW)

    with pytest.raises(ContentChanged, match="approved to go out at 2027-04-21T08:00"):
        scheduling.schedule(db, edition_id, at=at, now=START)

    assert status(db, edition_id) is S.APPROVED


def test_approved_moment_is_taken_and_may_have_passed(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED, planned_at=TOMORROW)

    scheduling.send_now(db, edition_id, now=TOMORROW + timedelta(hours=1))

    assert due(db, edition_id) == TOMORROW + timedelta(hours=1)


def test_announcement_cannot_be_planned_after_its_event(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)
    with db.write() as session:
        session.execute(update(Edition).values(not_after=START + timedelta(hours=1)))

    with pytest.raises(TooLate):
        scheduling.schedule(db, edition_id, at=TOMORROW, now=START)


def test_without_a_reader_nothing_is_planned(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        edition_id = make_scheduled(session, now=START)
        session.get_one(Edition, edition_id).status = S.APPROVED

    with pytest.raises(NothingToSend):
        scheduling.send_now(db, edition_id, now=START)

    assert status(db, edition_id) is S.APPROVED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.APPROVED, S.SCHEDULED),
        (S.SCHEDULED, S.SCHEDULED),
        (S.SENDING, S.SENDING),
        (S.PAUSED, S.SENDING),
        (S.SENT, S.SENT),
    ],
)
def test_send_now_can_be_said_again(
    db: Database, before: EditionStatus, after: EditionStatus
) -> None:
    edition_id = arrange(db, before)

    scheduling.send_now(db, edition_id, now=START)

    assert status(db, edition_id) is after


@pytest.mark.parametrize(
    ("move", "before"),
    [
        (scheduling.send_now, S.DRAFT),
        (scheduling.send_now, S.IN_REVIEW),
        (scheduling.send_now, S.CANCELLED),
        (scheduling.pause, S.SCHEDULED),
        (scheduling.resume, S.SENT),
        (scheduling.resume, S.APPROVED),
        (scheduling.resume, S.SCHEDULED),
        (scheduling.unschedule, S.SENDING),
        (scheduling.cancel, S.SENT),
    ],
)
def test_move_that_the_table_does_not_have_is_refused(
    db: Database, move: Callable[..., int], before: EditionStatus
) -> None:
    edition_id = arrange(db, before)

    with pytest.raises(MoveNotAllowed):
        move(db, edition_id, now=START)

    assert (status(db, edition_id), events(db, edition_id)) == (before, [])


def test_pause_and_resume(db: Database) -> None:
    edition_id = arrange_sending(db)

    scheduling.pause(db, edition_id, now=START)
    paused = status(db, edition_id)
    scheduling.resume(db, edition_id, now=START)

    assert (paused, status(db, edition_id)) == (S.PAUSED, S.SENDING)
    assert events(db, edition_id) == ["sending", "paused", "resumed"]


def test_cancel_skips_whoever_waits_and_keeps_what_was_done(db: Database) -> None:
    edition_id = arrange_sending(db)
    with db.write() as session:
        rows = list(session.scalars(select(Delivery).order_by(Delivery.id)))
        states = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED)
        for row, new in zip(rows, states, strict=False):
            row.state = new

    scheduling.cancel(db, edition_id, now=TOMORROW)

    with db.read() as session:
        found = list(session.scalars(select(Delivery).order_by(Delivery.id)))
        finished_at = session.get_one(Edition, edition_id).finished_at
    assert [(one.state, one.reply) for one in found] == [
        ("sent", ""),
        ("failed", ""),
        *[("skipped", "cancelled")] * 4,
    ]
    assert (status(db, edition_id), finished_at) == (S.CANCELLED, TOMORROW)


def test_unknown_edition_is_said_so(db: Database) -> None:
    with pytest.raises(UnknownEdition):
        scheduling.pause(db, 99, now=START)
