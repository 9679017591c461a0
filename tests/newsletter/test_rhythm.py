"""The rules of the rhythm over ten years: slots, periods, holidays, deadlines, the clock."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.values import AMSTERDAM
from newsletter.rhythm import (
    Choice,
    Deadlines,
    Instead,
    Lead,
    Period,
    Rhythm,
    Slot,
    Why,
    deadlines,
    find_slot,
    moments_before,
    next_slots,
    open_slots,
    slots_between,
)
from newsletter.working_days import holiday_on, in_amsterdam, is_working_day

FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)
THURSDAY = 3
WEEK = timedelta(weeks=1)
FEW = settings(max_examples=15, deadline=None)  # each looks at ten years
FORTNIGHT = Rhythm(THURSDAY, time(10), date(2026, 11, 26))


def local(at: datetime) -> str:
    return f"{at.astimezone(AMSTERDAM):%a %d-%m-%Y %H:%M}"


def told(slot: Slot) -> tuple[str, str, str]:
    return f"{slot.on:%d-%m-%Y}", local(slot.at) if slot.at else "", f"{slot.why}:{slot.name}"


def moments(rhythm: Rhythm, count: int, after: str = "2026-11-20T00:00+00:00") -> list[str]:
    found = next_slots(rhythm, datetime.fromisoformat(after), count=count)
    return [local(one.at) for one in found if one.at]


def test_every_other_thursday() -> None:
    assert moments(FORTNIGHT, 3) == [
        "Thu 26-11-2026 10:00",
        "Thu 10-12-2026 10:00",
        "Thu 24-12-2026 10:00",
    ]


def test_it_begins_on_the_first_such_day_from_its_first_date_on() -> None:
    rhythm = Rhythm(THURSDAY, time(10), date(2026, 11, 27), weeks=3)

    assert moments(rhythm, 2) == ["Thu 03-12-2026 10:00", "Thu 24-12-2026 10:00"]


def test_the_second_tuesday_and_the_last_friday_of_the_month() -> None:
    second = Rhythm(1, time(9, 30), date(2026, 11, 20), nth=2)
    last = Rhythm(4, time(9, 30), date(2026, 11, 20), nth=-1)

    assert moments(second, 3) == [
        "Tue 08-12-2026 09:30",
        "Tue 12-01-2027 09:30",
        "Tue 09-02-2027 09:30",
    ]
    assert moments(last, 3) == [
        "Fri 27-11-2026 09:30",
        "Thu 24-12-2026 09:30",  # Friday is Eerste kerstdag
        "Fri 29-01-2027 09:30",
    ]


def test_the_usual_deadlines_of_a_thursday() -> None:
    at = in_amsterdam(date(2026, 12, 10), time(10))

    before = deadlines(FORTNIGHT, at)

    assert [local(one) for one in (before.opens, before.closes, before.submit, before.approve)] == [
        "Thu 03-12-2026 06:00",
        "Mon 07-12-2026 12:00",
        "Tue 08-12-2026 17:00",
        "Wed 09-12-2026 17:00",
    ]


def test_deadlines_stand_before_a_public_holiday() -> None:
    at = in_amsterdam(date(2027, 4, 29), time(10))  # Tuesday is Koningsdag

    before = deadlines(FORTNIGHT, at)

    assert [local(one) for one in (before.closes, before.submit, before.approve)] == [
        "Fri 23-04-2027 12:00",
        "Mon 26-04-2027 17:00",
        "Wed 28-04-2027 17:00",
    ]


def test_a_slot_on_a_public_holiday_goes_the_working_day_before() -> None:
    weekly = Rhythm(THURSDAY, time(10), date(2027, 5, 6), weeks=1)

    slot = find_slot(weekly, date(2027, 5, 6))

    assert slot is not None
    assert told(slot) == ("06-05-2027", "Wed 05-05-2027 10:00", "holiday:Hemelvaartsdag")


CHRISTMAS = Period(date(2026, 12, 19), date(2027, 1, 3), "Kerstvakantie")


def test_a_slot_in_a_period_is_left_out() -> None:
    rhythm = Rhythm(THURSDAY, time(10), date(2026, 12, 10), periods=(CHRISTMAS,))

    assert [told(one) for one in slots_between(rhythm, date(2026, 12, 1), date(2027, 1, 10))] == [
        ("10-12-2026", "Thu 10-12-2026 10:00", "rule:"),
        ("24-12-2026", "", "left_out:Kerstvakantie"),
        ("07-01-2027", "Thu 07-01-2027 10:00", "rule:"),
    ]


def test_a_slot_in_a_period_moves_to_the_next_working_week() -> None:
    monthly = Rhythm(
        THURSDAY,
        time(10),
        date(2026, 12, 1),
        nth=4,
        periods=(CHRISTMAS,),
        instead=Instead.NEXT_WEEK,
    )

    slot = find_slot(monthly, date(2026, 12, 24))

    assert slot is not None
    assert told(slot) == ("24-12-2026", "Thu 07-01-2027 10:00", "period:Kerstvakantie")


def test_a_slot_that_would_move_onto_the_next_one_is_left_out() -> None:
    weekly = Rhythm(
        THURSDAY, time(10), date(2026, 12, 1), weeks=1, periods=(CHRISTMAS,),
        instead=Instead.NEXT_WEEK,
    )  # fmt: skip

    assert moments(weekly, 4, "2026-12-08T00:00+00:00") == [
        "Thu 10-12-2026 10:00",
        "Thu 17-12-2026 10:00",
        "Thu 07-01-2027 10:00",
        "Thu 14-01-2027 10:00",
    ]


def test_a_slot_never_moves_onto_the_day_that_the_next_one_has_before_a_holiday() -> None:
    spring = Period(date(2029, 2, 9), date(2029, 3, 26), "Vakantie")
    first_monday = Rhythm(
        0, time(10), date(2029, 1, 1), nth=1, periods=(spring,), instead=Instead.NEXT_WEEK
    )

    slots = slots_between(first_monday, date(2029, 3, 1), date(2029, 4, 30))

    assert [(one.on, one.at is None, one.day) for one in slots] == [
        (date(2029, 3, 5), True, date(2029, 3, 5)),
        (date(2029, 4, 2), False, date(2029, 3, 30)),
    ]


def test_the_first_deadlines_after_a_holiday_stand_before_it() -> None:
    monday = Rhythm(0, time(10), date(2027, 1, 4), weeks=1, periods=(CHRISTMAS,))

    before = deadlines(monday, in_amsterdam(date(2027, 1, 4), time(10)))

    assert local(before.approve) == "Fri 18-12-2026 17:00"


def test_the_team_moves_or_leaves_out_one_slot_and_the_others_stay() -> None:
    friday = in_amsterdam(date(2026, 12, 11), time(10))
    choices = {date(2026, 12, 10): Choice(friday), date(2026, 12, 24): Choice(None)}

    slots = slots_between(FORTNIGHT, date(2026, 12, 1), date(2027, 1, 10), choices)

    assert [told(one) for one in slots] == [
        ("10-12-2026", "Fri 11-12-2026 10:00", "team:"),
        ("24-12-2026", "", "team:"),
        ("07-01-2027", "Thu 07-01-2027 10:00", "rule:"),
    ]


def test_a_day_that_the_rule_does_not_name_is_no_slot() -> None:
    assert find_slot(FORTNIGHT, date(2026, 12, 3)) is None
    assert find_slot(FORTNIGHT, date(2026, 11, 12)) is None


def test_the_selection_opens_in_time_and_never_before_the_last_edition_went() -> None:
    weekly = Rhythm(THURSDAY, time(10), date(2026, 12, 3), weeks=1)

    def open_at(text: str, rhythm: Rhythm) -> list[str]:
        return [f"{one.on:%d-%m}" for one in open_slots(rhythm, datetime.fromisoformat(text))]

    assert open_at("2026-12-03T05:59+01:00", FORTNIGHT) == []
    assert open_at("2026-12-03T06:00+01:00", FORTNIGHT) == ["10-12"]
    assert open_at("2026-12-10T09:59+01:00", FORTNIGHT) == ["10-12"]
    assert open_at("2026-12-10T10:00+01:00", FORTNIGHT) == []
    assert open_at("2026-12-10T09:59+01:00", weekly) == ["10-12"]
    assert open_at("2026-12-10T10:00+01:00", weekly) == ["17-12"]


def test_a_rhythm_that_is_left_out_for_good_has_no_next_slot() -> None:
    always = Period(date(2026, 1, 1), date(2040, 1, 1), "Altijd")

    assert moments(Rhythm(THURSDAY, time(10), date(2026, 11, 26), periods=(always,)), 3) == []


LEADS = st.lists(
    st.tuples(st.integers(0, 20), st.times().map(lambda at: at.replace(second=0, microsecond=0))),
    min_size=4,
    max_size=4,
).map(lambda found: [Lead(*one) for one in sorted(found, key=lambda one: (-one[0], one[1]))])
PERIODS = st.lists(
    st.tuples(st.dates(FIRST, LAST), st.integers(0, 45)).map(
        lambda one: Period(one[0], one[0] + timedelta(days=one[1]), "Vakantie")
    ),
    max_size=6,
)


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    nth = draw(st.sampled_from((0, 0, 0, 1, 2, 3, 4, -1)))
    opens, closes, submit, approve = draw(LEADS)
    return Rhythm(
        weekday=draw(st.integers(0, 6)),
        at=draw(st.sampled_from((time(0), time(2, 30), time(2, 59), time(10), time(23, 59)))),
        starts_on=draw(st.dates(FIRST, date(2027, 12, 31))),
        weeks=draw(st.integers(1, 8)) if not nth else 1,
        nth=nth,
        opens=opens,
        closes=closes,
        submit=submit,
        approve=approve,
        periods=tuple(draw(PERIODS)),
        instead=draw(st.sampled_from(Instead)),
    )


@FEW
@given(rhythms())
def test_ten_years_of_any_rhythm_are_in_order_and_at_its_time(rhythm: Rhythm) -> None:
    slots = [one for one in slots_between(rhythm, FIRST, LAST) if one.at is not None]

    assert all(earlier.at < later.at for earlier, later in pairwise(slots))  # type: ignore[operator]  # none is None
    for one in slots:
        assert one.at is not None
        here = one.at.astimezone(AMSTERDAM)
        is_missing = here.time() == time(3) and rhythm.at.hour == 2
        assert here.time() == rhythm.at or is_missing
        assert not holiday_on(one.day)
        assert not rhythm.is_off(one.day)
        assert one.day.weekday() == rhythm.weekday or is_working_day(one.day)


@FEW
@given(rhythms())
def test_ten_years_of_deadlines_are_in_order_on_working_days(rhythm: Rhythm) -> None:
    for slot in slots_between(rhythm, FIRST, LAST)[:60]:
        if slot.at is None:
            continue
        before = deadlines(rhythm, slot.at)
        ordered = [before.opens, before.closes, before.submit, before.approve, slot.at]
        assert ordered == sorted(ordered)
        leads = (rhythm.opens, rhythm.closes, rhythm.submit, rhythm.approve)
        for lead, at in zip(leads, ordered, strict=False):
            day = at.astimezone(AMSTERDAM).date()
            assert lead.days == 0 or (is_working_day(day) and not rhythm.is_off(day))


@FEW
@given(st.integers(0, 6), st.integers(1, 8), st.dates(FIRST, date(2027, 12, 31)))
def test_without_periods_a_slot_comes_every_so_many_weeks(
    weekday: int, weeks: int, starts_on: date
) -> None:
    rhythm = Rhythm(weekday, time(2, 30), starts_on, weeks=weeks)

    days = [one.on for one in slots_between(rhythm, FIRST - WEEK, LAST)]

    assert {later - earlier for earlier, later in pairwise(days)} == {weeks * WEEK}
    assert timedelta() <= days[0] - starts_on < WEEK


@FEW
@given(rhythms(), st.dates(FIRST, LAST), st.dates(FIRST, LAST))
def test_what_a_window_shows_does_not_depend_on_the_window(
    rhythm: Rhythm, one: date, other: date
) -> None:
    first, last = min(one, other), max(one, other)

    whole = slots_between(rhythm, FIRST, LAST)

    assert slots_between(rhythm, first, last) == [x for x in whole if first <= x.day <= last]


@FEW
@given(rhythms())
def test_a_rhythm_comes_back_from_its_row_as_it_was(rhythm: Rhythm) -> None:
    assert Rhythm.from_json(json.loads(json.dumps(rhythm.as_json()))) == rhythm


def test_over_the_october_clock_change_the_time_in_amsterdam_stays() -> None:
    weekly = Rhythm(THURSDAY, time(10), date(2026, 10, 22), weeks=1)

    found = next_slots(weekly, datetime(2026, 10, 20, tzinfo=UTC), count=2)

    assert [one.at for one in found] == [
        datetime(2026, 10, 22, 8, tzinfo=UTC),
        datetime(2026, 10, 29, 9, tzinfo=UTC),
    ]
    assert deadlines(weekly, datetime(2026, 10, 29, 9, tzinfo=UTC)) == Deadlines(
        opens=datetime(2026, 10, 22, 4, tzinfo=UTC),
        closes=datetime(2026, 10, 26, 11, tzinfo=UTC),
        submit=datetime(2026, 10, 27, 16, tzinfo=UTC),
        approve=datetime(2026, 10, 28, 16, tzinfo=UTC),
    )
    assert found[0].why is Why.RULE


def test_the_next_slots_are_found_however_far_they_are() -> None:
    far = Period(date(2026, 11, 1), date(2027, 2, 1), "Verbouwing")
    rhythm = Rhythm(THURSDAY, time(10), date(2026, 11, 26), weeks=8, periods=(far,))

    assert moments(rhythm, 3) == [
        "Thu 18-03-2027 10:00",
        "Thu 13-05-2027 10:00",
        "Thu 08-07-2027 10:00",
    ]


def test_what_comes_before_a_slot_tells_when_its_draft_is_really_made() -> None:
    weekly = Rhythm(THURSDAY, time(10), date(2026, 12, 3), weeks=1)
    first, second = next_slots(weekly, datetime(2026, 11, 20, tzinfo=UTC), count=2)
    skipped = {first.on: Choice(None)}

    usual, alone = moments_before(weekly, second), moments_before(weekly, second, skipped)

    assert usual is not None
    assert alone is not None
    assert (local(usual.opens), local(alone.opens)) == (
        "Thu 03-12-2026 10:00",
        "Thu 03-12-2026 06:00",
    )
    assert moments_before(weekly, replace(first, at=None)) is None
