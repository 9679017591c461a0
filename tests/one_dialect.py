"""One SQLAlchemy dialect for all engines of a process, with one cache of compiled statements.

Each test opens a database of its own, and an engine compiles what it has not seen yet: without
this, a quarter of the time of all tests. It is SQLAlchemy's own dialect in everything else.
"""

from typing import Any, Self

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache


class _One:
    _made: Any = None
    _compiled: LRUCache[Any, Any]

    def __new__(cls, **_: Any) -> Self:
        if cls._made is None:
            cls._made = super().__new__(cls)
            cls._compiled = LRUCache(2_000)
        return cls._made  # type: ignore[no-any-return]

    def __init__(self, **arguments: Any) -> None:
        if not vars(self):
            super().__init__(**arguments)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Called by SQLAlchemy with each new engine."""
        engine.update_execution_options(compiled_cache=cls._compiled)


class SQLite(_One, SQLiteDialect_pysqlite):
    """SQLite by the standard library's driver."""

    supports_statement_cache = True


class PostgreSQL(_One, PGDialect_psycopg):
    """PostgreSQL by psycopg."""

    supports_statement_cache = True


def use() -> None:
    """Let every engine that is made from now on in this process have it."""
    registry.register("sqlite", __name__, "SQLite")
    registry.register("postgresql.psycopg", __name__, "PostgreSQL")
