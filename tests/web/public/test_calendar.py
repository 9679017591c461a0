"""The agenda as a calendar: what other programs read (RFC 5545)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar
from starlette.testclient import TestClient

from feeds.model import Item
from feeds.values import AMSTERDAM
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from subscribers.values import Audience
from tests.fakes import START, FakeClock
from tests.web.public.content import add_edition, add_event


def events_of(raw: bytes) -> list[Any]:  # a property is one of thirty types
    return list(_read(raw).walk("VEVENT"))


def _read(raw: bytes) -> Any:
    return Calendar.from_ical(raw)


def test_the_agenda_is_a_calendar_to_follow(client: TestClient, services: Services) -> None:
    first = add_event(services, "Congres; met, tekens\\ en een lange naam " + "é" * 60)
    second = add_event(services, "Werkbezoek", days=9, summary="Loop een ochtend mee.")

    answer = client.get("/agenda.ics")
    calendar = _read(answer.content)

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["VERSION"] == "2.0"
    assert [str(event["UID"]) for event in calendar.walk("VEVENT")] == [
        f"bijeenkomst-{first}@127.0.0.1",
        f"bijeenkomst-{second}@127.0.0.1",
    ]
    one, two = calendar.walk("VEVENT")
    assert str(one["SUMMARY"]) == "Congres; met, tekens\\ en een lange naam " + "é" * 60
    assert two["DTSTART"].dt == datetime(2027, 4, 29, 10, 0, tzinfo=AMSTERDAM)
    assert two["DTEND"].dt == datetime(2027, 4, 29, 13, 0, tzinfo=AMSTERDAM)
    assert str(two["DESCRIPTION"]).startswith("Loop een ochtend mee.\n\nhttp://")
    assert "ATTENDEE" not in two
    tag = answer.headers["etag"]
    assert client.get("/agenda.ics", headers={"If-None-Match": tag}).status_code == 304


def test_lines_are_folded_and_end_as_they_must(client: TestClient, services: Services) -> None:
    add_event(services, "Een heel lange titel met é, ü en € erin " * 8)

    raw = client.get("/agenda.ics").content

    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()  # no character is split


def test_the_time_zone_comes_along(client: TestClient, services: Services) -> None:
    add_event(services)

    text = client.get("/agenda.ics").text

    assert "DTSTART;TZID=Europe/Amsterdam:20270427T100000" in text
    for line in (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Amsterdam",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "DTSTART:19701025T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    ):
        assert line in text


def test_both_clock_changes_keep_their_hour(client: TestClient, services: Services) -> None:
    add_event(services, "Zomer", starts_at=datetime(2027, 10, 30, 8, 0, tzinfo=UTC), ends_at=None)
    add_event(services, "Winter", starts_at=datetime(2027, 10, 31, 9, 0, tzinfo=UTC), ends_at=None)

    text = client.get("/agenda.ics").text

    assert "DTSTART;TZID=Europe/Amsterdam:20271030T100000" in text
    assert "DTSTART;TZID=Europe/Amsterdam:20271031T100000" in text


def test_whole_days_are_dates(client: TestClient, services: Services) -> None:
    midnight = datetime(2027, 5, 10, tzinfo=AMSTERDAM)
    fields: dict[str, Any] = {"all_day": True, "starts_at": midnight}
    add_event(services, "Tweedaagse", ends_at=midnight + timedelta(days=2), **fields)

    (event,) = events_of(client.get("/agenda.ics").content)

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 5, 10), date(2027, 5, 12))


def test_a_cancelled_event_stays_and_says_so(client: TestClient, services: Services) -> None:
    changed = START + timedelta(days=1)
    event = add_event(services, cancelled=True, changed_at=changed)

    (shown,) = events_of(client.get("/agenda.ics").content)
    (alone,) = events_of(client.get(f"/agenda/{event}.ics").content)

    assert str(shown["STATUS"]) == "CANCELLED"
    assert str(shown["SUMMARY"]) == "Afgezegd: Werkbezoek"
    assert shown["SEQUENCE"] == 24 * 60
    assert shown["DTSTAMP"].dt == changed
    assert shown == alone


def test_an_uid_outlives_a_change(client: TestClient, services: Services) -> None:
    event = add_event(services)
    (before,) = events_of(client.get("/agenda.ics").content)
    with services.db.write() as session:
        row = session.get_one(Item, event)
        row.title, row.changed_at = "Werkbezoek, verzet", START + timedelta(hours=2)
    (after,) = events_of(client.get("/agenda.ics").content)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_an_old_event_leaves_the_calendar_but_keeps_its_own(
    client: TestClient, services: Services, clock: FakeClock
) -> None:
    event = add_event(services)
    clock.later(days=150)

    assert events_of(client.get("/agenda.ics").content) == []
    answer = client.get(f"/agenda/{event}.ics")
    assert len(events_of(answer.content)) == 1
    assert f'filename="bijeenkomst-{event}.ics"' in answer.headers["content-disposition"]


def test_an_edition_has_a_calendar_of_its_own_for_each_side(
    client: TestClient, services: Services
) -> None:
    ids = [add_event(services, title) for title in ("Voor allen", "Voor scholen", "Niet erin")]
    edition = add_edition(services, blocks=(("event", None, {}), ("event", Audience.SCHOOL, {})))
    with services.db.write() as session:
        for block, item_id in zip(
            get_edition(session, edition, with_blocks=True).blocks, ids, strict=False
        ):
            block.item_id = item_id

    def titles(kant: str) -> list[str]:
        answer = client.get(f"/archief/{edition}/agenda.ics{kant}")
        return [str(event["SUMMARY"]) for event in events_of(answer.content)]

    assert titles("") == titles("?kant=school") == ["Voor allen", "Voor scholen"]
    assert titles("?kant=lerarenopleiding") == ["Voor allen"]
    with services.db.write() as session:
        first = get_edition(session, edition, with_blocks=True).blocks[0]
        first.segment, own = "zuid", first.id
    assert titles("") == titles("?kant=school") == ["Voor scholen"]
    assert titles(f"?kant=lerarenopleiding&blok={own}") == ["Voor allen"]
    assert client.get(f"/archief/{edition + 1}/agenda.ics").status_code == 404


def test_a_session_of_a_congress_is_not_an_event_of_its_own(
    client: TestClient, services: Services
) -> None:
    add_event(services, "Sessie", details={"part_of": "uid@example.org"})

    assert events_of(client.get("/agenda.ics").content) == []
