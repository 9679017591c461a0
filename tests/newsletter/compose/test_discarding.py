"""Throwing a draft away and bringing it back: its items, its number and its turn of the rhythm."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from newsletter import planning
from newsletter.approve import review
from newsletter.compose.by_rhythm import draft_slot, draft_slots
from newsletter.compose.discarding import bring_back, discard, is_disposable
from newsletter.compose.draft import draft_newsletter, set_head
from newsletter.errors import DraftExists, MoveNotAllowed
from newsletter.model import Edition
from newsletter.rhythm import Rhythm
from newsletter.store.editions import (
    events_of,
    get_edition,
    item_ids_carried,
    list_editions,
    log_event,
)
from newsletter.values import EditionStatus, Role
from storage.session import Database
from tests.factories import make_item, make_segments, make_user, store_items
from tests.fakes import START
from tests.newsletter.making import TERMS

SLOT = date(2027, 4, 29)
OPENS = datetime(2027, 4, 21, 4, tzinfo=UTC)


@pytest.fixture
def filled(db: Database) -> Database:
    with db.write() as session:
        make_segments(session)
        store_items(session, make_item(1), make_item(2))
    return db


def row(db: Database, edition_id: int) -> Edition:
    with db.read() as session:
        return get_edition(session, edition_id)


def carried(db: Database) -> set[int]:
    with db.read() as session:
        return item_ids_carried(session)


def test_what_stood_in_a_draft_is_free_again_and_so_is_the_last_number(filled: Database) -> None:
    edition = draft_newsletter(filled, now=START)
    before = carried(filled)

    discard(filled, edition, now=START, by=None)

    free = carried(filled)
    another = draft_newsletter(filled, now=START)
    assert (before, free) == ({1, 2}, set())
    assert carried(filled) == {1, 2}
    assert row(filled, edition).state is EditionStatus.DISCARDED
    assert row(filled, another).number == 1
    with filled.read() as session:
        assert [one.id for one in list_editions(session)] == [another]


def test_a_number_that_a_later_edition_follows_is_kept(filled: Database) -> None:
    first, _ = draft_newsletter(filled, now=START), draft_newsletter(filled, now=START)

    discard(filled, first, now=START, by=None)

    assert row(filled, first).number == 1
    assert row(filled, draft_newsletter(filled, now=START)).number == 3


def test_it_comes_back_as_it_was_and_on_record(filled: Database) -> None:
    edition = draft_newsletter(filled, now=START)

    discard(filled, edition, now=START, by=None)
    discard(filled, edition, now=START, by=None)
    bring_back(filled, edition, now=START, by=None)
    bring_back(filled, edition, now=START, by=None)

    again = row(filled, edition)
    assert (again.state, again.number, again.title) == (EditionStatus.DRAFT, 1, "Editie 1")
    assert carried(filled) == {1, 2}
    with filled.read() as session:
        told = [one.what for one in events_of(session, edition)]
    assert told == ["drafted", "discarded", "brought_back"]


def test_it_comes_back_with_the_next_number_when_its_own_is_taken(filled: Database) -> None:
    edition = draft_newsletter(filled, now=START)
    discard(filled, edition, now=START, by=None)
    draft_newsletter(filled, now=START)

    bring_back(filled, edition, now=START, by=None)

    assert (row(filled, edition).number, row(filled, edition).title) == (2, "Editie 2")


def test_only_a_draft_that_nobody_ever_approved_can_be_thrown_away(filled: Database) -> None:
    edition = draft_newsletter(filled, now=START)
    with filled.write() as session:
        fresh = is_disposable(session, get_edition(session, edition))
        log_event(session, edition, what="approved", now=START)

    with pytest.raises(MoveNotAllowed):
        discard(filled, edition, now=START, by=None)

    assert fresh
    assert row(filled, edition).state is EditionStatus.DRAFT


def test_nothing_else_brings_it_back_nor_changes_it(filled: Database) -> None:
    edition = draft_newsletter(filled, now=START)
    with filled.write() as session:
        by = make_user(session, "anna@example.org", role=Role.APPROVER)
    discard(filled, edition, now=START, by=by)

    with pytest.raises(MoveNotAllowed):
        review.withdraw(filled, edition, by=by, terms=TERMS, now=START)
    with pytest.raises(MoveNotAllowed):
        set_head(
            filled,
            edition,
            title="Anders",
            subject="",
            preheader="",
            dated_on=START.date(),
            planned_at=None,
            now=START,
            by=by,
        )
    with pytest.raises(MoveNotAllowed):
        review.return_(filled, edition, by=by, because="Nee.", terms=TERMS, now=START)

    assert row(filled, edition).state is EditionStatus.DISCARDED


def test_a_turn_of_the_rhythm_is_free_again_until_a_draft_would_come_of_itself(
    filled: Database,
) -> None:
    planning.save_rhythm(filled, Rhythm(3, time(10), SLOT), version=0, now=START, by=None)
    early = draft_slot(filled, SLOT, now=START, author_id=None, maximum=5)
    discard(filled, early, now=START, by=None)
    (by_itself,) = draft_slots(filled, now=OPENS, maximum=5)
    discard(filled, by_itself, now=OPENS, by=None)

    later = draft_slots(filled, now=OPENS + timedelta(hours=1), maximum=5)

    assert by_itself != early
    assert later == []
    assert (row(filled, early).period, row(filled, by_itself).period) == (None, "slot-2027-04-29")


def test_a_draft_that_was_not_known_of_is_told(filled: Database) -> None:
    first = draft_newsletter(filled, now=START, beside=0)

    with pytest.raises(DraftExists) as there:
        draft_newsletter(filled, now=START, beside=0)

    second = draft_newsletter(filled, now=START, beside=first)
    assert there.value.edition_id == first
    assert second != first
