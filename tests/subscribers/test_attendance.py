"""Who came to an event: read from a list, kept of subscribers only, and gone in time."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from newsletter.values import DeliveryState, EditionKind, Role
from storage.base import Base
from storage.log import LogEntry
from storage.session import Database
from subscribers import consent
from subscribers.attendance import (
    AttendanceReport,
    Brought,
    attendance_by_event,
    bring_attendance,
    brought_lists,
    take_back,
)
from subscribers.errors import MalformedImport
from subscribers.events import ANNOUNCEMENT, EDITIONS, MAILS, SENT
from subscribers.model import Attendance
from subscribers.retention import ATTENDANCE_KEPT, clean_up
from subscribers.values import SubscriberStatus
from tests.factories import make_event, make_subscriber, make_user
from tests.fakes import START

KEY = b"k" * 32
LIST = "naam;E-mailadres\nJan;JAN@example.org\nJan;jan@example.org\nX;geen\nWeg;weg@example.org\n"


@pytest.fixture
def people(db: Database) -> Database:
    with db.write() as session:
        session.add(make_event(7, START, id=7))
        make_subscriber(session, "jan@example.org")
        make_subscriber(session, "mia@example.org", status=SubscriberStatus.PAUSED)
        make_subscriber(session, "weg@example.org", status=SubscriberStatus.UNSUBSCRIBED)
        make_user(session, Role.EDITOR)
    return db


def bring(db: Database, folder: Path, text: str, *, later: int = 0) -> AttendanceReport:
    path = folder / "lijst.csv"
    path.write_text(text, "utf-8")
    now = START + timedelta(days=later)
    return bring_attendance(db.acting(by=1), path, event_id=7, title="Congres", now=now)


def came(session: Session) -> list[int]:
    return list(session.scalars(select(Attendance.subscriber_id).order_by("subscriber_id")))


def test_subscribers_are_kept_and_others_are_counted(people: Database, tmp_path: Path) -> None:
    first = bring(people, tmp_path, LIST)
    again = bring(people, tmp_path, LIST, later=1)
    more = bring(people, tmp_path, "mia@example.org\r\njan@example.org", later=2)

    assert first == AttendanceReport(read=4, came=1, new=1, unknown=1, unreadable=1)
    assert again == AttendanceReport(read=4, came=1, new=0, unknown=1, unreadable=1)
    assert more == AttendanceReport(read=2, came=2, new=1, unknown=0, unreadable=0)
    with people.read() as session:
        assert came(session) == [1, 2]
        assert attendance_by_event(session) == {7: 2}
        assert brought_lists(session, 7) == [
            Brought(START + timedelta(days=2), 1, 1),
            Brought(START, 1, 1),
        ]
        told = session.scalars(select(LogEntry).where(LogEntry.what == "event.attended")).all()
    assert [one.detail for one in told] == [
        {"item": 7, "new": 1, "unknown": 1},
        {"item": 7, "new": 0, "unknown": 1},
        {"item": 7, "new": 1, "unknown": 0},
    ]


def test_one_list_is_taken_back_and_others_stay(people: Database, tmp_path: Path) -> None:
    bring(people, tmp_path, LIST)
    bring(people, tmp_path, "mia@example.org", later=1)

    gone = [take_back(people, 7, at=START, title="Congres", now=START) for _ in range(2)]

    assert gone == [1, 0]
    with people.read() as session:
        assert came(session) == [2]


def test_a_file_without_addresses_changes_nothing(people: Database, tmp_path: Path) -> None:
    with pytest.raises(MalformedImport):
        bring(people, tmp_path, "naam;plaats\nJan;Breda\n")

    with people.read() as session:
        assert came(session) == []


def test_who_is_erased_was_nowhere_and_the_rest_goes_in_time(
    people: Database, tmp_path: Path
) -> None:
    bring(people, tmp_path, "jan@example.org\nmia@example.org")

    with people.write() as session:
        consent.erase_in(session, "jan@example.org", key=KEY, now=START)
    with people.read() as session:
        assert came(session) == [2]
    early = clean_up(people, now=START + ATTENDANCE_KEPT)
    late = clean_up(people, now=START + ATTENDANCE_KEPT + timedelta(seconds=1))

    assert (early.attendance, late.attendance) == (0, 1)
    with people.read() as session:
        assert came(session) == []


def test_the_ledger_is_as_it_is_read_here() -> None:
    for read in (MAILS, EDITIONS):
        real = Base.metadata.tables[read.name]
        for column in read.columns:
            found: Column[object] = real.columns[column.name]
            assert type(found.type) is type(column.type)
    assert (SENT, ANNOUNCEMENT) == (DeliveryState.SENT, EditionKind.ANNOUNCEMENT)
