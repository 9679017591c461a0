"""Bringing a database to today's tables: `newsletter init`."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

STEPS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, metadata: MetaData) -> tuple[str | None, str | None]:
    """Run the missing steps in one transaction; return the revision before and after."""
    config = _config(metadata)
    with engine.execution_options(writes=True).begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = MigrationContext.configure(connection).get_current_revision()
    return before, after


def is_current(engine: Engine) -> bool:
    """Say whether the database has every step; False for an empty one."""
    head = ScriptDirectory(str(STEPS)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences(engine: Engine, metadata: MetaData) -> list[object]:
    """Return what the classes have and the tables lack, or the other way round; [] when equal."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def write_step(engine: Engine, metadata: MetaData, message: str) -> None:
    """Write a new migration from the difference between the tables and the classes."""
    config = _config(metadata)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True)


def _config(metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.attributes["metadata"] = metadata
    return config
