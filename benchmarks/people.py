"""1,000,000 people on the list: a deep page beside the first, and one found by part of the address.

A page is what the desk asks for: its rows, in pages of 500. Beside the search stands the plainest
scan of all addresses. On SQLite all of it is this process, and time is that of the processor; on
PostgreSQL it is what one waits for the server. What stands beside each other is asked in turn, and
the least disturbed time counts.
How many people: the first argument.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import func, select

from benchmarks.cluster import private_cluster
from benchmarks.edition import NOW
from benchmarks.measure import peak_mib, report
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services, prepare_database
from storage.bulk import add_rows
from subscribers.finding import Wanted, find
from subscribers.many import SUBSCRIBERS
from subscribers.model import Subscriber
from subscribers.trees import EVERYBODY, Tree, is_one_of
from subscribers.values import Audience, ConsentKind, SubscriberStatus

PEOPLE: Final = 1_000_000
BATCH: Final = 20_000
PAGE: Final = 500
TIMES: Final = 25
GOAL_MS: Final = 100
GOAL_TIMES: Final = 1.2
COLUMNS: Final = ("id", "email", "email_key", "name", "audience", "role", "organisation", "region")
LISTS: Final[dict[str, Tree]] = {
    "everybody": EVERYBODY,
    "audience = school": is_one_of("audience", ["school"]),
    "region = oost": is_one_of("region", ["oost"]),
}
Clock = Callable[[], float]
Call = Callable[[], object]


def main() -> None:
    """Print the rows."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with tempfile.TemporaryDirectory() as folder:
        rows = _on_sqlite(Path(folder), people)
        rows[-1][-1] = peak_mib()
        with private_cluster() as server:
            if server is not None:
                rows += _on_postgresql(Path(folder), people, server)
    report(rows)


def _on_sqlite(folder: Path, people: int) -> list[list[str]]:
    services = _filled(f"sqlite:///{folder / 'people.db'}", folder, people)
    clock, scan = time.process_time, "select id from subscriber where email_key like ?"
    rows = [_deep(services, people, "SQLite", clock, name) for name in LISTS]
    with closing(sqlite3.connect(folder / "people.db")) as connection:
        part = f"%{_part(people)}%"
        rows.append(
            _search(
                services,
                people,
                "SQLite",
                clock,
                lambda: connection.execute(scan, (part,)).fetchall(),
            )
        )
    services.db.close()
    return rows


def _on_postgresql(folder: Path, people: int, server: str) -> list[list[str]]:
    plain = server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute("create database people")
    services = _filled(f"{server}/people", folder, people)
    with psycopg.connect(f"{plain}/people", autocommit=True) as connection:
        connection.execute("vacuum analyze subscriber")  # as autovacuum does in a minute
        clock, scan = time.perf_counter, "select id from subscriber where strpos(email_key, %s) > 0"
        rows = [_deep(services, people, "PostgreSQL", clock, name) for name in LISTS]
        rows.append(
            _search(
                services,
                people,
                "PostgreSQL",
                clock,
                lambda: connection.execute(scan, (_part(people),)).fetchall(),
            )
        )
    services.db.close()
    return rows


def _deep(services: Services, people: int, where: str, clock: Clock, name: str) -> list[str]:
    """Return the row of a page at nine tenths of the list, beside the first one."""
    wanted = Wanted(LISTS[name])
    with services.db.read() as session:
        pages: list[Call] = [
            lambda: find(session, wanted, size=PAGE),
            lambda: find(session, wanted, size=PAGE, older_than=people // 10),
        ]
        first, deep = _least(pages, clock)
    ratio = deep / first
    judged = f"{ratio:.2f} x" + ("" if ratio <= GOAL_TIMES else f" (over {GOAL_TIMES})")
    what = f"people, {where}: a deep page of {PAGE} of {name}"
    return [what, f"{deep:.1f} ms", f"the first page: {first:.1f} ms", judged, ""]


def _search(services: Services, people: int, where: str, clock: Clock, bare: Call) -> list[str]:
    with services.db.read() as session:
        everybody = session.scalar(select(func.count()).select_from(Subscriber))
        found = find(session, Wanted(words=_part(people))).rows
        assert (everybody, len(found)) == (people, 1)
        ms, plain = _least([lambda: find(session, Wanted(words=_part(people))), bare], clock)
    judged = f"{ms:.1f} ms" + ("" if ms <= GOAL_MS else f" (over {GOAL_MS})")
    what = f"people, {where}: one of {people:,} by a part of the address"
    return [
        what,
        judged,
        f"a bare scan of all addresses: {plain:.1f} ms",
        f"{ms / plain:.2f} x",
        "",
    ]


def _part(people: int) -> str:
    return f"er{people * 7 // 9}@"


def _least(calls: Sequence[Call], clock: Clock) -> list[float]:
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(TIMES):
        for call, times in zip(calls, taken, strict=True):
            start = clock()
            call()
            times.append((clock() - start) * 1000)
    return [min(times) for times in taken]


def _filled(url: str, folder: Path, people: int) -> Services:
    environment = {"NEWSLETTER_DATA_DIR": str(folder), "NEWSLETTER_DATABASE_URL": url}
    services = replace(build_services(read_settings(environment)), clock=lambda: NOW)
    prepare_database(services)
    same = {
        "status": SubscriberStatus.ACTIVE,
        "ground": ConsentKind.IMPORTED,
        "since": NOW,
        "changed_at": NOW,
    }
    for first in range(1, people + 1, BATCH):
        some = _people(first, min(first + BATCH, people + 1))
        with services.db.write() as session:
            add_rows(session, SUBSCRIBERS, COLUMNS, some, same=same)
    return services


def _people(first: int, last: int) -> Iterator[tuple[Any, ...]]:
    sides = (Audience.SCHOOL.value, Audience.TEACHER_EDUCATION.value, None)
    for number in range(first, last):
        address = f"lezer{number}@school{number % 500}.example.org"
        yield (
            *(number, address, address, f"Lezer {number}", sides[number % 7 % 3]),
            *(("docent", "rector", "")[number % 3], f"School {number % 2_000}"),
            ("Noord", "Oost", "oost", "Zuid", "")[number % 5],
        )


if __name__ == "__main__":
    main()
