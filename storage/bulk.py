"""Many rows at once, as fast as each database takes them: tuples for SQLite, COPY for PostgreSQL.

For lists of a million: a dict for each row costs SQLAlchemy more time than its row the database.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Integer,
    String,
    Table,
    bindparam,
    func,
    literal,
    select,
    text,
)
from sqlalchemy import any_ as any_of
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.schema import CallableColumnDefault

CACHE_KIB: Final = 32_768  # of SQLite, while rows come in: of 2,000 most pages are read again


def hold_table(session: Session, table: Table) -> None:
    """Keep others from writing to the table until this transaction ends; they may read.

    So what is read now still holds when rows are added: a name that is free stays so. Must come
    first in the transaction. On SQLite every writer is the only one, and this does nothing.
    """
    if not _is_sqlite(session):
        session.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def make_room(session: Session) -> None:
    """Let SQLite keep more pages at hand in this connection, for many rows."""
    if _is_sqlite(session):
        session.connection().exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")


def is_one_of(
    session: Session, column: InstrumentedAttribute[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these; one parameter, however many."""
    if _is_sqlite(session):
        given = func.json_each(literal(json.dumps(list(values)))).table_valued("value")
        return column.in_(select(given.c.value))
    return column == any_of(literal(list(values), ARRAY(String)))


def is_among(
    dialect: str, column: ColumnElement[int], name: str
) -> tuple[ColumnElement[bool], Callable[[Sequence[int]], Any]]:
    """Return the condition that a column holds one of the numbers that the parameter gives.

    And what makes a parameter of numbers: so the statement is the same for however many.
    dialect: its name.
    """
    if dialect == "sqlite":
        given = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return column.in_(select(given.c.value)), json.dumps
    return column == any_of(bindparam(name, type_=ARRAY(Integer))), list


def take_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """Return ids that no row has or will get otherwise; the table is held (`hold_table`)."""
    if not _is_sqlite(session):
        number = "select nextval(pg_get_serial_sequence(:name, 'id')) from generate_series(1, :n)"
        return session.scalars(text(number), {"name": table.name, "n": count}).all()
    # With AUTOINCREMENT: the highest id there ever was, also when its row is gone.
    last = session.scalar(
        text("select seq from sqlite_sequence where name = :name"), {"name": table.name}
    )
    return range((last or 0) + 1, (last or 0) + 1 + count)


def add_rows(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    same: Mapping[str, object],
) -> None:
    """Add rows that are not there. columns: what a tuple holds, as the driver takes it.

    same: what every row has besides; what neither names gets the default of its class.
    """
    same = _defaults(table, {*columns, *same}) | dict(same)
    tail = tuple(_stored(session, table.columns[name], value) for name, value in same.items())
    names = ", ".join((*columns, *same))
    whole = [row + tail for row in rows] if tail else list(rows)
    if _is_sqlite(session):
        places = ", ".join("?" * (len(columns) + len(same)))
        insert = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608 - our own names
        if whole:
            session.connection().exec_driver_sql(insert, whole)
        return
    raw = session.connection().connection.cursor()
    with raw.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in whole:
            copy.write_row(row)


def _defaults(table: Table, named: Collection[str]) -> dict[str, object]:
    return {
        column.name: _made(column.default)
        for column in table.columns
        if column.name not in named and column.default is not None
    }


def _made(default: object) -> object:
    if isinstance(default, CallableColumnDefault):
        make: Callable[[object], object] = default.arg  # type: ignore[assignment] # ours look at no statement
        return make(None)
    return getattr(default, "arg", None)


def _stored(session: Session, column: Column[Any], value: object) -> Any:
    """Return a value as the driver takes it, where SQLAlchemy would convert it."""
    dialect = session.get_bind().dialect
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    stored = convert(value) if convert else value
    return str(stored) if isinstance(stored, str) else stored


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
