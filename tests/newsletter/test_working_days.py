"""Public holidays and working days, against dates from the calendars of those years."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.working_days import (
    easter,
    holiday_on,
    in_amsterdam,
    is_working_day,
    public_holidays,
    working_day_before,
)

DAYS = st.dates(date(2026, 1, 1), date(2036, 12, 31))


def test_easter_is_where_the_almanacs_have_it() -> None:
    known = {
        1961: (4, 2),
        1981: (4, 19),
        2000: (4, 23),
        2008: (3, 23),
        2019: (4, 21),
        2024: (3, 31),
        2025: (4, 20),
        2026: (4, 5),
        2027: (3, 28),
        2038: (4, 25),
    }

    assert {year: easter(year) for year in known} == {
        year: date(year, *month_day) for year, month_day in known.items()
    }


def test_the_holidays_of_a_year() -> None:
    assert {f"{day:%d-%m}": name for day, name in sorted(public_holidays(2027).items())} == {
        "01-01": "Nieuwjaarsdag",
        "28-03": "Eerste paasdag",
        "29-03": "Tweede paasdag",
        "27-04": "Koningsdag",
        "06-05": "Hemelvaartsdag",
        "16-05": "Eerste pinksterdag",
        "17-05": "Tweede pinksterdag",
        "25-12": "Eerste kerstdag",
        "26-12": "Tweede kerstdag",
    }


def test_kings_day_is_a_day_earlier_when_it_is_a_sunday() -> None:
    assert (holiday_on(date(2031, 4, 26)), holiday_on(date(2031, 4, 27))) == ("Koningsdag", "")


def test_liberation_day_is_a_day_off_once_in_five_years() -> None:
    assert [holiday_on(date(year, 5, 5)) for year in (2029, 2030)] == ["", "Bevrijdingsdag"]


def test_a_working_day_before_passes_over_weekends_and_holidays() -> None:
    after_kings_day = date(2027, 4, 29)  # a Thursday; Tuesday is Koningsdag

    found = [working_day_before(after_kings_day, count) for count in range(5)]

    assert [f"{day:%a %d-%m}" for day in found] == [
        "Thu 29-04",
        "Wed 28-04",
        "Mon 26-04",
        "Fri 23-04",
        "Thu 22-04",
    ]


def test_a_team_that_is_away_for_good_has_its_deadlines_on_plain_working_days() -> None:
    assert working_day_before(date(2027, 4, 22), 1, is_off=lambda _: True) == date(2027, 4, 21)


@given(DAYS, st.integers(0, 20))
def test_a_working_day_before_is_one_and_leaves_so_many_between(day: date, count: int) -> None:
    found = working_day_before(day, count)

    days = [found + timedelta(days=number) for number in range((day - found).days)]
    assert sum(map(is_working_day, days)) == count
    assert count == 0 or is_working_day(found)


def test_a_time_on_the_nights_that_the_clock_changes() -> None:
    assert in_amsterdam(date(2027, 3, 28), time(2, 30)) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert in_amsterdam(date(2026, 10, 25), time(2, 30)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
