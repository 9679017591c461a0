"""The only place that knows SQLite from PostgreSQL: inserting, counting, and holding a lock.

Everything else is plain SQLAlchemy and runs the same on both.
"""

import fcntl
import re
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    SQLColumnExpression,
    Table,
    case,
    func,
    literal,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from storage.errors import StorageError, TookTooLong

PATIENCE: Final = "patience_s"  # where a session holds it (`storage/session.py`)
PATIENCE_S: Final = 5.0  # a question that somebody waits for is given up after this
GLOB_SPECIAL: Final = re.compile(r"[*?[]")
STEPS: Final = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond
QUERY_CANCELED: Final = "57014"  # SQLSTATE of PostgreSQL
SET_LIMIT: Final = text("select set_config('statement_timeout', :limit, true)")
# As a server starts, it hashes no set of 300,000, but reads it again for each row.
SET_MEMORY: Final = text("select set_config('work_mem', '64MB', true)")
ONE_SNAPSHOT: Final = text("set transaction isolation level repeatable read")
READ_LIMIT: Final = text("select current_setting('statement_timeout')")
ASK_S: Final = 1.0  # between two times that the server is asked whether a lock is still held
HELD: Final = text(
    "select count(*) from pg_locks where locktype = 'advisory' and granted and objsubid = 1"
    " and pid = pg_backend_pid() and (classid::bigint << 32 | objid::bigint) = :n"
)


class Held(Protocol):
    """A lock that this process took."""

    def is_held(self) -> bool:
        """Say whether it still is ours: a server that restarted gave it up."""
        ...


def told_row_by_row(session: Session, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition that SQLite tells of each row, looking for no index that answers it.

    It keeps no statistics here, and would gather most of a table by an index of one column: ten
    times as long as walking along one that has all. PostgreSQL knows what its tables hold.
    """
    if session.get_bind().dialect.name == "sqlite":
        return case((clause, literal(1)), else_=literal(0)) == 1
    return clause


def holds(session: Session, text: SQLColumnExpression[str], part: str) -> ColumnElement[bool]:
    """Return the condition that a text has this in it, letter for letter.

    PostgreSQL answers it from an index of parts of three letters, where the column has one. SQLite
    is a tenth quicker by GLOB than by `instr`.
    """
    if session.get_bind().dialect.name == "sqlite":
        letters = GLOB_SPECIAL.sub(r"[\g<0>]", part)
        return text.op("GLOB", is_comparison=True)(f"*{letters}*")
    return text.contains(part, autoescape=True)


def holds_in_any_case(
    session: Session, text: SQLColumnExpression[str], part: str
) -> ColumnElement[bool]:
    """Return the condition that a text has this in it, in capitals or not.

    part: in small letters. SQLite knows capitals of ASCII only, by LIKE as by `lower`; LIKE makes
    no small text of each row first, and takes half as long.
    """
    if session.get_bind().dialect.name == "sqlite":
        return text.contains(part, autoescape=True)
    return func.lower(text).contains(part, autoescape=True)


def gathers_sets(session: Session) -> bool:
    """Say whether a set of rows has to be asked for as such, for the database does not see it."""
    return session.get_bind().dialect.name == "sqlite"


def hold_still(session: Session) -> None:
    """Let all that this transaction reads be of one moment; it must not have asked anything yet.

    SQLite reads a snapshot by itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(ONE_SNAPSHOT)


def make_room_for_sets(session: Session) -> None:
    """Let the questions of this transaction hold sets of a million rows in memory.

    Only where there are sets: with as much memory PostgreSQL joins large tables more slowly.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(SET_MEMORY)


@contextmanager
def in_time(session: Session) -> Iterator[None]:
    """Give what the body asks as long as people wait: together on SQLite, each on PostgreSQL.

    Raises TookTooLong; the session can be used on, and what it wrote before is still there.
    """
    seconds: float = session.info.get(PATIENCE, PATIENCE_S)
    session.flush()
    limited = _interrupted if session.get_bind().dialect.name == "sqlite" else _timed_out
    try:
        with limited(session.connection(), seconds):
            yield
    except OperationalError as failure:
        if not _is_given_up(failure.orig):
            raise
        raise TookTooLong(seconds) from failure


@contextmanager
def _interrupted(connection: Connection, seconds: float) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    end = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, STEPS)


@contextmanager
def _timed_out(connection: Connection, seconds: float) -> Iterator[None]:
    """Limit each statement. A savepoint: one that was given up takes no more than itself along."""
    before = connection.scalar(READ_LIMIT)
    with connection.begin_nested():
        connection.execute(SET_LIMIT, {"limit": f"{max(seconds * 1000, 1):.0f}"})
        yield
        connection.execute(SET_LIMIT, {"limit": before})


def _is_given_up(failure: BaseException | None) -> bool:
    if isinstance(failure, sqlite3.Error):
        return failure.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
    return getattr(failure, "sqlstate", "") == QUERY_CANCELED


def insert_new(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that no unique constraint refuses; leave the others as they are."""
    if rows:
        insert = _insert(session, table).on_conflict_do_nothing()
        session.execute(insert, [dict(row) for row in rows])


def has_many_writers(session: Session) -> bool:
    """Say whether several processes can work on the database at once."""
    return session.get_bind().dialect.name != "sqlite"


def moment_ahead(seconds: float) -> ColumnElement[Any]:
    """Return the server's present moment and so many seconds; only where there is a server."""
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


@contextmanager
def lock(engine: Engine, name: str, *, ask_s: float = ASK_S) -> Iterator[Held | None]:
    """Hold the database's lock called `name`; give None at once when another process holds it.

    SQLite: an advisory lock on a file beside the database, given up by the kernel when the process
    dies. PostgreSQL: a session advisory lock, given up by the server when the connection ends.
    Raises StorageError when the database does not answer.
    """
    if engine.dialect.name == "sqlite":
        yield from _file_lock(engine, name)
    else:
        yield from _advisory_lock(engine, name, ask_s)


def _file_lock(engine: Engine, name: str) -> Iterator[Held | None]:
    if not engine.url.database or engine.url.database == ":memory:":
        yield _HeldFile()
        return
    path = Path(engine.url.database).with_suffix(f".{name}.lock")
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield _HeldFile()


def _advisory_lock(engine: Engine, name: str, ask_s: float) -> Iterator[Held | None]:
    number = zlib.crc32(name.encode())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("select pg_try_advisory_lock(:n)"), {"n": number}):
            yield None
            return
        try:
            yield _HeldAdvisory(connection, number, ask_s)
        finally:
            _unlock(connection, number)


def _unlock(connection: Connection, number: int) -> None:
    try:
        connection.execute(text("select pg_advisory_unlock(:n)"), {"n": number})
    except StorageError:
        connection.invalidate()  # the session is gone, and the lock with it


class _HeldFile:
    """The kernel takes it from nobody who lives."""

    def is_held(self) -> bool:
        return True


class _HeldAdvisory:
    """Lost with the session; one that was opened instead does not hold it."""

    def __init__(self, connection: Connection, number: int, ask_s: float) -> None:
        self._connection, self._number, self._ask_s = connection, number, ask_s
        self._is_held, self._asked_s = True, time.monotonic()

    def is_held(self) -> bool:
        if self._is_held and time.monotonic() - self._asked_s >= self._ask_s:
            self._is_held, self._asked_s = self._ask(), time.monotonic()
        return self._is_held

    def _ask(self) -> bool:
        try:
            return bool(self._connection.scalar(HELD, {"n": self._number}))
        except StorageError:
            return False


def _insert(session: Session, table: Table) -> Any:
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
