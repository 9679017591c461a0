"""A question that somebody waits for is given up in time, and takes nothing else along."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from newsletter.model import JobDue
from storage.dialect import in_time
from storage.errors import TookTooLong
from storage.session import Database

NOON = datetime(2027, 4, 22, 12, tzinfo=UTC)
ENDLESS = text(
    "with recursive n(x) as (select 1 union all select x + 1 from n where x < :most)"
    " select count(*) from n"
)
PATIENCE_S = 0.1


@pytest.fixture
def impatient(database_url: str) -> Database:
    return Database(database_url, patience_s=PATIENCE_S)


def test_a_question_without_end_is_given_up(impatient: Database) -> None:
    begun = time.monotonic()

    with (
        impatient.read() as session,
        pytest.raises(TookTooLong, match=r"more than 0\.1 seconds"),
        in_time(session),
    ):
        session.scalar(ENDLESS, {"most": 10**9})

    assert time.monotonic() - begun < 2
    impatient.close()


def test_what_was_written_before_stays_and_the_session_goes_on(impatient: Database) -> None:
    with impatient.write() as session:
        session.add(JobDue(name="a", due_at=NOON))
        with pytest.raises(TookTooLong), in_time(session):
            session.scalar(ENDLESS, {"most": 10**9})
        session.add(JobDue(name="b", due_at=NOON))

    with impatient.read() as session:
        assert session.scalars(select(JobDue.name).order_by(JobDue.name)).all() == ["a", "b"]
    impatient.close()


def test_there_is_no_limit_before_and_after(impatient: Database) -> None:
    with impatient.read() as session:
        with in_time(session):
            assert session.scalar(ENDLESS, {"most": 10}) == 10
        begun = time.monotonic()
        most = 500_000
        while time.monotonic() - begun <= 2 * PATIENCE_S:
            begun, most = time.monotonic(), most * 2
            assert session.scalar(ENDLESS, {"most": most}) == most
    impatient.close()
