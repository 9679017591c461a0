"""The four moves of review: who may do them, what they keep, and that of two people one wins."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from newsletter.approve import review
from newsletter.cut import Cut
from newsletter.errors import (
    ChecksFailed,
    EditionChanged,
    MoveNotAllowed,
    NewsletterError,
    NothingToSend,
    NotYours,
    RoleMissing,
    UnknownUser,
)
from newsletter.model import Edition, Variant
from newsletter.ports import Render
from newsletter.store.approvals import variants_of
from newsletter.store.editions import content_of, events_of, get_edition
from newsletter.values import (
    EditionContent,
    EditionStatus,
    Finding,
    Level,
    Rendered,
    Role,
)
from storage.session import Database
from subscribers.model import Subscriber
from subscribers.values import Audience
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START
from tests.newsletter.making import ALL_SEGMENTS, HOUSE, TERMS, make_draft, plain_render

S = EditionStatus


class Desk:
    """An edition and the people around it."""

    def __init__(self, db: Database, *, segments: tuple[str, ...] = ALL_SEGMENTS) -> None:
        self.db = db
        with db.write() as session:
            make_segments(session)
            make_readers(session, 3)
            self.author = make_user(session, "auteur@example.org", Role.APPROVER, now=START)
            self.submitter = make_user(session, "indiener@example.org", Role.APPROVER, now=START)
            self.approver = make_user(session, "eind@example.org", Role.APPROVER, now=START)
            self.admin = make_user(session, "beheer@example.org", Role.ADMINISTRATOR, now=START)
            self.editor = make_user(session, "redacteur@example.org", Role.EDITOR, now=START)
            self.edition_id = make_draft(
                session, now=START, author_id=self.author, segments=segments
            )

    def submit(self, *, render: Render = plain_render) -> int:
        return review.submit(
            self.db,
            self.edition_id,
            by=self.submitter,
            render=render,
            house=HOUSE,
            now=START,
            note="klaar",
        )

    def approve(self, by: int, *, four_eyes: bool = True) -> int:
        return review.approve(
            self.db,
            self.edition_id,
            by=by,
            terms=TERMS,
            house=HOUSE,
            four_eyes=four_eyes,
            now=START,
        )

    def edition(self) -> Edition:
        with self.db.read() as session:
            return get_edition(session, self.edition_id)

    def events(self) -> list[tuple[str, int | None, str]]:
        with self.db.read() as session:
            return [(e.what, e.user_id, e.note) for e in events_of(session, self.edition_id)]


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


def with_problem(level: Level) -> Render:
    def render(content: EditionContent, cut: Cut) -> Rendered:
        finding = Finding("render.block", level, "Dit blok kan niet worden getoond.")
        return replace(plain_render(content, cut), problems=(finding,))

    return render


def test_submit_offers_it_for_review_and_is_on_record(desk: Desk) -> None:
    desk.submit()

    found = desk.edition()
    assert (found.state, found.submitted_by_id) == (S.IN_REVIEW, desk.submitter)
    assert desk.events() == [("submitted", desk.submitter, "klaar")]


def test_errors_stop_the_submission(desk: Desk) -> None:
    with pytest.raises(ChecksFailed) as failed:
        desk.submit(render=with_problem(Level.ERROR))

    assert {one.rule for one in failed.value.findings} == {"render.block"}
    assert (desk.edition().state, desk.events()) == (S.DRAFT, [])


def test_warnings_do_not_stop_the_submission(desk: Desk) -> None:
    desk.submit(render=with_problem(Level.WARNING))

    assert desk.edition().state is S.IN_REVIEW


def test_edition_without_a_segment_goes_nowhere(db: Database) -> None:
    desk = Desk(db, segments=())

    with pytest.raises(NothingToSend):
        desk.submit()


def test_edition_that_changed_while_it_was_checked_is_not_submitted(desk: Desk) -> None:
    def render(content: EditionContent, cut: Cut) -> Rendered:
        with desk.db.write() as session:
            session.execute(update(Edition).values(version=Edition.version + 1))
        return plain_render(content, cut)

    with pytest.raises(EditionChanged):
        desk.submit(render=render)

    assert desk.edition().state is S.DRAFT


@pytest.mark.parametrize(
    ("segments", "audiences"),
    [
        (ALL_SEGMENTS, {Audience.SCHOOL, Audience.TEACHER_EDUCATION, None}),
        (("school",), {Audience.SCHOOL}),
        (("overig", "lerarenopleiding"), {Audience.TEACHER_EDUCATION, None}),
    ],
)
def test_approval_keeps_what_each_audience_gets(
    db: Database, segments: tuple[str, ...], audiences: set[Audience | None]
) -> None:
    desk = Desk(db, segments=segments)
    desk.submit()

    desk.approve(desk.approver)

    with db.read() as session:
        content = content_of(get_edition(session, desk.edition_id, with_blocks=True))
        stored = variants_of(session, desk.edition_id)
    found = desk.edition()
    assert stored == {Cut(one): plain_render(content, Cut(one)) for one in audiences}
    assert (found.state, found.approved_by_id, found.approved_at) == (
        S.APPROVED,
        desk.approver,
        START,
    )
    assert len(found.content_hash) == 64
    assert desk.events()[1:] == [("approved", desk.approver, "")]


@pytest.mark.parametrize(
    ("who", "four_eyes", "refusal"),
    [
        ("author", True, NotYours),
        ("submitter", True, NotYours),
        ("editor", True, RoleMissing),
        ("editor", False, RoleMissing),
        ("author", False, None),
        ("admin", True, None),
    ],
)
def test_who_may_approve(
    desk: Desk, who: str, *, four_eyes: bool, refusal: type[NewsletterError] | None
) -> None:
    desk.submit()
    by: int = getattr(desk, who)

    if refusal is None:
        desk.approve(by, four_eyes=four_eyes)
    else:
        with pytest.raises(refusal):
            desk.approve(by, four_eyes=four_eyes)

    found = desk.edition()
    assert (found.state, bool(found.content_hash)) == (
        (S.APPROVED, True) if refusal is None else (S.IN_REVIEW, False)
    )


def test_unknown_account_is_said_so(desk: Desk) -> None:
    desk.submit()

    with pytest.raises(UnknownUser):
        desk.approve(99)


def test_of_two_approvers_at_once_one_wins(desk: Desk) -> None:
    desk.submit()
    together = Barrier(2)
    refusals: list[NewsletterError] = []

    def approve(by: int) -> None:
        together.wait()
        try:
            desk.approve(by)
        except NewsletterError as refusal:
            refusals.append(refusal)

    both = [Thread(target=approve, args=(by,)) for by in (desk.approver, desk.admin)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    with desk.db.read() as session:
        variants = session.scalar(select(func.count()).select_from(Variant))
    assert [type(one) for one in refusals] == [MoveNotAllowed]
    assert [what for what, *_ in desk.events()] == ["submitted", "approved"]
    assert variants == 3


@pytest.mark.parametrize("status", [S.IN_REVIEW, S.APPROVED, S.SCHEDULED])
def test_return_and_withdraw_void_the_approval(desk: Desk, status: EditionStatus) -> None:
    desk.submit()
    desk.approve(desk.approver)
    with desk.db.write() as session:
        session.execute(update(Edition).values(status=status, due_at=START))

    review.return_(
        desk.db, desk.edition_id, by=desk.approver, because="te lang", terms=TERMS, now=START
    )

    found = desk.edition()
    with desk.db.read() as session:
        stored = variants_of(session, desk.edition_id)
    assert (found.state, found.content_hash, found.approved_by_id, found.due_at, stored) == (
        S.DRAFT,
        "",
        None,
        None,
        {},
    )
    assert desk.events()[-1] == ("returned", desk.approver, "te lang")


def test_withdraw_is_for_everybody_at_the_desk(desk: Desk) -> None:
    desk.submit()

    review.withdraw(desk.db, desk.edition_id, by=desk.editor, terms=TERMS, now=START)

    assert desk.edition().state is S.DRAFT
    assert desk.events()[-1] == ("withdrawn", desk.editor, "")


def test_return_is_for_those_who_may_approve(desk: Desk) -> None:
    desk.submit()

    with pytest.raises(RoleMissing):
        review.return_(
            desk.db, desk.edition_id, by=desk.editor, because="x", terms=TERMS, now=START
        )

    assert desk.edition().state is S.IN_REVIEW


@pytest.mark.parametrize("status", [S.DRAFT, S.SENDING, S.SENT, S.CANCELLED])
def test_approval_needs_a_submission(desk: Desk, status: EditionStatus) -> None:
    with desk.db.write() as session:
        session.execute(update(Edition).values(status=status))

    with pytest.raises(MoveNotAllowed):
        desk.approve(desk.approver)


@pytest.mark.parametrize("status", [S.SENDING, S.PAUSED, S.SENT, S.CANCELLED, S.DRAFT])
def test_what_goes_out_cannot_be_taken_back(desk: Desk, status: EditionStatus) -> None:
    with desk.db.write() as session:
        session.execute(update(Edition).values(status=status))

    with pytest.raises(MoveNotAllowed):
        review.withdraw(desk.db, desk.edition_id, by=desk.author, terms=TERMS, now=START)


def test_check_says_what_submission_would(desk: Desk) -> None:
    found = review.check_edition(
        desk.db, desk.edition_id, render=with_problem(Level.ERROR), house=HOUSE, now=START
    )

    assert ("render.block", Level.ERROR) in [(one.rule, one.level) for one in found]


def test_what_became_wrong_since_stops_the_approval(desk: Desk) -> None:
    desk.submit()
    with desk.db.write() as session:
        for subscriber in session.scalars(select(Subscriber)):
            subscriber.wants_newsletter = False

    with pytest.raises(ChecksFailed) as failed:
        desk.approve(desk.approver)

    assert [one.rule for one in failed.value.findings] == ["recipients.nobody"]
    assert desk.edition().state is S.IN_REVIEW
