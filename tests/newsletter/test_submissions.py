"""Around what readers send in: each mail once, and a withdrawal that reaches every edition."""

import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, select

from feeds import submissions as from_feeds
from feeds.errors import UnknownSubmission
from feeds.model import Image, Item, Submission
from feeds.sent_in import get_submission
from feeds.themes import add_default_themes
from feeds.values import SubmissionStatus
from newsletter import dutch, pipeline, submissions
from newsletter.approve import comments, review
from newsletter.compose import draft, snapshot
from newsletter.errors import (
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
    UnknownItem,
)
from newsletter.mailed import Mailed
from newsletter.model import Block, Edition, Revision, Variant
from newsletter.review_rows import Comment, EditionLook
from newsletter.send.freeze import freeze_due
from newsletter.send.schedule import send_now
from newsletter.store.editions import events_of, get_edition
from newsletter.store.seen import note_look
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from storage.log import LogEntry
from tests.factories import make_segments, make_subscriber, make_user
from tests.fakes import START, FakeClock, FakeTransport
from tests.feeds.sending_in import (
    PERMISSION,
    SENDER,
    TOLD,
    bring_to_agreement,
    mark,
    publish,
    send_in,
)

S = SubmissionStatus


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    add_default_themes(services.db)
    return replace(services, open_transport=lambda: transport)


def receive(near: Services) -> Mailed:
    return submissions.receive(
        near,
        name="Noor Bakker",
        email=SENDER,
        told=TOLD,
        picture=None,
        permission=PERMISSION,
        now=near.clock(),
    )


def text_of(mail: bytes) -> str:
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def state_of(near: Services, submission_id: int) -> SubmissionStatus:
    with near.db.read() as session:
        return get_submission(session, submission_id).state


def count_submissions(near: Services) -> int:
    with near.db.read() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0


def test_the_first_mail_has_a_link_and_nothing_of_what_the_form_brought(
    near: Services, transport: FakeTransport
) -> None:
    assert receive(near) is Mailed.SENT

    ((_, recipient, mail),) = transport.accepted
    assert recipient == SENDER
    assert "Noor" not in text_of(mail)
    assert TOLD.title not in text_of(mail)
    found = re.search(r"/praktijkvoorbeelden/bevestigen/(\S{22})\s", text_of(mail))
    assert found is not None
    assert near.links.read_confirm_submission(found[1], now=START) == 1


@pytest.mark.parametrize(
    ("failure", "mailed", "kept"),
    [
        (TransportUnavailable("no connection"), Mailed.FAILED, 0),
        (TransportRefused("5.1.1 unknown", code=550), Mailed.REFUSED, 0),
        (TransportUncertain("lost after the dot"), Mailed.UNCERTAIN, 1),
    ],
)
def test_what_could_not_be_asked_about_is_not_kept(
    near: Services, transport: FakeTransport, failure: TransportError, mailed: Mailed, kept: int
) -> None:
    transport.fails[SENDER] = failure

    assert receive(near) is mailed

    assert count_submissions(near) == kept


def test_too_many_of_one_address_get_no_mail(near: Services, transport: FakeTransport) -> None:
    answers = [receive(near) for _ in range(5)]

    assert answers == [Mailed.SENT] * 5
    assert len(transport.accepted) == count_submissions(near) == 3


def test_agreement_is_asked_with_a_link_to_the_readers_own_page(
    near: Services, transport: FakeTransport
) -> None:
    submission_id = send_in(near.db)
    submissions_confirm(near, submission_id)

    assert ask(near, submission_id) is Mailed.SENT

    found = re.search(r"/inzending/(\S{22})\s", text_of(transport.accepted[0][2]))
    assert found is not None
    assert near.links.read_submission(found[1]) == submission_id
    assert state_of(near, submission_id) is S.ASKED


def test_when_the_question_does_not_go_out_it_stays_with_the_editors(
    near: Services, transport: FakeTransport
) -> None:
    submission_id = send_in(near.db)
    submissions_confirm(near, submission_id)
    transport.fails[SENDER] = TransportUnavailable("no connection")

    assert ask(near, submission_id) is Mailed.FAILED

    assert state_of(near, submission_id) is S.WAITING


def test_declining_and_publishing_tell_the_reader(near: Services, transport: FakeTransport) -> None:
    declined, published = send_in(near.db), send_in(near.db, email="ander@example.org")
    submissions_confirm(near, declined)
    bring_to_agreement(near.db, published)

    submissions.decline(near, declined, because="Het gaat over iets anders.", now=START)
    done = submissions.publish(near, published, now=START)

    assert done.mailed is Mailed.SENT
    first, second = (text_of(mail) for _, _, mail in transport.accepted)
    assert "Het gaat over iets anders." in first
    assert f"/praktijkvoorbeelden/{done.item_id}\n" in second


