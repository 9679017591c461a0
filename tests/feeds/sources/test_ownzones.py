"""Zones that a calendar describes itself, beside the IANA zones that have the same rules."""

import copy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.sources.ownzones import MOST_RULES, CalendarZones, OwnZone
from feeds.sources.vtimezone import parts_of

SUMMER, WINTER = ("+0100", "+0200", "19810329T020000"), ("+0200", "+0100", "19961027T030000")
RULES = {
    "Europe/Amsterdam": [(*SUMMER, "BYMONTH=3;BYDAY=-1SU"), (*WINTER, "BYMONTH=10;BYDAY=-1SU")],
    "America/New_York": [
        ("-0500", "-0400", "20070311T020000", "BYMONTH=3;BYDAY=2SU"),
        ("-0400", "-0500", "20071104T020000", "BYMONTH=11;BYDAY=1SU"),
    ],
    "Australia/Lord_Howe": [
        ("+1030", "+1100", "20081005T020000", "BYMONTH=10;BYDAY=1SU"),
        ("+1100", "+1030", "20080406T020000", "BYMONTH=4;BYDAY=1SU"),
    ],
}
LOCAL = st.datetimes(datetime(2009, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001 - clock times


def part(before: str, after: str, start: str, *more: str) -> list[str]:
    lines = [f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", f"DTSTART:{start}", *more]
    return ["BEGIN:STANDARD", *lines, "END:STANDARD"]


def ruled(before: str, after: str, start: str, rule: str) -> list[str]:
    return part(before, after, start, f"RRULE:FREQ=YEARLY;{rule}")


def zone(*lines: str) -> OwnZone:
    return OwnZone("own-1", parts_of(lines))


ZONES = {name: zone(*ruled(*one), *ruled(*two)) for name, (one, two) in RULES.items()}


@pytest.mark.parametrize("name", ZONES)
@given(LOCAL, st.sampled_from([0, 1]))
def test_its_clocks_show_what_those_of_a_zone_with_its_rules_show(
    name: str, local: datetime, fold: int
) -> None:
    own = local.replace(tzinfo=ZONES[name], fold=fold)
    known = local.replace(tzinfo=ZoneInfo(name), fold=fold)

    assert own.utcoffset() == known.utcoffset()
    moment = own.astimezone(UTC)
    shown, expected = moment.astimezone(ZONES[name]), moment.astimezone(ZoneInfo(name))
    assert (shown.replace(tzinfo=None), shown.fold) == (
        expected.replace(tzinfo=None),
        expected.fold,
    )


@pytest.mark.parametrize("name", ZONES)
@given(st.integers(2009, 2036), st.sampled_from([3, 4, 10, 11]), st.integers(0, 8 * 96))
def test_also_about_the_nights_that_they_change(
    name: str, year: int, month: int, quarters: int
) -> None:
    for day in (1, 24):
        local = datetime(year, month, day) + timedelta(minutes=15 * quarters)  # noqa: DTZ001
        for fold in (0, 1):
            own = local.replace(tzinfo=ZONES[name], fold=fold)
            assert own.utcoffset() == local.replace(tzinfo=ZoneInfo(name), fold=fold).utcoffset()


@pytest.mark.parametrize(
    "rule",
    [
        "BYDAY=-1SU;BYMONTH=3",
        "BYMONTH=3;BYDAY=SU;BYSETPOS=-1",
        "BYMONTH=3;BYMONTHDAY=25,26,27,28,29,30,31;BYDAY=SU",
        "BYDAY=SU;BYMONTH=3;BYMONTHDAY=-7,-6,-5,-4,-3,-2,-1;WKST=SU",
        "INTERVAL=1;BYMONTH=3;BYDAY=-1SU;UNTIL=20990101T000000Z",
    ],
)
def test_a_rule_is_written_in_many_ways(rule: str) -> None:
    own = zone(*ruled(*SUMMER, rule), *ruled(*WINTER, "BYMONTH=10;BYDAY=-1SU"))

    offsets = [datetime(2027, 3, day, 12, tzinfo=own).utcoffset() for day in (27, 28, 29)]
    assert offsets == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=2)]


@pytest.mark.parametrize(
    ("rule", "first_day"),
    [
        ("BYYEARDAY=100", "04-10"),
        ("BYYEARDAY=-1", "12-31"),
        ("BYDAY=10FR", "03-05"),
        ("BYMONTH=6", "06-29"),
        ("BYMONTHDAY=1", "01-01"),
        ("", "03-29"),
    ],
)
def test_a_rule_without_a_weekday_of_a_month_counts_too(rule: str, first_day: str) -> None:
    own = zone(*ruled("+0100", "+0200", "20260329T000000", f"COUNT=2;{rule}".rstrip(";")))
    changes = [one.at for one in parts_of(ruled(*SUMMER[:2], "20260329T000000", rule))[0].changes]

    of_2027 = next(at for at in sorted(changes) if at > datetime(2026, 12, 31, 12))  # noqa: DTZ001
    assert f"{of_2027 + timedelta(hours=1):%m-%d}" == first_day
    assert datetime(2040, 1, 1, tzinfo=own).utcoffset() == timedelta(hours=2)


def test_what_ended_and_what_is_listed_counts() -> None:
    own = zone(
        *ruled("+0100", "+0300", "20200301T000000", "BYMONTH=3;UNTIL=20220228T225959Z"),
        *part("+0300", "+0100", "20201001T000000", "RDATE:20211001T000000,20221001T000000"),
        *part("+0100", "+0530", "20250101T000000"),
    )

    hours = [
        datetime(year, month, 15, tzinfo=own).utcoffset()
        for year, month in [(2019, 6), (2020, 6), (2021, 6), (2022, 6), (2023, 6), (2025, 6)]
    ]
    assert [one.total_seconds() / 3600 for one in hours if one is not None] == [1, 3, 3, 1, 1, 5.5]


def test_a_part_that_lacks_something_is_none() -> None:
    lines = [
        *["BEGIN:STANDARD", "TZOFFSETTO:+0100", "DTSTART:20200101T000000", "END:STANDARD"],
        *part("+0100", "+5328", "20200101T000000"),
        *part("+0100", "+0200", "16999901T000000"),
        *part("+0100", "+0200", "20200231T000000"),
    ]

    assert parts_of(lines) == []


def test_a_copy_of_it_is_the_same_zone() -> None:
    own = ZONES["Europe/Amsterdam"]

    assert copy.deepcopy(datetime(2027, 5, 1, tzinfo=own)).tzinfo is own


def test_a_calendar_has_so_many_rules_and_no_more() -> None:
    many = [line for one in RULES["America/New_York"] for line in ruled(*one)]
    zones = CalendarZones({f"Eigen {n}": many for n in range(MOST_RULES)})

    found = [zones.find(f"Eigen {n}") for n in range(MOST_RULES)]

    assert len(set(found)) == MOST_RULES // 2 + 1
    assert found[-1] == "America/New_York"  # by its offsets
