"""The only place that knows SQLite from PostgreSQL: inserting unless present, and holding a lock.

Everything else is plain SQLAlchemy and runs the same on both.
"""

import fcntl
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_new(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that no unique constraint refuses; leave the others as they are."""
    if rows:
        insert = _insert(session, table).on_conflict_do_nothing()
        session.execute(insert, [dict(row) for row in rows])


@contextmanager
def lock(engine: Engine, name: str) -> Iterator[bool]:
    """Hold the database's lock called `name`; yield False at once when another process holds it.

    SQLite: an advisory lock on a file beside the database, given up by the kernel when the process
    dies. PostgreSQL: a session advisory lock, given up by the server when the connection ends.
    """
    if engine.dialect.name == "sqlite":
        yield from _file_lock(engine, name)
    else:
        yield from _advisory_lock(engine, name)


def _file_lock(engine: Engine, name: str) -> Iterator[bool]:
    if not engine.url.database or engine.url.database == ":memory:":
        yield True
        return
    path = Path(engine.url.database).with_suffix(f".{name}.lock")
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _advisory_lock(engine: Engine, name: str) -> Iterator[bool]:
    number = zlib.crc32(name.encode())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = connection.scalar(text("select pg_try_advisory_lock(:n)"), {"n": number})
        try:
            yield bool(held)
        finally:
            if held:
                connection.execute(text("select pg_advisory_unlock(:n)"), {"n": number})


def _insert(session: Session, table: Table) -> Any:
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
