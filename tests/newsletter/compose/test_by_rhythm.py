"""Editions by rhythm: one a slot, in time, planned for its moment, never a second one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from newsletter import pipeline, planning
from newsletter.compose.by_rhythm import draft_slot, draft_slots
from newsletter.errors import SlotTaken, UnknownSlot
from newsletter.model import Edition, SlotChoice
from newsletter.rhythm import Choice, Rhythm
from newsletter.send.schedule import cancel
from newsletter.wiring import Services
from storage.log import LogEntry
from storage.session import Database
from tests.factories import make_edition, make_segments
from tests.fakes import START

# START is Tuesday 20 April 2027; the Tuesday after that is Koningsdag.
FIRST = date(2027, 4, 29)
AT = datetime(2027, 4, 29, 8, tzinfo=UTC)
OPENS = datetime(2027, 4, 21, 4, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
def fortnight(db: Database) -> Database:
    with db.write() as session:
        make_segments(session)
    planning.save_rhythm(db, Rhythm(3, time(10), FIRST), version=0, now=START, by=None)
    return db


def editions(db: Database) -> list[tuple[str | None, datetime | None, date]]:
    with db.read() as session:
        rows = session.scalars(select(Edition).order_by(Edition.id))
        return [(one.period, one.planned_at, one.dated_on) for one in rows]


def test_an_edition_is_made_when_its_selection_opens(fortnight: Database) -> None:
    early = draft_slots(fortnight, now=OPENS - timedelta(minutes=1), maximum=5)
    in_time = draft_slots(fortnight, now=OPENS, maximum=5)

    assert (early, len(in_time)) == ([], 1)
    assert editions(fortnight) == [("slot-2027-04-29", AT, FIRST)]


def test_running_again_makes_no_second_one_nor_brings_back_a_cancelled_one(
    fortnight: Database,
) -> None:
    (edition_id,) = draft_slots(fortnight, now=OPENS, maximum=5)
    cancel(fortnight, edition_id, now=OPENS)

    assert draft_slots(fortnight, now=OPENS + timedelta(hours=1), maximum=5) == []
    assert len(editions(fortnight)) == 1


def test_a_day_that_has_an_edition_by_hand_gets_no_other(fortnight: Database) -> None:
    with fortnight.write() as session:
        make_edition(session, number=3, planned_at=AT + timedelta(hours=5))

    assert draft_slots(fortnight, now=OPENS, maximum=5) == []


def test_an_edition_that_is_cancelled_keeps_no_day(fortnight: Database) -> None:
    with fortnight.write() as session:
        make_edition(session, number=3, planned_at=AT, status="cancelled")

    assert len(draft_slots(fortnight, now=OPENS, maximum=5)) == 1


def test_a_slot_that_passed_while_nobody_ran_is_not_made_up_for(fortnight: Database) -> None:
    draft_slots(fortnight, now=AT + 2 * WEEK - timedelta(days=1), maximum=5)

    assert [one[0] for one in editions(fortnight)] == ["slot-2027-05-13"]


def test_a_slot_that_was_moved_is_planned_for_its_new_moment(fortnight: Database) -> None:
    friday = AT + timedelta(days=1)
    planning.choose_slot(fortnight, FIRST, Choice(friday), now=START, by=None)

    draft_slots(fortnight, now=friday - timedelta(hours=2), maximum=5)

    assert editions(fortnight) == [("slot-2027-04-29", friday, date(2027, 4, 30))]


def test_a_slot_that_is_skipped_is_not_made_until_that_is_undone(fortnight: Database) -> None:
    was = planning.choose_slot(fortnight, FIRST, Choice(None), now=START, by=None)
    assert draft_slots(fortnight, now=OPENS, maximum=5) == []

    planning.choose_slot(fortnight, FIRST, None, now=START, by=None)

    assert was.at == AT
    assert len(draft_slots(fortnight, now=OPENS, maximum=5)) == 1
    with fortnight.read() as session:
        assert session.scalars(select(SlotChoice)).all() == []
        of_slots = select(LogEntry.what).where(LogEntry.what.startswith("slot."))
        told = session.scalars(of_slots.order_by(LogEntry.id)).all()
    assert told == ["slot.skipped", "slot.restored"]


def test_once_it_has_an_edition_a_slot_stays(fortnight: Database) -> None:
    draft_slots(fortnight, now=OPENS, maximum=5)

    with pytest.raises(SlotTaken):
        planning.choose_slot(fortnight, FIRST, Choice(None), now=OPENS, by=None)


def test_only_a_day_of_the_rhythm_is_a_slot(fortnight: Database) -> None:
    with pytest.raises(UnknownSlot):
        planning.choose_slot(fortnight, FIRST + WEEK, None, now=START, by=None)
    with pytest.raises(UnknownSlot):
        draft_slot(fortnight, FIRST + WEEK, now=START, author_id=None, maximum=5)
    planning.choose_slot(fortnight, FIRST, Choice(None), now=START, by=None)
    with pytest.raises(UnknownSlot):
        draft_slot(fortnight, FIRST, now=START, author_id=None, maximum=5)


def test_somebody_begins_early_and_the_rhythm_makes_no_second_one(fortnight: Database) -> None:
    begun = draft_slot(fortnight, FIRST, now=START, author_id=None, maximum=5)

    assert draft_slot(fortnight, FIRST, now=START, author_id=None, maximum=5) == begun
    assert draft_slots(fortnight, now=OPENS, maximum=5) == []


def test_the_job_of_every_other_monday_leaves_it_to_the_rhythm(
    services: Services, fortnight: Database
) -> None:
    assert pipeline.STAGES["draft"].do(services, OPENS) == {"edition": None}
    assert pipeline.STAGES["rhythm"].do(services, OPENS) == {"editions": [1]}

    planning.turn_rhythm(fortnight, on=False, now=OPENS, by=None)

    assert pipeline.STAGES["rhythm"].do(services, OPENS + 2 * WEEK) == {"editions": []}
    assert pipeline.STAGES["draft"].do(services, OPENS) == {"edition": 2}
    assert editions(services.db)[1] == ("2027-W16", None, date(2027, 4, 21))
