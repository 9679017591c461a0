"""Calendars: each occurrence an item, and one bad event loses only itself."""

from datetime import UTC, datetime, timedelta

import pytest

from feeds.errors import MalformedSource
from feeds.sources.agenda import parse_agenda
from feeds.values import EventTimes, ItemKind, Parsed, ParsedItem
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


def test_a_calendar_that_takes_too_long_is_cut() -> None:
    old = [
        vevent(name, "DTSTART:00020101T090000Z", "RRULE:FREQ=DAILY;UNTIL=00020105T090000Z")
        for name in ("a", "b")
    ]

    parsed = parse(calendar(*old, vevent("c", START)))
    assert [item.guid for item in parsed.items] == ["c"]
    assert parsed.complaints == ("event b: too many repetitions in this calendar",)


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
