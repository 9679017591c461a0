"""What is erased is written over: in the file of SQLite, and in its log."""

from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from storage.session import Database
from storage.traces import write_over_erased
from subscribers.model import Consent, Subscriber
from tests.conftest import POSTGRES_URL
from tests.factories import make_readers, make_subscriber
from tests.fakes import START

MARK = b"verdwijnt"
pytestmark = pytest.mark.skipif(bool(POSTGRES_URL), reason="its files are the server's own")


def raw(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("newsletter.db*"))


def add(db: Database) -> int:
    with db.write() as session:
        make_readers(session, 300, now=START)
        who = make_subscriber(session, f"{MARK.decode()}@example.org", name=MARK.decode()).id
        make_readers(session, 300, now=START, first=301)
        ground = MARK.decode() * 2_000  # on pages of its own
        session.add(Consent(subscriber_id=who, kind="imported", at=START, ground=ground))
        return who


def test_nothing_is_left_of_a_row_once_it_is_written_over(db: Database, tmp_path: Path) -> None:
    who = add(db)
    assert MARK in raw(tmp_path)
    with db.write() as session:
        session.execute(delete(Subscriber).where(Subscriber.id == who))

    assert write_over_erased(db.engine)

    assert MARK not in raw(tmp_path)


def test_nothing_is_left_of_a_former_value(db: Database, tmp_path: Path) -> None:
    who = add(db)
    values = {"email": "nieuw@example.org", "email_key": "nieuw@example.org", "name": ""}
    with db.write() as session:
        session.execute(update(Subscriber).where(Subscriber.id == who).values(**values))
        session.execute(delete(Consent))

    write_over_erased(db.engine)

    assert MARK not in raw(tmp_path)


def test_who_still_reads_what_was_there_is_waited_for_until_the_next_time(
    db: Database, tmp_path: Path
) -> None:
    who = add(db)
    with db.read() as reading:
        reading.execute(text("select count(*) from subscriber"))
        with db.write() as session:
            session.execute(delete(Subscriber).where(Subscriber.id == who))

        assert not write_over_erased(db.engine, wait_ms=1)
        assert MARK in raw(tmp_path)

    assert write_over_erased(db.engine)
    assert MARK not in raw(tmp_path)
