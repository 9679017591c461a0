"""When the event of an announcement is, and its programme: what follows, and what is noticed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from feeds.model import Item
from newsletter.compose import draft
from newsletter.compose.occasion import Occasion, occasion_mark, set_occasion
from newsletter.compose.restoring import undo
from newsletter.errors import BlockChanged, UnknownBlock
from newsletter.outdated import Cause, find_outdated
from newsletter.store.editions import content_of, get_edition
from newsletter.values import BlockContent
from storage.session import Database
from subscribers.segments import add_default_segments
from tests.factories import make_edition, make_event, store_items
from tests.fakes import START

BEGINS = datetime(2027, 6, 3, 7, 30, tzinfo=UTC)
OPENING = {"time": "10.00", "title": "Opening"}
AS_IT_IS = Occasion(BEGINS, BEGINS + timedelta(hours=2), None, [])


class Desk:
    """An announcement, and who writes in it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        with db.write() as session:
            store_items(session, make_event(1, BEGINS, title="Congres"))
        add_default_segments(db)
        self.id = draft.draft_announcement(db, event_id=1, segment="school", now=START)

    def write(self, occasion: Occasion, seen: str = "") -> None:
        block = self.block()
        set_occasion(
            self.db,
            self.id,
            block.id,
            seen=seen or occasion_mark(block.fields),
            occasion=occasion,
            now=START,
            by=None,
        )

    def block(self) -> BlockContent:
        with self.db.read() as session:
            return content_of(get_edition(session, self.id, with_blocks=True)).blocks[0]

    def head(self) -> tuple[datetime | None, str]:
        with self.db.read() as session:
            edition = get_edition(session, self.id)
            return edition.not_after, edition.subject

    def outdated(self) -> list[Cause]:
        with self.db.read() as session:
            content = content_of(get_edition(session, self.id, with_blocks=True))
            return [one.cause for one in find_outdated(content)]


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def test_the_programme_and_the_last_day_are_written_and_the_last_moment_follows(desk: Desk) -> None:
    desk.write(replace(AS_IT_IS, register_by=date(2027, 5, 21), programme=[OPENING]))

    fields = desk.block().fields
    assert (fields["register_by"], fields["programme"]) == ("2027-05-21", [OPENING])
    assert desk.head()[0] == datetime(2027, 5, 21, 21, 59, tzinfo=UTC)
    assert desk.outdated() == []


def test_another_moment_is_told_and_a_change_of_the_agenda_is_noticed_all_the_same(
    desk: Desk, db: Database
) -> None:
    later = BEGINS + timedelta(days=1)
    desk.write(replace(AS_IT_IS, starts_at=later, ends_at=None))
    told, calm = desk.head(), desk.outdated()
    with db.write() as session:
        session.execute(update(Item).values(starts_at=BEGINS + timedelta(days=7)))

    assert told == (later, "Congres op vrijdag 4 juni in Breda")
    assert calm == []
    assert desk.outdated() == [Cause.MOVED]


def test_the_moment_of_the_agenda_is_nothing_else_again(desk: Desk) -> None:
    desk.write(replace(AS_IT_IS, starts_at=BEGINS + timedelta(days=1), ends_at=None))
    desk.write(AS_IT_IS)

    assert "agenda_starts_at" not in desk.block().fields
    assert desk.head()[0] == BEGINS


def test_taking_over_the_agenda_forgets_the_other_moment(desk: Desk) -> None:
    desk.write(replace(AS_IT_IS, starts_at=BEGINS + timedelta(days=1), ends_at=None))

    draft.follow_event(desk.db, desk.id, desk.block().id, version=2, now=START, by=None)

    assert "agenda_starts_at" not in desk.block().fields
    assert desk.head()[0] == BEGINS


def test_it_can_be_undone(desk: Desk) -> None:
    before = desk.block().fields
    desk.write(replace(AS_IT_IS, programme=[OPENING]))

    undo(desk.db, desk.id, version=2, now=START, by=None)

    assert desk.block().fields == before


def test_of_two_who_write_the_second_looks_again(desk: Desk) -> None:
    seen = occasion_mark(desk.block().fields)
    desk.write(replace(AS_IT_IS, programme=[OPENING]), seen)

    with pytest.raises(BlockChanged):
        desk.write(AS_IT_IS, seen)

    assert desk.block().fields["programme"] == [OPENING]


def test_only_a_block_about_one_event_has_an_occasion(desk: Desk, db: Database) -> None:
    with db.write() as session:
        other = make_edition(session).id

    with pytest.raises(UnknownBlock):
        set_occasion(db, other, 99, seen="", occasion=AS_IT_IS, now=START, by=None)
