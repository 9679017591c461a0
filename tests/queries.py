"""How many statements something needs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

APART = (
    "BEGIN",
    "PRAGMA synchronous",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "select set_config",
    "select current_setting",
)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Gather the statements that run meanwhile, without those of transactions and time limits."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(APART):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def reads(statements: Iterable[str]) -> list[str]:
    """Return those that only ask."""
    return [one for one in statements if one.startswith("SELECT")]
