"""Why a sending goes no faster, and when it is expected to end."""

from datetime import date, datetime, time, timedelta

import pytest

from newsletter.limits import EACH_DAY, Limit, Limits, QuietHours, WarmUp, next_day
from newsletter.send.pace import Bucket, Pace
from newsletter.send.watching.outlook import (
    Holding,
    WarmingUp,
    Why,
    expected_end,
    find_holdings,
    warming_up,
)
from storage.session import Database
from tests.fakes import START, FakeClock

A, B = "a.example.org", "b.example.org"
MINUTES = timedelta(minutes=1)


def holdings(db: Database, limits: Limits, now: datetime) -> list[Holding]:
    with db.read() as session:
        return find_holdings(session, limits, now)


def end(
    waiting: int, per_second: float, limits: Limits | None = None, left: int | None = None
) -> datetime | None:
    return expected_end(waiting, per_second, limits or Limits(), left_today=left, now=START)


def test_nothing_holds_up_what_has_no_limit(db: Database) -> None:
    assert holdings(db, Limits(), START) == []


def test_limit_holds_up_while_it_is_full(db: Database, clock: FakeClock) -> None:
    limits = Limits(whole=(Limit(20, 1), Limit(100, 3600)))
    Pace(db, limits).grant([A] * 8, clock())

    assert holdings(db, limits, clock()) == [Holding(Why.LIMIT, limit=Limit(20, 1))]
    assert holdings(db, limits, clock.later(seconds=10)) == []


def test_domain_holds_up_its_own(db: Database, clock: FakeClock) -> None:
    limits = Limits(domains={A: (Limit(20, 1),), B: (Limit(20, 1),)})
    pace = Pace(db, limits)
    pace.slow_down(B, clock())
    pace.grant([A, A, B, B], clock())

    assert holdings(db, limits, clock()) == [
        Holding(Why.DOMAIN, limit=Limit(20, 1), host=A),
        Holding(Why.SLOWED, limit=Limit(20, 1), host=B),
    ]


def test_quiet_hours_hold_up_until_they_end(db: Database) -> None:
    limits = Limits(quiet=QuietHours(time(9), time(11)))

    assert holdings(db, limits, START) == [Holding(Why.QUIET, START + 60 * MINUTES)]


def test_day_of_the_plan_holds_up_until_the_next(db: Database, clock: FakeClock) -> None:
    limits = Limits(warm_up=WarmUp(date(2027, 4, 19), (3, 5)))

    assert holdings(db, limits, clock()) == []
    Pace(db, limits).grant([A] * 8, clock())
    assert holdings(db, limits, clock()) == [Holding(Why.WARM_UP, next_day(START))]


def test_plan_says_where_it_is() -> None:
    limits = Limits(warm_up=WarmUp(date(2027, 4, 19), (3, 50)))

    used = {EACH_DAY: Bucket(20, START)}

    assert warming_up(limits, used, START) == WarmingUp(day=2, days=2, number=50, left=30)
    assert warming_up(limits, used, START + timedelta(days=1)) is None
    assert warming_up(Limits(), used, START) is None


def test_end_follows_from_the_rate_that_was_measured() -> None:
    assert end(600, 10) == START + MINUTES


def test_end_without_a_rate_follows_from_the_limits() -> None:
    limits = Limits(whole=(Limit(20, 1), Limit(600, 60)))

    found = end(1200, 0, limits)

    assert found is not None
    assert found - START == pytest.approx(2.2 * MINUTES, abs=timedelta(seconds=5))
    assert end(1200, 0) is None


def test_end_is_not_sooner_than_a_limit_allows() -> None:
    found = end(600, 1000, Limits(whole=(Limit(60, 60),)))

    assert found is not None
    assert found > START + 9 * MINUTES


def test_quiet_hours_put_the_end_off() -> None:
    quiet = Limits(quiet=QuietHours(time(10, 30), time(12)))

    assert end(600, 1, quiet) == START + 10 * MINUTES
    assert end(3600, 1, quiet) == START + 150 * MINUTES


def test_plan_spreads_it_over_days() -> None:
    limits = Limits(warm_up=WarmUp(date(2027, 4, 20), (200, 400, 800)))

    assert end(600, 10, limits, left=200) == next_day(START) + timedelta(seconds=40)
    assert end(700, 10, limits, left=200) == next_day(next_day(START)) + timedelta(seconds=10)
    assert end(100_000, 10, limits, left=0) is not None


def test_end_that_is_too_far_to_say_is_not_said() -> None:
    assert end(10**12, 1, Limits(quiet=QuietHours(time(0), time(23)))) is None
