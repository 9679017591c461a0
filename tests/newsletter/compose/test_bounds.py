"""Until when an announcement may go out, and whether an edition is listed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from feeds.model import Item
from newsletter.compose import draft
from newsletter.compose.bounds import bounds_mark, last_moment, set_bounds
from newsletter.compose.restoring import undo
from newsletter.errors import EditionChanged
from newsletter.model import Edition
from newsletter.store.editions import get_edition
from storage.session import Database
from subscribers.model import Segment
from subscribers.segments import add_default_segments
from tests.factories import make_event, store_items
from tests.fakes import START

BEGINS = datetime(2027, 6, 3, 7, 30, tzinfo=UTC)
CLOSES = datetime(2027, 5, 21, 21, 59, tzinfo=UTC)
LATER = timedelta(days=7)


@pytest.mark.parametrize(
    ("fields", "now", "expected"),
    [
        ({"starts_at": "2027-06-03T09:30+02:00", "register_by": "2027-05-21"}, START, CLOSES),
        ({"starts_at": "2027-06-03T09:30+02:00", "register_by": "2027-05-21"}, CLOSES, BEGINS),
        ({"starts_at": "2027-06-03T09:30+02:00", "register_by": "2027-06-04"}, START, BEGINS),
        ({"starts_at": "2027-06-03T09:30+02:00"}, START, BEGINS),
        ({"register_by": "2027-05-21"}, START, CLOSES),
        ({"starts_at": "binnenkort"}, START, None),
    ],
)
def test_the_last_day_to_register_counts_and_else_the_start(
    fields: dict[str, str], now: datetime, expected: datetime | None
) -> None:
    assert last_moment(fields, now=now) == expected


def announcement(db: Database, segment: str = "school") -> int:
    with db.write() as session:
        details = {"register_by": "2027-05-21"}
        store_items(session, make_event(1, BEGINS, title="Congres", details=details))
        session.add(Segment(slug="starters", name="Starters", conditions={"audience": "school"}))
    add_default_segments(db)
    return draft.draft_announcement(db, event_id=1, segment=segment, now=START)


def edition(db: Database, edition_id: int) -> Edition:
    with db.read() as session:
        return get_edition(session, edition_id, with_blocks=True)


def choose(
    db: Database,
    edition_id: int,
    not_after: datetime | None,
    seen: str = "",
    *,
    listed: bool = True,
) -> None:
    set_bounds(
        db,
        edition_id,
        seen=seen or bounds_mark(edition(db, edition_id)),
        not_after=not_after,
        listed=listed,
        now=START,
        by=None,
    )


def test_what_goes_to_a_saved_segment_is_not_listed(db: Database) -> None:
    assert not edition(db, announcement(db, "starters")).listed


def test_an_editor_chooses_and_undoes_and_empty_is_the_usual_moment(db: Database) -> None:
    made = announcement(db)

    choose(db, made, BEGINS, listed=False)
    chosen = edition(db, made)
    undo(db, made, version=chosen.version, now=START, by=None)
    undone = edition(db, made)
    choose(db, made, BEGINS)
    choose(db, made, None)

    assert (chosen.not_after, chosen.listed) == (BEGINS, False)
    assert (undone.not_after, undone.listed) == (CLOSES, True)
    assert edition(db, made).not_after == CLOSES


def test_of_two_who_choose_the_second_looks_again(db: Database) -> None:
    made = announcement(db)
    seen = bounds_mark(edition(db, made))
    choose(db, made, BEGINS, seen)

    with pytest.raises(EditionChanged):
        choose(db, made, CLOSES, seen)

    assert edition(db, made).not_after == BEGINS


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (None, CLOSES + LATER),  # as usual: it goes along
        (CLOSES - LATER, CLOSES - LATER),  # chosen: it stays
    ],
)
def test_the_last_moment_goes_along_with_the_event_unless_it_was_chosen(
    db: Database, chosen: datetime | None, expected: datetime
) -> None:
    made = announcement(db)
    choose(db, made, chosen)
    with db.write() as session:
        moved = {"starts_at": BEGINS + LATER, "details": {"register_by": "2027-05-28"}}
        session.execute(update(Item).values(**moved))
    now = edition(db, made)

    draft.follow_event(db, made, now.blocks[0].id, version=now.version, now=START, by=None)

    assert edition(db, made).not_after == expected


def test_a_chosen_moment_never_comes_after_the_event(db: Database) -> None:
    made = announcement(db)
    choose(db, made, BEGINS)
    with db.write() as session:
        session.execute(update(Item).values(starts_at=BEGINS - timedelta(days=20), details={}))
    now = edition(db, made)

    draft.follow_event(db, made, now.blocks[0].id, version=now.version, now=START, by=None)

    assert edition(db, made).not_after == BEGINS - timedelta(days=20)
