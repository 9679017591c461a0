"""Calendars: each occurrence an item, and one bad event loses only itself."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from feeds.errors import MalformedSource
from feeds.sources.agenda import parse_agenda
from feeds.values import AMSTERDAM, EventTimes, ItemKind, Parsed, ParsedItem
from tests.feeds.documents import calendar, vevent

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
BASE = "https://partner.example.org/agenda.ics"
START = "DTSTART;TZID=Europe/Amsterdam:20270422T093000"


def parse(document: bytes) -> Parsed:
    return parse_agenda(document, now=NOW, base_url=BASE)


def only(document: bytes) -> ParsedItem:
    (item,) = parse(document).items
    return item


def starts(document: bytes) -> list[str]:
    moments = (item.times.starts_at for item in parse(document).items if item.times)
    return [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in moments]


def test_an_event_becomes_an_item() -> None:
    event = vevent(
        "a@example.org",
        START,
        "DTEND;TZID=Europe/Amsterdam:20270422T163000",
        "DESCRIPTION:<p>Kom ook\\, samen.</p>\\nEr is soep. En brood.",
        "LOCATION:Zaal 1\\, Utrecht",
        "URL:/agenda/a",
        "CATEGORIES:Congres,Kwaliteitszorg,school",
        "ATTACH;FMTTYPE=image/png:https://partner.example.org/a.png",
        "X-REGISTER-URL:https://partner.example.org/aanmelden",
        "X-REGISTER-BY:20270415",
        summary="Leren & opleiden",
    )

    assert only(calendar(event)) == ParsedItem(
        ItemKind.EVENT,
        guid="a@example.org",
        title="Leren & opleiden",
        summary="Kom ook, samen. Er is soep.",
        url="https://partner.example.org/agenda/a",
        image_url="https://partner.example.org/a.png",
        categories=("Congres", "Kwaliteitszorg", "school"),
        audiences=("school",),
        times=EventTimes(
            datetime(2027, 4, 22, 7, 30, tzinfo=UTC), datetime(2027, 4, 22, 14, 30, tzinfo=UTC)
        ),
        location="Zaal 1, Utrecht",
        series="a@example.org",
        details={
            "type": "congres",
            "register_url": "https://partner.example.org/aanmelden",
            "register_by": "2027-04-15",
        },
    )


@pytest.mark.parametrize(
    ("start", "end", "times"),
    [
        (
            "DTSTART;VALUE=DATE:20271101",
            "DTEND;VALUE=DATE:20271103",
            ("10-31T23", "11-02T23", True),
        ),
        ("DTSTART;VALUE=DATE:20271101", "X-NONE:", ("10-31T23", "11-01T23", True)),
        (
            "DTSTART;VALUE=DATE:20271101",
            "DTEND;VALUE=DATE:20271101",
            ("10-31T23", "11-01T23", True),
        ),
        (
            "DTSTART;VALUE=DATE:20271101",
            "DTEND;VALUE=DATE:20271030",
            ("10-31T23", "11-01T23", True),
        ),
        ("DTSTART:20271101", "X-NONE:", ("10-31T23", "11-01T23", True)),
        ("DTSTART:20271101T090000Z", "DURATION:PT2H", ("11-01T09", "11-01T11", False)),
        ("DTSTART:20271101T090000Z", "DTEND:20271101T080000Z", ("11-01T09", None, False)),
        ("DTSTART:20271101T090000Z", "DTEND:20271101T090000Z", ("11-01T09", None, False)),
        ("DTSTART:20271101T090000Z", "DTEND:straks", ("11-01T09", None, False)),
        ("DTSTART:20271101T100000", "X-NONE:", ("11-01T09", None, False)),
    ],
)
def test_starts_and_ends(start: str, end: str, times: tuple[str, str | None, bool]) -> None:
    found = only(calendar(vevent("a", start, end))).times

    assert found is not None
    ends_at = f"{found.ends_at:%m-%dT%H}" if found.ends_at else None
    assert (f"{found.starts_at:%m-%dT%H}", ends_at, found.all_day) == times


@pytest.mark.parametrize(
    ("zone", "head", "utc"),
    [
        ("Europe/Amsterdam", "", "08:00"),
        ("W. Europe Standard Time", "", "08:00"),
        ("GMT Standard Time", "", "09:00"),
        ("America/New_York", "", "14:00"),
        ('"/mozilla.org/20050126_1/America/Chicago"', "", "15:00"),
        ("Eigen zone", "", "08:00"),
        ("Eigen zone", "X-WR-TIMEZONE:America/New_York", "14:00"),
        ('"(UTC+01:00) Amsterdam, Berlijn"', "", "08:00"),
        ("UTC", "", "10:00"),
    ],
)
def test_a_zone_is_found_by_its_name(zone: str, head: str, utc: str) -> None:
    event = vevent("a", f"DTSTART;TZID={zone}:20270422T100000")
    found = only(calendar(event, head=[head] if head else [])).times

    assert found is not None
    assert f"{found.starts_at:%H:%M}" == utc


@pytest.mark.parametrize(
    ("definition", "utc"),
    [
        (("TZOFFSETTO:+0000", "TZOFFSETTO:+0100"), "09:00"),
        (("TZOFFSETTO:+0300",), "07:00"),
        (("X-LIC-LOCATION:Asia/Tokyo", "TZOFFSETTO:+0100"), "01:00"),
        (("TZOFFSETTO:+5328",), "08:00"),
    ],
)
def test_an_unknown_zone_is_the_one_that_the_file_describes(
    definition: tuple[str, ...], utc: str
) -> None:
    zone = ["BEGIN:VTIMEZONE", "TZID:Eigen", "BEGIN:STANDARD", *definition, "END:STANDARD"]
    event = vevent("a", "DTSTART;TZID=Eigen:20270422T100000")
    found = only(calendar(event, head=[*zone, "END:VTIMEZONE"])).times

    assert found is not None
    assert f"{found.starts_at:%H:%M}" == utc


OWN_ZONE = [
    "BEGIN:VTIMEZONE", "TZID:Customized Time Zone",
    "BEGIN:STANDARD", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0130",
    "DTSTART:16010101T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=9", "END:STANDARD",
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0130", "TZOFFSETTO:+0300",
    "DTSTART:16010101T020000", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=5", "END:DAYLIGHT",
    "END:VTIMEZONE",
]  # fmt: skip


def test_a_zone_that_only_the_file_knows_has_its_summer_and_its_winter() -> None:
    events = (
        vevent(str(month), f"DTSTART;TZID=Customized Time Zone:2027{month}01T100000")
        for month in ("05", "06", "12")
    )

    assert starts(calendar(*events, head=OWN_ZONE)) == [
        "2027-05-01T08:30Z", "2027-06-01T07:00Z", "2027-12-01T08:30Z",
    ]  # fmt: skip


def test_a_series_in_such_a_zone_keeps_its_hour() -> None:
    zone = "TZID=Customized Time Zone"
    series = vevent(
        "a",
        f"DTSTART;{zone}:20270919T100000",
        f"DTEND;{zone}:20270919T113000",
        "RRULE:FREQ=WEEKLY;UNTIL=20271010T100000",
        f"EXDATE;{zone}:20271003T100000",
        f"RDATE;VALUE=PERIOD;{zone}:20271004T100000/PT1H",
    )
    moved = vevent("a", f"RECURRENCE-ID;{zone}:20270926T100000", f"DTSTART;{zone}:20270926T140000")

    items = parse(calendar(series, moved, head=OWN_ZONE)).items

    assert [(item.guid, f"{item.times.starts_at:%dT%H:%M}") for item in items if item.times] == [
        ("a#2027-09-19T07:00:00Z", "19T07:00"),
        ("a#2027-09-26T08:30:00Z", "26T12:30"),
        ("a#2027-10-04T08:30:00Z", "04T08:30"),
        ("a#2027-10-10T08:30:00Z", "10T08:30"),
    ]


def test_a_zone_that_is_nearly_a_known_one_is_what_the_file_says() -> None:
    zone = [line.replace("Customized Time Zone", "Europe/lisbon") for line in OWN_ZONE]
    event = vevent("a", "DTSTART;TZID=Europe/lisbon:20271201T100000")

    assert starts(calendar(event, head=zone)) == ["2027-12-01T08:30Z"]
    assert starts(calendar(event)) == ["2027-12-01T10:00Z"]


def test_changes_of_one_year_say_nothing_of_another() -> None:
    zone = [line for line in OWN_ZONE if not line.startswith("RRULE")]
    known = [line.replace("+0130", "+0200") for line in zone]
    event = vevent("a", "DTSTART;TZID=Customized Time Zone:20271201T100000")

    assert starts(calendar(event, head=zone)) == ["2027-12-01T07:00Z"]  # the last one goes on
    assert starts(calendar(event, head=known)) == ["2027-12-01T08:00Z"]  # as in Helsinki


def test_a_time_without_a_zone_is_amsterdams_whatever_its_calendar_says() -> None:
    event = vevent("a", "DTSTART:20270422T100000", "DTEND:20270422T110000")

    assert starts(calendar(event, head=["X-WR-TIMEZONE:America/New_York"])) == ["2027-04-22T08:00Z"]
    assert starts(calendar(event)) == ["2027-04-22T08:00Z"]


def test_what_may_stand_once_counts_the_first_time() -> None:
    event = vevent("a", START, "DTSTART;TZID=Europe/Amsterdam:20270422T163000", "SUMMARY:Twee")

    item = only(calendar(event))
    assert (item.title, starts(calendar(event))) == ("Bijeenkomst", ["2027-04-22T07:30Z"])


def test_extra_days_may_be_written_as_moments_without_a_time() -> None:
    event = vevent("a", "DTSTART;VALUE=DATE:20270422", "RDATE:20270430Z")

    assert [item.guid for item in parse(calendar(event)).items] == ["a#2027-04-22", "a#2027-04-30"]


@pytest.mark.parametrize(
    ("start", "until", "days"),
    [
        ("DTSTART;TZID=Europe/Amsterdam:20270501T100000", "20270503", "01 02 03"),
        ("DTSTART;TZID=Europe/Amsterdam:20270501T010000", "20270503", "30 01 02"),
        ("DTSTART;TZID=Europe/Amsterdam:20270501T233000", "2027-05-03", "01 02 03"),
        ("DTSTART;TZID=America/New_York:20270501T213000", "20270503", "02 03 04"),
        ("DTSTART;TZID=America/New_York:20270501T100000", "20270503T100000", "01 02 03"),
        ("DTSTART;TZID=America/New_York:20270501T100000", "20270503T095959", "01 02"),
        ("DTSTART:20270501T100000Z", "20270503", "01 02 03"),
        ("DTSTART:20270501T100000", "20270503", "01 02 03"),
        ("DTSTART;VALUE=DATE:20270501", "20270503", "30 01 02"),
        ("DTSTART;VALUE=DATE:20270501", "20270503T000000Z", "30 01 02"),
        ("DTSTART;VALUE=DATE:20270501", "20270503T235959Z", "30 01 02"),
    ],
)
def test_the_last_day_of_a_series_counts_whole(start: str, until: str, days: str) -> None:
    event = vevent("a", start, f"RRULE:FREQ=DAILY;UNTIL={until}")

    assert [one[8:10] for one in starts(calendar(event))] == days.split()


@pytest.mark.parametrize(
    "rule",
    [
        "RSCALE=GREGORIAN;FREQ=WEEKLY;COUNT=2;SKIP=OMIT",
        "freq=weekly;count=2;",
        "FREQ=WEEKLY; COUNT=2; BYDAY=",
        "UNTIL=;FREQ=WEEKLY;COUNT=2",
    ],
)
def test_a_rule_may_say_more_than_it_needs(rule: str) -> None:
    event = vevent("a", START, f"RRULE:{rule}")

    assert parse(calendar(event)).complaints == ()
    assert starts(calendar(event)) == ["2027-04-22T07:30Z", "2027-04-29T07:30Z"]


def test_a_series_keeps_its_hour_when_the_clock_changes() -> None:
    event = vevent(
        "a", "DTSTART;TZID=Europe/Amsterdam:20271018T090000", "RRULE:FREQ=WEEKLY;COUNT=4"
    )

    assert starts(calendar(event)) == [
        "2027-10-18T07:00Z", "2027-10-25T07:00Z", "2027-11-01T08:00Z", "2027-11-08T08:00Z",
    ]  # fmt: skip


def test_an_hour_that_does_not_exist_is_an_hour_later() -> None:
    event = vevent("a", "DTSTART;TZID=Europe/Amsterdam:20280326T023000")

    assert starts(calendar(event)) == ["2028-03-26T01:30Z"]


def test_a_moved_occurrence_keeps_its_name() -> None:
    series = vevent("a", START, "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = vevent(
        "a",
        "RECURRENCE-ID;TZID=Europe/Amsterdam:20270429T093000",
        "DTSTART;TZID=Europe/Amsterdam:20270430T133000",
    )

    before, after = parse(calendar(series)).items, parse(calendar(series, moved)).items
    assert [item.guid for item in before] == [
        "a#2027-04-22T07:30:00Z", "a#2027-04-29T07:30:00Z", "a#2027-05-06T07:30:00Z",
    ]  # fmt: skip
    assert [item.guid for item in after] == [item.guid for item in before]
    assert starts(calendar(series, moved))[1] == "2027-04-30T11:30Z"


def test_occurrences_of_whole_days_are_named_by_their_date() -> None:
    event = vevent("a", "DTSTART;VALUE=DATE:20270422", "RRULE:FREQ=YEARLY;COUNT=2")

    assert [item.guid for item in parse(calendar(event)).items] == ["a#2027-04-22", "a#2028-04-22"]


def test_cancelled_ones_are_kept_and_marked() -> None:
    series = vevent("a", START, "RRULE:FREQ=WEEKLY;COUNT=2")
    dropped = vevent(
        "a", "RECURRENCE-ID;TZID=Europe/Amsterdam:20270429T093000", START, "STATUS:CANCELLED"
    )
    told = vevent("b", START, summary="GEANNULEERD: Workshop")

    items = parse(calendar(series, dropped, told)).items
    assert {item.guid: item.cancelled for item in items} == {
        "a#2027-04-22T07:30:00Z": False,
        "a#2027-04-29T07:30:00Z": True,
        "b": True,
    }


def test_a_calendar_that_cancels_cancels_all() -> None:
    assert only(calendar(vevent("a", START), head=["METHOD:CANCEL"])).cancelled


def test_exceptions_and_extra_dates_count() -> None:
    event = vevent(
        "a",
        START,
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE;TZID=Europe/Amsterdam:20270429T093000",
        "RDATE;TZID=Europe/Amsterdam:20270501T093000",
    )

    assert starts(calendar(event)) == [
        "2027-04-22T07:30Z",
        "2027-05-01T07:30Z",
        "2027-05-06T07:30Z",
    ]


def test_of_several_versions_the_last_counts() -> None:
    versions = [vevent("a", START, f"SEQUENCE:{n}", summary=f"Versie {n}") for n in (1, 10, 2)]

    assert only(calendar(*versions)).title == "Versie 10"


def test_a_lone_override_is_an_event() -> None:
    event = vevent("a", START, "RECURRENCE-ID;TZID=Europe/Amsterdam:20270429T093000")

    assert only(calendar(event)).guid == "a#2027-04-29T07:30:00Z"


def test_single_events_are_kept_however_old() -> None:
    assert starts(calendar(vevent("a", "DTSTART:19990101T090000Z"))) == ["1999-01-01T09:00Z"]


def test_a_series_without_end_stays_in_the_window() -> None:
    event = vevent("a", "DTSTART:20000101T090000Z", "RRULE:FREQ=DAILY")

    parsed = parse(calendar(event))
    moments = [item.times.starts_at for item in parsed.items if item.times]
    assert len(moments) == 400
    assert moments[0] >= NOW - timedelta(days=31)
    assert parsed.complaints == ("event a: of 430 times the first 400 are kept",)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=2", "FREQ=HOURLY;BYMINUTE=1,2,3",
     "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5"],
)  # fmt: skip
def test_what_recurs_all_day_long_is_refused(rule: str) -> None:
    parsed = parse(calendar(vevent("a", START, f"RRULE:{rule}")))

    assert [item.guid for item in parsed.items] == ["a"]
    assert parsed.complaints == (
        "event a: it recurs more than hourly; only its first time is kept",
    )


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["X-NONE:"], "line 13: the event cannot be read: it has no usable DTSTART"),
        (["DTSTART:INVALID"], "line 13: the event cannot be read: it has no usable DTSTART"),
        ([START, "RRULE:FREQ=SOMETIMES"], "line 13: RRULE makes no sense and is left out"),
        ([START, "EXDATE:nooit"], "line 13: EXDATE makes no sense and is left out"),
    ],
)
def test_one_bad_event_loses_only_itself(lines: list[str], complaint: str) -> None:
    events = [vevent("a", START, "X-1:", "X-2:", "X-3:"), vevent("b", *lines), vevent("c", START)]

    parsed = parse(calendar(*events))
    assert [item.guid for item in parsed.items if item.guid != "b"] == ["a", "c"]
    assert parsed.complaints == (complaint,)


def test_bad_lines_zones_and_alarms_do_no_harm() -> None:
    zone = "BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\nDTSTART:never\r\nEND:VTIMEZONE\r\n"
    alarm = "BEGIN:VALARM\r\nSUMMARY:Alarm\r\nTRIGGER:never\r\nEND:VALARM"
    event = vevent("a", "dit is geen regel", START, alarm, "LOCATION:Utr", " echt")

    item = only(calendar(zone, event))
    assert (item.title, item.location) == ("Bijeenkomst", "Utrecht")


def test_a_file_that_is_cut_off_gives_its_whole_events() -> None:
    half = vevent("b", START).removesuffix("END:VEVENT\r\n")

    parsed = parse(calendar(vevent("a", START), half, end=""))
    assert [item.guid for item in parsed.items] == ["a"]
    assert parsed.complaints == (
        "line 10: the event has no end",
        "the calendar is cut off: it has no END:VCALENDAR",
    )


def test_an_event_without_uid_is_named_by_what_it_says() -> None:
    event = vevent("a", START).replace("UID:a\r\n", "")

    assert only(calendar(event)).guid.startswith("unnamed-")
    assert only(calendar(event)) == only(calendar(event))


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
     "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=MO"],
)  # fmt: skip
def test_a_rule_that_never_matches_ends_soon_and_leaves_time_for_others(rule: str) -> None:
    never = [vevent(name, START, f"RRULE:{rule};UNTIL=20990101T000000Z") for name in ("a", "b")]
    weekly = vevent("c", START, "RRULE:FREQ=WEEKLY;COUNT=2")
    started = time.process_time()

    parsed = parse(calendar(never[0], weekly, never[1]))

    assert time.process_time() - started < 2
    assert parsed.complaints == ()  # that there is nothing in the window is known
    assert [item.guid for item in parsed.items if item.series == "c"] == [
        "c#2027-04-22T07:30:00Z", "c#2027-04-29T07:30:00Z",
    ]  # fmt: skip


def test_series_of_long_ago_are_no_burden() -> None:
    begun = "DTSTART;TZID=Europe/Amsterdam:19000105T100000"
    rules = [
        "FREQ=DAILY;UNTIL=19991231", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20200101T000000Z",
        "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20200101T000000Z", "FREQ=DAILY;INTERVAL=9999999",
    ]  # fmt: skip
    over = [vevent(f"{n}", begun, f"RRULE:{rules[n % 4]}") for n in range(400)]
    weekly = vevent("w", begun, "RRULE:FREQ=WEEKLY;UNTIL=20270501")

    parsed = parse(calendar(*over, weekly))

    assert parsed.complaints == ()
    assert starts(calendar(weekly)) == [
        f"2027-{day}T{hour}Z"
        for day, hour in [
            ("03-26", "09:00"), ("04-02", "08:00"), ("04-09", "08:00"),
            ("04-16", "08:00"), ("04-23", "08:00"), ("04-30", "08:00"),
        ]
    ]  # fmt: skip
    assert [item.series for item in parsed.items] == ["w"] * 6


def test_a_calendar_with_too_many_repetitions_is_cut() -> None:
    never = [vevent(f"n{n}", START, "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30") for n in range(50)]
    started = time.process_time()

    parsed = parse(calendar(*never, vevent("single", START)))

    assert time.process_time() - started < 8
    assert len(parsed.items) == 51  # each of them once, at its start
    assert not parsed.complete
    assert parsed.complaints[-1] == "event n49: its repetitions take too long to work out"


def test_a_flood_of_events_is_cut() -> None:
    far = [vevent(f"far{n}", "DTSTART:20010101T090000Z") for n in range(2100)]

    parsed = parse(calendar(*far, vevent("near", START)))
    assert len(parsed.items) == 2000
    assert parsed.items[-1].guid == "near"
    assert parsed.complaints == ("of 2101 events the 2000 nearest were read",)


def test_the_sessions_of_a_congress_are_its_programme() -> None:
    congress = vevent("c", START, "CATEGORIES:congres")
    second = vevent(
        "s2",
        "RELATED-TO:c",
        "DTSTART;TZID=Europe/Amsterdam:20270422T133000",
        "CONTACT:Anja de Vries",
        "CATEGORIES:sessie,lerarenopleiding",
        summary="Twee",
    )
    first = vevent(
        "s1",
        "RELATED-TO;RELTYPE=PARENT:c",
        "DTSTART;TZID=Europe/Amsterdam:20270422T103000",
        'ORGANIZER;CN="Bo Smit":mailto:bo@example.org',
        "URL:/s1",
        summary="Een",
    )
    dropped = vevent("s3", "RELATED-TO:c", START, "STATUS:CANCELLED", summary="Drie")

    items = {item.guid: item for item in parse(calendar(congress, second, first, dropped)).items}
    empty = {"summary": "", "leader": "", "audience": "", "url": ""}
    assert items["c"].details["programme"] == [
        empty | {"time": "10:30", "title": "Een", "leader": "Bo Smit",
                 "url": "https://partner.example.org/s1"},
        empty | {"time": "13:30", "title": "Twee", "leader": "Anja de Vries",
                 "audience": "lerarenopleiding"},
    ]  # fmt: skip
    assert items["s1"].details["part_of"] == "c"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "the document is empty"),
        (b"<!doctype html><title>Log in</title>", "this is a web page, not a calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "not a calendar"),
    ],
)
def test_what_is_no_calendar_is_refused(document: bytes, message: str) -> None:
    with pytest.raises(MalformedSource, match=message):
        parse(document)


def test_an_empty_calendar_has_no_items() -> None:
    head = ["X-WR-CALNAME:Agenda van ons"]

    assert parse(calendar(head=head)) == Parsed(items=(), title="Agenda van ons", events=0)


DAILY = "RRULE:FREQ=DAILY;COUNT=3"


@pytest.mark.parametrize(
    "exception",
    [
        "EXDATE;TZID=Europe/Amsterdam:20270423T093000",
        "EXDATE:20270423T073000Z",
        "EXDATE;TZID=America/New_York:20270423T033000",
        "EXDATE:20270423T093000",
        "EXDATE;VALUE=DATE:20270423",
        "EXDATE;TZID=Europe/Amsterdam:20270423T073000Z",
        "EXDATE;TZID=W. Europe Standard Time:20270422T000000,20270423T093000",
    ],
)
def test_an_exception_counts_however_it_is_written(exception: str) -> None:
    event = vevent("a", START, DAILY, exception)

    assert starts(calendar(event)) == ["2027-04-22T07:30Z", "2027-04-24T07:30Z"]


def test_the_first_of_a_series_may_be_an_exception() -> None:
    event = vevent("a", START, DAILY, "EXDATE;TZID=Europe/Amsterdam:20270422T093000")

    assert starts(calendar(event)) == ["2027-04-23T07:30Z", "2027-04-24T07:30Z"]


@pytest.mark.parametrize("exception", ["EXDATE:20270422T073000Z", "EXDATE;VALUE=DATE:20270422"])
def test_a_single_event_that_excepts_itself_is_none(exception: str) -> None:
    assert starts(calendar(vevent("a", START, exception))) == []


def test_an_exception_beats_an_extra_date() -> None:
    extra = "DATE;TZID=Europe/Amsterdam:20270430T093000"
    event = vevent("a", START, DAILY, f"R{extra}", f"EX{extra}")

    assert len(starts(calendar(event))) == 3


def test_an_extra_date_may_be_a_period_with_its_own_end() -> None:
    event = vevent("a", START, "RDATE;VALUE=PERIOD:20270430T100000Z/PT5H")

    last = parse(calendar(event)).items[-1]
    assert last.times == EventTimes(
        datetime(2027, 4, 30, 10, tzinfo=UTC), datetime(2027, 4, 30, 15, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("SEQUENCE:1", "LAST-MODIFIED:20270301T000000Z"), ("SEQUENCE:2",)),
        (("LAST-MODIFIED:20270101T000000Z",), ("LAST-MODIFIED:20270102T000000Z",)),
        (("X-1:",), ("LAST-MODIFIED:20260101T000000Z",)),
    ],
)
def test_the_last_version_counts_of_a_single_event_a_series_and_an_override(
    older: tuple[str, ...], newer: tuple[str, ...]
) -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=2"
    override = "RECURRENCE-ID:20270423T073000Z"
    for lines in ((), (rule,), (override,)):
        old = vevent("a", START, *lines, *older, summary="Oud")
        new = vevent("a", START, *lines, *newer, summary="Nieuw")
        master = [vevent("a", START, rule, summary="Reeks")] if lines == (override,) else []
        for versions in ((old, new), (new, old)):
            titles = {item.title for item in parse(calendar(*master, *versions)).items}
            assert titles == ({"Reeks", "Nieuw"} if master else {"Nieuw"})


def test_events_that_share_a_uid_by_mistake_are_all_kept() -> None:
    events = [
        vevent("a", f"DTSTART:202705{day}T100000Z", summary=f"Dag {day}") for day in ("01", "02")
    ]

    items = parse(calendar(*events)).items
    assert [(item.guid, item.title) for item in items] == [
        ("a#2027-05-01", "Dag 01"),
        ("a#2027-05-02", "Dag 02"),
    ]


def test_an_event_that_moved_in_a_later_version_is_one_event() -> None:
    old = vevent("a", START, "SEQUENCE:1")
    new = vevent("a", "DTSTART:20270601T100000Z", "SEQUENCE:2", summary="Verplaatst")

    assert [item.title for item in parse(calendar(old, new)).items] == ["Verplaatst"]


def test_a_change_of_this_and_future_ones_keeps_their_names() -> None:
    series = vevent("a", START, "RRULE:FREQ=WEEKLY;COUNT=3")
    change = vevent(
        "a",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Amsterdam:20270429T093000",
        "DTSTART;TZID=Europe/Amsterdam:20270429T143000",
        "DTEND;TZID=Europe/Amsterdam:20270429T153000",
        summary="Middag",
    )

    before, after = parse(calendar(series)).items, parse(calendar(series, change)).items
    assert [item.guid for item in after] == [item.guid for item in before]
    assert [item.title for item in after] == ["Bijeenkomst", "Middag", "Middag"]
    assert starts(calendar(series, change)) == [
        "2027-04-22T07:30Z", "2027-04-29T12:30Z", "2027-05-06T12:30Z",
    ]  # fmt: skip


def test_an_override_may_name_its_day_only() -> None:
    series = vevent("a", START, DAILY)
    moved = vevent("a", "RECURRENCE-ID;VALUE=DATE:20270423", "DTSTART:20270423T140000Z")

    assert starts(calendar(series, moved)) == [
        "2027-04-22T07:30Z", "2027-04-23T14:00Z", "2027-04-24T07:30Z",
    ]  # fmt: skip


def test_the_hour_that_comes_twice_is_the_first_one() -> None:
    event = vevent("a", "DTSTART;TZID=Europe/Amsterdam:20271031T023000")

    assert starts(calendar(event)) == ["2027-10-31T00:30Z"]


def test_an_hour_that_a_night_skips_is_told_of() -> None:
    event = vevent("a", "DTSTART;TZID=Europe/Amsterdam:20270327T023000", DAILY)
    now = datetime(2027, 3, 20, tzinfo=UTC)

    parsed = parse_agenda(calendar(event), now=now, base_url=BASE)
    local = [
        f"{item.times.starts_at.astimezone(AMSTERDAM):%d %H:%M}"
        for item in parsed.items
        if item.times
    ]
    assert local == ["27 02:30", "28 03:30", "29 02:30"]
    assert parsed.complaints == (
        "event a: the clock skips the hour that it starts at; it is shown an hour later",
    )
    assert parsed.complete


def test_a_vcalendar_of_the_nineties_is_read() -> None:
    document = (
        b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nUID:a\r\n"
        b"SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Caf=C3=A9 voor =\r\nopleiders\r\n"
        b"DESCRIPTION;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:=E9=E9n=0D=0Atwee\r\n"
        b"DTSTART:20270501T100000Z\r\nAALARM:20270501T090000Z;;;\r\nRRULE:W1 MO #4\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    parsed = parse(document)
    assert [(item.title, item.summary) for item in parsed.items] == [
        ("Café voor opleiders", "één twee")
    ]
    assert parsed.complaints == ("line 3: RRULE makes no sense and is left out",)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + calendar(vevent("a", START, summary="Café")),
        calendar(vevent("a", START, summary="Café")).decode().encode("utf-16"),
        calendar(vevent("a", START, summary="Café")).decode().encode("utf-16-le"),
        calendar(vevent("a", START, summary="Café")).decode().encode("cp1252"),
        calendar(vevent("a", START, summary="Café")).replace(b"\r\n", b"\n"),
        calendar(vevent("a", START, summary="Café")).replace(b"\r\n", b"\r"),
        calendar(vevent("a", START, summary="Café")).replace(b"\xc3\xa9", b"\xc3\r\n \xa9"),
        calendar(vevent("a", START, summary="Café")).replace(b"\r\n", b"\r\r\n"),
        calendar(vevent("a", START, summary="Café")).replace(b"SUMMARY:", b"SUMMARY\r\n\r\n :"),
        calendar(vevent("a", START, summary="Café")).replace(b"BEGIN", b"begin"),
        calendar(vevent("a", START, summary="Café")).replace(b"SUMMARY", b"Summary"),
        b"Status: 200\r\n\r\n" + calendar(vevent("a", START, summary="Café")),
        vevent("a", START, summary="Café").encode(),
    ],
)
def test_a_calendar_is_read_however_it_is_written_down(raw: bytes) -> None:
    item = only(raw)

    assert (item.guid, item.title) == ("a", "Café")


def test_a_description_whose_lines_were_not_folded_is_one_text() -> None:
    event = vevent("a", "DESCRIPTION:Eerste deel", "van een zin.", START)

    assert only(calendar(event)).summary == "Eerste deel van een zin."


@pytest.mark.parametrize(
    "document",
    [
        calendar(vevent("a", START), end=""),
        calendar(vevent("a", START), vevent("b", START).removesuffix("END:VEVENT\r\n"), end=""),
        calendar(vevent("a", START), vevent("b")),
        calendar(vevent("a", START, "RRULE:FREQ=SOMETIMES")),
        calendar(vevent("a", START, "RRULE:FREQ=MINUTELY")),
        calendar(vevent("a", "DTSTART:20000101T090000Z", "RRULE:FREQ=DAILY")),
        calendar(*(vevent(f"a{n}", START) for n in range(2001))),
        calendar(vevent("a", START)) + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        vevent("a", START).encode(),
    ],
)
def test_a_calendar_that_was_not_read_whole_says_so(document: bytes) -> None:
    parsed = parse(document)

    assert not parsed.complete


@pytest.mark.parametrize(
    "document",
    [
        calendar(vevent("a", START)),
        calendar(vevent("a", START, "EXDATE:nooit")),
        calendar(vevent("a", START, "DTEND:20200101T000000Z")),
        calendar(vevent("a", START).removesuffix("END:VEVENT\r\n")),
        calendar(),
    ],
)
def test_a_calendar_whose_events_are_all_there_is_complete(document: bytes) -> None:
    assert parse(document).complete


def test_every_event_counts_also_one_that_cannot_be_read() -> None:
    half = vevent("c", START).removesuffix("END:VEVENT\r\n")

    assert parse(calendar(vevent("a", START), vevent("b"), half, end="")).entries == 3


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("europe/amsterdam", "08:00"),
        ("america/new_york", "14:00"),
        ("w. europe standard time", "08:00"),
        ("(UTC-05:00) Eastern Time", "14:00"),
        ("(UTC+05:30) Chennai", "04:30"),
    ],
)
def test_a_zone_is_known_however_its_name_is_written(zone: str, utc: str) -> None:
    assert starts(calendar(vevent("a", f'DTSTART;TZID="{zone}":20270501T100000')))[0][11:16] == utc


def test_a_zone_that_nobody_knows_is_told_of() -> None:
    event = vevent("a", "DTSTART;TZID=Nergens:20270501T100000")

    parsed = parse(calendar(event))
    assert parsed.complaints == ("the zone 'Nergens' is not known; Europe/Amsterdam is taken",)
    assert parsed.complete