def test_a_withdrawal_reaches_every_edition_and_every_copy(
    near: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    desk = Editions(near)
    submission_id, item_id = publish(near.db, with_picture=True)
    sent, planned, written = (desk.carrying(item_id) for _ in range(3))
    for edition in (sent, planned, written):
        desk.judge(edition, item_id)
    desk.bring(sent, EditionStatus.SENT)
    desk.bring(planned, EditionStatus.SCHEDULED)

    held = submissions.withdraw(near, submission_id, now=START)

    assert [one.edition_id for one in held] == [planned]
    assert {one[1] for one in transport.accepted} == {"maker@example.org", "eind@example.org"}
    told = " ".join(text_of(transport.accepted[0][2]).split())
    assert "is teruggetrokken door wie het instuurde. Haal het blok weg." in told
    assert [desk.state(one) for one in (sent, planned, written)] == ["sent", "draft", "draft"]
    assert "example_withdrawn" in desk.history(planned)
    for edition in (planned, written):
        findings = review.check_edition(
            near.db, edition, render=near.render, house=near.house, now=START
        )
        assert [one.rule for one in findings if one.level == "error"] == ["changed.withdrawn"]
    assert desk.titles() == [dutch.WITHDRAWN_EXAMPLE] * 3
    for word in ("Noor", "begeleiders ermee", SENDER, "noor@"):
        assert word not in everything_stored(near)
    assert submissions.withdraw(near, submission_id, now=clock.later(hours=1)) == ()


def test_a_withdrawn_example_is_not_put_in_an_edition(near: Services) -> None:
    desk = Editions(near)
    submission_id, item_id = publish(near.db)
    submissions.withdraw(near, submission_id, now=START)

    with pytest.raises(UnknownItem):
        desk.carrying(item_id)


def test_a_withdrawal_that_a_crash_cut_off_is_finished_by_the_jobs(near: Services) -> None:
    desk = Editions(near)
    submission_id, item_id = publish(near.db)
    planned = desk.carrying(item_id)
    desk.bring(planned, EditionStatus.SCHEDULED)
    submissions_withdraw_only(near, submission_id)

    started = freeze_due(
        near.db,
        terms=near.terms,
        preflight=near.preflight,
        now=START,
    )

    assert started == []
    assert (desk.state(planned), desk.history(planned)[-1]) == ("draft", "example_withdrawn")
    report = pipeline.STAGES["clean_up"].do(near, near.clock())
    assert report["withdrawn"] == 1
    assert desk.titles() == [dutch.WITHDRAWN_EXAMPLE]


def test_the_nightly_job_erases_what_was_not_confirmed(near: Services, clock: FakeClock) -> None:
    submission_id = send_in(near.db, with_picture=True)
    clock.later(days=15)

    report = pipeline.STAGES["clean_up"].do(near, near.clock())

    assert (report["submissions_unconfirmed"], report["submissions_images"]) == (1, 1)
    with pytest.raises(UnknownSubmission):
        state_of(near, submission_id)


class Editions:
    """Editions with the example in them, and the people around them."""

    def __init__(self, near: Services) -> None:
        self.near = near
        with near.db.write() as session:
            make_segments(session)
            make_subscriber(session)
            self.maker = make_user(session, "maker@example.org", now=START)
            self.approver = make_user(session, "eind@example.org", Role.APPROVER, now=START)

    def carrying(self, item_id: int) -> int:
        """Make a draft that holds the example; return its id."""
        edition_id = draft.draft_newsletter(self.near.db, now=START, author_id=self.maker)
        with self.near.db.read() as session:
            edition = get_edition(session, edition_id, with_blocks=True)
        if all(block.item_id != item_id for block in edition.blocks):
            draft.add_block(
                self.near.db,
                edition_id,
                version=edition.version,
                kind="practice",
                item_id=item_id,
                now=START,
                by=self.maker,
            )
        return edition_id

    def judge(self, edition_id: int, item_id: int) -> None:
        """Look at it, and say something about the example."""
        with self.near.db.write() as session:
            edition = get_edition(session, edition_id, with_blocks=True)
            content = snapshot.take(edition)
            note_look(session, edition_id, self.approver, content=content, now=START)
            block = next(one.id for one in edition.blocks if one.item_id == item_id)
        comments.comment(
            self.near.db,
            edition_id,
            text="Mooi.",
            block_id=block,
            by=self.approver,
            now=START,
        )

    def bring(self, edition_id: int, to: EditionStatus) -> None:
        """Approve it and give the order to send; SENT says that everybody has it."""
        db, render = self.near.db, self.near.render
        review.submit(
            db, edition_id, by=self.maker, render=render, house=self.near.house, now=START
        )
        review.approve(
            db,
            edition_id,
            by=self.approver,
            terms=self.near.terms,
            house=self.near.house,
            four_eyes=True,
            now=START,
        )
        send_now(db, edition_id, terms=self.near.terms, by=self.approver, now=START)
        if to is EditionStatus.SENT:
            with db.write() as session:
                session.get_one(Edition, edition_id).status = EditionStatus.SENT

    def state(self, edition_id: int) -> str:
        with self.near.db.read() as session:
            return get_edition(session, edition_id).status

    def history(self, edition_id: int) -> list[str]:
        with self.near.db.read() as session:
            return [event.what for event in events_of(session, edition_id)]

    def titles(self) -> list[str]:
        with self.near.db.read() as session:
            blocks = session.scalars(select(Block).where(Block.kind == "practice"))
            return [str(block.fields["title"]) for block in blocks]


def ask(near: Services, submission_id: int) -> Mailed:
    seen = mark(near.db, submission_id)
    return submissions.ask_agreement(near, submission_id, seen=seen, now=START)


def submissions_confirm(near: Services, submission_id: int) -> None:
    from_feeds.confirm(near.db, submission_id, now=START)


def submissions_withdraw_only(near: Services, submission_id: int) -> None:
    """Do the first step only, as a crash after it would."""
    from_feeds.withdraw(near.db, submission_id, now=START)


def everything_stored(near: Services) -> str:
    models = (Submission, Item, Block, Variant, Revision, EditionLook, Comment, LogEntry, Image)
    with near.db.read() as session:
        return str([tuple(row) for one in models for row in session.execute(select(one.__table__))])
