"""Statements that stay, run for many rows: made into text once, and given to the driver.

What SQLAlchemy does for each run, and for each row that comes back, takes three times as long as
what the database does; and beginning and ending a session as long again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Protocol

from sqlalchemy import Executable, PoolProxiedConnection
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from storage.errors import StorageError
from storage.session import Database

Row = tuple[Any, ...]
"""Values of the parameters that a statement leaves open, in the order that was named with it."""

BEGIN: Final = "BEGIN IMMEDIATE"  # of SQLite; PostgreSQL's driver begins by itself


class Statement:
    """A statement whose parameters are single values, never lists. names: of those left open."""

    def __init__(self, what: Executable, *names: str) -> None:
        self._what, self._names = what, names
        self._ready = lru_cache(maxsize=2)(self._make_ready)

    def ready(self, dialect: Dialect) -> "_Ready":
        """Return it as the driver of this dialect takes it."""
        return self._ready(dialect)

    def _make_ready(self, dialect: Dialect) -> "_Ready":
        return _Ready(self._what, self._names, dialect)


class Runs(Protocol):
    """Where statements run: within one transaction. dialect: its name."""

    dialect: str

    def rows(self, statement: Statement, row: Row) -> Sequence[Row]:
        """Run it once, and return what it gives back, as the driver gives it."""
        ...

    def each(self, statement: Statement, rows: Iterable[Row]) -> None:
        """Run it for each of these rows of parameters; what it gives back is lost."""
        ...


class InSession:
    """A session's own transaction, as `Runs`."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self.dialect = self._connection.dialect.name

    def rows(self, statement: Statement, row: Row) -> Sequence[Row]:
        """Run it once; see Runs."""
        ready = statement.ready(self._connection.dialect)
        found = self._connection.exec_driver_sql(ready.text, ready.parameters(row))
        return [tuple(one) for one in found]

    def each(self, statement: Statement, rows: Iterable[Row]) -> None:
        """Run it for each; see Runs."""
        ready = statement.ready(self._connection.dialect)
        self._connection.exec_driver_sql(ready.text, [ready.parameters(row) for row in rows])


class Steady:
    """A connection that is kept for such statements; each `write` is a transaction.

    For one thread. It is opened when it is first needed, and anew after an error.
    """

    def __init__(self, db: Database) -> None:
        self._engine = db.engine
        self._held: PoolProxiedConnection | None = None

    @contextmanager
    def write(self) -> Iterator[Runs]:
        """Give a transaction, durable at the end or not there at all. Raises StorageError.

        On SQLite it is the writer from its begin, as `Database.write` is.
        """
        failures = self._engine.dialect.loaded_dbapi.Error
        try:
            held = self._held = self._held or self._open()
            running = _OnCursor(held.cursor(), self._engine.dialect)
            try:
                if running.dialect == "sqlite":
                    running.cursor.execute(BEGIN)
                yield running
                held.commit()
            except BaseException:
                self._drop()
                raise
        except failures as failure:
            # Its words may hold what was to be written: of a person.
            raise StorageError(f"a write failed: {type(failure).__name__}") from None

    def close(self) -> None:
        """Give the connection back."""
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def _open(self) -> PoolProxiedConnection:
        held = self._engine.raw_connection()
        if self._engine.dialect.name == "sqlite":
            # Who had it before may have said otherwise (`Database.write_lightly`).
            held.cursor().execute("PRAGMA synchronous=FULL")
        return held

    def _drop(self) -> None:
        """Undo what was begun, and end the connection: it may be what failed."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(self._engine.dialect.loaded_dbapi.Error):
                held.rollback()  # closing alone leaves SQLite's lock with whoever has the cursor
            held.invalidate()


class _OnCursor:
    """The driver's cursor, as `Runs`."""

    def __init__(self, cursor: Any, dialect: Dialect) -> None:
        self.cursor, self._dialect, self.dialect = cursor, dialect, dialect.name

    def rows(self, statement: Statement, row: Row) -> Sequence[Row]:
        ready = statement.ready(self._dialect)
        self.cursor.execute(ready.text, ready.parameters(row))
        found: Sequence[Row] = self.cursor.fetchall()
        return found

    def each(self, statement: Statement, rows: Iterable[Row]) -> None:
        ready = statement.ready(self._dialect)
        self.cursor.executemany(ready.text, [ready.parameters(row) for row in rows])


class _Ready:
    """A statement as text, and what makes a row of values into what its driver takes."""

    def __init__(self, what: Executable, names: Sequence[str], dialect: Dialect) -> None:
        compiled = what.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined] # every statement has it
        self.text = str(compiled)
        fixed = {one: bind.value for one, bind in compiled.binds.items() if one not in names}
        order = [*names, *fixed]
        self._converted: list[tuple[int, Callable[[Any], Any]]] = []
        stored = dict(fixed)
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is None:
                continue
            if name in fixed:
                stored[name] = convert(fixed[name])
            else:
                self._converted.append((names.index(name), _Remembering(convert)))
        self._fixed = tuple(stored.values())
        self._order = order
        places = compiled.positiontup
        self._pick = None if places is None else _picker([order.index(one) for one in places])

    def parameters(self, row: Row) -> Any:
        """Return the parameters as the driver takes them."""
        values = [*row, *self._fixed]
        for place, convert in self._converted:
            values[place] = convert(values[place])
        if self._pick is None:
            return dict(zip(self._order, values, strict=True))
        return self._pick(values)


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], Row]:
    """Return what takes the values at these places out of a row; of `itemgetter`, one is no row."""
    if len(places) < 2:
        return lambda row: tuple(row[place] for place in places)
    return itemgetter(*places)


class _Remembering:
    """Converts a value, and the same one again at once for nothing: of many rows a moment is."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        self._convert = convert
        self._last: tuple[Any, Any] = (self, None)

    def __call__(self, value: Any) -> Any:
        last = self._last  # another thread may replace it meanwhile
        if value is last[0]:
            return last[1]
        converted = self._convert(value)
        self._last = (value, converted)
        return converted
