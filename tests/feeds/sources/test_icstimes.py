"""Moments as calendars write them."""

import pytest

from feeds.sources.icstimes import with_iana_zone

ZONES = {
    "": "Europe/Amsterdam",
    "Eigen": "America/New_York",
    "UTC": "UTC",
    "(UTC+01:00) Amsterdam": "Europe/Amsterdam",
}


def rewritten(line: str) -> list[str]:
    return list(with_iana_zone(line, ZONES.__getitem__))


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("DTSTART:20270501T100000", "DTSTART;TZID=Europe/Amsterdam:20270501T100000"),
        ("DTSTART:20270501T100000Z", "DTSTART:20270501T100000Z"),
        ("DTSTART;TZID=Eigen:20270501T100000", "DTSTART;TZID=America/New_York:20270501T100000"),
        ("DTSTART;TZID=Eigen:20270501T100000Z", "DTSTART:20270501T100000Z"),
        ("DTSTART;TZID=UTC:20270501T100000", "DTSTART:20270501T100000Z"),
        (
            'DTSTART;TZID="(UTC+01:00) Amsterdam":20270501T100000',
            "DTSTART;TZID=Europe/Amsterdam:20270501T100000",
        ),
        (
            "DTSTART;TZID=(UTC+01:00) Amsterdam:20270501T100000",
            "DTSTART;TZID=Europe/Amsterdam:20270501T100000",
        ),
        ("DTSTART;VALUE=DATE:20270501", "DTSTART;VALUE=DATE:20270501"),
        ("DTSTART:20270501", "DTSTART;VALUE=DATE:20270501"),
        ("DTSTART;VALUE=DATE-TIME:20270501", "DTSTART;VALUE=DATE:20270501"),
        ("DTSTART;TZID=Eigen:20270501", "DTSTART;VALUE=DATE:20270501"),
        ("DTSTART;VALUE=DATE:20270501T000000", "DTSTART;VALUE=DATE:20270501"),
        (
            "DTSTART;VALUE=DATE:20270501T100000",
            "DTSTART;TZID=Europe/Amsterdam:20270501T100000",
        ),
        ("DTSTART:2027-05-01T10:00:00Z", "DTSTART:20270501T100000Z"),
        ("DTSTART:2027-05-01 10:00", "DTSTART;TZID=Europe/Amsterdam:20270501T100000"),
        ("DTSTART:20270501T1000Z", "DTSTART:20270501T100000Z"),
        ("DTSTART:20270501T100000.000Z", "DTSTART:20270501T100000Z"),
        ("DTSTART:20270501T100000+0200", "DTSTART:20270501T080000Z"),
        ("DTSTART:20270501T003000-05:30", "DTSTART:20270501T060000Z"),
        ("DTSTART:20270501t100000z", "DTSTART:20270501T100000Z"),
        ("DTSTART:20270531T240000Z", "DTSTART:20270601T000000Z"),
        ("DTSTART:20270501T235960Z", "DTSTART:20270501T235959Z"),
        ("DTSTART:straks", "DTSTART:straks"),
        ("dtend;tzid=Eigen:20270501T100000", "dtend;TZID=America/New_York:20270501T100000"),
        (
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Eigen:20270501T100000",
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20270501T100000",
        ),
        (
            "RDATE;VALUE=PERIOD:20270501T100000Z/PT2H",
            "RDATE;VALUE=PERIOD:20270501T100000Z/PT2H",
        ),
        (
            "RDATE;VALUE=PERIOD;TZID=Eigen:20270501T100000/20270501T1200",
            "RDATE;VALUE=PERIOD;TZID=America/New_York:20270501T100000/20270501T120000",
        ),
        ("RDATE;VALUE=TIME:100000", "RDATE:100000"),
        ("SUMMARY:20270501T100000", "SUMMARY:20270501T100000"),
        ("DTSTAMP;TZID=Eigen:20270501T100000", "DTSTAMP;TZID=Eigen:20270501T100000"),
    ],
)
def test_a_moment_is_rewritten(line: str, made: str) -> None:
    assert rewritten(line) == [made]


def test_a_list_of_several_kinds_becomes_a_line_for_each() -> None:
    line = "EXDATE;TZID=Eigen:20270501T100000,20270502T100000Z,20270503,20270504T100000"

    assert rewritten(line) == [
        "EXDATE;TZID=America/New_York:20270501T100000,20270504T100000",
        "EXDATE:20270502T100000Z",
        "EXDATE;VALUE=DATE:20270503",
    ]
