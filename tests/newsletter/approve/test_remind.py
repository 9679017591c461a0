"""Reminders: to who may approve, once an edition, in time."""

from datetime import timedelta

import pytest

from newsletter.approve.remind import remind
from newsletter.errors import TransportUnavailable
from newsletter.model import Edition
from newsletter.store.editions import events_of
from newsletter.store.waiting import Waiting
from newsletter.values import EditionKind, EditionStatus, Role
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START
from tests.newsletter.making import make_draft

DAY = timedelta(days=1)


class Mailbox:
    """Takes reminders."""

    def __init__(self) -> None:
        self.got: list[tuple[Waiting, str]] = []

    def __call__(self, waiting: Waiting, address: str) -> None:
        self.got.append((waiting, address))


def arrange(db: Database, *, planned_in: timedelta | None, status: EditionStatus) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 5, now=START)
        author = make_user(session, "auteur@example.org", Role.APPROVER, now=START)
        make_user(session, "eind@example.org", Role.APPROVER, now=START)
        make_user(session, "redacteur@example.org", Role.EDITOR, now=START)
        make_user(session, "beheer@example.org", Role.ADMINISTRATOR, now=START)
        edition_id = make_draft(session, now=START, author_id=author)
        edition = session.get_one(Edition, edition_id)
        edition.status = status
        edition.planned_at = START + planned_in if planned_in else None
        return edition_id


def test_those_who_may_approve_are_reminded_once(db: Database) -> None:
    edition_id = arrange(db, planned_in=DAY, status=EditionStatus.IN_REVIEW)
    mailbox = Mailbox()

    first = remind(db, notify=mailbox, now=START)
    second = remind(db, notify=mailbox, now=START)

    waiting = Waiting(
        edition_id=edition_id,
        kind=EditionKind.NEWSLETTER,
        number=14,
        title="Nieuwsbrief 14",
        submitted_at=START,
        planned_at=START + DAY,
        blocks=1,
        recipients={Audience.SCHOOL: 1, Audience.TEACHER_EDUCATION: 2, None: 2},
        approvers=("eind@example.org", "beheer@example.org"),
    )
    assert (first, second) == (2, 0)
    assert mailbox.got == [(waiting, "eind@example.org"), (waiting, "beheer@example.org")]
    with db.read() as session:
        assert [one.what for one in events_of(session, edition_id)] == ["reminded"]


@pytest.mark.parametrize(
    ("planned_in", "status", "after", "mails"),
    [
        (3 * DAY, EditionStatus.IN_REVIEW, timedelta(), 0),
        (3 * DAY, EditionStatus.IN_REVIEW, 2 * DAY, 2),
        (None, EditionStatus.IN_REVIEW, timedelta(hours=23), 0),
        (None, EditionStatus.IN_REVIEW, DAY, 2),
        (DAY, EditionStatus.DRAFT, timedelta(), 0),
        (DAY, EditionStatus.APPROVED, timedelta(), 0),
    ],
)
def test_a_reminder_comes_a_day_before_or_after_a_day_of_waiting(
    db: Database,
    planned_in: timedelta | None,
    status: EditionStatus,
    after: timedelta,
    mails: int,
) -> None:
    arrange(db, planned_in=planned_in, status=status)

    assert remind(db, notify=Mailbox(), now=START + after) == mails


def test_reminder_that_could_not_be_sent_is_tried_again(db: Database) -> None:
    arrange(db, planned_in=DAY, status=EditionStatus.IN_REVIEW)

    def fail(_waiting: Waiting, _address: str) -> None:
        raise TransportUnavailable("down")

    with pytest.raises(TransportUnavailable):
        remind(db, notify=fail, now=START)

    assert remind(db, notify=Mailbox(), now=START) == 2
