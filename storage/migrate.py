"""Bringing a database to today's tables: `newsletter init`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.exc import IntegrityError

STEPS = Path(__file__).parent / "migrations"
OF_POSTGRESQL = "_trgm"  # how the names of such indexes end


def migrate(
    engine: Engine, metadata: MetaData, *, to: str = "head"
) -> tuple[str | None, str | None]:
    """Run the missing steps in one transaction; return the revision before and after."""
    config = _config(metadata)
    with _without_foreign_keys(engine) as connection, connection.begin():
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        after = MigrationContext.configure(connection).get_current_revision()
        _require_foreign_keys(connection)
    return before, after


def is_current(engine: Engine) -> bool:
    """Say whether the database has every step; False for an empty one."""
    head = ScriptDirectory(str(STEPS)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences(engine: Engine, metadata: MetaData) -> list[object]:
    """Return what the classes have and the tables lack, or the other way round; [] when equal."""
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": is_of_both}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, metadata))


def write_step(engine: Engine, metadata: MetaData, message: str) -> None:
    """Write a new migration from the difference between the tables and the classes."""
    config = _config(metadata)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True)


def is_of_both(_thing: object, name: str | None, kind: str, *_rest: object) -> bool:
    """Say whether classes can tell of this; an index of parts is only for PostgreSQL."""
    return kind != "index" or not str(name).endswith(OF_POSTGRESQL)


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """Give a writing connection on which SQLite may copy a table.

    A step that copies a table drops the old one, and with foreign keys on that would delete every
    row that refers to it (sqlite.org/lang_altertable.html §7). It cannot be said in a transaction.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.execution_options(writes=True).connect() as connection:
        if is_sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            if is_sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def _require_foreign_keys(connection: Connection) -> None:
    """Raise IntegrityError when a row refers to one that is not there; then no step was taken."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"rows of {tables}"))


def _config(metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.attributes["metadata"] = metadata
    return config
