"""When an approved edition goes out, and stopping it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from newsletter.errors import (
    AlreadyLeft,
    MomentNotApproved,
    MoveNotAllowed,
    NothingToSend,
    TooLate,
    UnknownEdition,
)
from newsletter.model import Delivery, Edition
from newsletter.send import schedule as scheduling
from newsletter.send.freeze import freeze_due
from newsletter.store.editions import events_of
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START
from tests.newsletter.making import TERMS, make_scheduled, sound

S = EditionStatus
FIVE = timedelta(minutes=5)
TOMORROW = START + timedelta(days=1)
SEND_NOW = partial(scheduling.send_now, terms=TERMS)


def arrange(
    db: Database,
    status: EditionStatus,
    *,
    planned_at: datetime | None = None,
    not_after: datetime | None = None,
) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 6, now=START)
        return make_scheduled(
            session, now=START, status=status, planned_at=planned_at, not_after=not_after
        )


def arrange_sending(db: Database) -> int:
    edition_id = arrange(db, S.SCHEDULED)
    freeze(db, now=START)
    return edition_id


def freeze(db: Database, *, now: datetime) -> list[int]:
    return freeze_due(db, terms=TERMS, preflight=sound, now=now)


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

    scheduling.schedule(db, edition_id, at=TOMORROW, terms=TERMS, now=START)

    assert (status(db, edition_id), due(db, edition_id)) == (S.SCHEDULED, TOMORROW)
    assert events(db, edition_id) == ["scheduled"]


def test_schedule_again_moves_the_moment(db: Database) -> None:
    edition_id = arrange(db, S.SCHEDULED)

    scheduling.schedule(db, edition_id, at=TOMORROW, terms=TERMS, now=START)

    assert due(db, edition_id) == TOMORROW


def test_unschedule_keeps_the_approval(db: Database) -> None:
    edition_id = arrange(db, S.SCHEDULED)

    scheduling.unschedule(db, edition_id, now=START)

    assert (status(db, edition_id), due(db, edition_id)) == (S.APPROVED, None)


@pytest.mark.parametrize("at", [START, TOMORROW + timedelta(minutes=1)])
def test_another_moment_than_the_approved_one_is_refused(db: Database, at: datetime) -> None:
    edition_id = arrange(db, S.APPROVED, planned_at=TOMORROW)

    with pytest.raises(MomentNotApproved, match="approved to go out at 2027-04-21T08:00"):
        scheduling.schedule(db, edition_id, at=at, terms=TERMS, now=START)

    assert status(db, edition_id) is S.APPROVED


def test_approved_moment_is_taken_and_may_have_passed(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED, planned_at=TOMORROW)

    scheduling.send_now(db, edition_id, terms=TERMS, now=TOMORROW + timedelta(hours=1))

    assert due(db, edition_id) == TOMORROW + timedelta(hours=1)


def test_announcement_cannot_be_planned_after_its_event(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED, not_after=START + timedelta(hours=1))

    with pytest.raises(TooLate):
        scheduling.schedule(db, edition_id, at=TOMORROW, terms=TERMS, now=START)


def test_without_a_reader_nothing_is_planned(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        edition_id = make_scheduled(session, now=START, status=S.APPROVED)

    with pytest.raises(NothingToSend):
        scheduling.send_now(db, edition_id, terms=TERMS, now=START)

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

    scheduling.send_now(db, edition_id, terms=TERMS, now=START)

    assert status(db, edition_id) is after


@pytest.mark.parametrize(
    ("move", "before"),
    [
        (SEND_NOW, S.DRAFT),
        (SEND_NOW, S.IN_REVIEW),
        (SEND_NOW, S.CANCELLED),
        (scheduling.pause, S.SCHEDULED),
        (scheduling.resume, S.SENT),
        (scheduling.resume, S.APPROVED),
        (scheduling.resume, S.SCHEDULED),
        (scheduling.unschedule, S.SENT),
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


@pytest.mark.parametrize(
    ("move", "before", "once"),
    [
        (scheduling.pause, S.SENDING, ["paused"]),
        (scheduling.resume, S.PAUSED, ["resumed"]),
        (scheduling.cancel, S.SENDING, ["cancelled"]),
        (scheduling.unschedule, S.SCHEDULED, ["unscheduled"]),
    ],
)
def test_what_is_pressed_twice_is_done_and_told_once(
    db: Database, move: Callable[..., int], before: EditionStatus, once: list[str]
) -> None:
    edition_id = arrange(db, before)

    move(db, edition_id, now=START)
    move(db, edition_id, now=TOMORROW)

    assert events(db, edition_id) == once


def test_the_same_moment_is_planned_once(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)

    for now in (START, START + timedelta(hours=1)):
        scheduling.schedule(db, edition_id, at=TOMORROW, terms=TERMS, now=now)

    assert events(db, edition_id) == ["scheduled"]


def test_send_after_leaves_time_to_undo_it(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)

    begun = scheduling.send_after(db, edition_id, wait=FIVE, terms=TERMS, now=START)

    assert begun
    assert (status(db, edition_id), due(db, edition_id)) == (S.SCHEDULED, START + FIVE)
    assert freeze(db, now=START + FIVE - timedelta(seconds=1)) == []
    assert freeze(db, now=START + FIVE) == [edition_id]


def test_pressing_send_again_waits_no_longer(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)
    scheduling.send_after(db, edition_id, wait=FIVE, terms=TERMS, now=START)

    again = scheduling.send_after(
        db, edition_id, wait=FIVE, terms=TERMS, now=START + timedelta(minutes=4)
    )

    assert not again
    assert due(db, edition_id) == START + FIVE
    assert events(db, edition_id) == ["send_now"]


def test_whoever_does_not_want_to_wait_sends_at_once(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)
    scheduling.send_after(db, edition_id, wait=FIVE, terms=TERMS, now=START)

    scheduling.send_after(db, edition_id, wait=timedelta(), terms=TERMS, now=START)

    assert due(db, edition_id) == START


@pytest.mark.parametrize("further", [S.SENDING, S.PAUSED, S.SENT])
def test_send_after_does_nothing_to_what_is_further(db: Database, further: EditionStatus) -> None:
    edition_id = arrange(db, further)

    assert not scheduling.send_after(db, edition_id, wait=FIVE, terms=TERMS, now=START)
    assert (status(db, edition_id), events(db, edition_id)) == (further, [])


def test_a_form_that_comes_again_after_an_undo_sends_nothing(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED)
    with db.read() as session:
        seen = scheduling.standing(session.get_one(Edition, edition_id))
    scheduling.send_after(db, edition_id, wait=FIVE, seen=seen, terms=TERMS, now=START)
    scheduling.unschedule(db, edition_id, now=START + timedelta(minutes=1))

    replayed = scheduling.send_after(
        db, edition_id, wait=FIVE, seen=seen, terms=TERMS, now=START + timedelta(minutes=2)
    )

    assert not replayed
    assert status(db, edition_id) is S.APPROVED


def test_undo_outlives_an_approved_moment_that_has_passed(db: Database) -> None:
    edition_id = arrange(db, S.APPROVED, planned_at=START)

    scheduling.send_after(db, edition_id, wait=FIVE, terms=TERMS, now=TOMORROW)

    assert due(db, edition_id) == TOMORROW + FIVE


@pytest.mark.parametrize("begun", [S.SENDING, S.PAUSED])
def test_while_nothing_left_a_sending_is_taken_back(db: Database, begun: EditionStatus) -> None:
    edition_id = arrange_sending(db)
    with db.write() as session:
        session.get_one(Edition, edition_id).status = begun
        session.execute(update(Delivery).values(state=DeliveryState.DEFERRED, attempts=1))

    scheduling.unschedule(db, edition_id, now=TOMORROW)

    with db.read() as session:
        edition = session.get_one(Edition, edition_id)
        left = session.scalar(select(Delivery.id).limit(1))
    assert edition.state is S.APPROVED
    assert (edition.size, edition.materialised_at, edition.started_at, left) == (None,) * 4
    assert events(db, edition_id) == ["sending", "unscheduled"]


@pytest.mark.parametrize(
    "touched",
    [
        {"state": DeliveryState.SENT},
        {"state": DeliveryState.ATTEMPTING},
        {"state": DeliveryState.IN_DOUBT},
        {"resends": 1},
    ],
)
def test_what_may_have_arrived_cannot_be_taken_back(
    db: Database, touched: dict[str, object]
) -> None:
    edition_id = arrange_sending(db)
    with db.write() as session:
        session.execute(update(Delivery).where(Delivery.id == 3).values(**touched))

    with pytest.raises(AlreadyLeft):
        scheduling.unschedule(db, edition_id, now=TOMORROW)

    with db.read() as session:
        assert len(session.scalars(select(Delivery.id)).all()) == 6
    assert status(db, edition_id) is S.SENDING


def test_after_taking_back_it_can_be_sent_to_whoever_is_there_then(db: Database) -> None:
    edition_id = arrange_sending(db)
    scheduling.unschedule(db, edition_id, now=START)
    with db.write() as session:
        make_readers(session, 2, now=START, first=7)

    scheduling.send_now(db, edition_id, terms=TERMS, now=TOMORROW)

    assert freeze(db, now=TOMORROW) == [edition_id]
    with db.read() as session:
        assert session.get_one(Edition, edition_id).size == 8


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
