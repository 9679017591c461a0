"""From a database URL to short sessions: SQLite in WAL mode with foreign keys on, or PostgreSQL.

A session either reads or writes, and says so: `with db.read() as session`, `with db.write() as
session`. A writing session is one transaction, committed at the end or not at all.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session, sessionmaker

from storage.dialect import PATIENCE, PATIENCE_S
from storage.errors import NumberTooLarge

NUMERIC_OUT_OF_RANGE = "22003"  # SQLSTATE of PostgreSQL
CACHE_KIB = 16_384  # of SQLite, each connection: what the desk reads fits in it, not in its 2,000
LITTLE_KIB = 4_096  # where each row is read once, and written twice
SQLITE_WAIT_S = 30.0  # a writer waits this long for another process's write before it gives up


class Database:
    """An engine and its two kinds of session. Safe to share between threads.

    patience_s: how long a question may take that somebody waits for (`dialect.in_time`).
    """

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S) -> None:
        self.engine = _open_engine(url)
        kept = {PATIENCE: patience_s}
        self._reading = sessionmaker(self.engine, expire_on_commit=False, info=kept)
        writer = self.engine.execution_options(writes=True)
        self._writing = sessionmaker(writer, expire_on_commit=False, info=kept)
        lightly = writer.execution_options(lightly=True)
        self._writing_lightly = sessionmaker(lightly, expire_on_commit=False, info=kept)
        self._who: Mapping[str, object] = {}

    def acting(self, *, by: int | None = None, via: str = "") -> Self:
        """Return the same database for what one person does: its sessions know who, for the log.

        by:  the account; via: the door (`storage/log.py`).
        """
        theirs = copy(self)
        theirs._who = {"by": by, "via": via}  # noqa: SLF001 - a copy of our own
        return theirs

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session whose changes are thrown away; it never waits for a writer."""
        with _numbers_judged(), self._reading() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that is one transaction: committed at the end, rolled back on an error.

        On SQLite it is the writer from its first statement (BEGIN IMMEDIATE), so what it reads
        still holds when it writes; on PostgreSQL rows are locked as they are changed.
        """
        with _numbers_judged(), self._writing(info=dict(self._who)) as session, session.begin():
            yield session

    @contextmanager
    def write_lightly(self) -> Iterator[Session]:
        """Do as `write` does, for what a loss of power may take back: it waits for no disk.

        Others see it at once, and a process that is killed takes nothing of it along.
        """
        with _numbers_judged(), self._writing_lightly() as session, session.begin():
            if self.engine.dialect.name != "sqlite":
                session.execute(text("set local synchronous_commit = off"))
            yield session

    def listen(self, name: str, listener: Callable[..., None]) -> None:
        """Have a function called at an event of every writing session, such as "after_commit"."""
        event.listen(self._writing, name, listener)

    def keep_little(self) -> None:
        """Keep few pages at hand from now on: for a process that reads every row once.

        Connections that nobody holds end, and are opened anew when they are needed.
        """
        if self.engine.dialect.name == "sqlite" and not event.contains(
            self.engine, "connect", _keep_little
        ):
            event.listen(self.engine, "connect", _keep_little)
            self.engine.dispose()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


@contextmanager
def _numbers_judged() -> Iterator[None]:
    """Raise NumberTooLarge for what the drivers say differently: SQLite's does not even wrap it."""
    try:
        yield
    except OverflowError as failure:
        raise NumberTooLarge("there is nothing with so large a number") from failure
    except DataError as failure:
        if getattr(failure.orig, "sqlstate", "") != NUMERIC_OUT_OF_RANGE:
            raise
        raise NumberTooLarge("there is nothing with so large a number") from failure


def _open_engine(url: str) -> Engine:
    # hide_parameters: an error's text may end up in a log, and a statement's values are people's.
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url,
            hide_parameters=True,
            json_serializer=_json,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
        )
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_json,
        connect_args={"timeout": SQLITE_WAIT_S},
        pool_size=20,
        pool_use_lifo=True,  # the connection that was used last has the pages at hand
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _json(value: object) -> str:
    """Return JSON; most such columns are empty, and the encoder takes as long for them."""
    if value == []:
        return "[]"
    return "{}" if value == {} else json.dumps(value)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver would begin too late
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # FULL: an acknowledgement that is lost at power failure would double a mail.
    cursor.execute("PRAGMA synchronous=FULL")
    # What is erased is written over, not only let go of (AVG art. 17).
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.close()


def _keep_little(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA cache_size = -{LITTLE_KIB}").close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writes", False):
        # Said each time, for the connection is used for both; in a transaction it cannot be said.
        level = "NORMAL" if options.get("lightly", False) else "FULL"
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")
