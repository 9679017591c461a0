"""The ground of every test: a migrated database, a clock that stands still, and services."""

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import feeds.model  # noqa: F401
import newsletter.model  # noqa: F401
import storage.hourly
import storage.log  # noqa: F401
import subscribers.model  # noqa: F401 - all tables in one metadata
from newsletter.settings import Settings, read_settings
from newsletter.wiring import Services, build_services
from storage import migrate
from storage.base import Base
from storage.session import Database
from tests import one_dialect
from tests.fakes import FakeClock

one_dialect.use()
pytest_plugins = ["tests.browsers"]

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it, for us alone
ROOM = 4 << 30  # bytes; the databases of all tests take less than half of it


def _keep_files_in_memory() -> None:
    """Let what tests write lie in memory where there is room: commits wait for a disk."""
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


_keep_files_in_memory()

EMPTY = """do $$ declare one text; filled bool; begin
  for one in select tablename from pg_tables
             where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute format('select exists (select from %I)', one) into filled;
    if filled then execute format('delete from %I', one); end if;
  end loop;
  perform setval(cast(format('%I', sequencename) as regclass), 1, false)
  from pg_sequences where last_value is not null;
end $$"""  # one question to the server for all tables

SERVER_URL = os.environ.get("NEWSLETTER_TEST_POSTGRES_URL", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _of_this_worker(url: str) -> str:
    """Return the address of the database of this process: workers side by side empty their own."""
    if not url or not WORKER:
        return url
    database = make_url(url).set(database=f"newsletter_test_{WORKER}")
    return database.render_as_string(hide_password=False)


POSTGRES_URL = _of_this_worker(SERVER_URL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a database: only that is worth running on the second one."""
    for item in items:
        if "migrated" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


def pytest_configure() -> None:
    """Take an interrupt as in the foreground: what a script runs beside it would ignore them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Look no more for garbage among a million objects that stay, and seldom among new ones."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _fresh_logging() -> Iterator[None]:
    """Undo what a command under test set up: it holds the captured standard error of that test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Migrate once; SQLite tests copy this file, PostgreSQL tests empty the tables."""
    if POSTGRES_URL:
        _make_database()
        database = Database(POSTGRES_URL)
        with database.engine.begin() as connection:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
        migrate.migrate(database.engine, Base.metadata)
        database.close()
        return None
    path = tmp_path_factory.mktemp("template") / "newsletter.db"
    database = Database(f"sqlite:///{path}")
    migrate.migrate(database.engine, Base.metadata)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


def _make_database() -> None:
    if not WORKER:
        return
    name = make_url(POSTGRES_URL).database
    server = Database(SERVER_URL)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"create database {name}"))
    server.close()


def _empty(database: Database) -> None:
    """Empty every table. Not by TRUNCATE: that makes new files for each, fifteen times as slow."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")  # no triggers
        connection.execute(text(EMPTY))


@pytest.fixture
def database_url(migrated: Path | None, tmp_path: Path) -> str:
    if migrated is None:
        database = Database(POSTGRES_URL)
        _empty(database)
        database.close()
        return POSTGRES_URL
    shutil.copy(migrated, tmp_path / "newsletter.db")
    return f"sqlite:///{tmp_path / 'newsletter.db'}"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """A writing session for arranging and looking; others see it after a commit."""
    with db.write() as session:
        yield session


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return read_settings(
        {
            "NEWSLETTER_DATA_DIR": str(tmp_path),
            "NEWSLETTER_DATABASE_URL": database_url,
            "NEWSLETTER_UNDO_MINUTES": "0",  # what waits is tested where it is about waiting
        }
    )


@pytest.fixture
def services(settings: Settings, clock: FakeClock) -> Iterator[Services]:
    built = replace(build_services(settings), clock=clock)
    yield built
    built.db.close()
