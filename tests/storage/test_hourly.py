"""What an hour takes: one count for every process, kept as marks, and only for that hour."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from storage.hourly import Taken, forget_old, take
from storage.session import Database
from tests.factories import KEY
from tests.fakes import START
from tests.subscribers.making import at_once

HOUR = timedelta(hours=1)


def count(db: Database, times: int, limits: Mapping[str, int], *, hours: int = 0) -> list[bool]:
    now = START + hours * HOUR
    return [take(db, "form", limits, key=KEY, now=now) for _ in range(times)]


def test_each_limit_holds_and_what_is_refused_counts_for_nobody(db: Database) -> None:
    assert count(db, 5, {"": 10, "one": 3}) == [True] * 3 + [False] * 2
    assert count(db, 8, {"": 10, "two": 20}) == [True] * 7 + [False]
    assert take(db, "other form", {"": 1}, key=KEY, now=START)
    assert count(db, 1, {"": 10, "one": 3}, hours=1) == [True]


def test_a_restart_and_another_process_go_on_with_the_same_count(
    db: Database, database_url: str
) -> None:
    count(db, 2, {"": 3})
    other = Database(database_url)

    assert count(other, 2, {"": 3}) == [True, False]
    assert count(db, 1, {"": 3}) == [False]
    other.close()


def test_of_many_in_one_moment_no_more_than_the_hour_takes(db: Database) -> None:
    ends = at_once(*[lambda: count(db, 1, {"": 3})] * 6)

    assert sorted(map(str, ends)) == ["[False]"] * 3 + ["[True]"] * 3


def test_nothing_tells_whom_it_was_counted_for_and_it_goes(db: Database) -> None:
    count(db, 1, {"192.0.2.0/24": 3, "@school.example.org": 3})
    with db.read() as session:
        marks = session.scalars(select(Taken.mark)).all()
    assert all(len(mark) == 32 and int(mark, 16) for mark in marks)

    with db.write() as session:
        assert forget_old(session, now=START + HOUR) == 2
        assert session.scalars(select(Taken)).all() == []
