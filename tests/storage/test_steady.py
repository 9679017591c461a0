"""Statements that stay: the same in a session as on the driver's cursor, whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, func, insert, select, text, update

from newsletter.sending_rows import Worker
from storage.errors import StorageError
from storage.session import Database
from storage.steady import InSession, Runs, Statement, Steady

NOON = datetime(2027, 4, 24, 12, 0, tzinfo=UTC)
NAME = "lezer@example.org"
ADD = Statement(
    insert(Worker).values(
        name=bindparam("a_name"), connections=3, started_at=bindparam("a_moment"), ended_at=None
    ),
    *("a_name", "a_moment"),
)
END = Statement(
    update(Worker)
    .where(Worker.name == bindparam("a_name"))
    .values(ended_at=bindparam("a_moment"), connections=Worker.connections + 1)
    .returning(Worker.name, Worker.connections),
    *("a_moment", "a_name"),
)
WRONG = Statement(update(Worker).values(name=bindparam("a_name"), started_at=None), "a_name")
ALL = select(Worker.name, Worker.connections, Worker.started_at, Worker.ended_at).order_by(
    Worker.id
)


@pytest.fixture
def steady(db: Database) -> Iterator[Steady]:
    steady = Steady(db)
    yield steady
    steady.close()


@contextmanager
def in_session(db: Database) -> Iterator[Runs]:
    with db.write() as session:
        yield InSession(session)


def add_and(steady: Steady, work: Callable[[Runs], object]) -> None:
    with steady.write() as run:
        run.each(ADD, [("one", NOON)])
        work(run)


@pytest.mark.parametrize("way", ["steady", "session"])
def test_statements_run_with_their_own_values_and_those_given(
    db: Database, steady: Steady, way: str
) -> None:
    begin: Callable[[], AbstractContextManager[Runs]] = (
        steady.write if way == "steady" else lambda: in_session(db)
    )
    with begin() as run:
        run.each(ADD, [("one", NOON), ("two", NOON + timedelta(hours=1))])
    with begin() as run:
        found = run.rows(END, (NOON + timedelta(days=1), "two"))

    assert [tuple(one) for one in found] == [("two", 4)]
    with db.read() as session:
        assert [tuple(one) for one in session.execute(ALL)] == [
            ("one", 3, NOON, None),
            ("two", 4, NOON + timedelta(hours=1), NOON + timedelta(days=1)),
        ]


def test_what_fails_is_undone_whole_and_nobody_waits_for_it(db: Database, steady: Steady) -> None:
    with pytest.raises(StorageError):
        add_and(steady, lambda run: run.rows(WRONG, (NAME,)))

    with db.write() as session:  # the lock is free
        assert session.scalar(select(func.count()).select_from(Worker)) == 0
    with steady.write() as run:
        run.each(ADD, [("two", NOON)])
    with db.read() as session:
        assert session.scalars(select(Worker.name)).all() == ["two"]


def test_an_error_of_the_caller_undoes_it_too(db: Database, steady: Steady) -> None:
    with pytest.raises(ZeroDivisionError):
        add_and(steady, lambda _: 1 / 0)

    with db.write() as session:
        assert session.scalar(select(func.count()).select_from(Worker)) == 0


def test_a_failure_names_nobody(steady: Steady) -> None:
    with steady.write() as run:
        run.each(ADD, [("one", NOON)])

    with pytest.raises(StorageError) as caught, steady.write() as run:
        run.rows(WRONG, (NAME,))

    assert NAME not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_every_write_waits_for_the_disk(db: Database, steady: Steady) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's sessions are light one by one")
    with db.write_lightly() as session:
        session.execute(select(1))

    with steady.write() as run:
        asked = Statement(select(func.count()).select_from(Worker))
        run.rows(asked, ())
        held = steady._held
        assert held is not None
        assert held.cursor().execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_its_connection_is_given_back(db: Database, steady: Steady) -> None:
    with steady.write() as run:
        run.each(ADD, [("one", NOON)])
    steady.close()

    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # a queue pool counts


def test_a_process_that_reads_each_row_once_keeps_little(db: Database) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's server holds the pages")
    asked = text("PRAGMA cache_size")
    with db.read() as session:
        before = session.scalar(asked)

    db.keep_little()
    db.keep_little()

    with db.read() as session:
        after = session.scalar(asked)
    assert (before, after) == (-16_384, -4_096)
