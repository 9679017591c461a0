"""What a database would keep of erased rows until it writes over them: written over at once.

SQLite fills what it frees with zeros (`secure_delete`, set for each connection), but what was in
its write-ahead log stays there until others come over it. PostgreSQL gives such space free by
itself (autovacuum), and no query or dump shows it.
"""

from typing import Any, Final

from sqlalchemy import Engine

WAIT_MS: Final = 2_000  # others may be in the midst of reading; then the next time will do


def write_over_erased(engine: Engine, *, wait_ms: int = WAIT_MS) -> bool:
    """Empty SQLite's write-ahead log into the file; say whether nothing is left to do.

    False while somebody goes on reading what was there before.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        waited = raw.execute("PRAGMA busy_timeout").fetchone()[0]
        try:
            raw.execute(f"PRAGMA busy_timeout = {wait_ms}")
            return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        finally:
            raw.execute(f"PRAGMA busy_timeout = {waited}")
