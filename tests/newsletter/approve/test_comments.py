"""Comments on an edition and its blocks: kept, answered, done with, and never in the way."""

import pytest
from sqlalchemy import select

from newsletter.approve import comments, review
from newsletter.compose import draft
from newsletter.errors import UnknownBlock, UnknownComment, UnknownEdition
from newsletter.review_rows import Comment
from newsletter.store.comments import comments_of, count_open
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionKind, EditionStatus, Role
from storage.session import Database
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START, FakeClock
from tests.newsletter.making import HOUSE, TERMS, make_draft


class Desk:
    """A draft with one block, its author and an approver."""

    def __init__(self, db: Database) -> None:
        self.db = db
        with db.write() as session:
            make_segments(session)
            make_readers(session, 3)
            self.author = make_user(session, "auteur@example.org", Role.EDITOR)
            self.approver = make_user(session, "eind@example.org", Role.APPROVER)
            self.id = make_draft(session, now=START, author_id=self.author)
            self.block = get_edition(session, self.id, with_blocks=True).blocks[0].id

    def say(self, text: str = "Klopt dit?", *, block: int | None = None) -> int:
        return comments.comment(
            self.db, self.id, text=text, block_id=block, by=self.approver, now=START
        )

    def all(self) -> list[Comment]:
        with self.db.read() as session:
            return comments_of(session, self.id)

    def still_open(self) -> int:
        with self.db.read() as session:
            return count_open(session, self.id)

    def history(self) -> list[str]:
        with self.db.read() as session:
            return [one.what for one in events_of(session, self.id)]


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def test_a_comment_on_a_block_is_answered_and_done_with(desk: Desk) -> None:
    said = desk.say(block=desk.block)
    comments.answer(desk.db, desk.id, said, text="Ja.", by=desk.author, now=START)
    assert desk.still_open() == 1

    comments.resolve(desk.db, desk.id, said, by=desk.author, now=START)

    root, answer = desk.all()
    assert (root.block_id, root.about) == (
        desk.block,
        {"kind": "article", "title": "Een dag meelopen", "item_id": None},
    )
    assert (root.resolved_by_id, root.resolved_at) == (desk.author, START)
    assert (answer.parent_id, answer.text, answer.user_id) == (said, "Ja.", desk.author)
    assert desk.still_open() == 0
    assert desk.history() == ["commented", "answered", "comment_resolved"]


def test_either_opens_it_again_and_saying_so_twice_changes_nothing(desk: Desk) -> None:
    said = desk.say()
    for by in (desk.author, desk.approver):
        comments.resolve(desk.db, desk.id, said, by=by, now=START)
    for by in (desk.approver, desk.author):
        comments.reopen(desk.db, desk.id, said, by=by, now=START)

    assert desk.still_open() == 1
    assert desk.history() == ["commented", "comment_resolved", "comment_reopened"]


def test_the_same_words_at_once_are_one_comment(desk: Desk, clock: FakeClock) -> None:
    said = desk.say(block=desk.block)

    assert desk.say(block=desk.block) == said
    assert desk.say() != said
    later = clock.later(minutes=2)
    again = comments.comment(
        desk.db, desk.id, text="Klopt dit?", block_id=desk.block, by=desk.approver, now=later
    )
    assert again != said
    assert desk.history() == ["commented"] * 3


def test_it_stays_when_its_block_is_rewritten_and_when_it_goes(desk: Desk) -> None:
    desk.say(block=desk.block)

    draft.drop_block(desk.db, desk.id, desk.block, now=START, by=desk.author)

    (said,) = desk.all()
    assert (said.block_id, said.about["title"]) == (desk.block, "Een dag meelopen")


def test_it_breaks_no_approval(desk: Desk) -> None:
    review.submit(desk.db, desk.id, by=desk.author, render=TERMS.render, house=HOUSE, now=START)
    desk.say()
    review.approve(
        desk.db, desk.id, by=desk.approver, terms=TERMS, house=HOUSE, four_eyes=True, now=START
    )
    desk.say("Nog iets.", block=desk.block)

    with desk.db.read() as session:
        assert get_edition(session, desk.id).state is EditionStatus.APPROVED


def test_what_is_not_there_cannot_be_spoken_of(desk: Desk) -> None:
    said = desk.say()
    answer = comments.answer(desk.db, desk.id, said, text="Ja.", by=desk.author, now=START)
    with desk.db.write() as session:
        other = make_draft(session, now=START, kind=EditionKind.ANNOUNCEMENT)

    with pytest.raises(UnknownBlock):
        desk.say(block=99)
    with pytest.raises(UnknownEdition):
        comments.comment(desk.db, 99, text="x", by=desk.author, now=START)
    for edition, one in ((desk.id, 99), (other, said), (desk.id, answer)):
        with pytest.raises(UnknownComment):
            comments.resolve(desk.db, edition, one, by=desk.author, now=START)
        with pytest.raises(UnknownComment):
            comments.answer(desk.db, edition, one, text="x", by=desk.author, now=START)
    with desk.db.read() as session:
        assert len(session.scalars(select(Comment.id)).all()) == 2
