"""The Events Calendar: an event that moves is the same item (S-65)."""

from datetime import UTC, datetime

import pytest

from feeds.sources.agenda import parse_agenda
from feeds.sources.eventscalendar import EventName, steady_name
from feeds.values import Parsed
from tests.feeds.documents import calendar, vevent

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
HOST = "partner.example.org"
TEC = "-//Partner - ECPv6.17.2//NONSGML v1.0//NL"


def parse(*events: str) -> Parsed:
    document = calendar(*events).replace(b"-//example.org//NL", TEC.encode())
    return parse_agenda(document, now=NOW, base_url=f"https://{HOST}/?ical=1")


def guids(*events: str) -> list[str]:
    return [item.guid for item in parse(*events).items]


def event(post: int, day: str, *lines: str, hour: int = 10) -> str:
    start = f"202705{day}T{hour:02}0000"
    uid = f"{post}-18091{day}400-18091{day}800@{HOST}"
    return vevent(uid, f"DTSTART;TZID=Europe/Amsterdam:{start}", *lines)


def test_an_event_that_moves_keeps_its_name() -> None:
    assert guids(event(12, "01")) == guids(event(12, "08", hour=14)) == [f"12@{HOST}"]


def test_events_that_share_a_post_are_told_apart_by_their_day() -> None:
    assert guids(event(12, "01"), event(12, "08")) == [
        f"12@{HOST}#2027-05-01",
        f"12@{HOST}#2027-05-08",
    ]


def test_one_of_a_series_is_named_by_the_day_in_its_address_also_when_it_is_the_last() -> None:
    url = f"URL:https://{HOST}/event/intervisie/2027-05-08/"

    item = parse(event(12, "08", url)).items[0]

    assert (item.guid, item.series) == (f"12@{HOST}#2027-05-08", f"12@{HOST}")


def test_what_it_gets_wrong_is_put_right() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\nBEGIN:STANDARD\r\nDTSTART:20261025T010000\r\n"
        "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    lines = (
        'ORGANIZER;CN="Ren%C3%A9%20Jansen":MAILTO:rene@example.org',
        "CATEGORIES:Masterclass,school",
        r"DESCRIPTION:Eerst dit; dan dat.\nEn c:\map.",
    )
    (item,) = parse(zone, event(12, "01", *lines)).items

    assert item.times is not None
    assert item.times.starts_at == datetime(2027, 5, 1, 8, 0, tzinfo=UTC)
    assert item.details == {"type": "masterclass"}
    assert (item.categories, item.audiences) == (("Masterclass", "school"), ("school",))
    assert item.summary == "Eerst dit; dan dat. En c:\\map."


@pytest.mark.parametrize(
    ("uid", "url", "is_theirs", "name"),
    [
        ("12-1809158400-1809162000@a.example", "", False, EventName("12@a.example")),
        ("12-eigen@a.example", "", True, EventName("12")),
        ("eigen", "https://a.example/event/x/", True, EventName("https://a.example/event/x/")),
        ("eigen", "", True, EventName("eigen")),
        ("12-eigen@a.example", "", False, EventName("12-eigen@a.example")),
        ("eigen", "https://a.example/x/2027-05-08/", False, EventName("eigen")),
        (
            "12-1809158400-1809162000@a.example",
            "https://a.example/event/x/2027-05-08/2/",
            False,
            EventName("12@a.example", "2027-05-08"),
        ),
        (
            "12-1809158400-1809162000@a.example",
            "https://a.example/?p=12&eventDate=2027-05-08",
            True,
            EventName("12@a.example", "2027-05-08"),
        ),
    ],
)
def test_only_its_own_names_are_changed(
    uid: str, url: str, *, is_theirs: bool, name: EventName
) -> None:
    assert steady_name(uid, url=url, is_theirs=is_theirs) == name
