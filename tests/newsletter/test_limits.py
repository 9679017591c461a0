from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.values import AMSTERDAM
from newsletter.limits import (
    DOUBLINGS,
    OTHERS,
    Limit,
    QuietHours,
    WarmUp,
    host_of,
    next_day,
    read_domains,
    read_limits,
    read_quiet_hours,
    read_warm_up,
)

NIGHT = QuietHours(time(21), time(7))


def at(text: str) -> datetime:
    """Return a moment by the clock in Amsterdam, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def test_limits_are_read_in_the_order_of_their_periods() -> None:
    found = read_limits("10000/h, 20/s 500/m")

    assert found == (Limit(20, 1), Limit(500, 60), Limit(10000, 3600))


@pytest.mark.parametrize("text", ["20", "20/d", "0/s", "-1/s", "20/s 30/s", "1e3/s", "99999999/s"])
def test_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|limit|once"):
        read_limits(text)


def test_domains_are_read_by_provider() -> None:
    found = read_domains("Hotmail.nl 5/s 100/m; *  20/s")

    assert found == {"outlook.com": (Limit(5, 1), Limit(100, 60)), OTHERS: (Limit(20, 1),)}


@pytest.mark.parametrize(
    "text", ["gmail.com", "gmail 5/s", "gmail.com 5/s; googlemail.com 6/s", "a@example.org 5/s"]
)
def test_domains_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"domain|limits of"):
        read_domains(text)


def test_domains_of_one_provider_are_one_host() -> None:
    assert {host_of(one) for one in ("GoogleMail.com", "gmail.com.")} == {"gmail.com"}
    assert host_of("School.example.org") == "school.example.org"


@given(number=st.integers(1, 100_000), period_s=st.sampled_from([1, 60, 3600]))
def test_limit_lets_no_more_through_in_any_period(number: int, period_s: int) -> None:
    limit = Limit(number, period_s)

    most = limit.burst + limit.rate * period_s

    assert limit.burst >= 1
    assert most < number + 1
    assert limit.rate * period_s >= 0.85 * number


def test_warm_up_grows_by_the_day_until_there_is_no_limit() -> None:
    plan = WarmUp(date(2027, 4, 20))

    days = [date(2027, 4, 1), *(date(2027, 4, 20) + timedelta(days=n) for n in (0, 1, 9, 10))]

    assert [plan.quota(day) for day in days] == [200, 200, 400, 102_400, None]
    assert plan.plan == DOUBLINGS


def test_warm_up_is_read_with_a_plan_of_its_own() -> None:
    assert read_warm_up("2027-04-20 200, 500 1000") == WarmUp(date(2027, 4, 20), (200, 500, 1000))
    assert read_warm_up("2027-04-20") == WarmUp(date(2027, 4, 20))
    assert read_warm_up("") is None


@pytest.mark.parametrize("text", ["tomorrow", "2027-04-20 500 200", "2027-04-20 x", "2027-13-01"])
def test_warm_up_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|number"):
        read_warm_up(text)


def test_quiet_hours_are_read_by_the_clock() -> None:
    assert read_quiet_hours("21:00-07:00") == NIGHT
    assert read_quiet_hours(" ") is None


@pytest.mark.parametrize("text", ["21-7", "25:00-07:00", "07:00-07:00", "21:00"])
def test_quiet_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"times|hour"):
        read_quiet_hours(text)


def test_quiet_hours_span_midnight() -> None:
    moments = ["2027-04-20 20:59", "2027-04-20 21:00", "2027-04-21 06:59", "2027-04-21 07:00"]

    found = [NIGHT.until(at(one)) for one in moments]

    assert found == [None, at("2027-04-21 07:00"), at("2027-04-21 07:00"), None]


def test_quiet_hours_within_a_day() -> None:
    noon = QuietHours(time(12), time(13))

    assert noon.until(at("2027-04-20 12:30")) == at("2027-04-20 13:00")
    assert noon.until(at("2027-04-20 13:00")) is None
    assert noon.next_start(at("2027-04-20 12:30")) == at("2027-04-21 12:00")


def test_night_in_which_an_hour_is_missing_is_an_hour_shorter() -> None:
    until = NIGHT.until(at("2027-03-27 21:00"))

    assert until == datetime(2027, 3, 28, 5, tzinfo=UTC)
    assert until - at("2027-03-27 21:00") == timedelta(hours=9)


def test_quiet_that_ends_at_a_missing_time_ends_after_the_jump() -> None:
    quiet = QuietHours(time(23), time(2, 30))

    assert quiet.until(at("2027-03-28 01:30")) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert quiet.until(datetime(2027, 3, 28, 1, tzinfo=UTC)) is None


def test_quiet_that_ends_at_a_time_shown_twice_ends_at_the_second() -> None:
    quiet = QuietHours(time(23), time(2, 30))
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    every = [datetime(2027, 10, 30, 21, tzinfo=UTC) + timedelta(minutes=n) for n in range(270)]

    assert {quiet.until(one) for one in every} == {second}
    assert quiet.until(second) is None


def test_next_day_begins_at_midnight_in_amsterdam_also_when_the_clock_changes() -> None:
    assert next_day(at("2027-03-28 12:00")) == at("2027-03-29 00:00")
    assert next_day(at("2027-03-28 00:00")) - at("2027-03-28 00:00") == timedelta(hours=23)
