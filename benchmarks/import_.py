"""1,000,000 subscribers from CSV, beside the bare database taking in the same rows.

Ours reads the file, judges every line, looks for doubles and for who is known or suppressed, and
writes subscribers with their evidence, in batches that others can write between. The yardstick
writes the very rows that ours left, subscribers and evidence, into the same empty tables with the
same indexes, in one transaction, and checks nothing: sqlite3's executemany, PostgreSQL's COPY.
How many rows: the first argument.
"""

import csv
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks.cluster import private_cluster
from benchmarks.measure import peak_mib, report, stopwatch
from newsletter.pipeline import add_defaults
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services, prepare_database
from subscribers.importing import import_file

ROWS: Final = 1_000_000
SOME: Final = 10_000  # of which the yardstick holds in memory at once
TABLES: Final = ("subscriber", "consent")
NOW: Final = datetime(2027, 4, 22, tzinfo=UTC)


def main() -> None:
    """Print the rows."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lijst.csv"
        _write(path, rows)
        shown = [_on_sqlite(path, rows, Path(folder))]
        with private_cluster() as server:
            if server is not None:
                shown.append(_on_postgresql(path, rows, Path(folder), server))
    report(shown)


def _on_sqlite(path: Path, rows: int, folder: Path) -> list[str]:
    ours, bare = folder / "ours.db", folder / "bare.db"
    _prepared(f"sqlite:///{bare}", folder).db.close()
    seconds, memory = _import_apart(f"sqlite:///{ours}", folder, path, rows)
    bare_s = _insert_the_same(ours, bare)
    what = f"import {rows:,} subscribers with their evidence, SQLite"
    return _row(what, rows, seconds, "sqlite3 executemany", bare_s, memory)


def _insert_the_same(ours: Path, bare: Path) -> float:
    """Return how long inserting took; reading what is inserted is not counted."""
    seconds = 0.0
    with closing(sqlite3.connect(ours)) as source, closing(sqlite3.connect(bare)) as target:
        for name in TABLES:
            rows = source.execute(f"select * from {name}")
            places = ", ".join("?" * len(rows.description))
            while some := rows.fetchmany(SOME):
                with stopwatch() as watch:
                    target.executemany(f"insert into {name} values ({places})", some)
                seconds += watch.seconds
        with stopwatch() as watch:
            target.commit()
    return seconds + watch.seconds


def _on_postgresql(path: Path, rows: int, folder: Path, server: str) -> list[str]:
    plain = server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        for name in ("ours", "bare"):
            connection.execute(f"create database {name}")
    _prepared(f"{server}/bare", folder).db.close()
    seconds, memory = _import_apart(f"{server}/ours", folder, path, rows)
    with psycopg.connect(f"{plain}/ours") as ours, psycopg.connect(f"{plain}/bare") as bare:
        held = {name: _copied(ours, name) for name in TABLES}
        with stopwatch() as watch:
            for name, all_of_it in held.items():
                with bare.cursor().copy(f"copy {name} from stdin") as copy:
                    for block in all_of_it:
                        copy.write(block)
            bare.commit()
    what = f"import {rows:,} subscribers with their evidence, PostgreSQL"
    return _row(what, rows, seconds, "COPY", watch.seconds, memory)


def _copied(connection: psycopg.Connection[Any], name: str) -> list[bytes]:
    with connection.cursor().copy(f"copy {name} to stdout") as copy:
        return [b"".join(blocks) for blocks in _batched(bytes(block) for block in copy)]


def _batched(blocks: Iterator[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    for block in blocks:
        some.append(block)
        if len(some) == 1_000:
            yield some
            some = []
    yield some


def _prepared(url: str, folder: Path) -> Services:
    environment = {"NEWSLETTER_DATA_DIR": str(folder), "NEWSLETTER_DATABASE_URL": url}
    services = build_services(read_settings(environment))
    prepare_database(services)
    add_defaults(services)
    return services


def _import_apart(url: str, folder: Path, path: Path, rows: int) -> tuple[float, str]:
    """Import in a process of its own, so that the memory is that of the import alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_import, url, folder, path, rows).result()


def _import(url: str, folder: Path, path: Path, rows: int) -> tuple[float, str]:
    services = _prepared(url, folder)
    with stopwatch() as watch:
        got = import_file(
            services.db, path, ground="benchmark", key=services.settings.secret_key, now=NOW
        )
    assert got.added == rows, got
    memory = peak_mib()
    services.db.close()
    return watch.seconds, memory


def _row(
    what: str, rows: int, seconds: float, yardstick: str, bare: float, memory: str
) -> list[str]:
    return [
        what,
        f"{seconds:.1f} s ({rows / seconds:,.0f} rows/s)",
        f"{yardstick} of the same rows, nothing checked: {bare:.1f} s",
        f"{bare / seconds:.2f} x as fast",
        memory,
    ]


def _write(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["email", "name", "audience", "role", "organisation", "region"])
        for n in range(rows):
            side = "school" if n % 3 else "lerarenopleiding"
            # As in real lists: in no order that the index of addresses would like.
            person = n * 7_919 % rows
            address = f"lezer{person}@school{person % 500}.example.org"
            lines.writerow([address, f"Lezer {person}", side, "docent", "X", "Oost"])


if __name__ == "__main__":
    main()
