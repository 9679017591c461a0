"""By the clock in Amsterdam: nights that it changes, days that are odd, moments far away."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.values import AMSTERDAM
from newsletter.moments import (
    Missing,
    Oddity,
    Twice,
    find_oddities,
    has_other_clock,
    holiday_name,
    is_far,
    is_summer_time,
    read_local,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def test_a_time_is_read_by_the_clock_of_that_day() -> None:
    summer, winter = (read_local(date(2027, month, 3), time(10)) for month in (6, 12))

    assert (summer, winter) == (
        datetime(2027, 6, 3, 8, tzinfo=UTC),
        datetime(2027, 12, 3, 9, tzinfo=UTC),
    )


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_a_time_that_the_clock_jumps_over_names_the_first_after_it(minute: int) -> None:
    found = read_local(date(2027, 3, 28), time(2, minute))

    assert found == Missing(datetime(2027, 3, 28, 1, tzinfo=UTC))
    assert datetime(2027, 3, 28, 1, tzinfo=UTC).astimezone(AMSTERDAM).time() == time(3)


def test_a_time_that_comes_twice_is_two_moments() -> None:
    found = read_local(date(2027, 10, 31), time(2, 30))

    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert found == Twice(first, first + timedelta(hours=1))
    assert (is_summer_time(first), is_summer_time(first + timedelta(hours=1))) == (True, False)


@given(st.integers(0, 60 * 365 * 24 * 60))
def test_every_moment_comes_back_from_what_the_clock_shows(minutes: int) -> None:
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    here = moment.astimezone(AMSTERDAM)

    found = read_local(here.date(), here.time())

    assert found == moment or (isinstance(found, Twice) and moment in {found.first, found.second})


@pytest.mark.parametrize(
    ("moment", "odd"),
    [
        ("2026-12-03T10:00", ()),
        ("2026-12-03T06:59", (Oddity.NIGHT,)),
        ("2026-12-03T07:00", ()),
        ("2026-12-03T20:59", ()),
        ("2026-12-03T21:00", (Oddity.NIGHT,)),
        ("2026-12-05T10:00", (Oddity.WEEKEND,)),
        ("2026-12-26T23:00", (Oddity.NIGHT, Oddity.WEEKEND, Oddity.HOLIDAY)),
    ],
)
def test_what_is_odd_about_a_moment(moment: str, odd: tuple[Oddity, ...]) -> None:
    assert find_oddities(at(moment)) == odd


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2027, 1, 1), "Nieuwjaarsdag"),
        (date(2027, 3, 26), "Goede Vrijdag"),
        (date(2027, 3, 29), "Tweede paasdag"),
        (date(2027, 4, 27), "Koningsdag"),
        (date(2025, 4, 26), "Koningsdag"),  # the 27th is a Sunday
        (date(2025, 4, 27), ""),
        (date(2025, 5, 5), "Bevrijdingsdag"),
        (date(2026, 5, 5), ""),
        (date(2026, 5, 14), "Hemelvaartsdag"),
        (date(2026, 5, 25), "Tweede pinksterdag"),
        (date(2026, 12, 25), "Eerste kerstdag"),
        (date(2026, 12, 24), ""),
    ],
)
def test_days_off(day: date, name: str) -> None:
    assert holiday_name(day) == name


def test_far_is_more_than_ninety_days() -> None:
    now = at("2026-11-27T10:00")

    assert not is_far(now + timedelta(days=90), now)
    assert is_far(now + timedelta(days=90, minutes=1), now)


def test_the_clock_is_another_after_a_change_only() -> None:
    now = at("2026-10-20T10:00")

    assert not has_other_clock(at("2026-10-24T10:00"), now)
    assert has_other_clock(at("2026-10-26T10:00"), now)
