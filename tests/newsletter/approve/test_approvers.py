"""Who may approve while four eyes are asked for, and how many must."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from newsletter.approve import review
from newsletter.compose import draft
from newsletter.errors import EditionChanged, MoveNotAllowed, NewsletterError, NotYours
from newsletter.model import Edition, User
from newsletter.store.approvals import approvals_of
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionStatus, Role
from storage.session import Database
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START
from tests.newsletter.making import HOUSE, TERMS, make_draft, terms_of

S = EditionStatus
APPROVERS = ("een", "twee", "drie")


class Desk:
    """A draft of an editor, and three approvers."""

    def __init__(self, db: Database, *, approvers: int = 1) -> None:
        self.db, self.terms = db, terms_of(approvers=approvers)
        with db.write() as session:
            make_segments(session)
            make_readers(session, 3)
            self.author = make_user(session, "auteur@example.org", Role.APPROVER)
            self.people = [
                make_user(session, f"{who}@example.org", Role.APPROVER) for who in APPROVERS
            ]
            self.id = make_draft(session, now=START, author_id=self.author)

    def submit(self, *, by: int | None = None) -> None:
        by = by or self.author
        review.submit(self.db, self.id, by=by, render=TERMS.render, house=HOUSE, now=START)

    def approve(self, by: int, *, seen: str = "", four_eyes: bool = True) -> None:
        review.approve(
            self.db,
            self.id,
            by=by,
            terms=self.terms,
            house=HOUSE,
            four_eyes=four_eyes,
            now=START,
            seen=seen,
        )

    def write(self, by: int) -> None:
        draft.add_block(self.db, self.id, kind="intro", now=START, by=by)
        with self.db.read() as session:
            block = get_edition(session, self.id, with_blocks=True).blocks[-1].id
        draft.drop_block(self.db, self.id, block, now=START, by=by)

    def state(self) -> EditionStatus:
        with self.db.read() as session:
            return get_edition(session, self.id).state

    def agreed(self) -> list[int]:
        with self.db.read() as session:
            return [one.user_id for one in approvals_of(session, self.id)]

    def history(self) -> list[tuple[str, int | None]]:
        with self.db.read() as session:
            return [(one.what, one.user_id) for one in events_of(session, self.id)]


def test_who_wrote_in_it_does_not_approve_also_when_another_submits(db: Database) -> None:
    desk = Desk(db)
    writer, other, _ = desk.people
    desk.write(writer)
    desk.submit()

    with pytest.raises(NotYours):
        desk.approve(writer)
    assert desk.history()[-1] == ("approval_refused", writer)

    desk.approve(other)
    assert desk.state() is S.APPROVED


def test_another_name_makes_nobody_another(db: Database) -> None:
    desk = Desk(db)
    desk.submit()
    with db.write() as session:
        own = update(User).where(User.id == desk.author)
        session.execute(own.values(name="Iemand anders", email="anders@example.org"))

    with pytest.raises(NotYours):
        desk.approve(desk.author)

    assert (desk.state(), desk.agreed()) == (S.IN_REVIEW, [])


def test_who_wrote_in_it_may_when_four_eyes_are_not_asked_for(db: Database) -> None:
    desk = Desk(db)
    desk.write(desk.people[0])
    desk.submit()

    desk.approve(desk.people[0], four_eyes=False)

    assert desk.state() is S.APPROVED


def test_it_is_approved_once_so_many_people_approved_the_same(db: Database) -> None:
    desk = Desk(db, approvers=3)
    desk.submit()
    states = []
    for one in desk.people:
        desk.approve(one)
        states.append(desk.state())

    assert states == [S.IN_REVIEW, S.IN_REVIEW, S.APPROVED]
    assert desk.agreed() == desk.people
    assert [what for what, _ in desk.history()] == ["submitted", "agreed", "agreed", "approved"]


def test_one_person_counts_once(db: Database) -> None:
    desk = Desk(db, approvers=2)
    desk.submit()

    for _ in range(3):
        desk.approve(desk.people[0])

    assert (desk.state(), desk.agreed()) == (S.IN_REVIEW, desk.people[:1])
    assert [what for what, _ in desk.history()] == ["submitted", "agreed"]


def test_pressing_twice_is_pressing_once(db: Database) -> None:
    desk = Desk(db)
    desk.submit()

    desk.approve(desk.people[0])
    desk.approve(desk.people[0])

    assert [what for what, _ in desk.history()] == ["submitted", "approved"]


def test_a_change_voids_every_approval(db: Database) -> None:
    desk = Desk(db, approvers=2)
    desk.submit()
    desk.approve(desk.people[0])
    desk.write(desk.author)

    assert (desk.state(), desk.agreed()) == (S.DRAFT, [])
    desk.submit()
    desk.approve(desk.people[1])
    assert desk.state() is S.IN_REVIEW


def test_a_change_in_the_database_between_two_approvals_voids_the_first(db: Database) -> None:
    desk = Desk(db, approvers=2)
    desk.submit()
    desk.approve(desk.people[0])
    with db.write() as session:
        session.execute(update(Edition).values(subject="Anders"))

    desk.approve(desk.people[1])

    assert (desk.state(), desk.agreed()) == (S.IN_REVIEW, desk.people[1:2])
    assert [what for what, _ in desk.history()][-2:] == ["agreement_void", "agreed"]


def test_what_was_not_looked_at_is_not_approved(db: Database) -> None:
    desk = Desk(db)
    desk.submit()

    with pytest.raises(EditionChanged):
        desk.approve(desk.people[0], seen="f" * 64)

    assert desk.agreed() == []


def together(*works: tuple[object, ...]) -> list[type[NewsletterError]]:
    """Do these at the same moment; return what was refused."""
    begin, refusals = Barrier(len(works)), []

    def run(work: tuple[object, ...]) -> None:
        do, *given = work
        assert callable(do)
        begin.wait()
        try:
            do(*given)
        except NewsletterError as refusal:
            refusals.append(type(refusal))

    threads = [Thread(target=run, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return refusals


def test_two_approvers_at_once_both_count(db: Database) -> None:
    desk = Desk(db, approvers=2)
    desk.submit()

    refusals = together((desk.approve, desk.people[0]), (desk.approve, desk.people[1]))

    assert (refusals, desk.state(), sorted(desk.agreed())) == ([], S.APPROVED, desk.people[:2])


def test_of_an_approval_and_a_change_at_once_nothing_wrong_is_approved(db: Database) -> None:
    desk = Desk(db)
    desk.submit()

    refusals = together((desk.approve, desk.people[0]), (desk.write, desk.author))

    # Whoever was first: in the end it is a draft, for the change came last or voided the approval.
    assert (desk.state(), desk.agreed()) == (S.DRAFT, [])
    assert set(refusals) <= {EditionChanged, MoveNotAllowed}
