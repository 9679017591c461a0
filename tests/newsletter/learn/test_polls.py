"""The question of an edition: who may answer, one vote a reader, and what is told of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from newsletter.learn.poll_results import PollGroup, poll_results, shown
from newsletter.learn.polls import (
    OPEN_FOR,
    Asked,
    Stand,
    count_vote,
    find_poll,
    forget_voters,
    voter_of,
)
from newsletter.model import Block, Delivery, Edition, PollVote
from newsletter.store.editions import get_edition
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.values import Audience
from tests.factories import KEY, make_edition, make_readers, make_segments
from tests.fakes import START

FIELDS = {"title": "Waar heb je het meest aan?", "text": "Dan weten we het.", "answers": "A\nB\nC"}
SCHOOL, INSTITUTE = Audience.SCHOOL, Audience.TEACHER_EDUCATION
SEGMENTS = ["school", "lerarenopleiding", "overig"]


def arrange(db: Database, *, readers: int = 30, **changes: Any) -> int:
    """Send an edition with a poll to readers: institutes 1, 4 ..., neither 2, 5 ..., schools 3."""
    with db.write() as session:
        make_segments(session)
        make_readers(session, readers)
        block = Block(position=0, kind="poll", fields=FIELDS)
        values = {"status": EditionStatus.SENT, "started_at": START, "segments": SEGMENTS}
        edition = make_edition(session, **{**values, "blocks": [block], **changes})
        sides = {0: SCHOOL, 1: INSTITUTE, 2: None}
        session.add_all(
            Delivery(
                edition_id=edition.id,
                subscriber_id=reader,
                audience=sides[reader % 3],
                state=DeliveryState.SENT,
            )
            for reader in range(1, readers + 1)
        )
        return edition.id


def look(db: Database, edition_id: int, reader: int, *, now: datetime = START) -> Asked:
    with db.read() as session:
        return find_poll(session, edition_id, reader, key=KEY, now=now)


def vote(
    db: Database, edition_id: int, reader: int, answer: int, *, now: datetime = START
) -> Stand:
    return count_vote(db, edition_id, reader, answer=answer, key=KEY, now=now).stand


def counts(db: Database) -> dict[int, int]:
    query = select(PollVote.answer, func.count()).group_by(PollVote.answer)
    with db.read() as session:
        return dict(session.execute(query).all())


def change(db: Database, edition_id: int, **values: Any) -> None:
    with db.write() as session:
        edition = session.get_one(Edition, edition_id)
        for name, value in values.items():
            setattr(edition, name, value)


def test_looking_counts_nothing_and_a_vote_counts_once(db: Database) -> None:
    edition_id = arrange(db)

    before = look(db, edition_id, 3)
    assert counts(db) == {}
    assert vote(db, edition_id, 3, 2) is Stand.OPEN
    assert vote(db, edition_id, 3, 1) is Stand.OPEN
    assert vote(db, edition_id, 4, 1) is Stand.OPEN

    after = look(db, edition_id, 3)
    assert counts(db) == {1: 2}
    assert (before.stand, before.question, before.answers) == (
        Stand.OPEN,
        FIELDS["title"],
        ("A", "B", "C"),
    )
    assert (before.has_answered, after.has_answered) == (False, True)


@pytest.mark.parametrize("answer", [0, -1, 4, 2**40])
def test_an_answer_that_is_none_counts_nothing(db: Database, answer: int) -> None:
    edition_id = arrange(db)

    assert vote(db, edition_id, 3, answer) is Stand.OPEN
    assert counts(db) == {}


def test_who_did_not_get_the_edition_cannot_answer(db: Database) -> None:
    edition_id = arrange(db, readers=3)
    with db.write() as session:
        skipped = session.scalars(select(Delivery).where(Delivery.subscriber_id == 2)).one()
        skipped.state = DeliveryState.SKIPPED

    stands = [vote(db, edition_id, reader, 1) for reader in (2, 9)]

    assert stands == [Stand.UNKNOWN, Stand.UNKNOWN]
    assert vote(db, edition_id + 1, 1, 1) is Stand.UNKNOWN
    assert counts(db) == {}


@pytest.mark.parametrize(
    ("status", "stand"),
    [
        (EditionStatus.SENDING, Stand.OPEN),
        (EditionStatus.PAUSED, Stand.OPEN),
        (EditionStatus.CANCELLED, Stand.CANCELLED),
        (EditionStatus.DRAFT, Stand.UNKNOWN),
    ],
)
def test_only_an_edition_that_is_out_asks(
    db: Database, status: EditionStatus, stand: Stand
) -> None:
    edition_id = arrange(db)
    change(db, edition_id, status=status)

    assert vote(db, edition_id, 3, 1) is stand
    assert bool(counts(db)) is (stand is Stand.OPEN)


def test_a_poll_ends_and_then_nobody_knows_who_answered(db: Database) -> None:
    edition_id = arrange(db)
    vote(db, edition_id, 3, 1)
    end = START + OPEN_FOR

    assert vote(db, edition_id, 3, 2, now=end - timedelta(seconds=1)) is Stand.OPEN
    assert vote(db, edition_id, 3, 3, now=end) is Stand.OVER
    with db.write() as session:
        assert forget_voters(session, now=end - timedelta(seconds=1)) == 0
        assert forget_voters(session, now=end) == 1
        assert forget_voters(session, now=end) == 0

    assert counts(db) == {2: 1}
    with db.read() as session:
        assert session.scalars(select(PollVote.voter)).all() == [None]


def test_each_side_answers_its_own_question(db: Database) -> None:
    blocks = [
        Block(position=0, kind="poll", audience=SCHOOL, fields=FIELDS),
        Block(position=1, kind="poll", audience=INSTITUTE, fields={**FIELDS, "title": "En jij?"}),
    ]
    edition_id = arrange(db, blocks=blocks)

    assert look(db, edition_id, 3).question == FIELDS["title"]
    assert look(db, edition_id, 4).question == "En jij?"
    assert look(db, edition_id, 5).stand is Stand.UNKNOWN


def test_who_voted_cannot_be_read_from_a_vote() -> None:
    voters = {voter_of(edition, reader, key=KEY) for edition in (1, 2) for reader in (1, 2)}

    assert len(voters) == 4
    assert {len(one) for one in voters} == {64}
    assert voter_of(1, 1, key=KEY) != voter_of(1, 1, key=KEY[::-1])


def test_result_is_told_by_segment_and_in_all(db: Database) -> None:
    edition_id = arrange(db)
    for reader in range(1, 31):
        vote(db, edition_id, reader, 1 if reader % 3 == 0 else 3)

    with db.read() as session:
        found = poll_results(session, get_edition(session, edition_id, with_blocks=True))

    (result,) = found
    assert (result.votes, result.counts, result.hidden) == (30, (10, 0, 20), 0)
    assert [(one.segments, one.votes, one.counts) for one in result.groups] == [
        (("lerarenopleiding",), 10, (0, 0, 10)),
        (("overig",), 10, (0, 0, 10)),
        (("school",), 10, (10, 0, 0)),
    ]
    assert all(one.name for one in result.groups)


def test_nothing_is_told_of_fewer_than_five(db: Database) -> None:
    edition_id = arrange(db)
    for reader in (1, 2, 3, 4):
        vote(db, edition_id, reader, 1)

    def result() -> tuple[int, tuple[int, ...], int, int]:
        with db.read() as session:
            edition = get_edition(session, edition_id, with_blocks=True)
            (found,) = poll_results(session, edition)
        return found.votes, found.counts, len(found.groups), found.hidden

    assert result() == (4, (), 0, 4)
    vote(db, edition_id, 5, 2)
    assert result() == (5, (4, 1, 0), 0, 5)


@pytest.mark.parametrize(
    ("votes", "told"),
    [
        ([10, 8, 5], [10, 8, 5]),
        ([10, 8, 4], [10]),
        ([10, 4], []),
        ([10, 3, 2], [10]),
        ([4, 4, 4], []),
        ([10], [10]),
        ([], []),
    ],
)
def test_what_is_hidden_cannot_be_reckoned_from_the_rest(votes: list[int], told: list[int]) -> None:
    groups = [PollGroup((f"s{n}",), f"S{n}", many, (many,)) for n, many in enumerate(votes)]

    assert [one.votes for one in shown(groups)] == told
