"""The limiter: turns from rows, for all workers together."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from newsletter.limits import ALL, Limit, Limits, WarmUp, next_day
from newsletter.send.pace import (
    Bucket,
    Day,
    Pace,
    asks_to_slow,
    count_notice,
    forget_old,
    opens_at,
    room,
    share_of,
    slowed,
)
from newsletter.sending_rows import PaceTaken
from storage.session import Database
from tests.fakes import START, FakeClock

SCHOOL = "school.example.org"


def whole(number: int, period_s: int = 1) -> Limits:
    return Limits(whole=(Limit(number, period_s),))


def of_domains(**numbers: int) -> Limits:
    """Return a limit a second for domains of example.org."""
    return Limits(domains={f"{one}.example.org": (Limit(n, 1),) for one, n in numbers.items()})


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.engine, "begin", lambda _c: seen.append("begin"))
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def send(pace: Pace, clock: FakeClock, *, number: int, group: int = 8) -> list[datetime]:
    """Send so many as a loop does that begins eight at a time; return when each was begun."""
    begun: list[datetime] = []
    while len(begun) < number:
        granted = pace.grant([SCHOOL] * min(group, number - len(begun)), clock())
        begun += [clock()] * len(granted.which)
        if granted.next_at is None:
            clock.later(milliseconds=1)
        else:
            assert granted.next_at > clock()
            clock.now = granted.next_at
    return begun


def most_in(begun: list[datetime], period: timedelta) -> int:
    """Return how many fell in the fullest period, wherever it begins."""
    first, most = 0, 0
    for place, moment in enumerate(begun):
        while moment - begun[first] >= period:
            first += 1
        most = max(most, place - first + 1)
    return most


def test_without_limits_the_database_is_not_asked(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, Limits())

    with statements(db) as seen:
        granted = pace.grant([SCHOOL] * 500, clock())
        count_notice(db, Limits(), SCHOOL, now=clock())

    assert granted.which == tuple(range(500))
    assert granted.next_at is None
    assert seen == []


@pytest.mark.parametrize(("number", "period_s"), [(1, 1), (20, 1), (1000, 1), (60, 60), (500, 60)])
def test_no_period_sees_more_than_the_limit(
    db: Database, clock: FakeClock, number: int, period_s: int
) -> None:
    pace = Pace(db, whole(number, period_s))

    begun = send(pace, clock, number=min(4 * number, 2000))

    assert most_in(begun, timedelta(seconds=period_s)) <= number
    rate = len(begun) / max((begun[-1] - begun[0]).total_seconds(), 1)
    assert rate >= 0.85 * number / period_s


def test_the_narrowest_limit_holds(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, Limits(whole=(Limit(50, 1), Limit(100, 60))))

    begun = send(pace, clock, number=200)

    assert most_in(begun, timedelta(minutes=1)) <= 100


def test_turns_are_taken_in_batches(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, whole(5000))
    pace.grant([SCHOOL], clock())
    clock.later(seconds=1)

    with statements(db) as seen:
        for _ in range(20):
            assert len(pace.grant([SCHOOL] * 8, clock()).which) == 8
            clock.later(milliseconds=4)

    assert seen.count("begin") <= 2


def test_what_was_not_used_is_given_back(db: Database, clock: FakeClock) -> None:
    one, other = Pace(db, whole(2000)), Pace(db, whole(2000))

    assert len(one.grant([SCHOOL], clock()).which) == 1
    one.give_back(clock())

    assert len(other.grant([SCHOOL] * 300, clock()).which) == 199


def test_turns_that_come_late_are_given_back(db: Database, clock: FakeClock) -> None:
    seconds = iter([0.0, 0.01, 1.0, 1.5, 2.0, 2.01])
    pace = Pace(db, whole(100), lambda: next(seconds))
    pace.grant([SCHOOL], clock())

    late = pace.grant([SCHOOL] * 5, clock.later(seconds=1))
    again = pace.grant([SCHOOL] * 10, clock.later(milliseconds=1))

    assert late.which == ()
    assert late.next_at is not None
    assert late.next_at <= clock()
    assert len(again.which) == 10, "none of them is lost"


def test_last_turns_of_a_day_are_not_lost_when_they_come_late(
    db: Database, clock: FakeClock
) -> None:
    seconds = iter([0.0, 0.01, 1.0, 1.5, 2.0, 2.01])
    pace = Pace(db, Limits(warm_up=WarmUp(START.date(), (5, 20))), lambda: next(seconds))
    pace.grant([SCHOOL] * 4, clock())

    late = pace.grant([SCHOOL] * 4, clock())
    again = pace.grant([SCHOOL] * 4, clock.later(milliseconds=1))

    assert (late.which, again.which) == ((), (0,))
    assert again.next_at == next_day(START)


def test_turns_at_hand_are_used_after_the_last_was_taken(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, Limits(whole=(Limit(100, 1),), warm_up=WarmUp(START.date(), (5, 20))))

    assert len(pace.grant([SCHOOL] * 4, clock()).which) == 4
    assert pace.opens_for_all(clock()) is None
    assert len(pace.grant([SCHOOL] * 4, clock()).which) == 1
    assert pace.opens_for_all(clock()) == next_day(START)


def test_while_the_database_is_away_nobody_begins(db: Database, clock: FakeClock) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("alter table pace rename to elsewhere")
    pace = Pace(db, whole(100))

    away = pace.grant([SCHOOL] * 5, clock())
    pace.slow_down(SCHOOL, clock())
    with db.engine.begin() as connection:
        connection.exec_driver_sql("alter table elsewhere rename to pace")
    again = pace.grant([SCHOOL] * 5, clock.later(seconds=1))

    assert (away.which, away.next_at) == ((), START + timedelta(seconds=1))
    assert len(again.which) == 5


def test_turns_survive_a_restart(db: Database, clock: FakeClock) -> None:
    assert len(Pace(db, whole(20, 3600)).grant([SCHOOL] * 8, clock()).which) == 2

    granted = Pace(db, whole(20, 3600)).grant([SCHOOL], clock())

    assert granted.which == ()
    assert granted.next_at is not None
    assert timedelta(seconds=188) < granted.next_at - clock() < timedelta(seconds=191)


def test_domain_that_had_its_share_holds_up_no_other(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, of_domains(a=1, b=40))
    asked = [f"{one}.example.org" for one in "aabbc"]

    granted = pace.grant(asked, clock())

    assert granted.which == (0, 2, 3, 4)
    assert granted.next_at == pace.opens("a.example.org", clock())
    assert pace.opens("c.example.org", clock()) is None


def test_each_domain_that_is_not_named_has_a_share_of_its_own(
    db: Database, clock: FakeClock
) -> None:
    pace = Pace(db, Limits(domains={"a.example.org": (Limit(40, 1),)}, others=(Limit(1, 1),)))

    granted = pace.grant([f"{one}.example.org" for one in "aabbcc"], clock())

    assert granted.which == (0, 1, 2, 4)


def test_shut_domain_is_not_asked_for_again_and_again(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, of_domains(a=1))
    pace.grant(["a.example.org"] * 2, clock())

    with statements(db) as seen:
        again = pace.grant(["a.example.org"] * 50, clock.later(milliseconds=500))

    assert again.which == ()
    assert seen == []


def test_notices_are_counted_and_an_edition_gets_fewer(db: Database, clock: FakeClock) -> None:
    limits = whole(100)
    for _ in range(13):
        count_notice(db, limits, SCHOOL, now=clock())

    granted = Pace(db, limits).grant([SCHOOL], clock())

    assert granted.which == ()
    debt_s = 3 / Limit(100, 1).rate
    assert granted.next_at is not None
    assert granted.next_at - clock() > timedelta(seconds=debt_s)


def test_warm_up_ends_for_the_day_and_goes_on_the_next(db: Database, clock: FakeClock) -> None:
    limits = Limits(warm_up=WarmUp(date(2027, 4, 20), (5, 9)))
    pace = Pace(db, limits)

    first = pace.grant([SCHOOL] * 8, clock())
    clock.now = first.next_at or START
    second = pace.grant([SCHOOL] * 20, clock())
    clock.now = second.next_at or START
    third = pace.grant([SCHOOL] * 20, clock())

    assert [len(one.which) for one in (first, second, third)] == [5, 9, 20]
    assert first.next_at == datetime(2027, 4, 20, 22, tzinfo=UTC), "midnight in Amsterdam"


def test_clock_that_was_wrong_stops_nothing_for_long(db: Database, clock: FakeClock) -> None:
    Pace(db, whole(20)).grant([SCHOOL], clock() + timedelta(days=400))

    begun = send(Pace(db, whole(20)), clock, number=20)

    assert begun[-1] - START < timedelta(seconds=3)


def test_clocks_that_differ_a_little_bring_nothing_extra(db: Database, clock: FakeClock) -> None:
    limits, counted = whole(20), 0
    one, other = Pace(db, limits), Pace(db, limits)
    for step in range(100):
        now = clock() + timedelta(milliseconds=20 * step)
        counted += len(one.grant([SCHOOL], now).which)
        counted += len(other.grant([SCHOOL], now - timedelta(seconds=0.5)).which)

    assert counted <= 40


def test_day_is_full_whatever_leaked_elsewhere() -> None:
    noon = datetime(2027, 4, 20, 10, tzinfo=UTC)

    assert room(Day(200), Bucket(150, noon), noon + timedelta(hours=11)) == 50
    assert room(Day(200), Bucket(150, noon), noon + timedelta(hours=12)) == 200
    assert opens_at(Day(200), Bucket(200, noon), noon) == noon + timedelta(hours=12)


def test_host_that_asks_to_slow_down_gets_half_and_grows_back() -> None:
    bucket = Bucket(0, START)

    once = slowed(bucket, START)
    at_once_again = slowed(once, START + timedelta(seconds=5))
    twice = slowed(once, START + timedelta(seconds=30))

    assert share_of(once, START) == 0.5
    assert at_once_again == once
    assert share_of(twice, START + timedelta(seconds=30)) == pytest.approx(0.25, abs=0.01)
    assert share_of(twice, START + timedelta(hours=2)) == 1.0


def test_slowed_domain_goes_on_at_half_its_pace(db: Database, clock: FakeClock) -> None:
    pace = Pace(db, Limits(others=(Limit(40, 1),)))
    pace.slow_down(SCHOOL, clock())

    begun = send(pace, clock, number=60)

    assert 60 / (begun[-1] - begun[0]).total_seconds() == pytest.approx(18, abs=2)


@pytest.mark.parametrize(
    ("code", "reply", "asks"),
    [
        (421, "4.7.0 too many messages", True),
        (451, "4.7.1 try again later", True),
        (452, "4.5.3 too many recipients", True),
        (452, "4.2.2 mailbox full", False),
        (450, "4.2.1 unknown", False),
        (451, "4.7.1 Greylisting in action", False),
        (550, "5.7.1 no", False),
        (None, "", False),
    ],
)
def test_answer_asks_to_slow_down_or_not(code: int | None, reply: str, *, asks: bool) -> None:
    assert asks_to_slow(code, reply) is asks


def test_rows_that_are_old_are_forgotten(db: Database, clock: FakeClock) -> None:
    Pace(db, Limits(others=(Limit(1, 1),))).grant(["a.example.org"], clock())
    Pace(db, Limits(others=(Limit(1, 1),))).grant(["b.example.org"], clock.later(days=3))

    with db.write() as session:
        forgotten = forget_old(session, now=clock())
    with db.read() as session:
        left = session.scalars(select(PaceTaken.host)).all()

    assert forgotten == 1
    assert left == ["b.example.org"]


def test_workers_together_never_pass_a_limit(db: Database) -> None:
    limits = Limits(
        whole=(Limit(60, 1),),
        domains={"a.example.org": (Limit(20, 1),), "b.example.org": (Limit(40, 1),)},
    )
    lock, clock, begun = threading.Lock(), FakeClock(), Counter[tuple[str, datetime]]()

    def work(names: str) -> None:
        pace = Pace(db, limits)
        for _ in range(40):
            with lock:
                now = clock.later(milliseconds=5)
            asked = [f"{one}.example.org" for one in names]
            for place in pace.grant(asked, now).which:
                with lock:
                    begun[asked[place], now] += 1

    threads = [threading.Thread(target=work, args=(one,)) for one in ("ab", "ba", "bba", "aab")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert begun.total() > 30
    for host, most in {ALL: 60, "a.example.org": 20, "b.example.org": 40}.items():
        moments = sorted(_moments(begun, host))
        assert most_in(moments, timedelta(seconds=1)) <= most


def _moments(begun: Mapping[tuple[str, datetime], int], host: str) -> Iterator[datetime]:
    for (domain, at), number in begun.items():
        if host in (ALL, domain):
            yield from [at] * number
