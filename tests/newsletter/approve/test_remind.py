"""Reminders: who is told of what, when, once; also after a crash and with two processes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from newsletter import pipeline
from newsletter.approve.remind import Reminded, is_quiet, remind
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.sections import SECTIONS as TITLED
from newsletter.due import Deadline
from newsletter.errors import TransportRefused, TransportUnavailable, TransportUncertain
from newsletter.model import Block, Edition, Reminder, User
from newsletter.planning import save_rhythm
from newsletter.review_rows import Approval
from newsletter.rhythm import Rhythm
from newsletter.store.editions import events_of
from newsletter.store.reminders import IN_HAND, Mark, begin
from newsletter.store.waiting import SECTIONS, Waiting
from newsletter.values import EditionKind, EditionStatus, Role
from newsletter.wiring import Services
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START, FakeTransport
from tests.newsletter.making import make_draft

S, D = EditionStatus, Deadline
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# A Thursday, 10.00 in Amsterdam; START is the Tuesday before. So the selection closes on Monday
# 12.00, it is submitted by Tuesday 17.00 and approved by Wednesday 17.00.
AT = datetime(2027, 4, 22, 8, tzinfo=UTC)
ALL = ["auteur", "eind", "redacteur", "beheer"]


def amsterdam(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-04-{text}+02:00")


class Mailbox:
    """Takes reminders; raises what it is told to, for some, once."""

    def __init__(self, fails: dict[str, Exception] | None = None) -> None:
        self.got: list[tuple[Waiting, str]] = []
        self.fails = fails or {}

    def __call__(self, waiting: Waiting, address: str) -> None:
        if (failure := self.fails.pop(address, None)) is not None:
            raise failure
        self.got.append((waiting, address))

    @property
    def names(self) -> list[str]:
        return [address.partition("@")[0] for _, address in self.got]

    @property
    def whats(self) -> set[Deadline]:
        return {waiting.what for waiting, _ in self.got}


def arrange(
    db: Database,
    *,
    planned_at: datetime | None = AT,
    status: EditionStatus = S.DRAFT,
    kind: EditionKind = EditionKind.NEWSLETTER,
    with_author: bool = True,
    is_filled: bool = False,
) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 5, now=START)
        author = make_user(session, "auteur@example.org", Role.APPROVER)
        make_user(session, "eind@example.org", Role.APPROVER)
        make_user(session, "redacteur@example.org", Role.EDITOR)
        make_user(session, "beheer@example.org", Role.ADMINISTRATOR)
        edition_id = make_draft(
            session, now=START - DAY, author_id=author if with_author else None, kind=kind
        )
        edition = session.get_one(Edition, edition_id)
        edition.status, edition.planned_at = status, planned_at
        if is_filled:
            edition.version = 2
            for kind_of in ("event", "practice"):
                session.add(Block(edition_id=edition_id, position=2, kind=kind_of, fields={}))
        return edition_id


def by_rhythm(db: Database) -> None:
    rhythm = Rhythm(3, time(10), date(2027, 4, 22))
    save_rhythm(db, rhythm, version=0, now=START, by=None)


def run(
    db: Database, now: datetime, mailbox: Callable[[Waiting, str], None], *, four_eyes: bool = True
) -> Reminded:
    return remind(db, notify=mailbox, four_eyes=four_eyes, now=now)


def test_those_who_may_approve_are_reminded_once(db: Database) -> None:
    edition_id = arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    mailbox = Mailbox()
    now = amsterdam("20T09:00")

    first = run(db, now, mailbox)
    second = run(db, now + HOUR, mailbox)
    third = run(db, now + DAY, mailbox)

    waiting = Waiting(
        edition_id=edition_id,
        kind=EditionKind.NEWSLETTER,
        number=14,
        title="Nieuwsbrief 14",
        state=S.IN_REVIEW,
        what=D.APPROVE,
        due_at=amsterdam("21T17:00"),
        submitted_at=START - DAY,
        planned_at=AT,
        blocks=1,
        recipients={Audience.SCHOOL: 1, Audience.TEACHER_EDUCATION: 2, None: 2},
        is_touched=False,
        empty=("Agenda", "Praktijkvoorbeeld"),
    )
    assert (first, second, third) == (Reminded(2), Reminded(), Reminded())
    assert mailbox.got == [(waiting, "eind@example.org"), (waiting, "beheer@example.org")]
    with db.read() as session:
        assert [one.what for one in events_of(session, edition_id)] == ["reminded"]


def test_without_four_eyes_its_author_may_approve_it_too(db: Database) -> None:
    arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    mailbox = Mailbox()

    run(db, amsterdam("20T09:00"), mailbox, four_eyes=False)

    assert mailbox.names == ["auteur", "eind", "beheer"]


@pytest.mark.parametrize(
    ("status", "now", "what", "names"),
    [
        (S.DRAFT, "16T08:59", None, []),
        (S.DRAFT, "16T09:00", D.CLOSES, ["redacteur"]),  # Friday: Monday is the next working day
        (S.DRAFT, "19T11:59", D.CLOSES, ["redacteur"]),
        (S.DRAFT, "19T12:00", D.SUBMIT, ["auteur"]),
        (S.DRAFT, "20T18:00", D.SUBMIT, ["auteur"]),
        (S.DRAFT, "22T10:00", D.SEND, ALL),
        (S.IN_REVIEW, "20T08:59", None, []),
        (S.IN_REVIEW, "20T09:00", D.APPROVE, ["eind", "beheer"]),
        (S.IN_REVIEW, "22T09:59", D.APPROVE, ["eind", "beheer"]),
        (S.IN_REVIEW, "22T10:00", D.SEND, ALL),
        (S.APPROVED, "21T12:00", None, []),
        (S.APPROVED, "22T10:00", D.SEND, ALL),
        (S.DRAFT, "26T10:00", None, []),  # forgotten for days: no news any more
        (S.SCHEDULED, "22T10:00", None, []),
        (S.SENDING, "22T10:00", None, []),
        (S.SENT, "22T10:00", None, []),
        (S.CANCELLED, "22T10:00", None, []),
    ],
)
def test_who_is_due_is_told_in_time(
    db: Database, status: EditionStatus, now: str, what: Deadline | None, names: list[str]
) -> None:
    arrange(db, status=status)
    by_rhythm(db)
    mailbox = Mailbox()

    run(db, amsterdam(now), mailbox)

    assert mailbox.names == names
    assert mailbox.whats == ({what} if what else set())


def test_a_filled_selection_that_somebody_looked_at_needs_no_reminder(db: Database) -> None:
    arrange(db, is_filled=True)
    by_rhythm(db)

    assert run(db, amsterdam("19T09:00"), Mailbox()) == Reminded()


def test_without_an_author_the_editors_are_told(db: Database) -> None:
    arrange(db, with_author=False)
    by_rhythm(db)
    mailbox = Mailbox()

    run(db, amsterdam("19T15:00"), mailbox)

    assert mailbox.names == ["redacteur"]


def test_without_editors_those_who_may_do_their_work_are_told(db: Database) -> None:
    arrange(db)
    by_rhythm(db)
    with db.write() as session:
        session.delete(session.scalars(select(User).where(User.role == Role.EDITOR)).one())
    mailbox = Mailbox()

    run(db, amsterdam("19T09:00"), mailbox)

    assert mailbox.names == ["auteur", "eind", "beheer"]


def test_who_wants_no_reminders_gets_none(db: Database) -> None:
    arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    with db.write() as session:
        session.scalars(
            select(User).where(User.email == "eind@example.org")
        ).one().wants_reminders = False
    mailbox = Mailbox()

    run(db, amsterdam("20T09:00"), mailbox)

    assert mailbox.names == ["beheer"]


@pytest.mark.parametrize(
    ("now", "is_it"),
    [
        ("20T07:59", True),
        ("20T08:00", False),
        ("20T19:59", False),
        ("20T20:00", True),
        ("24T12:00", True),  # Saturday
        ("25T12:00", True),
        ("27T12:00", True),  # Koningsdag
        ("26T12:00", False),
    ],
)
def test_nobody_is_mailed_at_night_in_a_weekend_or_on_a_holiday(now: str, *, is_it: bool) -> None:
    assert is_quiet(amsterdam(now)) is is_it


def test_what_comes_up_in_quiet_hours_waits_for_the_morning(db: Database) -> None:
    arrange(db, planned_at=amsterdam("23T21:00"), status=S.IN_REVIEW)  # a Friday night
    mailbox = Mailbox()

    assert run(db, amsterdam("23T21:30"), mailbox) == Reminded()
    assert run(db, amsterdam("25T12:00"), mailbox) == Reminded()
    assert run(db, amsterdam("26T08:00"), mailbox) == Reminded(4)


@pytest.mark.parametrize(
    ("kind", "planned_at", "status", "now", "mails"),
    [
        (EditionKind.NEWSLETTER, AT, S.IN_REVIEW, "21T08:59", 0),
        (EditionKind.NEWSLETTER, AT, S.IN_REVIEW, "21T09:00", 2),
        (EditionKind.NEWSLETTER, AT, S.DRAFT, "21T09:00", 0),
        (EditionKind.NEWSLETTER, None, S.IN_REVIEW, "20T09:59", 0),
        (EditionKind.NEWSLETTER, None, S.IN_REVIEW, "20T10:00", 2),
        (EditionKind.NEWSLETTER, None, S.DRAFT, "22T10:00", 0),
        (EditionKind.ANNOUNCEMENT, AT, S.IN_REVIEW, "21T09:00", 2),
        (EditionKind.ANNOUNCEMENT, AT, S.DRAFT, "22T10:00", 4),
    ],
)
def test_without_deadlines_who_approves_is_told(
    db: Database,
    kind: EditionKind,
    planned_at: datetime | None,
    status: EditionStatus,
    now: str,
    mails: int,
) -> None:
    arrange(db, planned_at=planned_at, status=status, kind=kind)
    with db.write() as session:
        edition = session.scalars(select(Edition)).one()
        edition.status_since = START - DAY

    assert run(db, amsterdam(now), Mailbox()) == Reminded(mails)


def test_a_deadline_that_was_moved_to_another_day_is_another_one(db: Database) -> None:
    edition_id = arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    run(db, amsterdam("20T09:00"), Mailbox())
    with db.write() as session:
        session.get_one(Edition, edition_id).planned_at = AT + 7 * DAY

    assert run(db, amsterdam("21T09:00"), Mailbox()) == Reminded()
    assert run(db, amsterdam("26T12:00"), Mailbox()) == Reminded(2)


def test_a_mail_that_could_not_be_handed_over_is_tried_again_and_no_other(db: Database) -> None:
    arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    mailbox = Mailbox({"eind@example.org": TransportUnavailable("down")})

    first = run(db, amsterdam("20T09:00"), mailbox)
    second = run(db, amsterdam("20T09:10"), mailbox)

    assert (first, second) == (Reminded(1, 1), Reminded(1))
    assert mailbox.names == ["beheer", "eind"]


@pytest.mark.parametrize("failure", [TransportRefused("no such box"), TransportUncertain("lost")])
def test_a_mail_that_was_refused_or_may_be_there_is_not_tried_again(
    db: Database, failure: Exception
) -> None:
    arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    mailbox = Mailbox({"eind@example.org": failure})

    assert run(db, amsterdam("20T09:00"), mailbox) == Reminded(1, 1)
    assert run(db, amsterdam("20T09:10"), mailbox) == Reminded()


class Crash(BaseException):
    """The process dies with a mail in hand."""


def test_after_a_crash_only_the_mail_in_hand_is_sent_again(db: Database) -> None:
    arrange(db, planned_at=AT - 2 * DAY, status=S.IN_REVIEW)
    sent: list[str] = []

    def die_at_the_second(_waiting: Waiting, address: str) -> None:
        sent.append(address)  # the relay has it
        if len(sent) == 2:
            raise Crash

    now = amsterdam("20T10:00")
    with pytest.raises(Crash):
        run(db, now, die_at_the_second)
    mailbox = Mailbox()
    at_once = run(db, now + timedelta(minutes=1), mailbox)
    later = run(db, now + IN_HAND, mailbox)

    assert (at_once, later) == (Reminded(2), Reminded(1))
    assert sent == ["auteur@example.org", "eind@example.org"]
    assert mailbox.names == ["redacteur", "beheer", "eind"]


def test_of_two_processes_one_sends_each_mail(db: Database) -> None:
    arrange(db, planned_at=AT - 2 * DAY, status=S.IN_REVIEW)
    mailbox, both = Mailbox(), Barrier(2)

    def process(_number: int) -> Reminded:
        both.wait(30)
        return run(db, amsterdam("20T10:00"), mailbox)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(process, range(2)))

    assert done[0] + done[1] == Reminded(4)
    assert sorted(mailbox.names) == sorted(ALL)


def test_a_reminder_that_is_done_is_never_taken_again(db: Database) -> None:
    edition_id = arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    run(db, amsterdam("20T09:00"), Mailbox())
    with db.read() as session:
        row = session.scalars(select(Reminder).order_by(Reminder.id)).first()
        assert row is not None
        mark = Mark(edition_id, row.user_id, D(row.what), row.due_on)

    assert not begin(db, mark, now=START + 100 * DAY)


def test_the_job_mails_each_person_what_is_due(services: Services, db: Database) -> None:
    arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    transport = FakeTransport({"beheer@example.org": TransportRefused("no such box")})
    mailing = replace(services, open_transport=lambda: transport)

    report = pipeline.STAGES["remind"].do(mailing, amsterdam("20T09:00"))

    assert report == {"reminded": 1, "untold": 1}
    ((_, recipient, message),) = transport.accepted
    assert recipient == "eind@example.org"
    assert b"Subject: Editie 14 wacht op je akkoord" in message


def test_the_sections_are_those_of_the_blocks() -> None:
    for title, kinds in SECTIONS.items():
        for kind in kinds:
            assert TITLED[BLOCKS[kind].section].title == title


def test_who_was_switched_off_is_told_nothing(db: Database) -> None:
    arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    with db.write() as session:
        user = session.scalars(select(User).where(User.email == "eind@example.org")).one()
        user.disabled_at = START
    mailbox = Mailbox()

    run(db, amsterdam("20T09:00"), mailbox)

    assert mailbox.names == ["beheer"]


def test_who_approved_already_is_not_asked_to(db: Database) -> None:
    edition_id = arrange(db, status=S.IN_REVIEW)
    by_rhythm(db)
    with db.write() as session:
        user = session.scalars(select(User).where(User.email == "eind@example.org")).one()
        session.add(Approval(edition_id=edition_id, user_id=user.id, at=START, hash="x"))
    mailbox = Mailbox()

    run(db, amsterdam("20T09:00"), mailbox)

    assert mailbox.names == ["beheer"]
